import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { defineLoss, type Loss, mse, tensor } from '../../src/index.ts'
import { tfjsOps } from '../../src/tfjs/index.ts'
import { lossOf, residualsOf, type Scoring } from '../../src/training/scoring.ts'

const predicted: tf.Tensor = tensor([
  [1, 4],
  [3, 0],
  [2, 2],
])
const expected: tf.Tensor = tensor([
  [0, 1],
  [1, 1],
  [5, 1],
])
const scoringOf = (loss: Loss, weight = 1): Scoring => ({
  losses: [{ loss, weight, output: 0, name: null }],
  metrics: [],
})
const outcome = { x: [], expected: [expected], predicted: [predicted], weights: [], mask: [] }
const meanSquare = (x: tf.Tensor | undefined) => x && tf.mean(tf.square(x)).dataSync()[0]

describe('Residuals', () => {
  const ways = {
    'as they are': outcome,
    weighted: { ...outcome, weights: [tensor([1, 0.5, 2])] },
    masked: { ...outcome, mask: [tensor([1, 0, 1])] },
  }
  for (const [how, given] of Object.entries(ways))
    for (const reduction of ['mean', 'weightedMean', 'sum'] as const)
      it(`have the loss for their mean square, ${how} (${reduction})`, () => {
        const scoring = scoringOf(mse({ reduction }), 0.5)
        const [total] = lossOf(tfjsOps, scoring, given)
        expect(meanSquare(residualsOf(tfjsOps, scoring, given))).to.be.closeTo(total.dataSync()[0] as number, 1e-5)
      })

  it('leave out what a loss does not count, and do without its losses', () => {
    let calls = 0
    const own = defineLoss('own', {
      forward: (ops, y, x) => {
        calls++
        return ops.mean(ops.square(ops.subtract(x, y)), [1])
      },
      residuals: (ops, y, x) => ops.subtract(x, y),
      counts: ops => ops.constant(Float32Array.of(1, 1, 0), [3]),
    })
    const residuals = residualsOf(tfjsOps, scoringOf(own), outcome)
    expect(calls).to.equal(0)
    const [total] = lossOf(tfjsOps, scoringOf(own), outcome)
    expect(total.dataSync()[0]).to.be.closeTo((1 + 9 + 4 + 1) / 4, 1e-5)
    expect(meanSquare(residuals)).to.be.closeTo((1 + 9 + 4 + 1) / 4, 1e-5)
  })
})
