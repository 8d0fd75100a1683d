import { inspect } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import * as j from '../../src/index.ts'
import { backends, bits, data, same } from './made.ts'

// Any update of a recorded run, made again to the bit.

const network = j.join(
  j.Input(3),
  j.Tanh(5, { name: 'hidden' }),
  j.BatchNorm(),
  j.Dropout(0.3),
  j.Linear(2, { name: 'out' }),
)
const start = () => j.init(network, j.key(1))
/** Four updates in an epoch, of which the last has fewer examples. */
const rule = {
  optimizer: j.adam({ step: 0.05 }),
  metrics: ['meanAbsoluteError'] as const,
  batchSize: 6,
  epochs: 3,
  key: j.key(7),
}

/** The state after so many updates of the same run. */
const reached = async (updates: number, options: object = {}) => {
  const { trainState } = await j.fit(network, start(), data, {
    ...rule,
    ...options,
    callbacks: { update: ({ update }) => (update === updates ? j.stop : undefined) },
  })
  return trainState
}

for (const backend of backends)
  describe(`A recorded run (${backend})`, () => {
    const options = { ...rule, backend, validation: { part: 0.2 }, reduceOnPlateau: { patience: 1 } } as const

    it('is the run of fit, to the bit', async () => {
      const fitted = await j.fit(network, start(), data, options)
      const run = await j.recorded(network, start(), data, { ...options, every: 2 })
      same(run.trainState, fitted.trainState)
      same(run.variables, fitted.variables)
      expect(run.history).to.deep.equal(fitted.history)
      expect(run.stopped).to.equal(undefined)
    })

    it('makes each update again: the variables before and after, the batch, the loss', async () => {
      const run = await j.recorded(network, start(), data, { ...options, every: 4 })
      expect([run.firstUpdate, run.lastUpdate, run.losses.length]).to.deep.equal([1, 9, 9])
      for (let update = 1; update <= 9; update++) {
        const made = await run.at(update)
        const wanted = await reached(update, options)
        same(made.after, wanted.variables)
        same(made.trainState.optimizer, wanted.optimizer)
        expect(made.trainState.key).to.deep.equal(wanted.key)
        if (update > 1) same(made.before, (await reached(update - 1, options)).variables)
        else same(made.before, start())
        expect([made.update, made.epoch, made.batch]).to.deep.equal([
          update,
          Math.ceil(update / 3),
          ((update - 1) % 3) + 1,
        ])
        expect(made.loss).to.equal(run.losses[update - 1])
        expect(made.report.loss).to.equal(made.loss)
        expect(made.report.meanAbsoluteError).to.be.greaterThan(0)
        expect(made.data.x.shape).to.deep.equal([update % 3 === 0 ? 4 : 6, 3])
      }
    })

    it('gives a batch and a state from which a step makes the same update', async () => {
      const run = await j.recorded(network, start(), data, { ...rule, backend, every: 5 })
      const { optimizer, metrics } = rule
      const step = j.trainStep(network, { optimizer, metrics, backend })
      const [before, { data: batch, trainState, loss }] = [await run.at(6), await run.at(7)]
      const [state, report] = await step(before.trainState, batch)
      same(state.variables, trainState.variables)
      expect(report.loss).to.equal(loss)
    })

    it('gives the gradients that the optimizer got, and their norms', async () => {
      const plain = j.join(j.Input(3), j.Tanh(5, { name: 'hidden' }), j.Linear(2, { name: 'out' }))
      const own = { backend, optimizer: j.gradientDescent({ step: 0.5 }), batchSize: 6, every: 3 } as const
      const run = await j.recorded(plain, j.init(plain, j.key(1)), data, own)
      const { before, gradients, gradientNorms, data: batch, learningRate, ...made } = await run.at(4)
      const slopes = await j.lossGradients(plain, before, batch as never)
      const numbers = (tree: unknown) => [...bits(tree)]
      expect(numbers(gradients)).to.have.length(4)
      const [found, wanted, from, to] = [gradients, slopes, before.params, made.after.params].map(numbers)
      for (const [place, [name, values]] of (found ?? []).entries())
        for (const [i, value] of values.entries()) {
          const of = (all: typeof found) => all?.[place]?.[1][i] as number
          expect(value, name).to.be.closeTo(of(wanted), 1e-5)
          expect(of(to) - of(from), name).to.be.closeTo(-0.5 * value, 1e-5)
        }
      const norms = await j.gradientNorms(gradients)
      expect(gradientNorms).to.deep.equal(norms)
      expect(norms.layers.hidden).to.be.greaterThan(0)
      expect(learningRate).to.equal(0.5)
    })

    it('knows the gradients of the parameters that are trained, and no others', async () => {
      const run = await j.recorded(network, start(), data, { ...rule, backend, trains: 'out' })
      const { gradients, gradientNorms } = await run.at(2)
      expect(Object.keys(gradients)).to.deep.equal(['out'])
      expect(Object.keys(gradientNorms.layers)).to.deep.equal(['out'])
      expect(gradients.out?.weight?.shape).to.deep.equal([5, 2])
    })
  })

describe('A recorded run', () => {
  it('has any update, whatever frames there are', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        fc.nat(),
        async (every, keep, batchSize, shuffle, chosen) => {
          const options = { ...rule, batchSize, shuffle }
          const run = await j.recorded(network, start(), data, { ...options, every, keep })
          expect(run.frames.length).to.be.at.most(keep)
          const update = 1 + (chosen % run.lastUpdate)
          same((await run.at(update)).after, (await reached(update, options)).variables)
        },
      ),
      { numRuns: 25 },
    ))

  it('repeats nothing that observers did', async () => {
    const told: string[] = []
    const run = await j.recorded(network, start(), data, {
      ...rule,
      every: 100,
      onProgress: () => void told.push('progress'),
      callbacks: { update: () => void told.push('update'), trainEnd: () => void told.push('end') },
    })
    const before = told.length
    expect(before).to.equal(12 + 3 + 12 + 1)
    await run.at(9)
    await run.firstNotFinite({ exhaustive: true })
    await run.fork(9)
    expect(told.length).to.equal(before)
  })

  it('goes on where an earlier run has ended, with the numbers of its updates', async () => {
    const first = await j.recorded(network, start(), data, { ...rule, epochs: 1 })
    const { variables, trainState } = first
    const run = await j.recorded(network, variables, data, { ...rule, trainState, epochs: 2, every: 3 })
    expect([run.firstUpdate, run.lastUpdate, ...run.frames]).to.deep.equal([5, 12, 4, 7, 10, 12])
    const made = await run.at(6)
    expect(made.loss).to.equal(run.losses[1])
    const whole = await j.fit(network, variables, data, {
      ...{ ...rule, trainState, epochs: 2 },
      callbacks: { update: ({ update }) => (update === 6 ? j.stop : undefined) },
    })
    same(made.after, whole.variables)
  })

  it('keeps what it was given, whatever becomes of it', async () => {
    const x = Float32Array.from(data.x.data)
    const variables = start()
    const training = j.recorded(
      network,
      variables,
      { x: { data: x, shape: [20, 3] }, y: data.y },
      { ...rule, every: 5 },
    )
    x.fill(0)
    for (const layer of Object.values(variables.params)) for (const tensor of Object.values(layer)) tensor.dispose()
    const run = await training
    same((await run.at(8)).after, (await reached(8)).variables)
  })

  it('can be looked into when a callback or a signal has ended it', async () => {
    const ends = { callbacks: { update: ({ update }: { update: number }) => (update === 6 ? j.stop : undefined) } }
    const run = await j.recorded(network, start(), data, { ...rule, ...ends, every: 4 })
    expect([run.lastUpdate, run.stopped?.reason, ...run.frames]).to.deep.equal([6, 'callback', 0, 4, 6])
    same((await run.at(6)).after, run.trainState.variables)
    const { trainState } = await run.fork(6)
    same(trainState, (await j.fit(network, start(), data, rule)).trainState)
  })

  it('says what the learning rate was', async () => {
    const rate = async (optimizer: j.Optimizer, update: number, options: object = {}) => {
      const run = await j.recorded(network, start(), data, { ...rule, optimizer, ...options } as object)
      return (await run.at(update)).learningRate
    }
    const halving = (update: number) => 0.1 * 0.5 ** update
    expect(await rate(j.adam({ step: 0.01 }), 5)).to.equal(0.01)
    expect(await rate(j.momentum({ step: halving }), 1)).to.equal(0.1)
    expect(await rate(j.momentum({ step: halving }), 4)).to.equal(0.1 / 8)
    expect(await rate(j.chain(j.clipByNorm(1), j.gradientDescent({ step: halving })), 2)).to.equal(0.05)
    expect(await rate(j.accumulate(j.adam({ step: halving }), 3), 6)).to.equal(0.05)
    expect(await rate(j.accumulate(j.adam({ step: halving }), 3), 7)).to.equal(0.1 / 4)
    expect(await rate(j.byName({ 'hidden*': j.adam({ step: 0.1 }), '*': j.adam({ step: 0.2 }) }), 1)).to.equal(
      undefined,
    )
    expect(await rate(j.byName({ 'hidden*': j.adam({ step: 0.1 }), '*': j.momentum({ step: 0.1 }) }), 1)).to.equal(0.1)
    expect(await rate(j.quasiNewton(), 1)).to.equal(undefined)
    const plateau = { reduceOnPlateau: { patience: 0, factor: 0.5, monitor: 'loss', minDelta: 1e9 } }
    expect(await rate(j.adam({ step: 0.01 }), 12, plateau)).to.equal(0.005)
    expect(await rate(j.adam({ step: 0.01 }), 8, plateau)).to.equal(0.01)
  })

  it('shows what it is', async () => {
    const run = await j.recorded(network, start(), data, { ...rule, every: 4 })
    expect(inspect(run)).to.match(
      /^Run of updates 1 to 12, 3 epochs\n {2}loss of a batch: [\d.]+ at first, [\d.]+ at last\n {2}4 frames, after updates 0, 4, 8, 12$/,
    )
    expect(inspect(await run.at(5))).to.match(
      /^Update 5 \(epoch 2, batch 1\): loss [\d.]+, learning rate 0.05\n {2}gradients of +norm\n {2}hidden +[\d.]+\n {2}batch-norm-1 +[\d.]+\n {2}out +[\d.]+\n {2}all layers +[\d.]+$/,
    )
  })
})
