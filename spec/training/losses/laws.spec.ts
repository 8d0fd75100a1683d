import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import fc from 'fast-check'
import * as j from '../../../src/index.ts'
import { type Loss, type TensorInput, tape, tfjsOps } from '../../../src/index.ts'
import { lossOf } from '../../../src/training/scoring.ts'

// Reductions, weights and masks: what holds for every loss of examples, whatever they are.

type Rows = readonly (readonly number[])[]
interface Examples {
  readonly expected: Rows
  readonly predicted: Rows
}

const width = 3
const row = (least: number, most: number) =>
  fc.array(fc.double({ min: least, max: most, noNaN: true }), { minLength: width, maxLength: width })
/** Probabilities of classes, and which one is right. */
const ofClasses = fc.record({
  expected: fc.integer({ min: 0, max: width - 1 }).map(c => Array.from({ length: width }, (_, i) => Number(i === c))),
  predicted: row(0.1, 1).map(x => x.map(value => value / x.reduce((a, b) => a + b, 0))),
})
const ofNumbers = fc.record({ expected: fc.integer({ min: 0, max: 2 }).map(c => [c]), predicted: row(-3, 3) })
const ofValues = fc.record({ expected: row(0, 3), predicted: row(0.1, 3) })

type Example = { readonly expected: readonly number[]; readonly predicted: readonly number[] }
const losses: readonly (readonly [loss: Loss, examples: fc.Arbitrary<Example>])[] = [
  ...[j.mse, j.mae, j.mape, j.msle, j.logCosh, j.huber, j.quantile, j.poisson, j.cosineSimilarity].map(
    loss => [loss, ofValues] as const,
  ),
  ...[
    j.binaryCrossentropy,
    j.categoricalCrossentropy,
    j.focal,
    j.kullbackLeibler,
    j.binaryHinge,
    j.squaredHinge,
    j.categoricalHinge,
    j.dice,
    j.tversky,
    j.addLosses([j.categoricalCrossentropy, 0.5], 'dice'),
  ].map(loss => [loss, ofClasses] as const),
  [j.sparseCategoricalCrossentropy({ fromLogits: true }), ofNumbers],
]

const batchOf = (examples: readonly Example[]): Examples => ({
  expected: examples.map(({ expected }) => expected),
  predicted: examples.map(({ predicted }) => predicted),
})
const numbers = (result: Tensor): readonly number[] => Array.from(result.dataSync())
const each = (loss: Loss, { expected, predicted }: Examples): readonly number[] =>
  numbers(loss(expected as TensorInput, predicted as TensorInput, { reduction: 'none' }))
const whole = (loss: Loss, { expected, predicted }: Examples, weighting: j.Weighting = {}): number =>
  numbers(loss(expected as TensorInput, predicted as TensorInput, weighting))[0] as number
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
const near = (found: number, wanted: number): void => {
  expect(found).to.be.closeTo(wanted, 1e-4 * (1 + Math.abs(wanted)))
}
const allNear = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found).to.have.length(wanted.length)
  for (const [i, value] of wanted.entries()) near(found[i] as number, value)
}

for (const [loss, example] of losses)
  describe(`Laws of ${loss}`, () => {
    const weighted = fc.array(fc.tuple(example, fc.double({ min: 0, max: 3, noNaN: true }), fc.boolean()), {
      minLength: 1,
      maxLength: 6,
    })
    const holds = (law: (examples: readonly Example[], weights: readonly number[], mask: readonly number[]) => void) =>
      fc.assert(
        fc.property(weighted, given =>
          law(
            given.map(([one]) => one),
            given.map(([, weight]) => weight),
            given.map(([, , kept]) => Number(kept)),
          ),
        ),
        { numRuns: 25 },
      )

    it('reductions are those of the losses of the examples', () =>
      holds((examples, weights) => {
        const batch = batchOf(examples)
        const own = each(loss, batch)
        const product = own.map((value, i) => value * (weights[i] as number))
        allNear(
          numbers(loss(batch.expected as TensorInput, batch.predicted as TensorInput, { weights, reduction: 'none' })),
          product,
        )
        near(whole(loss, batch, { weights, reduction: 'sum' }), sum(product))
        near(whole(loss, batch, { weights }), sum(product) / examples.length)
        if (sum(weights) > 0.01)
          near(whole(loss, batch, { weights, reduction: 'weightedMean' }), sum(product) / sum(weights))
      }))

    it('the order of examples is that of their losses', () =>
      holds(examples => {
        allNear(each(loss, batchOf(examples.toReversed())), each(loss, batchOf(examples)).toReversed())
      }))

    it('the mean over batches, by their sizes, is that of all', () =>
      holds(examples => {
        const half = Math.ceil(examples.length / 2)
        const parts = [examples.slice(0, half), examples.slice(half)].filter(part => part.length > 0)
        const mean = sum(parts.map(part => whole(loss, batchOf(part)) * part.length)) / examples.length
        near(whole(loss, batchOf(examples)), mean)
      }))

    it('a weight of 0 leaves an example out of a weighted mean, and a mask out of any', () =>
      holds((examples, _, mask) => {
        const kept = examples.filter((__, i) => mask[i] === 1)
        const batch = batchOf(examples)
        const wanted = kept.length === 0 ? 0 : whole(loss, batchOf(kept))
        near(whole(loss, batch, { weights: mask, reduction: 'weightedMean' }), wanted)
        near(whole(loss, batch, { mask }), wanted)
      }))

    it('what a mask leaves out may be NaN, and leaves no trace in the gradient', () =>
      holds((examples, _, mask) => {
        const expected = examples.map((one, i) => (mask[i] === 1 ? one.expected : one.expected.map(() => Number.NaN)))
        const slopes = (y: Rows) =>
          tidy(() => {
            const { ops, variable, fixed, gradients } = tape(tfjsOps)
            const at = variable(tensor(examples.map(one => [...one.predicted])) as Tensor)
            const [value] = lossOf(
              ops,
              { losses: [{ loss, weight: 1, output: 0, name: null }] },
              {
                x: [],
                expected: [fixed(tensor(y.map(one => [...one])) as Tensor)],
                predicted: [at],
                weights: [],
                mask: [fixed(tensor([...mask]) as Tensor)],
              },
            )
            const [gradient] = gradients([[value, tfjsOps.constant(1)]], [at])
            return [...numbers(value.value), ...numbers(gradient as Tensor)]
          })
        allNear(slopes(expected), slopes(examples.map(one => one.expected)))
      }))
  })

describe('Weights and masks of sequences', () => {
  const expected = [
    [[1], [2]],
    [[3], [4]],
  ]
  const predicted = [
    [[0], [0]],
    [[0], [0]],
  ]
  it('are one for each example, or one for each step', () => {
    const of = (weighting: j.Weighting) => numbers(j.mse(expected, predicted, weighting))[0]
    expect(of({})).to.equal(7.5)
    expect(of({ weights: [1, 0] })).to.equal(1.25)
    expect(of({ weights: [[1], [0]] })).to.equal(1.25)
    expect(
      of({
        weights: [
          [1, 0],
          [0, 1],
        ],
      }),
    ).to.equal(4.25)
    expect(
      of({
        mask: [
          [1, 0],
          [0, 1],
        ],
      }),
    ).to.equal(8.5)
    expect(of({ mask: [1, 0] })).to.equal(2.5)
    expect(of({ mask: [1, 0], weights: [2, 5] })).to.equal(5)
    expect(of({ mask: [1, 0], weights: [2, 5], reduction: 'weightedMean' })).to.equal(2.5)
    expect(of({ mask: [0, 0] })).to.equal(0)
    const unknown = { mask: [1, 0], weights: [2, Number.NaN] } as const
    expect(of({ ...unknown, reduction: 'weightedMean' })).to.equal(2.5)
    expect(of({ ...unknown, reduction: 'sum' })).to.equal(10)
  })
})

describe('Roots, classes that do not count, and sums', () => {
  it('rmse and rmsle are roots of the mean over all, with a gradient of 0 where there is no error', () => {
    expect(numbers(j.rmse([[1], [2]], [[1], [6]]))[0]).to.be.closeTo(Math.sqrt(8), 1e-6)
    expect(numbers(j.rmse([[1], [2]], [[1], [6]], { mask: [0, 1] }))[0]).to.be.closeTo(4, 1e-6)
    expect(numbers(j.rmse([[1]], [[Number.NaN]]))).to.deep.equal([Number.NaN])
    for (const loss of [j.rmse, j.rmsle]) {
      const { ops, variable, fixed, gradients } = tape(tfjsOps)
      const at = variable(tensor([[1, 2]]) as Tensor)
      const [value] = lossOf(
        ops,
        { losses: [{ loss, weight: 1, output: 0, name: null }] },
        { x: [], expected: [fixed(tensor([[1, 2]]) as Tensor)], predicted: [at], weights: [], mask: [] },
      )
      expect(numbers(value.value)).to.deep.equal([0])
      expect(numbers(gradients([[value, tfjsOps.constant(1)]], [at])[0] as Tensor)).to.deep.equal([0, 0])
    }
  })

  it('ignoreClass is no part of the mean', () => {
    const loss = j.sparseCategoricalCrossentropy({ ignoreClass: -1 })
    const predicted = [
      [0.5, 0.5],
      [0.1, 0.9],
      [0.2, 0.8],
    ]
    expect(numbers(loss([0, -1, -1], predicted))[0]).to.be.closeTo(Math.LN2, 1e-6)
    expect(numbers(loss([0, 1, -1], predicted, { mask: [1, 0, 1] }))[0]).to.be.closeTo(Math.LN2, 1e-6)
    expect(numbers(loss([-1, -1, -1], predicted))[0]).to.equal(0)
    const weighted = j.sparseCategoricalCrossentropy({ ignoreClass: -1, classWeights: [2, 5] })
    expect(numbers(weighted([0, -1, -1], predicted))[0]).to.be.closeTo(2 * Math.LN2, 1e-6)
    expect(numbers(weighted([0, -1, -1], predicted, { reduction: 'weightedMean' }))[0]).to.be.closeTo(Math.LN2, 1e-6)
  })

  it('classes have weights, of vectors and of numbers', () => {
    const predicted = [
      [0.5, 0.5],
      [0.25, 0.75],
    ]
    const wanted = (3 * Math.LN2 - Math.log(0.75)) / 2
    const vectors = j.categoricalCrossentropy({ classWeights: [3, 1] })
    expect(
      numbers(
        vectors(
          [
            [1, 0],
            [0, 1],
          ],
          predicted,
        ),
      )[0],
    ).to.be.closeTo(wanted, 1e-6)
    const classes = j.sparseCategoricalCrossentropy({ classWeights: { 0: 3 } })
    expect(numbers(classes([0, 1], predicted))[0]).to.be.closeTo(wanted, 1e-6)
    const some = j.categoricalCrossentropy({ classWeights: { 0: 3 } })
    expect(
      numbers(
        some(
          [
            [1, 0],
            [0, 1],
          ],
          predicted,
        ),
      )[0],
    ).to.be.closeTo(wanted, 1e-6)
    const yesNo = j.binaryCrossentropy({ classWeights: [1, 3] })
    expect(numbers(yesNo([[1], [0]], [[0.5], [0.25]]))[0]).to.be.closeTo(wanted, 1e-6)
    const mean = j.sparseCategoricalCrossentropy({ classWeights: { 0: 3 }, reduction: 'weightedMean' })
    expect(numbers(mean([0, 1], predicted))[0]).to.be.closeTo(wanted / 2, 1e-6)
  })

  it('options may stand beside weights, and stay what they were for other calls', () => {
    const [y, p] = [[[1, 0]], [[40, 0]]]
    const other = [[0, 1]]
    const loss = j.categoricalCrossentropy
    expect(numbers(loss(other, p, { fromLogits: true, weights: [2] }))[0]).to.equal(80)
    expect(numbers(loss(other, p, { fromLogits: true, reduction: 'none' }))).to.deep.equal([40])
    expect(numbers(loss(y, p, { fromLogits: true, labelSmoothing: 0.5 }))[0]).to.equal(10)
    expect(numbers(loss(y, [[0.5, 0.5]]))[0]).to.be.closeTo(Math.LN2, 1e-6)
    const smooth = loss({ labelSmoothing: 0.5 }) as j.ConfigurableLoss<j.CategoricalCrossentropyOptions>
    expect(numbers(smooth(y, p, { fromLogits: true }))[0]).to.equal(10)
  })

  it('addLosses adds what other losses give', () => {
    const [y, p] = [[[[1], [2]]], [[[0], [0]]]]
    expect(numbers(j.addLosses('mse', [j.mae, 2])(y, p))[0]).to.equal(5.5)
    expect(numbers(j.addLosses([j.rmse, 2], j.mse)(y, p))[0]).to.be.closeTo(2 * Math.sqrt(2.5) + 2.5, 1e-6)
    expect(numbers(j.addLosses(j.mse, j.dice)(y, p, { reduction: 'none' }))[0]).to.be.closeTo(2.5 + 1, 1e-6)
    const weighted = j.addLosses([j.categoricalCrossentropy({ classWeights: [3, 1] }), 2])
    expect(numbers(weighted([[1, 0]], [[0.5, 0.5]]))[0]).to.be.closeTo(6 * Math.LN2, 1e-6)
    const ignoring = j.addLosses(j.sparseCategoricalCrossentropy({ ignoreClass: 1 }))
    expect(
      numbers(
        ignoring(
          [0, 1],
          [
            [0.5, 0.5],
            [0.5, 0.5],
          ],
        ),
      )[0],
    ).to.be.closeTo(Math.LN2, 1e-6)
    expect(j.addLosses([j.triplet({ mining: 'none' }), 1]).expects).to.equal(false)
  })
})
