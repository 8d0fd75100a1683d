import { InvalidOption } from '../core/errors.ts'
import type { Ops } from '../core/ops.ts'
import { sharedShape, showShape } from '../core/shape.ts'
import { defineLoss, type Loss } from './loss.ts'
import { expectedLogOf, expectedLogsOf } from './probabilities.ts'

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

/**
 * `-mean(sum(expected · log(predicted)))`, the sum over classes, of probabilities such as those of `Softmax`. `expected` is
 * one-hot, or probabilities itself.
 *
 * Of a network whose last layer is `Softmax` or `Sigmoid`, the logarithm is computed from the logits, so that confident
 * mistakes have their gradient: `evaluate`, `fit` and training steps know them. Other probabilities, such as those that
 * this function is called with, are clipped to [1e-7, 1 - 1e-7].
 *
 * @example
 * ```ts
 * categoricalCrossentropy([[0, 1]], [[0.5, 0.5]]).dataSync()[0] // 0.693…
 * ```
 */
export const categoricalCrossentropy: Loss = defineLoss('categoricalCrossentropy', (ops, expected, predicted) => {
  checkAlike(ops, 'categoricalCrossentropy', expected, predicted)
  const classes = ops.shape(predicted).length - 1
  return ops.negative(meanOfAll(ops, ops.sum(expectedLogOf(ops, expected, predicted), [classes])))
})

/**
 * `-mean(expected · log(predicted) + (1 - expected) · log(1 - predicted))` over all elements, each the probability of a
 * yes or no of its own, such as those of `Sigmoid`. From logits, or clipped, as {@link categoricalCrossentropy}.
 *
 * @example
 * ```ts
 * binaryCrossentropy([[1], [0]], [[0.5], [0.5]]).dataSync()[0] // 0.693…
 * ```
 */
export const binaryCrossentropy: Loss = defineLoss('binaryCrossentropy', (ops, expected, predicted) => {
  checkAlike(ops, 'binaryCrossentropy', expected, predicted)
  return ops.negative(meanOfAll(ops, expectedLogsOf(ops, expected, predicted)))
})
