import { InvalidOption, placing, show } from '../base/errors.ts'
import { isTensorLike, isTyped } from '../base/nested.ts'
import { integer, type Options, oneOf, orNull, parseOptions, part } from '../base/options.ts'
import { isList, isRecord } from '../base/trees.ts'
import type { Picture } from '../pictures/picture.ts'
import { widthOf } from '../pictures/text-width.ts'
import { sizes } from '../pictures/theme.ts'
import { isFlat, type TensorInput } from '../state/data.ts'
import { confusionMatrix } from '../training/metrics/confusion.ts'
import { labelsFor, labelsOption } from './labels.ts'
import { type ChartOptions, chartOptions } from './options.ts'
import { numbersOf } from './scores.ts'
import { counted } from './texts.ts'
import { type ChartSpec, chart } from './vega.ts'
import { emptyView } from './views.ts'

/** The options of {@link plotConfusion}. */
export interface ConfusionPlotOptions extends ChartOptions {
  /** The names of the classes, in the order of their numbers. Default: `null`, the numbers. */
  readonly labels?: readonly string[] | null
  /**
   * What adds up to 1 in the colours: each row (`'expected'`, so the diagonal is recall), or each column (`'predicted'`,
   * precision). Default: `'expected'`.
   */
  readonly normalize?: 'expected' | 'predicted'
  /** The number of classes, where predictions are class numbers. Default: `null`, as many as predictions have scores. */
  readonly classes?: number | null
  /** From which probability on one output predicts class 1. Default: 0.5. */
  readonly threshold?: number
  /** The most classes that have rows of their own; the rarest are taken together as others. Default: 60. */
  readonly most?: number
}
type Normal = Required<ConfusionPlotOptions>
const options: Options<Normal> = {
  labels: { codec: labelsOption, default: null },
  normalize: { codec: oneOf(['expected', 'predicted']), default: 'expected' },
  classes: { codec: orNull(integer(1), 'as many as predictions have scores'), default: null },
  threshold: { codec: part, default: 0.5 },
  most: { codec: integer(2), default: 60 },
  ...chartOptions('Confusion matrix', 360, 360),
}

/** One cell of a confusion matrix. */
export interface ConfusionRow {
  readonly expected: string
  readonly predicted: string
  /** How many examples, or their weight. */
  readonly count: number
  /** The part of the row, or of the column; 0 of an empty one. */
  readonly share: number
}

type Matrix = readonly (readonly number[])[]
const owner = 'plotConfusion'
const example = 'plotConfusion([0, 1], [[0.9, 0.1], [0.2, 0.8]])'

const isData = (value: unknown): boolean => isList(value) || isTyped(value) || isTensorLike(value) || isFlat(value)

const matrixFrom = (value: TensorInput): Matrix => {
  const { data, shape } = numbersOf(owner, 'matrix', value)
  const [rows = 0, columns] = shape
  const isRight = shape.length === 2 && rows === columns && data.every(count => count >= 0 && Number.isFinite(count))
  if (!isRight)
    throw new InvalidOption({
      layer: owner,
      option: 'matrix',
      expected: 'a square matrix of counts, rows expected and columns predicted',
      got: show(value),
      remedy: `Give what confusionMatrix gives, or targets and predictions: ${example}.`,
    })
  return Array.from({ length: rows }, (_, i) => [...data.subarray(i * rows, (i + 1) * rows)])
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** The matrix with its rarest classes as one, and how many these are. */
const folded = (
  matrix: Matrix,
  labels: readonly string[],
  most: number,
): { readonly matrix: Matrix; readonly labels: readonly string[]; readonly rest: number } => {
  if (matrix.length <= most) return { matrix, labels, rest: 0 }
  const seen = matrix.map((row, i) => sum(row) + sum(matrix.map(other => other[i] as number)))
  const kept = seen
    .map((count, i) => ({ count, i }))
    .sort((a, b) => b.count - a.count || a.i - b.i)
    .slice(0, most - 1)
    .map(({ i }) => i)
    .sort((a, b) => a - b)
  const place = new Map(kept.map((i, at) => [i, at]))
  const made = Array.from({ length: most }, () => Array.from({ length: most }, () => 0))
  for (const [i, row] of matrix.entries())
    for (const [j, count] of row.entries()) {
      const [to, at] = [place.get(i) ?? most - 1, place.get(j) ?? most - 1]
      const own = made[to] as number[]
      own[at] = (own[at] as number) + count
    }
  return {
    matrix: made,
    labels: [...kept.map(i => labels[i] as string), `${matrix.length - most + 1} others`],
    rest: matrix.length - most + 1,
  }
}

const percent = 0.01

/** From which part on a cell is so dark that its text must be light; see `configOf`. */
const inkAt = 0.78

const viewOf = (
  rows: readonly ConfusionRow[],
  labels: readonly string[],
  { width, height, normalize }: Normal,
): Readonly<Record<string, unknown>> => {
  const [cellWidth, cellHeight] = [width / labels.length, height / labels.length]
  const widest = Math.max(...rows.map(({ count }) => widthOf(shortCount(count), { size: sizes.label })))
  const hasCounts = widest + 4 <= cellWidth && cellHeight >= 14
  const hasShares = hasCounts && cellWidth >= 38 && cellHeight >= 34
  const longest = Math.max(...labels.map(label => widthOf(label, { size: sizes.label })))
  const axis = (title: string, more: object = {}) => ({
    type: 'nominal',
    title,
    sort: null,
    scale: { domain: labels, padding: 0 },
    axis: { ticks: false, domain: false, ...more },
  })
  const texts = (field: string, dy: number, size: number) =>
    [
      ['text-on-page', `datum.share < ${inkAt}`],
      ['text-on-fill', `datum.share >= ${inkAt}`],
    ].map(([style, filter]) => ({
      transform: [{ filter: `${filter} && datum.count > 0` }],
      mark: { type: 'text', style, dy, fontSize: size },
      encoding: {
        text:
          field === 'share'
            ? { field, type: 'quantitative', format: '.0%' }
            : { field: 'count', type: 'quantitative', format: ',.3~r' },
      },
    }))
  const whole = rows.every(({ count }) => Number.isInteger(count))
  const of = normalize === 'expected' ? 'true' : 'predicted'
  return {
    width,
    height,
    encoding: {
      x: {
        field: 'predicted',
        ...axis('predicted class', longest + 4 <= cellWidth ? { labelAngle: 0 } : { labelAngle: -45, labelLimit: 110 }),
      },
      y: { field: 'expected', ...axis('true class') },
    },
    layer: [
      {
        transform: [{ filter: `datum.share > ${labels.length > 30 ? percent / 10 : -1}` }],
        mark: { type: 'rect', ...(cellWidth >= 12 && { strokeWidth: 1 }), style: 'cell-rect' },
        encoding: {
          color: {
            field: 'share',
            type: 'quantitative',
            title: [`share of the`, `${of} class`],
            scale: { domain: [0, 1], interpolate: 'rgb' },
            legend: { format: '.0%', gradientLength: Math.min(140, height) },
          },
        },
      },
      ...(hasCounts ? texts(whole ? 'count' : 'weight', hasShares ? -6 : 0, sizes.label) : []),
      ...(hasShares ? texts('share', 8, sizes.small) : []),
    ],
  }
}
const shortCount = (count: number): string =>
  Number.isInteger(count) ? count.toLocaleString('en-US') : count.toPrecision(3)

/**
 * A confusion matrix: true classes in rows, predicted ones in columns. Cells have the number of examples, their part of the row,
 * and a colour for that part.
 *
 * @param expected class numbers or one-hot targets, as `confusionMatrix` takes them; or the matrix itself, as it gives it
 * @param predicted probabilities, or class numbers with `classes`
 * @param options `labels` (numbers), `normalize` (`'expected'`), `classes`, `threshold` (0.5), `most` (60), `title`, `width`, `height`
 * @throws InvalidOption if there is not one target for each prediction, the matrix is none, or an option is wrong
 * @example
 * ```ts
 * const picture = plotConfusion([0, 1, 1], [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]], { labels: ['cat', 'dog'] })
 * picture.spec.data.values[2] // { expected: 'dog', predicted: 'cat', count: 1, share: 0.5 }
 * plotConfusion([[8, 2], [1, 9]]).spec.data.values.length // 4
 * ```
 */
export function plotConfusion(
  expected: TensorInput,
  predicted: TensorInput,
  options?: ConfusionPlotOptions,
): Picture<ChartSpec<ConfusionRow>>
export function plotConfusion(matrix: Matrix, options?: ConfusionPlotOptions): Picture<ChartSpec<ConfusionRow>>
export function plotConfusion(
  first: TensorInput,
  second?: TensorInput | ConfusionPlotOptions,
  third?: ConfusionPlotOptions,
): Picture<ChartSpec<ConfusionRow>> {
  const isMatrix = !isData(second)
  if (isMatrix && second !== undefined && !isRecord(second))
    throw new InvalidOption({
      layer: owner,
      option: 'predicted',
      expected: 'predictions, or options after a matrix',
      got: show(second),
      remedy: `For example: ${example}.`,
    })
  const normal = parseOptions(
    owner,
    "plotConfusion(matrix, { labels: ['cat', 'dog'] })",
    options,
    isMatrix ? second : third,
  )
  const { classes, threshold } = normal
  const found = isMatrix
    ? matrixFrom(first)
    : placing(
        () => ({ layer: owner }),
        () =>
          confusionMatrix({ threshold, ...(classes !== null && { classes }) })(
            first,
            second as TensorInput,
          ) as unknown as Matrix,
      )
  const { matrix, labels, rest } = folded(found, labelsFor(owner, found.length, normal.labels), normal.most)
  const total = (i: number, j: number): number =>
    sum(normal.normalize === 'expected' ? (matrix[i] as readonly number[]) : matrix.map(row => row[j] as number))
  const rows = matrix.flatMap((row, i) =>
    row.map(
      (count, j): ConfusionRow => ({
        expected: labels[i] as string,
        predicted: labels[j] as string,
        count,
        share: count === 0 ? 0 : count / total(i, j),
      }),
    ),
  )
  const all = sum(found.map(sum))
  const hits = sum(found.map((row, i) => row[i] as number))
  return chart({
    title: normal.title,
    captions: [
      ...(all > 0 ? [`${shortCount(all)} examples, accuracy ${(hits / all).toFixed(3)}.`] : []),
      ...(rest > 0 ? [`The ${rest} rarest classes are taken together.`] : []),
    ],
    description: `Confusion matrix of ${counted(found.length, 'class', 'classes')}.`,
    rows,
    width: normal.width,
    view: all === 0 ? emptyView(normal) : viewOf(rows, labels, normal),
  })
}
