import { integer, type Options, oneOf, orNull, parseOptions, positive } from '../base/options.ts'
import type { Key } from '../base/random.ts'
import { showShape } from '../base/shape.ts'
import { importPackage } from '../pictures/packages.ts'
import type { TensorInput } from '../state/data.ts'
import { extentOf } from './bitmap.ts'
import { faultOf, keyOrNone, numbersOrNone } from './options.ts'

// Points of many dimensions brought into two, by the package @saehrimnir/druidjs.

/** The part of the package that is used. */
interface Reduction {
  transform(iterations?: number): readonly ArrayLike<number>[]
}
interface Druid {
  readonly PCA: new (points: readonly Float64Array[], options: object) => Reduction
  readonly TSNE: new (points: readonly Float64Array[], options: object) => Reduction
}

/** The options of {@link projection}. */
export interface ProjectionOptions {
  /** Principal components, or t-distributed stochastic neighbours. Default: `'pca'`. */
  readonly method?: 'pca' | 't-sne'
  /** For `'t-sne'`: how many neighbours a point has, about. Default, or `null`: 30, or a third of the points if they are fewer. */
  readonly perplexity?: number | null
  /** For `'t-sne'`: how many steps it takes. Default: 500. */
  readonly iterations?: number
  /** What the first places are drawn with: `'t-sne'` needs it. */
  readonly key?: Key | null
}
/** The options, after they have been read. */
export type NormalProjection = Required<ProjectionOptions>
export const projectionOptions: Options<NormalProjection> = {
  method: { codec: oneOf(['pca', 't-sne']), default: 'pca' },
  perplexity: { codec: orNull(positive, '30, or fewer for few points'), default: null },
  iterations: { codec: integer(1), default: 500 },
  key: { codec: keyOrNone, default: null },
}

/** What {@link projection} gives. */
export interface Projection {
  /** [points, 2]. */
  readonly points: { readonly data: Float64Array; readonly shape: [number, 2] }
  /** For `'pca'`: the share of the variance that each of both components has. */
  readonly explained: readonly [number, number] | null
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)

/** Each column less its mean. */
const centred = (rows: readonly Float64Array[]): readonly Float64Array[] => {
  const size = rows[0]?.length ?? 0
  const means = Float64Array.from(
    { length: size },
    (_, c) => rows.reduce((sum, row) => sum + (row[c] as number), 0) / rows.length,
  )
  return rows.map(row => row.map((value, c) => value - (means[c] as number)))
}

/** The sign of a component is not determined: its largest place is positive. */
const signed = (column: Float64Array): Float64Array => {
  const largest = column.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
  return largest < 0 ? column.map(value => -value || 0) : column
}

const columnsOf = (rows: readonly ArrayLike<number>[]): readonly [Float64Array, Float64Array] => [
  Float64Array.from(rows, row => row[0] ?? 0),
  Float64Array.from(rows, row => row[1] ?? 0),
]

/** How much rows differ from 0 in all. */
const spread = (rows: readonly Float64Array[]): number =>
  rows.reduce((sum, row) => sum + total(row.map(value => value ** 2)), 0)

/** The largest principal component of centred rows, and what of them it leaves. */
const component = (
  druid: Druid,
  rows: readonly Float64Array[],
): readonly [scores: Float64Array, rest: readonly Float64Array[]] => {
  const scores = Float64Array.from(new druid.PCA(rows, { d: 1 }).transform(), row => row[0] as number)
  const along = total(scores.map(score => score ** 2))
  const direction = Float64Array.from(
    rows[0] ?? [],
    (_, c) => rows.reduce((sum, row, i) => sum + (row[c] as number) * (scores[i] as number), 0) / along,
  )
  const rest = rows.map((row, i) => row.map((value, c) => value - (scores[i] as number) * (direction[c] as number)))
  return [scores, rest]
}

/** Two components, one after the other: where nothing is left for one, its places are 0. */
const byPca = (
  druid: Druid,
  rows: readonly Float64Array[],
): Pick<Projection, 'explained'> & { readonly columns: readonly [Float64Array, Float64Array] } => {
  const variance = spread(centred(rows))
  let left = centred(rows)
  const columns = [0, 1].map(() => {
    if (!(spread(left) > 1e-12 * variance)) return new Float64Array(rows.length)
    const [scores, rest] = component(druid, left)
    left = rest
    return signed(scores)
  }) as [Float64Array, Float64Array]
  const share = (column: Float64Array): number =>
    variance === 0 ? 0 : total(column.map(value => value ** 2)) / variance
  return { columns, explained: [share(columns[0]), share(columns[1])] }
}

const byNeighbours = (
  druid: Druid,
  rows: readonly Float64Array[],
  { perplexity, iterations, key }: NormalProjection,
): readonly [Float64Array, Float64Array] => {
  // Its step is of distances about 1: those of other scales would leave every point alone.
  const centre = centred(rows)
  const scale = Math.sqrt(spread(centre) / rows.length) || 1
  // The package takes no points of one dimension.
  const points = centre.map(row =>
    Float64Array.from({ length: Math.max(2, row.length) }, (_, c) => (row[c] ?? 0) / scale),
  )
  const seed = ((key as Key).words[0] >>> 1) + 1
  const neighbours = perplexity ?? Math.max(1, Math.min(30, (rows.length - 1) / 3))
  return columnsOf(new druid.TSNE(points, { d: 2, perplexity: neighbours, epsilon: 10, seed }).transform(iterations))
}

/**
 * Points of many dimensions in two: by principal components (Pearson 1901), which keep as much of the variance as a plane can, or by
 * t-SNE (van der Maaten and Hinton 2008), which keeps neighbours together; distances between groups then mean little. Both are
 * computed by the package `@saehrimnir/druidjs`, which has to be installed.
 *
 * @param points [points, ...]: tensors of more axes, such as images, are flattened
 * @throws InvalidOption if numbers are not finite, an option is invalid, or `'t-sne'` has no key
 * @throws PackageError if the package is not installed
 * @example
 * ```ts
 * const { points, explained } = await projection(digits().x)
 * points.shape // [10, 2]
 * ```
 */
export const projection = async (points: TensorInput, given: ProjectionOptions = {}): Promise<Projection> => {
  const example = "projection(points, { method: 't-sne', key: key(1) })"
  return projected('projection', points, parseOptions('projection', example, projectionOptions, given))
}

/** The same for another function, which errors name. */
export const projected = async (owner: string, points: unknown, options: NormalProjection): Promise<Projection> => {
  const { data, shape } = numbersOrNone(points)
  const fault = faultOf(owner)
  if (options.method === 't-sne' && options.key === null)
    throw fault(
      'key',
      "a key for the first places of 't-sne', such as key(1)",
      'none',
      'Give one: the same key gives the same places.',
    )
  if (shape.length < 2 && data.length > 0)
    throw fault('points', '[points, dimensions]', showShape(shape), 'Give a row for each point.')
  const { others } = extentOf(data)
  if (others > 0)
    throw fault(
      'points',
      'finite numbers',
      `${others} that are not`,
      'Leave out the rows that have them: they have no place.',
    )
  const count = data.length === 0 ? 0 : (shape[0] ?? 0)
  const size = count === 0 ? 0 : data.length / count
  const rows = Array.from({ length: count }, (_, i) => Float64Array.from(data.subarray(i * size, (i + 1) * size)))
  const druid = (await importPackage(owner, '@saehrimnir/druidjs')) as Druid
  // Fewer points have no places that differ in more than their distance.
  const { columns, explained } =
    count < 3 || options.method === 'pca'
      ? byPca(druid, rows)
      : { columns: byNeighbours(druid, rows, options), explained: null }
  const places = Float64Array.from(
    { length: 2 * count },
    (_, i) => columns[(i % 2) as 0 | 1][Math.floor(i / 2)] as number,
  )
  return Object.freeze({ points: Object.freeze({ data: places, shape: [count, 2] as [number, 2] }), explained })
}
