import { codec, type Option, type Options, oneOf } from '../../base/options.ts'
import { configurableMetric } from '../metric.ts'
import type { CountMetric, Counts } from './counts.ts'
import { numbersIn } from './options.ts'
import { quotient } from './quotient.ts'
import {
  type Curve,
  type NormalThresholds,
  type ThresholdsOptions,
  thresholdsOptions,
  thresholdsRule,
} from './thresholds.ts'

/** The options of {@link auc}. */
export interface AucOptions extends ThresholdsOptions {
  /** `'roc'`: the true positive rate over the false positive rate; `'pr'`: precision over recall. Default: `'roc'`. */
  readonly curve?: 'roc' | 'pr'
  /**
   * How the area between two thresholds is estimated: `'interpolation'` (of precision as in Davis and Goadrich 2006), or
   * from the larger or smaller of both values. Default: `'interpolation'`.
   */
  readonly method?: 'interpolation' | 'majoring' | 'minoring'
  /** How much each label counts in the mean over labels. Default: `null`, all the same. */
  readonly labelWeights?: readonly number[] | null
}

interface Normal extends NormalThresholds {
  readonly curve: 'roc' | 'pr'
  readonly method: 'interpolation' | 'majoring' | 'minoring'
  readonly labelWeights: readonly number[] | null
}

const labelWeights: Option<readonly number[] | null> = {
  codec: codec<readonly number[] | null>('an array of numbers >= 0, or null', value =>
    value === null ? null : numbersIn(value, n => n >= 0),
  ),
  default: null,
}
const options: Options<Normal> = {
  curve: { codec: oneOf(['roc', 'pr']), default: 'roc' },
  method: { codec: oneOf(['interpolation', 'majoring', 'minoring']), default: 'interpolation' },
  labelWeights,
  ...thresholdsOptions,
}

/** The area between two thresholds under precision as it changes with the counts, which is not along a line. */
const interpolated = (lower: Counts, upper: Counts): number => {
  const [all, fewer] = [lower.tp + lower.fp, upper.tp + upper.fp]
  const slope = quotient(lower.tp - upper.tp, Math.max(all - fewer, 0))
  const intercept = upper.tp - slope * fewer
  const ratio = all > 0 && fewer > 0 ? all / fewer : 1
  return quotient(slope * (lower.tp - upper.tp + intercept * Math.log(ratio)), Math.max(upper.tp + upper.fn, 0))
}

const heights = {
  interpolation: (a: number, b: number) => (a + b) / 2,
  majoring: Math.max,
  minoring: Math.min,
} as const

const area = (points: Curve, { curve, method }: Normal): number => {
  const found = ({ tp, fn }: Counts) => quotient(tp, tp + fn)
  const wrong = ({ fp, tn }: Counts) => quotient(fp, fp + tn)
  const right = ({ tp, fp }: Counts) => quotient(tp, tp + fp)
  const [along, height] = curve === 'roc' ? [wrong, found] : [found, right]
  let all = 0
  for (let i = 1; i < points.length; i++) {
    const [lower, upper] = [points[i - 1], points[i]] as [Counts, Counts]
    all +=
      curve === 'pr' && method === 'interpolation'
        ? interpolated(lower, upper)
        : (along(lower) - along(upper)) * heights[method](height(lower), height(upper))
  }
  return all
}

/**
 * The area under the curve of the receiver operating characteristic, or of precision and recall, from counts at thresholds.
 * Of class numbers and one-hot vectors each class is judged against the rest.
 *
 * Options: `curve` (`'roc'`, `'pr'`), `thresholds` (200, evenly spaced, or an array), `method` (`'interpolation'`,
 * `'majoring'`, `'minoring'`), `average` (`'macro'`, `'micro'`, `'weighted'`, `null`), `labelWeights`, `only`,
 * `fromLogits`, `ignoreClass`, `name`. It is as exact as there are thresholds between scores. Without positives or without
 * negatives it is 0, as in Keras. NaN is the least score.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * auc([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]) // 0.75
 * auc({ curve: 'pr' })([[0], [1], [1]], [[0.1], [0.8], [0.9]]) // 1
 * ```
 */
export const auc: CountMetric<'auc', AucOptions, "{ curve: 'roc' }"> = configurableMetric(
  'auc',
  options,
  thresholdsRule<Normal>(area),
  'higher',
) as CountMetric<'auc', AucOptions>

/**
 * Average precision: the mean of the precisions at thresholds, weighted by the increase in recall,
 * `Σ (recallᵢ - recallᵢ₊₁) precisionᵢ`. No area is interpolated. Where nothing was expected it is 0, as in scikit-learn.
 *
 * Options: `thresholds` (200, evenly spaced, or an array), `average`, `only`, `fromLogits`, `ignoreClass`, `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.833…
 * ```
 */
export const averagePrecision: CountMetric<'averagePrecision', ThresholdsOptions, '{ thresholds: 200 }'> =
  configurableMetric(
    'averagePrecision',
    thresholdsOptions,
    thresholdsRule<NormalThresholds>(points =>
      points.slice(1).reduce((sum, { tp }, i) => {
        const lower = points[i] as Counts
        return sum + quotient(lower.tp - tp, lower.tp + lower.fn) * quotient(lower.tp, lower.tp + lower.fp)
      }, 0),
    ),
    'higher',
  ) as CountMetric<'averagePrecision', ThresholdsOptions>
