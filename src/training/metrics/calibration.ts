import type { Limit } from '../../base/limited-options.ts'
import { integer, type Options, oneOf } from '../../base/options.ts'
import type { Ops } from '../../ops/ops.ts'
import { type ConfigurableMetric, configurableMetric } from '../metric.ts'
import { areHits, classNumbers } from './classes.ts'
import { ignoreOption, type LogitsOption, logitsOption } from './options.ts'
import { quotient } from './quotient.ts'
import { flattened, weighed } from './weights.ts'

/** The options of {@link calibrationError}. */
export interface CalibrationOptions extends LogitsOption {
  /** The number of bins of equal width. Default: 15. */
  readonly bins?: Limit<'count'>
  /**
   * How to combine the gaps of the bins: their weighted mean (`'l1'`, the expected calibration error), the root of the
   * weighted mean of their squares (`'l2'`), or the largest (`'max'`). Default: `'l1'`.
   */
  readonly norm?: 'l1' | 'l2' | 'max'
  /** The class number whose examples do not count. Default: `null`, none. */
  readonly ignoreClass?: number | null
}
interface Normal {
  readonly bins: number
  readonly norm: 'l1' | 'l2' | 'max'
  readonly fromLogits: boolean
  readonly ignoreClass: number | null
}
const options: Options<Normal> = {
  bins: { codec: integer(1), default: 15 },
  norm: { codec: oneOf(['l1', 'l2', 'max']), default: 'l1' },
  fromLogits: logitsOption,
  ignoreClass: ignoreOption,
}

/** How sure each prediction was, whether rightly so, and how much it counts; each `[n]`. */
interface Confidence<T> {
  readonly sure: T
  readonly right: T
  readonly weights: T
}

const confidenceOf = <T>(
  ops: Ops<T>,
  { name, fromLogits, ignoreClass }: Normal & { readonly name: string },
  expected: T,
  predicted: T,
  weights: T,
): Confidence<T> => {
  const isSingle = ops.shape(predicted).length === 1 || ops.shape(predicted).at(-1) === 1
  const probabilities = !fromLogits ? predicted : isSingle ? ops.sigmoid(predicted) : ops.softmax(predicted)
  const read = classNumbers(ops, name, expected, probabilities, weights, {
    classes: null,
    threshold: null,
    ignoreClass,
  })
  const sure = isSingle ? probabilities : ops.max(probabilities, [ops.shape(predicted).length - 1])
  const [all, right, own] = [sure, isSingle ? read.expected : areHits(ops, read), read.weights].map(x =>
    flattened(ops, x),
  ) as [T, T, T]
  return { sure: all, right, weights: own }
}

/**
 * The calibration error: the gap between confidence and accuracy. Predictions are sorted into bins by their largest
 * probability; the gap of a bin is the difference between its mean probability and its accuracy (Guo et al. 2017). With
 * one output, it is the difference between the mean probability and the fraction of class 1. It is 0 if all is
 * calibrated, at most 1; and 0 without examples.
 *
 * Options: `bins` (15), `norm` (`'l1'`, `'l2'`, `'max'`), `fromLogits` (false), `ignoreClass`, `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * calibrationError([0, 0, 1, 1], [0.1, 0.3, 0.7, 0.9]) // 0.2
 * calibrationError({ norm: 'max' })([0, 1], [[0.75, 0.25], [0.9, 0.1]]) // 0.9
 * ```
 */
export const calibrationError: ConfigurableMetric<'calibrationError', CalibrationOptions, number, '{ bins: 15 }'> =
  configurableMetric(
    'calibrationError',
    options,
    normal => ({
      sums: (ops, expected, predicted, weights) => {
        const { bins } = normal
        const { sure, right, weights: own } = confidenceOf(ops, normal, expected, predicted, weights)
        const place = ops.multiply(sure, ops.constant(bins))
        const inside = ops.minimum(ops.maximum(place, ops.constant(0)), ops.constant(bins - 0.5))
        // Indices are truncated. NaN is in the first bin, and makes the value NaN.
        const index = ops.where(ops.equal(sure, sure), inside, ops.constant(0))
        return [own, weighed(ops, sure, own), ops.multiply(right, own)].map(each => ops.scatter(each, index, bins))
      },
      finish: ([counts, sure, right]: readonly Float64Array[]) => {
        const all = counts?.reduce((a, b) => a + b, 0) ?? 0
        const bins = Array.from(counts ?? [], (count, i) => ({
          share: quotient(count, all),
          gap: quotient(Math.abs((sure?.[i] as number) - (right?.[i] as number)), count),
        }))
        if (normal.norm === 'max') return Math.max(...bins.map(({ gap }) => gap))
        const power = normal.norm === 'l1' ? 1 : 2
        return bins.reduce((sum, { share, gap }) => sum + share * gap ** power, 0) ** (1 / power)
      },
    }),
    'lower',
  )
