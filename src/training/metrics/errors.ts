import type { Ops } from '../../ops/ops.ts'
import { checkAlike } from '../losses/alike.ts'
import { type ConfigurableMetric, configurableMetric } from '../metric.ts'
import { meanOf, meanSums } from './weights.ts'

// Means over all numbers of how far predictions are off. Weights are those of examples, or of single numbers.

/** The options of a metric that has none but its name. */
export type NoOptions = Readonly<Record<never, never>>

const meanError = <const Name extends string>(
  name: Name,
  error: <T>(ops: Ops<T>, difference: T, expected: T) => T,
  finish?: (mean: number) => number,
): ConfigurableMetric<Name, NoOptions> =>
  configurableMetric(
    name,
    {},
    ({ name: owner }) => ({
      sums: (ops, expected, predicted, weights) => {
        checkAlike(ops, owner, expected, predicted)
        return meanSums(ops, owner, error(ops, ops.subtract(predicted, expected), expected), weights)
      },
      finish: finish === undefined ? meanOf : sums => finish(meanOf(sums)),
    }),
    'lower',
  )

/**
 * The mean absolute error, `mean(|predicted - expected|)` over all numbers. Option: `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * meanAbsoluteError([[1, 2]], [[1, 4]]) // 1
 * ```
 */
export const meanAbsoluteError: ConfigurableMetric<'meanAbsoluteError', NoOptions> = meanError(
  'meanAbsoluteError',
  (ops, difference) => ops.abs(difference),
)

/**
 * The mean squared error, `mean((predicted - expected)²)` over all numbers. Option: `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * meanSquaredError([[1, 2]], [[1, 4]]) // 2
 * meanSquaredError([[1], [2]], [[1], [4]], { weights: [3, 1] }) // 1
 * ```
 */
export const meanSquaredError: ConfigurableMetric<'meanSquaredError', NoOptions> = meanError(
  'meanSquaredError',
  (ops, difference) => ops.square(difference),
)

/**
 * The root of the mean squared error of all numbers, in the unit of the predictions. Over batches it is the root of the
 * mean over all, not a mean of roots. Option: `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * rootMeanSquaredError([[1, 2]], [[1, 4]]) // 1.41421…
 * ```
 */
export const rootMeanSquaredError: ConfigurableMetric<'rootMeanSquaredError', NoOptions> = meanError(
  'rootMeanSquaredError',
  (ops, difference) => ops.square(difference),
  Math.sqrt,
)

/**
 * The mean absolute error in percent of the target, `100 mean(|predicted - expected| / |expected|)`; expected numbers
 * below 1e-7 count as that. Option: `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * meanAbsolutePercentageError([[1, 2]], [[1, 4]]) // 50
 * ```
 */
export const meanAbsolutePercentageError: ConfigurableMetric<'meanAbsolutePercentageError', NoOptions> = meanError(
  'meanAbsolutePercentageError',
  (ops, difference, expected) => ops.divide(ops.abs(difference), ops.maximum(ops.abs(expected), ops.constant(1e-7))),
  mean => 100 * mean,
)
