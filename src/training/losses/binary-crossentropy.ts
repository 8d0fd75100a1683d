import type { Called, Limit } from '../../base/limited-options.ts'
import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { logsOfYesAndNo, shareOf } from '../probabilities.ts'
import { checkAlike } from './alike.ts'
import { complement } from './arithmetic.ts'
import { smoothed } from './classes.ts'
import { axisOf, meanOfFeatures, withLast } from './features.ts'
import { axis, fromLogits, type LogitsOption, labelSmoothing, type SmoothingOption } from './options.ts'

/** Options of {@link binaryCrossentropy}. */
export interface BinaryCrossentropyOptions extends LogitsOption, SmoothingOption {
  /** The axis of the features, over which the mean of an example is taken. Default: -1. */
  readonly axis?: Limit<'integer'>
}

/**
 * `-mean(expected · log(predicted) + (1 - expected) · log(1 - predicted))`, where each element is an independent
 * probability, such as those of `Sigmoid`.
 *
 * From logits, or clipped, as {@link categoricalCrossentropy}.
 *
 * @throws InvalidOption if an option is invalid; when called, if the shapes differ
 * @example
 * ```ts
 * binaryCrossentropy([[1], [0]], [[0.5], [0.5]]).dataSync()[0] // 0.693…
 * binaryCrossentropy({ fromLogits: true })([[1], [0]], [[100], [0]]).dataSync()[0] // 0.346…
 * ```
 */
export const binaryCrossentropy: ConfigurableLoss<
  BinaryCrossentropyOptions,
  'outputs',
  Called<'binaryCrossentropy', '{ fromLogits: false }'>
> = configurableLoss(
  'binaryCrossentropy',
  { fromLogits, labelSmoothing, axis: { codec: axis, default: -1 } },
  ({ fromLogits, labelSmoothing, axis }, { name }) => {
    const scale = fromLogits ? 'logits' : 'probabilities'
    return (ops, given, predicted) => {
      checkAlike(ops, name, given, predicted)
      const expected = smoothed(ops, given, labelSmoothing, 2)
      const [yes, no] = logsOfYesAndNo(ops, predicted, scale)
      const logs = ops.add(shareOf(ops, expected, yes), shareOf(ops, complement(ops, expected), no))
      const isScalar = ops.shape(logs).length === 0
      const features = isScalar ? logs : withLast(ops, logs, axisOf(ops, name, logs, axis))
      return ops.negative(meanOfFeatures(ops, features))
    }
  },
)
