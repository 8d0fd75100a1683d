import type { Called } from '../../base/limited-options.ts'
import { type ConfigurableLoss, configurableLoss, type LossForward } from '../loss.ts'
import { checkAlike } from './alike.ts'
import { plus } from './arithmetic.ts'
import { meanOfFeatures } from './features.ts'

const squaredLogarithmicError =
  (loss: string): LossForward =>
  (ops, expected, predicted) => {
    checkAlike(ops, loss, expected, predicted)
    const logOf = (x: typeof expected) => ops.log(plus(ops, ops.maximum(x, ops.constant(0)), 1))
    return meanOfFeatures(ops, ops.square(ops.subtract(logOf(predicted), logOf(expected))))
  }

/**
 * The mean squared logarithmic error, `mean((log(1 + predicted) - log(1 + expected))²)`, which sees relative errors of large
 * values. Values below 0 count as 0, and have no gradient.
 *
 * @example
 * ```ts
 * msle([[Math.E - 1]], [[0]]).dataSync()[0] // 1
 * ```
 */
export const msle: ConfigurableLoss<object, 'outputs', Called<'msle', "{ reduction: 'sum' }">> = configurableLoss(
  'msle',
  {},
  (_, { name }) => squaredLogarithmicError(name),
)

/**
 * The root of {@link msle} over all examples, `sqrt(mean((log(1 + predicted) - log(1 + expected))²))`. Its gradient is
 * 0 if there is no error.
 *
 * @example
 * ```ts
 * rmsle([[Math.E - 1]], [[0]]).dataSync()[0] // 1
 * ```
 */
export const rmsle: ConfigurableLoss<object, 'outputs', Called<'rmsle', "{ reduction: 'sum' }">> = configurableLoss(
  'rmsle',
  {},
  (_, { name }) => ({
    forward: squaredLogarithmicError(name),
    root: true,
  }),
)
