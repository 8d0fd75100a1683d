import { expect } from 'chai'
import * as j from '../../src/index.ts'
import { draws } from '../training/rules/made.ts'
import { backends, same } from './made.ts'

// Recorded runs of several networks that rules train.

const networks = {
  encoder: j.join(j.Input(3), j.Tanh(4), j.Dropout(0.2)),
  decoder: j.join(j.Input(4), j.Linear(3, { name: 'out' })),
}
type All = typeof networks
const start = () => j.init(networks, j.key(1))
const data = { x: draws(1, 20, 3), noise: draws(2, 20, 1) }
type Data = { readonly x: j.Handle; readonly noise: j.Handle }

const reconstruction = ({ ops, run, key }: j.ObjectiveContext<All>, { x, noise }: Data) => {
  const code = ops.add(run.encoder(x), ops.normal(j.foldIn(key, 'noise'), [1, 4]))
  const error = ops.mean(ops.square(ops.subtract(run.decoder(code), ops.add(x, noise))))
  return [error, { size: ops.mean(ops.square(code)) }] as const
}
const rules = [
  { name: 'both', loss: reconstruction, optimizer: j.adam({ step: 0.01 }) },
  { name: 'late', loss: reconstruction, trains: 'decoder', optimizer: j.momentum({ step: 0.02 }) },
] as const

for (const backend of backends)
  describe(`A recorded run by rules (${backend})`, () => {
    const options = { ...{ rules, backend, batchSize: 6, epochs: 2, key: j.key(4) } } as const

    it('is the run of fit, and has any update', async () => {
      const fitted = await j.fit(networks, start(), data, options)
      const run = await j.recorded(networks, start(), data, { ...options, every: 3 })
      same(run.trainState, fitted.trainState)
      expect(run.history).to.deep.equal(fitted.history)
      for (const update of [1, 4, 8]) {
        const { trainState } = await j.fit(networks, start(), data, {
          ...options,
          callbacks: { update: own => (own.update === update ? j.stop : undefined) },
        })
        const made = await run.at(update)
        same(made.after, trainState.variables)
        same(made.trainState, trainState)
        expect(made.loss).to.equal(run.losses[update - 1])
        expect(made.report['both.size']).to.be.greaterThan(0)
        expect([made.data.x.shape, made.data.noise.shape]).to.deep.equal(
          update % 4 === 0
            ? [
                [2, 3],
                [2, 1],
              ]
            : [
                [6, 3],
                [6, 1],
              ],
        )
      }
    })

    it('has the gradients and rates of each rule', async () => {
      const run = await j.recorded(networks, start(), data, { ...options, every: 3 })
      const { gradients, gradientNorms, learningRate } = await run.at(5)
      expect(Object.keys(gradients)).to.deep.equal(['both', 'late'])
      expect(Object.keys(gradients.both ?? {})).to.deep.equal(['encoder', 'decoder'])
      expect(Object.keys(gradients.late ?? {})).to.deep.equal(['decoder'])
      expect(gradients.both?.encoder?.['tanh-1']?.weight?.shape).to.deep.equal([3, 4])
      expect(gradients.late?.decoder?.out?.bias?.shape).to.deep.equal([3])
      expect(Object.keys(gradientNorms.both?.layers ?? {})).to.deep.equal(['encoder/tanh-1', 'decoder/out'])
      expect(gradientNorms.late?.total).to.be.greaterThan(0)
      expect(learningRate).to.deep.equal({ both: 0.01, late: 0.02 })
    })

    it('forks to itself, and with other rules', async () => {
      const run = await j.recorded(networks, start(), data, { ...options, every: 3 })
      const fork = await run.fork(5)
      same(fork.trainState, run.trainState)
      expect(fork.history).to.deep.equal(run.history)
      const alone = await run.fork(5, { rules: { loss: reconstruction, optimizer: j.adam() }, epochs: 3 })
      expect(Object.keys(alone.history)).to.deep.equal(['loss', 'size'])
      expect(alone.lastUpdate).to.equal(12)
      const { gradients } = await alone.at(6)
      expect(Object.keys(gradients)).to.deep.equal(['rule'])
      same((await alone.at(6)).before, (await run.at(6)).before)
    })

    it('knows the first update that is not finite', async () => {
      const holed = Float32Array.from(data.x.data)
      holed[13 * 3] = Number.POSITIVE_INFINITY
      const own = { x: { data: holed, shape: [20, 3] }, noise: data.noise }
      const run = await j.recorded(networks, start(), own, { ...options, shuffle: false, every: 2 })
      const found = await run.firstNotFinite()
      expect(found?.update).to.equal(3)
      expect(found?.culprit).to.deep.equal({ what: 'batch', place: 'batch.x', row: 1, column: 0 })
      expect(found?.values.filter(({ what }) => what === 'gradient').map(({ rule }) => rule)).to.include('late')
    })
  })
