import { expect } from 'chai'
import fc from 'fast-check'
import * as j from '../../src/index.ts'
import { draws } from '../training/rules/made.ts'
import { backends, data, same } from './made.ts'

// Training that goes on from an update of a recorded run.

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

for (const backend of backends)
  describe(`A fork (${backend})`, () => {
    it('with nothing changed is the run itself, to the bit', async () => {
      const options = {
        ...{ ...rule, backend, validation: { part: 0.2 }, reduceOnPlateau: { patience: 1 } },
        earlyStopping: { patience: 5, monitor: 'loss' },
      } as const
      const run = await j.recorded(network, start(), data, { ...options, every: 4 })
      for (const update of [0, 1, 3, 5, 9]) {
        const fork = await run.fork(update)
        same(fork.trainState, run.trainState)
        same(fork.variables, run.variables)
        expect(fork.history, `after ${update}`).to.deep.equal(run.history)
        expect([...fork.losses]).to.deep.equal([...run.losses.slice(update)])
        expect(fork.firstUpdate).to.equal(update + 1)
      }
    })
  })

describe('A fork', () => {
  it('equals the run from any update on, and can be forked again', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.nat(12), fc.nat(12), async (every, first, further) => {
        const run = await j.recorded(network, start(), data, { ...rule, every, keep: 4 })
        const fork = await run.fork(first)
        same(fork.trainState, run.trainState)
        const again = await fork.fork(Math.max(first, further))
        same(again.trainState, run.trainState)
        expect(again.history).to.deep.equal(run.history)
        if (further > first) same((await fork.at(further)).after, (await run.at(further)).after)
      }),
      { numRuns: 12 },
    ))

  it('trains longer', async () => {
    const [run, whole] = [
      await j.recorded(network, start(), data, rule),
      await j.fit(network, start(), data, { ...rule, epochs: 5 }),
    ]
    const fork = await run.fork(run.lastUpdate, { epochs: 5 })
    same(fork.trainState, whole.trainState)
    expect(fork.history).to.deep.equal(whole.history)
  })

  it('has another learning rate, and what the optimizer remembers', async () => {
    const run = await j.recorded(network, start(), data, rule)
    const fork = await run.fork(6, { optimizer: j.adam({ step: 0.001 }) })
    const { trainState } = await run.at(6)
    const step = j.trainStep(network, { metrics: rule.metrics, optimizer: j.adam({ step: 0.001 }) })
    const [wanted] = await step(trainState, (await run.at(7)).data)
    same((await fork.at(7)).trainState.optimizer, wanted.optimizer)
    same((await fork.at(7)).after, wanted.variables)
    expect((await fork.at(7)).learningRate).to.equal(0.001)
    expect(fork.history.loss.length).to.equal(3)
    expect(fork.history.loss[0]).to.equal(run.history.loss[0])
    expect(fork.history.loss[2]).not.to.equal(run.history.loss[2])
  })

  it('has another optimizer, which begins with nothing to remember', async () => {
    const run = await j.recorded(network, start(), data, { ...rule, epochs: 2 })
    for (const optimizer of [j.momentum({ step: 0.1 }), j.adam({ step: 0.1, amsgrad: true }), j.quasiNewton()]) {
      const fork = await run.fork(3, { optimizer })
      const { variables, key } = (await run.at(3)).trainState
      const step = j.trainStep(network, { metrics: rule.metrics, optimizer })
      const fresh = step.init(variables, key)
      const begun = { ...fresh, optimizer: { ...fresh.optimizer, update: 3 } }
      const [wanted] = await step(begun, (await run.at(4)).data)
      same((await fork.at(4)).trainState, wanted)
      expect(fork.trainState.optimizer.update).to.equal(8)
    }
  })

  it('has another loss or other metrics, and a history of its own from there on', async () => {
    const run = await j.recorded(network, start(), data, rule)
    const fork = await run.fork(6, { loss: 'huber', metrics: ['meanSquaredError'] })
    expect(Object.keys(fork.history)).to.deep.equal(['loss', 'meanSquaredError'])
    // The rest of the second epoch, and the third.
    expect(fork.history.meanSquaredError.length).to.equal(2)
    expect(fork.losses.length).to.equal(6)
    const made = await fork.at(7)
    same(made.before, (await run.at(6)).after)
    same(made.data, (await run.at(7)).data)
    const validated = await run.fork(8, { validation: data })
    expect(validated.history.validationLoss.length).to.equal(1)
  })

  it('learns from other data, from the first batch of an epoch on', async () => {
    const run = await j.recorded(network, start(), data, rule)
    const other = { x: draws(8, 10, 3), y: draws(9, 10, 2) }
    const x = Float32Array.from(other.x.data)
    const forking = run.fork(6, { data: { x: { data: x, shape: [10, 3] }, y: other.y }, batchSize: 5, shuffle: false })
    x.fill(0)
    const fork = await forking
    // Two epochs of two batches.
    expect([fork.firstUpdate, fork.lastUpdate]).to.deep.equal([7, 10])
    const { data: batch } = await fork.at(7)
    expect([...batch.x.dataSync()]).to.deep.equal([...other.x.data.slice(0, 15)])
    expect(fork.history.loss.length).to.equal(2)
  })

  it('begins the epoch under way anew where its batches are others', async () => {
    const run = await j.recorded(network, start(), data, rule)
    const counts = async (changes: object) => {
      const fork = await run.fork(6, changes)
      return [fork.lastUpdate, fork.history.loss.length]
    }
    expect(await counts({})).to.deep.equal([12, 3])
    expect(await counts({ batchSize: 10 })).to.deep.equal([10, 3])
    expect(await counts({ batchSize: 6 })).to.deep.equal([12, 3])
    expect(await counts({ key: j.key(8) })).to.deep.equal([14, 3])
    expect(await counts({ shuffle: false })).to.deep.equal([14, 3])
    expect(await counts({ dropLast: true })).to.deep.equal([12, 3])
    expect(await counts({ validation: { part: 0.5 } })).to.deep.equal([10, 2])
  })

  it('is observed by what it is given', async () => {
    const run = await j.recorded(network, start(), data, { ...rule, callbacks: () => j.stop })
    expect(run.lastUpdate).to.equal(4)
    const epochs: number[] = []
    const fork = await run.fork(2, { callbacks: ({ epoch }) => void epochs.push(epoch) })
    expect(epochs).to.deep.equal([1, 2, 3])
    expect(fork.stopped).to.equal(undefined)
  })

  it('judges anew what early stopping and the plateau are asked anew', async () => {
    const stopping = { patience: 1, monitor: 'loss', minDelta: 1e9 }
    const run = await j.recorded(network, start(), data, { ...rule, epochs: 6, earlyStopping: stopping })
    expect([run.stopped?.reason, run.stopped?.epoch]).to.deep.equal(['earlyStopping', 2])
    const more = await run.fork(8, { earlyStopping: { ...stopping, patience: 3 } })
    expect(more.stopped?.epoch).to.equal(6)
    const kept = await run.fork(6)
    expect(kept.stopped).to.deep.equal(run.stopped)
  })
})
