import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { expectedLogOf, expectedLogsOf } from '../probabilities.ts'
import { checkAlike, overFeatures } from './alike.ts'

/**
 * `-sum(expected · log(predicted))`, the sum over classes, of probabilities such as those of `Softmax`, for each example.
 * `expected` is one-hot, or probabilities itself.
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
export const categoricalCrossentropy: ConfigurableLoss = configurableLoss(
  'categoricalCrossentropy',
  {},
  () => (ops, expected, predicted) => {
    checkAlike(ops, 'categoricalCrossentropy', expected, predicted)
    const classes = ops.shape(predicted).length - 1
    return ops.negative(ops.sum(expectedLogOf(ops, expected, predicted), [classes]))
  },
)

/**
 * `-(expected · log(predicted) + (1 - expected) · log(1 - predicted))`, the mean over the last axis, each the probability
 * of a yes or no of its own, such as those of `Sigmoid`. From logits, or clipped, as {@link categoricalCrossentropy}.
 *
 * @example
 * ```ts
 * binaryCrossentropy([[1], [0]], [[0.5], [0.5]]).dataSync()[0] // 0.693…
 * ```
 */
export const binaryCrossentropy: ConfigurableLoss = configurableLoss(
  'binaryCrossentropy',
  {},
  () => (ops, expected, predicted) => {
    checkAlike(ops, 'binaryCrossentropy', expected, predicted)
    return overFeatures(ops, ops.negative(expectedLogsOf(ops, expected, predicted)))
  },
)
