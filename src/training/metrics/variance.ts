import type { Limit } from '../../base/limited-options.ts'
import { integer, type Options } from '../../base/options.ts'
import { configurableMetric, type MetricRule } from '../metric.ts'
import { columnsOf } from './columns.ts'
import { type CountMetric, shared } from './counts.ts'
import { momentSums, momentsOf } from './moments.ts'
import { averageOption } from './options.ts'
import { weighed } from './weights.ts'

// How much of the variance of what was expected predictions explain.

/** The options of {@link explainedVariance}. */
export interface VarianceOptions {
  /**
   * How the values of several features become one: the mean (`'macro'`), that weighted by the variances (`'weighted'`);
   * `null`: they do not. Default: `'macro'`.
   */
  readonly average?: 'macro' | 'weighted' | null
}
interface NormalVariance {
  readonly average: 'macro' | 'weighted' | null
}
const options: Options<NormalVariance> = { average: averageOption(['macro', 'weighted'], 'macro') }

/** The share of a variance that is explained: of none, all or nothing, as in scikit-learn. */
const explained = (unexplained: number, variance: number): number =>
  variance === 0 ? Number(unexplained === 0) : 1 - unexplained / variance

const together = (
  values: readonly number[],
  variances: readonly number[],
  { average }: NormalVariance,
): number | readonly number[] => {
  if (average === null) return Object.freeze(values)
  return shared(
    values,
    average === 'weighted' && variances.some(variance => variance > 0) ? variances : values.map(() => 1),
  )
}

/** The options of {@link r2}. */
export interface R2Options extends VarianceOptions {
  /** How many inputs the predictions were fitted to: adjusts the value to it. Default: 0, not adjusted. */
  readonly regressors?: Limit<'whole'>
}
interface NormalR2 extends NormalVariance {
  readonly regressors: number
}

/** The value that takes into account how many inputs there were (Theil 1961); as it is where there are too few examples. */
const adjusted = (value: number, examples: number, regressors: number): number => {
  const freedom = examples - regressors - 1
  return regressors === 0 || freedom <= 0 ? value : 1 - ((1 - value) * (examples - 1)) / freedom
}

/**
 * The coefficient of determination, `1 - Σ (expected - predicted)² / Σ (expected - mean)²`, of all examples of all batches:
 * 1 where all is right, 0 for predicting the mean, without a lower limit. Where all expected numbers are the same it is 1
 * if the predictions are right, otherwise 0, as in scikit-learn.
 *
 * The last axis is the features, each with its own value. Options: `average` (`'macro'`, `'weighted'` by variance,
 * `null`), `regressors` (0), `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * r2([[3], [-0.5], [2], [7]], [[2.5], [0], [2], [8]]) // 0.948…
 * r2({ average: null })([[1, 1], [2, 5]], [[1, 3], [2, 3]]) // [1, 0]
 * ```
 */
export const r2: CountMetric<'r2', R2Options> = configurableMetric(
  'r2',
  { ...options, regressors: { codec: integer(0), default: 0 } } as Options<NormalR2>,
  (normal): MetricRule<number | readonly number[], readonly [Float64Array, Float64Array, Float64Array]> => ({
    sums: (ops, expected, predicted, weights) => {
      const read = columnsOf(ops, normal.name, expected, predicted, weights)
      const errors = ops.square(ops.subtract(read.predicted, read.expected))
      const counted = ops.where(read.weights, ops.constant(1), ops.constant(0))
      return [
        momentSums(ops, [read.expected], read.weights),
        ops.sum(weighed(ops, errors, read.weights), [0]),
        ops.sum(counted, [0]),
      ]
    },
    finish: ([moments, errors, counts]) => {
      const variances = momentsOf(moments, 1).map(({ spread }) => spread(0, 0))
      const values = variances.map((variance, i) =>
        adjusted(explained(errors[i] as number, variance), counts[i] ?? (counts[0] as number), normal.regressors),
      )
      return together(values, variances, normal)
    },
  }),
  'higher',
) as unknown as CountMetric<'r2', R2Options>

/**
 * The explained variance, `1 - variance(expected - predicted) / variance(expected)`, of all examples of all batches: as
 * {@link r2}, but for predictions that are all off by the same. Where all expected numbers are the same it is 1 if all
 * predictions are off by the same, otherwise 0.
 *
 * The last axis is the features. Options: `average` (`'macro'`, `'weighted'` by variance, `null`), `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * explainedVariance([[3], [-0.5], [2], [7]], [[2.5], [0], [2], [8]]) // 0.957…
 * ```
 */
export const explainedVariance: CountMetric<'explainedVariance', VarianceOptions> = configurableMetric(
  'explainedVariance',
  options,
  (normal): MetricRule<number | readonly number[], readonly [Float64Array]> => ({
    sums: (ops, expected, predicted, weights) => {
      const read = columnsOf(ops, normal.name, expected, predicted, weights)
      return [momentSums(ops, [read.expected, ops.subtract(read.expected, read.predicted)], read.weights)]
    },
    finish: ([sums]) => {
      const moments = momentsOf(sums, 2)
      const variances = moments.map(({ spread }) => spread(0, 0))
      return together(
        moments.map(({ spread }, i) => explained(spread(1, 1), variances[i] as number)),
        variances,
        normal,
      )
    },
  }),
  'higher',
) as unknown as CountMetric<'explainedVariance', VarianceOptions>
