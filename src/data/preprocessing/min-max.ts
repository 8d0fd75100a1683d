import { codec, type Options, oneOf, parseOptions } from '../../base/options.ts'
import { isList } from '../../base/trees.ts'
import type { TensorInput } from '../../state/data.ts'
import type { Dataset } from '../dataset.ts'
import { asDataset, checkFeatures, field, fromKept, numbers, shownPreprocessor, withField } from './given.ts'
import { type Changed, changeField, changeNumbers } from './numbers.ts'
import { listed, type StatisticsOptions } from './standardize.ts'
import { statisticsOf, statisticsOfNumbers } from './statistics.ts'

/** How numbers are scaled. */
export interface MinMaxOptions extends StatisticsOptions {
  /** What the minimum and maximum of a feature become. Default: 0 and 1. */
  readonly to?: readonly [least: number, most: number]
}

/** What is kept of {@link MinMax}. */
export interface MinMaxJson {
  readonly kind: 'minMax'
  readonly field: string | null
  readonly least: readonly number[]
  readonly most: readonly number[]
  readonly to: readonly [number, number]
}

/** Features from `to[0]` to `to[1]`, as far as they are from the least to the most number of the data. */
export interface MinMax extends MinMaxJson {
  /**
   * Scales numbers, or the field of an example: a function for `map`.
   *
   * @throws InvalidOption if it has other features
   */
  readonly apply: <V>(value: V) => Changed<V>
  /** The numbers that were scaled. */
  readonly invert: <V>(value: V) => Changed<V>
  readonly toJSON: () => MinMaxJson
}

const bounds = codec('[least, most], two numbers that differ', value =>
  isList(value) && value.length === 2 && value.every(Number.isFinite) && (value[0] as number) < (value[1] as number)
    ? (Object.freeze((value as readonly number[]).map(end => end + 0)) as unknown as readonly [number, number])
    : undefined,
)
const given = {
  field,
  by: { codec: oneOf(['feature', 'all']), default: 'feature' },
  to: { codec: bounds, default: [0, 1] },
}
const kept: Options<Omit<MinMaxJson, 'kind'>> = {
  field,
  least: { codec: numbers },
  most: { codec: numbers },
  to: { codec: bounds },
}

const make = (name: string | null, { least, most, to }: Pick<MinMaxJson, 'least' | 'most' | 'to'>): MinMax => {
  const json: MinMaxJson = Object.freeze({ kind: 'minMax', field: name, least, most, to })
  const [low, high] = to
  // A feature that is constant has nothing to be divided by.
  const scale = least.map((from, i) => ((most[i] as number) - from || 1) / (high - low))
  const changing =
    (owner: string, change: (value: number, feature: number) => number) =>
    <V>(value: V): Changed<V> =>
      changeField(owner, name, value, part => changeNumbers(owner, part, least.length, change)) as Changed<V>
  const scaling: MinMax = {
    ...json,
    apply: changing('minMax.apply', (x, i) => (x - (least[i] as number)) / (scale[i] as number) + low),
    invert: changing('minMax.invert', (x, i) => (x - low) * (scale[i] as number) + (least[i] as number)),
    toJSON: () => json,
  }
  return shownPreprocessor(
    scaling,
    `minMax${name === null ? '' : ` ${name}`}: ${listed('least', least)}, ${listed('most', most)}`,
  )
}

const ofNumbers = (data: TensorInput, options?: MinMaxOptions): MinMax => {
  const { field, by, to } = parseOptions('minMax', 'minMax(numbers, { to: [-1, 1] })', given, options)
  return make(field, { ...statisticsOfNumbers('minMax', data, by === 'feature'), to })
}

const ofDataset = async (
  dataset: Dataset<unknown>,
  field?: string,
  options?: Omit<MinMaxOptions, 'field'>,
): Promise<MinMax> => {
  const items = asDataset('minMax.of', dataset)
  const example = "minMax.of(dataset, 'x', { to: [-1, 1] })"
  const rule = parseOptions('minMax.of', example, given, withField('minMax.of', example, options, field))
  return make(rule.field, {
    ...(await statisticsOf('minMax', items, rule.field, rule.by === 'feature')),
    to: rule.to,
  })
}

/**
 * Scales features from their minimum and maximum to 0 .. 1, or to the bounds in `to`. A constant feature becomes the
 * lower bound. Data, features, `minMax.of` and `minMax.fromJSON` are as for {@link standardize}.
 *
 * @throws InvalidOption if an argument is invalid; DataError if a number is NaN, with row and column, or there are no
 *   numbers
 * @example
 * ```ts
 * const scale = minMax([[0, 5], [10, 5]], { to: [-1, 1] })
 * scale.apply([5, 5]) // [0, -1]
 * scale.invert([0, -1]) // [5, 5]
 * ```
 */
export const minMax: typeof ofNumbers & {
  readonly of: typeof ofDataset
  readonly fromJSON: (json: unknown) => MinMax
} = Object.freeze(
  Object.assign(ofNumbers.bind(null), {
    of: ofDataset,
    fromJSON: (json: unknown) => {
      const { field, ...rest } = fromKept('minMax', kept, json)
      checkFeatures('minMax', 'most', rest.most, 'least', rest.least)
      return make(field, rest)
    },
  }),
)
