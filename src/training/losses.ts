import { InvalidOption } from '../core/errors.ts'
import type { Ops } from '../core/ops.ts'
import { sharedShape, showShape } from '../core/shape.ts'
import { defineLoss, type Loss } from './loss.ts'

const allAxes = <T>(ops: Ops<T>, x: T): number[] => ops.shape(x).map((_, i) => i)
const meanOfAll = <T>(ops: Ops<T>, x: T): T => ops.mean(x, allAxes(ops, x))

/**
 * Checks that expected outputs have the shape of the predicted ones: they would broadcast otherwise, silently.
 *
 * @throws InvalidOption when they do not
 */
const checkAlike = <T>(ops: Ops<T>, loss: string, expected: T, predicted: T): void => {
  const [given, wanted] = [ops.shape(expected), ops.shape(predicted)]
  if (sharedShape(given, wanted) === undefined)
    throw new InvalidOption({
      layer: loss,
      option: 'y',
      expected: `the shape of the network's output, ${showShape(wanted)}`,
      got: showShape(given),
      remedy: 'Reshape the expected outputs; class numbers become one-hot vectors first.',
    })
}

/**
 * The mean squared error, `mean((predicted - expected)²)` over all elements.
 *
 * @example
 * ```ts
 * mse([[1, 2]], [[1, 4]]).dataSync()[0] // 2
 * ```
 */
export const mse: Loss = defineLoss('mse', (ops, expected, predicted) => {
  checkAlike(ops, 'mse', expected, predicted)
  return meanOfAll(ops, ops.square(ops.subtract(predicted, expected)))
})

/** Keeps the logarithm of a probability finite. */
const margin = 1e-7

/**
 * `-mean(sum(expected · log(predicted)))`, the sum over classes, of probabilities such as those of `Softmax`; they are
 * clipped to [1e-7, 1 - 1e-7]. `expected` is one-hot, or probabilities itself.
 *
 * @example
 * ```ts
 * categoricalCrossentropy([[0, 1]], [[0.5, 0.5]]).dataSync()[0] // 0.693…
 * ```
 */
export const categoricalCrossentropy: Loss = defineLoss('categoricalCrossentropy', (ops, expected, predicted) => {
  checkAlike(ops, 'categoricalCrossentropy', expected, predicted)
  const clipped = ops.minimum(ops.maximum(predicted, ops.constant(margin)), ops.constant(1 - margin))
  const classes = ops.shape(predicted).length - 1
  return ops.negative(meanOfAll(ops, ops.sum(ops.multiply(expected, ops.log(clipped)), [classes])))
})
