import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { logsOfClasses, shareOf } from '../probabilities.ts'
import { asVectors, classesOf, smoothed } from './classes.ts'
import {
  axis,
  fromLogits,
  type LogarithmsOption,
  labelSmoothing,
  logInput,
  type SmoothingOption,
  scaleOf,
} from './options.ts'

/** Options of {@link categoricalCrossentropy}. */
export interface CategoricalCrossentropyOptions extends LogarithmsOption, SmoothingOption {
  /** The axis of the classes. Default: -1. */
  readonly axis?: number
}

/**
 * `-mean(sum(expected · log(predicted)))`, the sum over classes, of probabilities such as those of `Softmax`. `expected` is
 * one-hot, or probabilities itself. For class numbers, see {@link sparseCategoricalCrossentropy}.
 *
 * Of a network whose outputs come from `Softmax` or `Sigmoid`, the logarithm is computed from the logits, so that confident
 * mistakes have their gradient: `evaluate`, `fit` and training steps know them, also behind `TimeDistributed`, slices, masks
 * and concatenations. Other probabilities, such as those that this function is called with, are clipped to
 * [1e-7, 1 - 1e-7]. They are taken as they are, and not divided by their sum.
 *
 * @throws InvalidOption if an option is invalid; from a use, if the shapes differ
 * @example
 * ```ts
 * categoricalCrossentropy([[0, 1]], [[0.5, 0.5]]).dataSync()[0] // 0.693…
 * categoricalCrossentropy({ fromLogits: true })([[0, 1]], [[40, 0]]).dataSync()[0] // 40
 * ```
 */
export const categoricalCrossentropy: ConfigurableLoss<CategoricalCrossentropyOptions> = configurableLoss(
  'categoricalCrossentropy',
  { fromLogits, logInput, labelSmoothing, axis: { codec: axis, default: -1 } },
  ({ labelSmoothing, axis, ...given }, { name }) => {
    const scale = scaleOf(name, given)
    return (ops, expected, predicted) => {
      const [shares, outputs] = asVectors(ops, name, expected, predicted, axis)
      const targets =
        labelSmoothing === 0 ? shares : smoothed(ops, shares, labelSmoothing, classesOf(ops, name, outputs))
      const logs = shareOf(ops, targets, logsOfClasses(ops, outputs, scale))
      return ops.negative(ops.sum(logs, [ops.shape(logs).length - 1]))
    }
  },
)
