import type { Limit } from '../../base/limited-options.ts'
import { type Option, type Options, part } from '../../base/options.ts'
import { configurableMetric } from '../metric.ts'
import type { CountMetric, Counts } from './counts.ts'
import { quotient } from './quotient.ts'
import {
  type Curve,
  type NormalThresholds,
  type ThresholdsOptions,
  thresholdsOptions,
  thresholdsRule,
} from './thresholds.ts'

// The best value of one measure among the thresholds at which another one is at least as good as asked for.

const measures = {
  sensitivity: ({ tp, fn }: Counts) => quotient(tp, tp + fn),
  specificity: ({ tn, fp }: Counts) => quotient(tn, tn + fp),
  recall: ({ tp, fn }: Counts) => quotient(tp, tp + fn),
  precision: ({ tp, fp }: Counts) => quotient(tp, tp + fp),
} as const
type Measure = keyof typeof measures

const share: Option<number> = { codec: part, default: 0.5 }

/** The options of {@link sensitivityAtSpecificity}. */
export interface AtSpecificityOptions extends ThresholdsOptions {
  /** The least specificity. Default: 0.5. */
  readonly specificity?: Limit<'part'>
}
/** The options of {@link specificityAtSensitivity}. */
export interface AtSensitivityOptions extends ThresholdsOptions {
  /** The least sensitivity. Default: 0.5. */
  readonly sensitivity?: Limit<'part'>
}
/** The options of {@link precisionAtRecall}. */
export interface AtRecallOptions extends ThresholdsOptions {
  /** The least recall. Default: 0.5. */
  readonly recall?: Limit<'part'>
}
/** The options of {@link recallAtPrecision}. */
export interface AtPrecisionOptions extends ThresholdsOptions {
  /** The least precision. Default: 0.5. */
  readonly precision?: Limit<'part'>
}

type AtLeast<Name extends string, O extends object, Least extends string> = CountMetric<Name, O, `{ ${Least}: 0.5 }`>
const bestAt = <const Name extends string, O extends object, const Least extends Measure>(
  name: Name,
  best: Measure,
  least: Least,
): AtLeast<Name, O, Least> => {
  type Normal = NormalThresholds & Readonly<Record<Measure, number>>
  return configurableMetric(
    name,
    { [least]: share, ...thresholdsOptions } as Options<Normal>,
    thresholdsRule<Normal>((curve: Curve, normal) =>
      Math.max(0, ...curve.filter(counts => measures[least](counts) >= normal[least]).map(measures[best])),
    ),
    'higher',
  ) as unknown as AtLeast<Name, O, Least>
}

/**
 * The largest sensitivity (recall) among thresholds with at least the given specificity; 0 if there is none.
 *
 * Options: `specificity` (0.5), `thresholds` (200), `average`, `only`, `fromLogits`, `ignoreClass`, `name`, as for
 * {@link auc}.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * sensitivityAtSpecificity({ specificity: 0.9 })([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.5
 * ```
 */
export const sensitivityAtSpecificity: AtLeast<'sensitivityAtSpecificity', AtSpecificityOptions, 'specificity'> =
  bestAt('sensitivityAtSpecificity', 'sensitivity', 'specificity')

/**
 * The largest specificity among thresholds with at least the given sensitivity (recall); 0 if there is none. Options:
 * `sensitivity` (0.5), and those of {@link sensitivityAtSpecificity}.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * specificityAtSensitivity({ sensitivity: 0.9 })([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.5
 * ```
 */
export const specificityAtSensitivity: AtLeast<'specificityAtSensitivity', AtSensitivityOptions, 'sensitivity'> =
  bestAt('specificityAtSensitivity', 'specificity', 'sensitivity')

/**
 * The largest precision among thresholds with at least the given recall; 0 if there is none. Options: `recall` (0.5),
 * and those of {@link sensitivityAtSpecificity}.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * precisionAtRecall({ recall: 0.9 })([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.666…
 * ```
 */
export const precisionAtRecall: AtLeast<'precisionAtRecall', AtRecallOptions, 'recall'> = bestAt(
  'precisionAtRecall',
  'precision',
  'recall',
)

/**
 * The largest recall among thresholds with at least the given precision; 0 if there is none. Options: `precision`
 * (0.5), and those of {@link sensitivityAtSpecificity}.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * recallAtPrecision({ precision: 0.9 })([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.5
 * ```
 */
export const recallAtPrecision: AtLeast<'recallAtPrecision', AtPrecisionOptions, 'precision'> = bestAt(
  'recallAtPrecision',
  'recall',
  'precision',
)
