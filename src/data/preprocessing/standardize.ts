import { type Options, oneOf, parseOptions } from '../../base/options.ts'
import { digits } from '../../base/shown.ts'
import type { TensorInput } from '../../state/data.ts'
import type { Dataset } from '../dataset.ts'
import {
  asDataset,
  checkFeatures,
  type FieldOption,
  field,
  fromKept,
  numbers,
  shownPreprocessor,
  withField,
} from './given.ts'
import { type Changed, changeField, changeNumbers } from './numbers.ts'
import { statisticsOf, statisticsOfNumbers } from './statistics.ts'

/** What statistics are of. */
export interface StatisticsOptions extends FieldOption {
  /** Statistics of each feature, the last axis of an example (`'feature'`, the default), or of all numbers (`'all'`). */
  readonly by?: 'feature' | 'all'
}

/** What is kept of {@link Standardization}. */
export interface StandardizationJson {
  readonly kind: 'standardize'
  readonly field: string | null
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
}

/** Features with mean 0 and deviation 1: `(x - mean) / deviation`. */
export interface Standardization extends StandardizationJson {
  /**
   * Standardizes numbers, or the field of an example: a function for `map`.
   *
   * @throws InvalidOption if it has other features
   */
  readonly apply: <V>(value: V) => Changed<V>
  /** The numbers that were standardized: `x * deviation + mean`. */
  readonly invert: <V>(value: V) => Changed<V>
  readonly toJSON: () => StandardizationJson
}

const given = { field, by: { codec: oneOf(['feature', 'all']), default: 'feature' } }
const kept: Options<Omit<StandardizationJson, 'kind'>> = {
  field,
  mean: { codec: numbers },
  deviation: { codec: numbers },
}

const make = (name: string | null, mean: readonly number[], deviation: readonly number[]): Standardization => {
  const json: StandardizationJson = Object.freeze({ kind: 'standardize', field: name, mean, deviation })
  // A feature that is constant has nothing to be divided by.
  const scale = deviation.map(each => each || 1)
  const changing =
    (owner: string, change: (value: number, feature: number) => number) =>
    <V>(value: V): Changed<V> =>
      changeField(owner, name, value, part => changeNumbers(owner, part, mean.length, change)) as Changed<V>
  const standardization: Standardization = {
    ...json,
    apply: changing('standardize.apply', (x, i) => (x - (mean[i] as number)) / (scale[i] as number)),
    invert: changing('standardize.invert', (x, i) => x * (scale[i] as number) + (mean[i] as number)),
    toJSON: () => json,
  }
  return shownPreprocessor(
    standardization,
    `standardize${name === null ? '' : ` ${name}`}: ${listed('mean', mean)}, ${listed('deviation', deviation)}`,
  )
}

/** Some numbers of statistics, for people. */
export const listed = (name: string, values: readonly number[]): string =>
  `${name} ${values.slice(0, 8).map(digits).join(' ')}${values.length > 8 ? ` … ${values.length - 8} more` : ''}`

const ofNumbers = (data: TensorInput, options?: StatisticsOptions): Standardization => {
  const { field, by } = parseOptions('standardize', "standardize(numbers, { by: 'all' })", given, options)
  const { mean, deviation } = statisticsOfNumbers('standardize', data, by === 'feature')
  return make(field, mean, deviation)
}

const ofDataset = async (
  dataset: Dataset<unknown>,
  field?: string,
  options?: Omit<StatisticsOptions, 'field'>,
): Promise<Standardization> => {
  const items = asDataset('standardize.of', dataset)
  const example = "standardize.of(dataset, 'x')"
  const rule = parseOptions('standardize.of', example, given, withField('standardize.of', example, options, field))
  const { mean, deviation } = await statisticsOf('standardize', items, rule.field, rule.by === 'feature')
  return make(rule.field, mean, deviation)
}

/**
 * Means and deviations of features, as a value that standardizes data of the same features. Of numbers that are given whole,
 * the first axis counts the examples; features are the last axis, so that an array of one axis is one feature. A constant
 * feature becomes 0. The value is plain data, which JSON keeps: `standardize.fromJSON(JSON.parse(text))` is the same again.
 *
 * `standardize.of(dataset, field)` takes the statistics of a field of a dataset in one pass, in 64-bit floats (Welford 1962).
 *
 * @throws InvalidOption if an argument is invalid; DataError if a number is NaN, with row and column, or there are no
 *   numbers
 * @example
 * ```ts
 * const flowers = dataset({ x: [[1, 10], [3, 10], [5, 10]], y: [0, 1, 1] })
 * const scale = await standardize.of(flowers, 'x')
 * scale.mean // [3, 10]
 * const [first] = await flowers.map(scale.apply).toArray()
 * first?.y // 0
 * scale.invert([0, 0]) // [3, 10]
 * ```
 */
export const standardize: typeof ofNumbers & {
  readonly of: typeof ofDataset
  readonly fromJSON: (json: unknown) => Standardization
} = Object.freeze(
  Object.assign(ofNumbers.bind(null), {
    of: ofDataset,
    fromJSON: (json: unknown) => {
      const { field, mean, deviation } = fromKept('standardize', kept, json)
      checkFeatures('standardize', 'deviation', deviation, 'mean', mean)
      return make(field, mean, deviation)
    },
  }),
)
