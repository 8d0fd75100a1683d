import type { Called, Limit } from '../../base/limited-options.ts'
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
  readonly axis?: Limit<'integer'>
}

/**
 * `-mean(sum(expected · log(predicted)))`, summed over classes, for probabilities such as those of `Softmax`.
 * `expected` is one-hot, or probabilities. For class indices, see {@link sparseCategoricalCrossentropy}.
 *
 * If a network ends in `Softmax` or `Sigmoid`, the logarithm is computed from the logits, so that confident mistakes
 * keep their gradient: `evaluate`, `fit` and training steps find the logits, also through `TimeDistributed`, slices,
 * masks and concatenations. Other probabilities, such as direct arguments of this function, are clipped to [1e-7, 1 -
 * 1e-7]. They are not divided by their sum.
 *
 * @throws InvalidOption if an option is invalid; when called, if the shapes differ
 * @example
 * ```ts
 * categoricalCrossentropy([[0, 1]], [[0.5, 0.5]]).dataSync()[0] // 0.693…
 * categoricalCrossentropy({ fromLogits: true })([[0, 1]], [[40, 0]]).dataSync()[0] // 40
 * ```
 */
export const categoricalCrossentropy: ConfigurableLoss<
  CategoricalCrossentropyOptions,
  'vectors',
  Called<'categoricalCrossentropy', '{ fromLogits: false }'>
> = configurableLoss(
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
