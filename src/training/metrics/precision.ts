import type { Limit } from '../../base/limited-options.ts'
import { type Option, type Options, positive } from '../../base/options.ts'
import { configurableMetric } from '../metric.ts'
import { type CountMetric, type CountOptions, countOptions, countsRule, type NormalCounts } from './counts.ts'
import { quotient } from './quotient.ts'

/**
 * Precision, `tp / (tp + fp)`: the fraction of predictions that are right. It is 0 without predictions.
 *
 * With one output it is that of class 1; with several, each example has one class, and the value is the mean over
 * classes. With a `threshold` (or `k`), several outputs are independent labels.
 *
 * Options: `average` (`'macro'`, `'micro'`, `'weighted'`, `null` for one value each), `threshold`, `k`, `only`, `classes`,
 * `ignoreClass`, `name`. A class that was neither expected nor predicted counts as 0, as in Keras and scikit-learn; `only`
 * leaves it out.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * precision([[1], [0], [0]], [[0.9], [0.8], [0.1]]) // 0.5
 * precision([0, 1, 2], [[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]]) // 0.5
 * precision({ average: null })([0, 1, 2], [[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]]) // [0.5, 0, 1]
 * precision({ threshold: [0.5, 0.85] })([[1], [0], [0]], [[0.9], [0.8], [0.1]]) // [0.5, 1]
 * ```
 */
export const precision: CountMetric<'precision'> = configurableMetric(
  'precision',
  countOptions,
  countsRule(({ tp, fp }) => quotient(tp, tp + fp)),
  'higher',
) as CountMetric<'precision'>

/**
 * Recall, the true positive rate, `tp / (tp + fn)`: the fraction of targets that are predicted. It is 0 without
 * targets. Classes, labels and options are those of {@link precision}.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * recall([[1], [1], [0]], [[0.9], [0.2], [0.1]]) // 0.5
 * recall({ average: 'micro' })([0, 1, 1], [[0.7, 0.3], [0.6, 0.4], [0.1, 0.9]]) // 0.666…
 * ```
 */
export const recall: CountMetric<'recall'> = configurableMetric(
  'recall',
  countOptions,
  countsRule(({ tp, fn }) => quotient(tp, tp + fn)),
  'higher',
) as CountMetric<'recall'>

/**
 * Specificity, the true negative rate, `tn / (tn + fp)`: the fraction of negatives that are predicted as negative. It
 * is 0 without negatives. Classes, labels and options are those of {@link precision}.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * specificity([[1], [0], [0]], [[0.9], [0.8], [0.1]]) // 0.5
 * ```
 */
export const specificity: CountMetric<'specificity'> = configurableMetric(
  'specificity',
  countOptions,
  countsRule(({ tn, fp }) => quotient(tn, tn + fp)),
  'higher',
) as CountMetric<'specificity'>

/** The options of {@link fBeta}. */
export interface FBetaOptions extends CountOptions {
  /** How many times as much recall counts as precision. Default: 1. */
  readonly beta?: Limit<'positive'>
}
interface NormalFBeta extends NormalCounts {
  readonly beta: number
}
const betaOption: Option<number> = { codec: positive, default: 1 }
const fBetaOptions: Options<NormalFBeta> = { beta: betaOption, ...countOptions }

const fScore = ({ tp, fp, fn }: { readonly tp: number; readonly fp: number; readonly fn: number }, beta: number) =>
  quotient((1 + beta ** 2) * tp, (1 + beta ** 2) * tp + beta ** 2 * fn + fp)

/**
 * The F score, a weighted harmonic mean of precision and recall: `(1 + β²) tp / ((1 + β²) tp + β² fn + fp)` (van
 * Rijsbergen 1979). It is 0 without targets and predictions. Classes, labels and options are those of {@link
 * precision}, and `beta` (1).
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * fBeta({ beta: 2 })([[1], [1], [0]], [[0.9], [0.2], [0.1]]) // 0.555…
 * ```
 */
export const fBeta: CountMetric<'fBeta', FBetaOptions, '{ beta: 1 }'> = configurableMetric(
  'fBeta',
  fBetaOptions,
  countsRule<NormalFBeta>((counts, { beta }) => fScore(counts, beta)),
  'higher',
) as CountMetric<'fBeta', FBetaOptions, '{ beta: 1 }'>

/**
 * The F1 score, the harmonic mean of precision and recall, `2 tp / (2 tp + fn + fp)`. It is 0 without targets and
 * predictions. Classes, labels and options are those of {@link precision}.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * f1([[1], [1], [0]], [[0.9], [0.2], [0.1]]) // 0.666…
 * f1({ average: 'weighted', name: 'f1Weighted' })([0, 1, 1], [[0.7, 0.3], [0.6, 0.4], [0.1, 0.9]]) // 0.666…
 * ```
 */
export const f1: CountMetric<'f1'> = configurableMetric(
  'f1',
  countOptions,
  countsRule(counts => fScore(counts, 1)),
  'higher',
) as CountMetric<'f1'>
