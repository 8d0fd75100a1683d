import { type Options, oneOf } from '../../base/options.ts'
import type { Ops } from '../../ops/ops.ts'
import { checkAlike } from '../losses/alike.ts'
import { configurableMetric, type MetricRule } from '../metric.ts'
import { columnsOf } from './columns.ts'
import { type CountMetric, shared } from './counts.ts'
import { type Moments, momentSums, momentsOf } from './moments.ts'
import { averageOption } from './options.ts'
import { quotient } from './quotient.ts'
import { meanOf, meanSums } from './weights.ts'

/** The options of {@link pearson} and {@link concordanceCorrelation}. */
export interface CorrelationOptions {
  /**
   * `'examples'`: for each feature over all examples; `'features'`: for each example along the last axis, averaged.
   * Default: `'examples'`.
   */
  readonly over?: 'examples' | 'features'
  /** How the values of several features become one; `null`: they do not. Default: `'macro'`, the mean. */
  readonly average?: 'macro' | null
}
interface Normal {
  readonly over: 'examples' | 'features'
  readonly average: 'macro' | null
}
const options: Options<Normal> = {
  over: { codec: oneOf(['examples', 'features']), default: 'examples' },
  average: averageOption(['macro'], 'macro'),
}

/** Sums of products of distances from means, and the square of the distance of the means, as often as there are numbers. */
interface Spreads<T> {
  readonly expected: T
  readonly predicted: T
  readonly both: T
  readonly apart: T
}

/** The spreads of each example along the last axis. */
const alongFeatures = <T>(ops: Ops<T>, expected: T, predicted: T): Spreads<T> => {
  const last = ops.shape(predicted).length - 1
  const [a, b] = [expected, predicted].map(x => {
    const mean = ops.mean(x, [last], true)
    return { mean, distances: ops.subtract(x, mean) }
  }) as [{ mean: T; distances: T }, { mean: T; distances: T }]
  const product = (x: T, y: T) => ops.sum(ops.multiply(x, y), [last])
  const apart = ops.square(ops.subtract(a.mean, b.mean))
  return {
    expected: product(a.distances, a.distances),
    predicted: product(b.distances, b.distances),
    both: product(a.distances, b.distances),
    apart: ops.sum(ops.broadcast(apart, ops.shape(predicted)), [last]),
  }
}

const spreadsOf = ({ count, mean, spread }: Moments): Spreads<number> => ({
  expected: spread(0, 0),
  predicted: spread(1, 1),
  both: spread(0, 1),
  apart: count * (mean(0) - mean(1)) ** 2,
})

/** A correlation as a quotient of spreads: of numbers, and in any interpretation of the operations. */
interface Correlation {
  readonly ofNumbers: (spreads: Spreads<number>) => number
  readonly of: <T>(ops: Ops<T>, spreads: Spreads<T>) => readonly [T, T]
}

const correlationRule =
  ({ ofNumbers, of }: Correlation) =>
  ({ name, over, average }: Normal & { readonly name: string }): MetricRule<number | readonly number[], never> => {
    const overFeatures: MetricRule = {
      sums: (ops, expected, predicted, weights) => {
        checkAlike(ops, name, expected, predicted)
        const [above, beneath] = of(ops, alongFeatures(ops, expected, predicted))
        const values = ops.where(
          beneath,
          ops.divide(above, ops.where(beneath, beneath, ops.constant(1))),
          ops.constant(0),
        )
        return meanSums(ops, name, values, weights)
      },
      finish: meanOf,
    }
    const overExamples: MetricRule<number | readonly number[], readonly [Float64Array]> = {
      sums: (ops, expected, predicted, weights) => {
        const read = columnsOf(ops, name, expected, predicted, weights)
        return [momentSums(ops, [read.expected, read.predicted], read.weights)]
      },
      finish: ([sums]) => {
        const values = momentsOf(sums, 2).map(moments => ofNumbers(spreadsOf(moments)))
        return average === null
          ? Object.freeze(values)
          : shared(
              values,
              values.map(() => 1),
            )
      },
    }
    return (over === 'features' ? overFeatures : overExamples) as MetricRule<number | readonly number[], never>
  }

/** Rounding makes no correlation larger than 1. */
const inside = (value: number): number => Math.min(1, Math.max(-1, value))

/**
 * Pearson's correlation coefficient of targets and predictions, over all examples of all batches: from -1 to 1; 0 if
 * either is constant.
 *
 * The last axis is the features, each with its own value. Options: `over` (`'examples'`; `'features'`: along the last
 * axis of each example, the mean of those, as Keras's PearsonCorrelation), `average` (`'macro'`, `null`), `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * pearson([[1], [2], [3]], [[2], [4], [5]]) // 0.981…
 * pearson({ over: 'features' })([[1, 2, 3], [1, 2, 3]], [[2, 4, 5], [3, 2, 1]]) // -0.009…
 * ```
 */
export const pearson: CountMetric<'pearson', CorrelationOptions> = configurableMetric(
  'pearson',
  options,
  correlationRule({
    ofNumbers: ({ expected, predicted, both }) => inside(quotient(both, Math.sqrt(expected) * Math.sqrt(predicted))),
    of: (ops, { expected, predicted, both }) => [both, ops.multiply(ops.sqrt(expected), ops.sqrt(predicted))],
  }),
  'higher',
) as unknown as CountMetric<'pearson', CorrelationOptions>

/**
 * Lin's concordance correlation coefficient (Lin 1989), which is lower than {@link pearson} if predictions differ in
 * mean or scale: `2 cov(expected, predicted) / (var(expected) + var(predicted) + (mean(expected) - mean(predicted))²)`;
 * 0 if neither varies. Options are those of {@link pearson}.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * concordanceCorrelation([[1], [2], [3]], [[2], [4], [5]]) // 0.4
 * ```
 */
export const concordanceCorrelation: CountMetric<'concordanceCorrelation', CorrelationOptions> = configurableMetric(
  'concordanceCorrelation',
  options,
  correlationRule({
    ofNumbers: ({ expected, predicted, both, apart }) => inside(quotient(2 * both, expected + predicted + apart)),
    of: (ops, { expected, predicted, both, apart }) => [
      ops.multiply(both, ops.constant(2)),
      ops.add(ops.add(expected, predicted), apart),
    ],
  }),
  'higher',
) as unknown as CountMetric<'concordanceCorrelation', CorrelationOptions>
