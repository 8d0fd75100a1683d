import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  categoricalCrossentropy,
  defineLoss,
  evaluate,
  fit,
  Input,
  init,
  join,
  key,
  Linear,
  type Loss,
  mse,
  Softmax,
  trainStep,
} from '../../src/index.ts'
import '../../src/onnxruntime.ts'
import '../../src/wasm.ts'

const engines = ['tfjs', 'wasm', 'onnxruntime'] as const
const value = (tensor: tf.Tensor): number => {
  const [number = Number.NaN] = tensor.dataSync()
  tensor.dispose()
  return number
}
const near = (a: number, b: number): void => {
  expect(a).to.be.closeTo(b, 1e-5 * Math.max(1, Math.abs(b)))
}

describe('The reduction of a loss', () => {
  const [y, p] = [
    [[0], [0], [0]],
    [[1], [2], [3]],
  ] // losses 1, 4, 9
  it('is the mean, the weighted mean, the sum, or none', () => {
    near(value(mse(y, p)), 14 / 3)
    near(value(mse(y, p, { weights: [1, 0, 2] })), 19 / 3)
    near(value(mse(y, p, { weights: [1, 0, 2], reduction: 'weightedMean' })), 19 / 3)
    near(value(mse(y, p, { weights: [1, 0, 3], reduction: 'weightedMean' })), 28 / 4)
    near(value(mse(y, p, { weights: [1, 0, 2], reduction: 'sum' })), 19)
    expect([...mse(y, p, { weights: [1, 0, 2], reduction: 'none' }).dataSync()]).to.deep.equal([1, 0, 18])
    near(value(mse({ reduction: 'sum' })(y, p)), 14)
  })
  it('leaves out what a mask says, whatever stands there', () => {
    near(value(mse(y, [[1], [Number.NaN], [3]], { mask: [1, 0, 1] })), 5)
    near(value(mse(y, p, { mask: [1, 0, 1], weights: [1, 5, 2] })), 19 / 2)
    expect(value(mse(y, p, { mask: [0, 0, 0] }))).to.equal(0)
  })
  it('takes weights of steps of time, and of a column', () => {
    const steps = [
      [[1], [2]],
      [[3], [4]],
    ] // losses [[1, 4], [9, 16]]
    const zeros = [
      [[0], [0]],
      [[0], [0]],
    ]
    near(
      value(
        mse(zeros, steps, {
          weights: [
            [1, 0],
            [0, 1],
          ],
        }),
      ),
      17 / 4,
    )
    near(value(mse(zeros, steps, { weights: [1, 0] })), 5 / 4)
    near(
      value(
        mse(zeros, steps, {
          mask: [
            [1, 1],
            [1, 0],
          ],
        }),
      ),
      14 / 3,
    )
    near(value(mse(y, p, { weights: [[1], [0], [2]] })), 19 / 3)
  })
  it('weighs by class: one-hot vectors, numbers, records', () => {
    const [classes, predicted] = [
      [
        [1, 0],
        [0, 1],
      ],
      [
        [0.5, 0.5],
        [0.25, 0.75],
      ],
    ]
    const [a, b] = [Math.log(2), -Math.log(0.75)]
    near(value(categoricalCrossentropy({ classWeights: [1, 3] })(classes, predicted)), (a + 3 * b) / 2)
    near(value(categoricalCrossentropy({ classWeights: { 1: 3 } })(classes, predicted)), (a + 3 * b) / 2)
    const weighted = categoricalCrossentropy({ classWeights: [1, 3], reduction: 'weightedMean' })
    near(value(weighted(classes, predicted)), (a + 3 * b) / 4)
    near(value(weighted(classes, predicted, { weights: [2, 1] })), (2 * a + 3 * b) / 5)
    expect(() => categoricalCrossentropy({ classWeights: [1, 2, 3] })(classes, predicted)).to.throw(
      'a weight for each of the 2 classes',
    )
    expect(() => categoricalCrossentropy({ classWeights: [-1, 2] as number[] })).to.throw('classWeights')
  })
  it('refuses weights of another length, and of a loss that is a mean already', () => {
    expect(() => mse(y, p, { weights: [1, 2] })).to.throw('mse, weights: expected weights of shape (3,), got (2,)')
    const mean: Loss = defineLoss('mean', (ops, a, b) => ops.mean(ops.subtract(a, b), [0, 1]))
    near(value(mean(y, p)), -2)
    expect(() => mean(y, p, { weights: [1, 1, 1] })).to.throw('mean, weights: expected no weights or mask')
  })
})

for (const backend of [undefined, ...engines])
  describe(`Losses in use (${backend ?? 'eager'})`, () => {
    const network = join(Input(2), Linear(1, { weight: [[1], [2]] }))
    const variables = init(network, key(0))
    const x = [
      [1, 0],
      [0, 1],
      [1, 1],
    ] // outputs 1, 2, 3
    const scored = async (examples: object, loss: unknown): Promise<number> =>
      (await evaluate(network, variables, examples as never, { loss: loss as never, ...(backend && { backend }) })).loss

    it('see the inputs, and do without expected outputs', async () => {
      const loss = defineLoss('ratio', {
        forward: (ops, _, predicted, { x }) => ops.subtract(predicted, ops.sum(x[0] as typeof predicted, [1], true)),
        expects: false,
      })
      near(await scored({ x }, loss), 2 / 3)
      if (backend === undefined) return
      const { history } = await fit(network, variables, { x }, { loss, backend, epochs: 2 })
      near(history.loss[0] as number, 2 / 3)
    })
    it('may be functions', async () => {
      near(
        await scored({ x, y: [[0], [0], [0]] }, (ops: never, y: never, p: never) =>
          (ops as { abs: (x: unknown) => unknown; subtract: (a: unknown, b: unknown) => unknown }).abs(
            (ops as { subtract: (a: unknown, b: unknown) => unknown }).subtract(y, p),
          ),
        ),
        2,
      )
    })
    it('take weights and masks from the examples, batch by batch as all at once', async () => {
      const y = [[0], [0], [0]]
      near(await scored({ x, y, weights: [1, 0, 2] }, 'mse'), 19 / 3)
      near(await scored({ x, y, mask: [1, 0, 1] }, 'mse'), 5)
      for (const batchSize of [1, 2])
        near((await evaluate(network, variables, { x, y, mask: [1, 0, 1], weights: [3, 1, 1] }, { batchSize })).loss, 6)
    })
    it('ask for what they compare with', async () => {
      const failed = async (examples: object): Promise<string> => {
        try {
          await scored(examples, 'mse')
        } catch (error) {
          return (error as Error).message
        }
        return ''
      }
      expect(await failed({ x })).to.include('y: expected targets: the loss compares with them, got none')
      expect(await failed({ x, y: [[0], [0], [0]], weights: [1, 2] })).to.include(
        'weights: expected 3 rows, as x has, got 2',
      )
      expect(await failed({ x, y: [[0], [0], [0]], sampleWeights: [1] })).to.include('x, y, weights and mask alone')
    })
  })

describe('Weights in training', () => {
  const network = join(Input(2), Softmax(2))
  const variables = init(network, key(4))
  for (const backend of engines)
    it(`of 0 are as examples left out, where the mean is over weights (${backend})`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.boolean(), { minLength: 3, maxLength: 6 }), async kept => {
          fc.pre(kept.includes(true))
          const x = kept.map((_, i) => [Math.sin(i), Math.cos(3 * i)])
          const y = kept.map((_, i) => [i % 2, 1 - (i % 2)])
          const loss = categoricalCrossentropy({ reduction: 'weightedMean' })
          const step = trainStep(network, { loss, backend })
          const state = step.init(variables, key(1))
          const inside = <V>(rows: readonly V[]) => rows.filter((_, i) => kept[i])
          const [a, one] = await step(state, { x, y, weights: kept.map(Number) })
          const [b, other] = await step(state, { x: inside(x), y: inside(y) } as never)
          const [c, third] = await step(state, { x, y, mask: kept.map(Number) })
          near(one.loss, other.loss)
          near(third.loss, other.loss)
          const weights = [a, b, c].map(({ variables: { params } }) => [...params['softmax-1'].weight.dataSync()])
          for (const own of weights) for (const [i, w] of own.entries()) near(w, weights[1]?.[i] as number)
        }),
        { numRuns: 8 },
      )
    })
})
