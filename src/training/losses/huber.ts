import type { Called, Limit } from '../../base/limited-options.ts'
import { positive } from '../../base/options.ts'
import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { distanceOf } from './absolute.ts'
import { times } from './arithmetic.ts'
import { meanOfFeatures } from './features.ts'

/** Options of {@link huber}. */
export interface HuberOptions {
  /** The size of an error from which on it counts linearly. Default: 1. */
  readonly delta?: Limit<'positive'>
}

/**
 * The mean of `e² / 2` for errors `e` up to `delta`, and of `delta (|e| - delta / 2)` beyond, so that outliers have a
 * bounded gradient (Huber 1964).
 *
 * @throws InvalidOption if `delta` is not positive
 * @example
 * ```ts
 * huber([[0, 0]], [[1, 3]]).dataSync()[0] // 1.5
 * huber({ delta: 2 })([[0, 0]], [[1, 3]]).dataSync()[0] // 2.25
 * ```
 */
export const huber: ConfigurableLoss<HuberOptions, 'outputs', Called<'huber', '{ delta: 1 }'>> = configurableLoss(
  'huber',
  { delta: { codec: positive, default: 1 } },
  ({ delta }, { name }) =>
    (ops, expected, predicted) => {
      const error = distanceOf(ops, name, expected, predicted)
      // Of the error, the part within delta counts as a square, the rest as delta times its size.
      const within = ops.minimum(error, ops.constant(delta))
      const beyond = times(ops, ops.subtract(error, within), delta)
      return meanOfFeatures(ops, ops.add(times(ops, ops.square(within), 0.5), beyond))
    },
)
