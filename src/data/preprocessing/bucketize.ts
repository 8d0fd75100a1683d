import { codec, integer, type Options, parseOptions } from '../../base/options.ts'
import { isList } from '../../base/trees.ts'
import type { Dataset } from '../dataset.ts'
import { argument } from '../given.ts'
import { asDataset, type FieldOption, field, fromKept, shownPreprocessor, withField } from './given.ts'
import { type Changed, changeField, changeNumbers } from './numbers.ts'
import { listed } from './standardize.ts'
import { checkFinite } from './statistics.ts'
import { featuresOf, valuesOf } from './values.ts'

/** What is kept of {@link Buckets}. */
export interface BucketsJson {
  readonly kind: 'bucketize'
  readonly field: string | null
  readonly boundaries: readonly number[]
}

/** Numbers as the numbers of the buckets that they are in, from 0: below the first boundary, from it on, and so on. */
export interface Buckets extends BucketsJson {
  /** The buckets of numbers, or of the field of an example: a function for `map`. */
  readonly apply: <V>(value: V) => Changed<V>
  readonly toJSON: () => BucketsJson
}

const ascending = codec<readonly number[]>('numbers that ascend', value =>
  isList(value) &&
  value.length > 0 &&
  value.every((part, i) => Number.isFinite(part) && (i === 0 || (part as number) > (value[i - 1] as number)))
    ? Object.freeze((value as readonly number[]).map(boundary => boundary + 0))
    : undefined,
)
const kept: Options<Omit<BucketsJson, 'kind'>> = { field, boundaries: { codec: ascending } }

/** How many boundaries are at most as large as a number. */
const bucketOf = (boundaries: readonly number[], value: number): number => {
  let [low, high] = [0, boundaries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((boundaries[middle] as number) <= value) low = middle + 1
    else high = middle
  }
  return low
}

const make = ({ field, boundaries }: Omit<BucketsJson, 'kind'>): Buckets => {
  const json: BucketsJson = Object.freeze({ kind: 'bucketize', field, boundaries })
  const buckets: Buckets = {
    ...json,
    apply: <V>(value: V) =>
      changeField('bucketize.apply', field, value, part =>
        changeNumbers('bucketize.apply', part, 1, x => bucketOf(boundaries, x)),
      ) as Changed<V>,
    toJSON: () => json,
  }
  return shownPreprocessor(
    buckets,
    `bucketize${field === null ? '' : ` ${field}`}: ${listed('boundaries', boundaries)}`,
  )
}

const ofBoundaries = (boundaries: readonly number[], options?: FieldOption): Buckets => {
  const own = argument('bucketize', 'boundaries', ascending, boundaries, 'bucketize([0, 10, 100])')
  return make({
    boundaries: own,
    ...parseOptions('bucketize', "bucketize([0, 10], { field: 'x' })", { field }, options),
  })
}

const ofDataset = async (
  dataset: Dataset<unknown>,
  name: string | undefined,
  options: { readonly buckets: number },
): Promise<Buckets> => {
  const items = asDataset('bucketize.of', dataset)
  const example = "bucketize.of(dataset, 'age', { buckets: 10 })"
  const rule = parseOptions(
    'bucketize.of',
    example,
    { field, buckets: { codec: integer(2) } },
    withField('bucketize.of', example, options, name),
  )
  const values: number[] = []
  const axes = items.batchSize === undefined ? 0 : 1
  // JSON has no negative zero.
  for await (const value of valuesOf('bucketize', items, rule.field))
    for (const number of Array.from(featuresOf('bucketize', value, axes, false).data)) values.push(number + 0)
  const sorted = Float64Array.from(values).sort()
  const quantile = (share: number): number => {
    const at = share * (sorted.length - 1)
    const [below, above] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number]
    return below === above ? below : below + (above - below) * (at - Math.floor(at))
  }
  const shares = Array.from({ length: rule.buckets - 1 }, (_, i) => quantile((i + 1) / rule.buckets))
  checkFinite('bucketize', shares)
  return make({ field: rule.field, boundaries: Object.freeze([...new Set(shares)]) })
}

/**
 * Sorts numbers into buckets between boundaries, like NumPy's `digitize`: a number equal to a boundary is in the bucket
 * above it. `bucketize.of(dataset, field, { buckets })` uses the quantiles of a field, so that buckets have equally
 * many examples. It can be saved as JSON and restored with `bucketize.fromJSON`.
 *
 * @throws InvalidOption if an argument is invalid
 * @example
 * ```ts
 * const ages = bucketize([18, 65])
 * ages.apply([3, 18, 40, 90]) // [0, 1, 1, 2]
 * ```
 */
export const bucketize: typeof ofBoundaries & {
  readonly of: typeof ofDataset
  readonly fromJSON: (json: unknown) => Buckets
} = Object.freeze(
  Object.assign(ofBoundaries.bind(null), {
    of: ofDataset,
    fromJSON: (json: unknown) => make(fromKept('bucketize', kept, json)),
  }),
)
