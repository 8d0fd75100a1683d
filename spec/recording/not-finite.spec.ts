import { tensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as j from '../../src/index.ts'
import { backends } from './made.ts'

// The first update with values that are not finite.

const line = j.join(j.Input(1), j.Linear(1, { name: 'line', weight: 1, bias: 0 }))
const initial = () => j.init(line, j.key(0))
const rows = (n: number, f: (i: number) => number) => Array.from({ length: n }, (_, i) => [f(i)])
const ordered = { shuffle: false, batchSize: 1 } as const

for (const backend of backends)
  describe(`The first update that is not finite (${backend})`, () => {
    it('is that of an example that is not', async () => {
      const x = rows(40, i => (i === 25 ? Number.NaN : 1))
      const run = await j.recorded(line, initial(), { x, y: rows(40, () => 1) }, { ...ordered, backend, every: 7 })
      const found = await run.firstNotFinite()
      expect(found).to.deep.include({ update: 26, epoch: 1, batch: 26, culprit: { what: 'x', row: 0, column: 0 } })
      expect(found?.values).to.deep.equal([
        { what: 'loss' },
        { what: 'gradient', layer: 'line', name: 'weight' },
        { what: 'gradient', layer: 'line', name: 'bias' },
        { what: 'variable', layer: 'line', name: 'weight' },
        { what: 'variable', layer: 'line', name: 'bias' },
      ])
      expect(found?.message).to.equal(
        'Not finite in update 26 (epoch 1, batch 26): the loss; gradients of line.weight, line.bias; ' +
          'variables line.weight, line.bias. In the order of computation: x is not finite: row 0 of the batch, number 0 of it.',
      )
    })

    it('is that whose variables alone are not', async () => {
      // The learning rate of one update throws the variables out of range.
      const optimizer = j.gradientDescent({ step: update => (update === 10 ? 3e38 : 1e-3) })
      const given = { x: rows(40, () => 100), y: rows(40, () => 0) }
      const run = await j.recorded(line, initial(), given, { ...ordered, backend, optimizer, every: 4, keep: 3 })
      const found = await run.firstNotFinite()
      expect(found).to.deep.include({ update: 11, culprit: undefined })
      expect(found?.values.every(({ what }) => what === 'variable')).to.equal(true)
      expect(found?.message).to.equal('Not finite in update 11 (epoch 1, batch 11): variables line.weight, line.bias.')
    })

    it('is the update that was undone', async () => {
      const x = rows(40, i => (i === 25 ? Number.NaN : 1))
      const options = { ...ordered, backend, every: 7, terminateOnNaN: true } as const
      const run = await j.recorded(line, initial(), { x, y: rows(40, () => 1) }, options)
      expect([run.lastUpdate, run.trainState.optimizer.update]).to.deep.equal([26, 25])
      expect((await run.firstNotFinite())?.update).to.equal(26)
      const { before, loss, ...made } = await run.at(26)
      expect(loss).to.deep.equal(Number.NaN)
      expect([...made.after.params.line.weight.dataSync()]).to.deep.equal([...before.params.line.weight.dataSync()])
      // From the last good update with data that are whole.
      const fork = await run.fork(25, { data: { x: rows(40, () => 1), y: rows(40, () => 1) } })
      expect(fork.stopped).to.equal(undefined)
      expect(await fork.firstNotFinite()).to.equal(undefined)
    })
  })

describe('The first update that is not finite', () => {
  it('is none where all are', async () => {
    const given = { x: rows(8, i => i), y: rows(8, i => -i) }
    const run = await j.recorded(line, initial(), given, { ...ordered, every: 3, optimizer: j.adam() })
    expect(await run.firstNotFinite()).to.equal(undefined)
    expect(await run.firstNotFinite({ exhaustive: true })).to.equal(undefined)
  })

  it('leaves no trace where the optimizer skips it, and is found by a look at every update', async () => {
    // The root has no derivative at 0, which the network meets once; the loss is finite.
    const root = j.join(
      j.Input(1),
      j.Linear(1, { name: 'line', weight: 1, bias: 0 }),
      j.Lambda((ops, x) => ops.sqrt(x)),
    )
    const given = { x: rows(20, i => (i === 8 ? 0 : 4)), y: rows(20, i => (i === 8 ? 0 : 2)) }
    const options = { ...ordered, every: 6, optimizer: j.skipNonFinite(j.gradientDescent({ step: 1e-3 })) }
    const run = await j.recorded(root, j.init(root, j.key(0)), given, options)
    expect(run.losses.every(Number.isFinite)).to.equal(true)
    expect(await run.firstNotFinite()).to.equal(undefined)
    const found = await run.firstNotFinite({ exhaustive: true })
    expect([found?.update, found?.culprit?.what, found?.culprit?.layer]).to.deep.equal([9, 'gradient', 'line'])
    expect(found?.values.every(({ what }) => what === 'gradient')).to.equal(true)
  })

  it('is the first one of a run whose variables were not from the start', async () => {
    const variables = initial()
    const own = { ...variables, params: { line: { ...variables.params.line, weight: tensor([[Number.NaN]]) } } }
    const run = await j.recorded(line, own as never, { x: rows(10, () => 1), y: rows(10, () => 1) }, ordered)
    expect((await run.firstNotFinite())?.update).to.equal(1)
  })
})
