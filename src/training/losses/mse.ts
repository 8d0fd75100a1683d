import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { checkAlike, overFeatures } from './alike.ts'

/**
 * The mean squared error, `mean((predicted - expected)²)` over the last axis, for each example.
 *
 * @example
 * ```ts
 * mse([[1, 2]], [[1, 4]]).dataSync()[0] // 2
 * ```
 */
export const mse: ConfigurableLoss = configurableLoss('mse', {}, () => ({
  forward: (ops, expected, predicted) => {
    checkAlike(ops, 'mse', expected, predicted)
    return overFeatures(ops, ops.square(ops.subtract(predicted, expected)))
  },
  residuals: (ops, expected, predicted) => ops.subtract(predicted, expected),
}))
