import type { Tensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  dataset,
  type Examples,
  evaluate,
  fit,
  gradientDescent,
  Input,
  init,
  join,
  key,
  Linear,
  type Progress,
  Tanh,
} from '../../../src/index.ts'
import '../../../src/onnxruntime.ts'
import '../../../src/wasm.ts'

const network = join(Input(2), Tanh(3), Linear(1))
const variables = init(network, key(1))
const x = Array.from({ length: 10 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a = 0]) => [a])
const numbers = (tree: { readonly params: Readonly<Record<string, Readonly<Record<string, Tensor>>>> }) =>
  Object.values(tree.params).flatMap(own => Object.values(own).flatMap(tensor => [...tensor.dataSync()]))
const close = (found: readonly number[], wanted: readonly number[]): void => {
  for (const [i, value] of wanted.entries()) expect(found[i]).to.be.closeTo(value, 2e-6)
}
const failed = async (call: () => Promise<unknown>): Promise<string> => {
  try {
    await call()
  } catch (error) {
    return String(error)
  }
  return 'no error'
}

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`What fit learns from (${backend})`, () => {
    const options = { backend, optimizer: gradientDescent({ step: 0.1 }), epochs: 2, key: key(4) }
    const train = (examples: object, own: object = {}) =>
      fit(network, variables, examples as Examples, { ...options, ...own })

    it('is all of it at once, where batchSize is null', async () => {
      const told: Progress[] = []
      const all = await train({ x, y }, { batchSize: null, onProgress: (progress: Progress) => told.push(progress) })
      expect(all.trainState.optimizer.update).to.equal(2)
      expect(told.map(({ batch, batches, examples, ended }) => [batch, batches, examples, ended])).to.deep.equal([
        [1, 1, 10, false],
        [1, 1, 10, true],
        [1, 1, 10, false],
        [1, 1, 10, true],
      ])
      expect(numbers(all.variables)).to.deep.equal(numbers((await train({ x, y }, { batchSize: 10 })).variables))
    })

    it('leaves out a last batch that is smaller, with dropLast', async () => {
      const own = { batchSize: 4, shuffle: false }
      const dropped = await train({ x, y }, { ...own, dropLast: true })
      expect(dropped.trainState.optimizer.update).to.equal(4)
      const without = await train({ x: x.slice(0, 8), y: y.slice(0, 8) }, own)
      expect(numbers(dropped.variables)).to.deep.equal(numbers(without.variables))
      expect((await train({ x, y }, own)).trainState.optimizer.update).to.equal(6)
      // All of them are one batch: there would be none.
      expect((await train({ x, y }, { batchSize: 20, dropLast: true })).trainState.optimizer.update).to.equal(2)
    })

    it('is not the part that it is validated on, nor in which order it is', async () => {
      const own = { batchSize: 4, metrics: ['meanAbsoluteError'] }
      const parted = await train({ x, y }, { ...own, validation: { part: 0.2 } })
      const [learnt, held] = [
        { x: x.slice(0, 8), y: y.slice(0, 8) },
        { x: x.slice(8), y: y.slice(8) },
      ]
      const apart = await train(learnt, { ...own, validation: held })
      expect(numbers(parted.variables)).to.deep.equal(numbers(apart.variables))
      expect(parted.history).to.deep.equal(apart.history)
      const report = await evaluate(network, parted.variables, held, { metrics: ['meanAbsoluteError'] })
      expect(parted.history['validationLoss' as 'loss'].at(-1)).to.be.closeTo(report.loss, 1e-6)
      for (const part of [0, 1, -0.1, 0.01, 0.99, Number.NaN, '0.2'])
        expect(await failed(() => train({ x, y }, { validation: { part } }))).to.include(
          'InvalidOption: fit, validation: expected a part between 0 and 1 that leaves examples on both sides, of 10',
        )
    })

    it('may be a dataset, and so may what it is validated on', async () => {
      const [data, held] = [dataset({ x: x.slice(0, 8), y: y.slice(0, 8) }), dataset({ x: x.slice(8), y: y.slice(8) })]
      const wanted = await train(
        { x: x.slice(0, 8), y: y.slice(0, 8) },
        { batchSize: 4, shuffle: false, validation: { x: x.slice(8), y: y.slice(8) } },
      )
      for (const [training, validation] of [
        [data, held],
        [data.batch(4), held.batch(1)],
      ]) {
        const found = await train(training as never, { batchSize: 4, validation })
        expect(numbers(found.variables)).to.deep.equal(numbers(wanted.variables))
        close(found.history.loss, wanted.history.loss)
        close(found.history['validationLoss' as 'loss'], wanted.history['validationLoss' as 'loss'])
      }
      expect(await failed(() => train(data as never, { validation: { part: 0.2 } }))).to.include(
        'fit, validation: expected examples or a dataset, because the size of the dataset is unknown',
      )
      expect(await failed(() => train(dataset({ x, y }).filter(() => false) as never))).to.include(
        'InvalidOption: fit, data: expected at least one batch',
      )
    })

    it('counts by its weights, as often as it is there', async () => {
      const twice = { x: [...x, ...x.slice(0, 2)], y: [...y, ...y.slice(0, 2)] }
      const own = { batchSize: null, shuffle: false }
      // The mean is over the number of examples, whatever they weigh: 12 of one weight, or 10.
      const repeated = await train(twice, { ...own, optimizer: gradientDescent({ step: 0.12 }) })
      const weighed = await train({ x, y, weights: x.map((_, i) => (i < 2 ? 2 : 1)) }, own)
      close(numbers(weighed.variables), numbers(repeated.variables))
    })

    it('counts for nothing where it is masked, as if it were left out', async () => {
      const own = { batchSize: null, shuffle: false }
      const masked = await train({ x, y, mask: x.map((_, i) => Number(i < 7)) }, own)
      const without = await train({ x: x.slice(0, 7), y: y.slice(0, 7) }, own)
      close(numbers(masked.variables), numbers(without.variables))
      close(masked.history.loss, without.history.loss)
      // A weight of nothing leaves the number of examples as it is.
      const weightless = await train({ x, y, weights: x.map((_, i) => Number(i < 7)) }, own)
      close(
        weightless.history.loss.slice(0, 1),
        without.history.loss.slice(0, 1).map(loss => loss * 0.7),
      )
    })

    it('goes with its weights and masks, shuffled and in batches', async () => {
      const weights = x.map((_, i) => i)
      const mask = x.map((_, i) => Number(i % 3 > 0))
      const order = [...x.keys()]
      const rule = { batchSize: 3, epochs: 1 }
      const at = (list: readonly (readonly number[])[]) => order.map(i => list[i])
      const together = await train({ x, y, weights, mask }, rule)
      const product = x.map((_, i) => (weights[i] as number) * (mask[i] as number))
      const shown = await train({ x: at(x), y: at(y), weights: product, mask }, rule)
      expect(numbers(shown.variables)).to.deep.equal(numbers(together.variables))
    })
  })
