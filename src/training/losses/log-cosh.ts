import type { Called } from '../../base/limited-options.ts'
import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { distanceOf } from './absolute.ts'
import { plus, times } from './arithmetic.ts'
import { meanOfFeatures } from './features.ts'

/**
 * `mean(log(cosh(predicted - expected)))`: half the square of small errors, the absolute value of large ones less `log 2`.
 *
 * It is computed as `|e| + softplus(-2 |e|) - log 2`, which is finite for every error.
 *
 * @example
 * ```ts
 * logCosh([[0]], [[100]]).dataSync()[0] // 99.306…
 * ```
 */
export const logCosh: ConfigurableLoss<object, 'outputs', Called<'logCosh', "{ reduction: 'sum' }">> = configurableLoss(
  'logCosh',
  {},
  (_, { name }) =>
    (ops, expected, predicted) => {
      const error = distanceOf(ops, name, expected, predicted)
      const rest = ops.softplus(times(ops, error, -2))
      return meanOfFeatures(ops, plus(ops, ops.add(error, rest), -Math.LN2))
    },
)
