import type { Called } from '../../base/limited-options.ts'
import { type ConfigurableLoss, configurableLoss, type LossForward } from '../loss.ts'
import { checkAlike } from './alike.ts'
import { meanOfFeatures } from './features.ts'

/** `predicted - expected` */
const residualsOf =
  (loss: string): LossForward =>
  (ops, expected, predicted) => {
    checkAlike(ops, loss, expected, predicted)
    return ops.subtract(predicted, expected)
  }

const squaredError =
  (loss: string): LossForward =>
  (ops, ...args) =>
    meanOfFeatures(ops, ops.square(residualsOf(loss)(ops, ...args)))

/**
 * The mean squared error, `mean((predicted - expected)²)`. Per example, it is the mean over the last axis.
 *
 * @example
 * ```ts
 * mse([[1, 2]], [[1, 4]]).dataSync()[0] // 2
 * ```
 */
export const mse: ConfigurableLoss<object, 'outputs', Called<'mse', "{ reduction: 'sum' }">> = configurableLoss(
  'mse',
  {},
  (_, { name }) => ({
    forward: squaredError(name),
    residuals: residualsOf(name),
  }),
)

/**
 * The root mean squared error, `sqrt(mean((predicted - expected)²))`: the root of the mean over all examples. Its
 * gradient is 0 if there is no error.
 *
 * @example
 * ```ts
 * rmse([[1, 2]], [[1, 5]]).dataSync()[0] // 2.121…
 * ```
 */
export const rmse: ConfigurableLoss<object, 'outputs', Called<'rmse', "{ reduction: 'sum' }">> = configurableLoss(
  'rmse',
  {},
  (_, { name }) => ({
    forward: squaredError(name),
    root: true,
  }),
)
