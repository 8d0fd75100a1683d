import type { Called } from '../../base/limited-options.ts'
import type { Ops } from '../../ops/ops.ts'
import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { checkAlike } from './alike.ts'
import { times } from './arithmetic.ts'
import { meanOfFeatures } from './features.ts'

/** `|predicted - expected|`, element by element. */
export const distanceOf = <T>(ops: Ops<T>, loss: string, expected: T, predicted: T): T => {
  checkAlike(ops, loss, expected, predicted)
  return ops.abs(ops.subtract(predicted, expected))
}

/**
 * The mean absolute error, `mean(|predicted - expected|)`. Its gradient is 0 where the error is 0.
 *
 * @example
 * ```ts
 * mae([[1, 2]], [[1, 4]]).dataSync()[0] // 1
 * ```
 */
export const mae: ConfigurableLoss<object, 'outputs', Called<'mae', "{ reduction: 'sum' }">> = configurableLoss(
  'mae',
  {},
  (_, { name }) =>
    (ops, expected, predicted) =>
      meanOfFeatures(ops, distanceOf(ops, name, expected, predicted)),
)

/** What stands in for an expected value of 0. */
const least = 1e-7

/**
 * The mean absolute error in percent of the target, `100 mean(|predicted - expected| / max(|expected|, 1e-7))`.
 *
 * @example
 * ```ts
 * mape([[2, 4]], [[1, 5]]).dataSync()[0] // 37.5
 * ```
 */
export const mape: ConfigurableLoss<object, 'outputs', Called<'mape', "{ reduction: 'sum' }">> = configurableLoss(
  'mape',
  {},
  (_, { name }) =>
    (ops, expected, predicted) => {
      const error = distanceOf(ops, name, expected, predicted)
      const size = ops.maximum(ops.abs(expected), ops.constant(least))
      return meanOfFeatures(ops, times(ops, ops.divide(error, size), 100))
    },
)
