import { DataError, InvalidOption, show } from '../../base/errors.ts'
import { reading } from '../../state/given.ts'
import type { Dataset } from '../dataset.ts'
import { type Features, featuresOf, type Value, valuesOf } from './values.ts'

// Means, deviations and bounds of features in one pass over data, in 64-bit floats.

/** What is known of each feature. */
export interface Statistics {
  readonly mean: readonly number[]
  /** The square root of the mean squared distance from the mean; 0 where all numbers are equal. */
  readonly deviation: readonly number[]
  readonly least: readonly number[]
  readonly most: readonly number[]
}

/** Of how many numbers, and their moments (Welford 1962): sums of squares would lose what large means leave. */
interface Moments {
  readonly n: Float64Array
  readonly mean: Float64Array
  readonly squares: Float64Array
  readonly least: Float64Array
  readonly most: Float64Array
}

const none = (count: number): Moments => ({
  n: new Float64Array(count),
  mean: new Float64Array(count),
  squares: new Float64Array(count),
  least: new Float64Array(count).fill(Infinity),
  most: new Float64Array(count).fill(-Infinity),
})

const add = ({ n, mean, squares, least, most }: Moments, { data, count }: Features): void => {
  for (let i = 0; i < data.length; i++) {
    const feature = i % count
    const value = data[i] as number
    const seen = (n[feature] as number) + 1
    n[feature] = seen
    const before = value - (mean[feature] as number)
    const center = (mean[feature] as number) + before / seen
    mean[feature] = center
    squares[feature] = (squares[feature] as number) + before * (value - center)
    if (value < (least[feature] as number)) least[feature] = value
    if (value > (most[feature] as number)) most[feature] = value
  }
}

/** @throws InvalidOption where a statistic is infinite, which says nothing of numbers and has no place in JSON */
export const checkFinite = (owner: string, statistics: readonly number[]): void => {
  const found = statistics.find(value => !Number.isFinite(value))
  if (found === undefined) return
  throw new InvalidOption({
    layer: owner,
    option: 'data',
    expected: 'finite numbers',
    got: show(found),
    remedy: 'Replace it with map, or leave the example out with filter.',
  })
}

const finished = (owner: string, { n, mean, squares, least, most }: Moments): Statistics => {
  checkFinite(owner, [...least, ...most, ...mean, ...squares])
  return {
    mean: listOf(mean),
    deviation: listOf(squares.map((sum, i) => Math.sqrt(sum / (n[i] as number)))),
    least: listOf(least),
    most: listOf(most),
  }
}
/** JSON has no negative zero. */
const listOf = (values: Float64Array): readonly number[] => Object.freeze(Array.from(values, value => value + 0))

const checked = (owner: string, { row, column }: Value, { count, shape }: Features, wanted: number): void => {
  if (count !== wanted)
    throw new DataError({
      owner,
      row,
      ...(column === '' ? {} : { column }),
      expected: `${wanted} features, as in row 0`,
      got: `shape [${shape.join(', ')}]`,
      remedy: 'Give all examples the same number of features.',
    })
}

/** Statistics of numbers that are given whole: the first axis counts the rows. */
export const statisticsOfNumbers = (owner: string, value: unknown, byFeature: boolean): Statistics => {
  const features = reading(owner, 'data', () => featuresOf(owner, { value, row: 0, column: '' }, 1, byFeature))
  const moments = none(features.count)
  add(moments, features)
  return finished(owner, moments)
}

/** Statistics of a field of a dataset, or of its items. */
export const statisticsOf = async (
  owner: string,
  dataset: Dataset<unknown>,
  field: string | null,
  byFeature: boolean,
): Promise<Statistics> => {
  let moments: Moments | undefined
  const axes = dataset.batchSize === undefined ? 0 : 1
  for await (const value of valuesOf(owner, dataset, field)) {
    const features = featuresOf(owner, value, axes, byFeature)
    moments ??= none(features.count)
    checked(owner, value, features, moments.n.length)
    add(moments, features)
  }
  // There is at least one example.
  return finished(owner, moments as Moments)
}
