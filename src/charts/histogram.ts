import { InvalidOption } from '../base/errors.ts'
import { isTensorLike, isTyped } from '../base/nested.ts'
import { boolean, integer, type Options, oneOf, orNull, parseOptions } from '../base/options.ts'
import { digits } from '../base/shown.ts'
import { isList, isRecord } from '../base/trees.ts'
import type { Picture } from '../pictures/picture.ts'
import { isFlat, type TensorInput } from '../state/data.ts'
import { described, reading } from '../state/given.ts'
import { type ChartOptions, chartOptions } from './options.ts'
import { numbersOf } from './scores.ts'
import { counted, listed } from './texts.ts'
import { type ChartSpec, chart } from './vega.ts'
import { asTitle, emptyView } from './views.ts'

/** The options of {@link histogram}. */
export interface HistogramOptions extends ChartOptions {
  /** How many bins each histogram has. Default: `null`, by the number of values (Freedman and Diaconis 1981), 10 to 60. */
  readonly bins?: number | null
  /**
   * How several tensors are drawn: `'ridges'` above each other over one axis, each as high as the others; `'facets'` in panels
   * with axes of their own. Default: `'ridges'`.
   */
  readonly layout?: 'ridges' | 'facets'
  /** Whether the scale of counts is logarithmic; not of ridges, which have none. Default: false. */
  readonly log?: boolean
}
const options: Options<Required<HistogramOptions>> = {
  bins: { codec: orNull(integer(1), 'by the number of values'), default: null },
  layout: { codec: oneOf(['ridges', 'facets']), default: 'ridges' },
  log: { codec: boolean, default: false },
  ...chartOptions('Histogram', 360, 200),
}

/** One bin of a histogram. */
export interface HistogramRow {
  /** The number of its tensor, from 0. */
  readonly panel: number
  readonly name: string
  readonly from: number
  readonly to: number
  readonly count: number
  /** The count as a part of the largest of its tensor. */
  readonly part: number
}

const owner = 'histogram'

const isTensorInput = (value: unknown): value is TensorInput =>
  typeof value === 'number' || isList(value) || isTyped(value) || isTensorLike(value) || isFlat(value)

/** The tensors of a tree by their paths. */
const tensorsIn = (value: unknown, path: readonly string[] = []): readonly (readonly [string, TensorInput])[] => {
  if (isTensorInput(value)) return [[path.join('.'), value]]
  if (isRecord(value) && path.length < 16)
    return Object.entries(value).flatMap(([name, inner]) => tensorsIn(inner, [...path, name]))
  throw new InvalidOption({
    layer: owner,
    option: path.length === 0 ? 'values' : `values.${path.join('.')}`,
    expected: 'a tensor, or tensors by name such as variables',
    got: described(value),
    remedy: 'For example: histogram(variables.params).',
  })
}

interface Sample {
  readonly name: string
  /** Finite ones, in order. */
  readonly values: Float32Array
  readonly left: number
}

const readSample = ([name, value]: readonly [string, TensorInput]): Sample => {
  const { data } = numbersOf(owner, name === '' ? 'values' : name, value)
  const values = data.filter(Number.isFinite).sort()
  return { name, values, left: data.length - values.length }
}

/** How many bins show the shape of values: as wide as 2 · IQR / ∛n. */
const binsFor = (values: Float32Array): number => {
  const at = (part: number): number => values[Math.min(values.length - 1, Math.floor(part * values.length))] as number
  const [range, width] = [at(1) - at(0), (2 * (at(0.75) - at(0.25))) / Math.cbrt(values.length)]
  return Math.min(60, Math.max(10, width > 0 ? Math.ceil(range / width) : 10))
}

const binned = (
  { name, values }: Sample,
  panel: number,
  [low, high]: readonly [number, number],
  bins: number,
): readonly HistogramRow[] => {
  const counts = new Float64Array(bins)
  const width = (high - low) / bins
  for (const value of values) {
    const at = Math.min(bins - 1, Math.floor((value - low) / width))
    counts[at] = (counts[at] as number) + 1
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 0)
  return Array.from(counts, (count, i) => ({
    panel,
    name,
    from: low + i * width,
    to: i === bins - 1 ? high : low + (i + 1) * width,
    count,
    part: count / most,
  }))
}

/** The ends of values; a constant has some room around it. */
const endsOf = (samples: readonly Sample[]): readonly [number, number] => {
  const low = Math.min(...samples.map(({ values }) => values[0] as number))
  const high = Math.max(...samples.map(({ values }) => values.at(-1) as number))
  const room = low === high ? Math.max(Math.abs(low) * 0.1, 1e-6) : 0
  return [low - room, high + room]
}

const barsOf = (name: string | null, { width, height, log }: Required<HistogramOptions>, index = 0) => ({
  ...(name !== null && { title: { text: asTitle(name), fontSize: 11, offset: 4 } }),
  width,
  height,
  transform: [
    ...(name === null ? [] : [{ filter: `datum.panel === ${index}` }]),
    ...(log ? [{ filter: 'datum.count > 0' }] : []),
  ],
  mark: { type: 'bar', binSpacing: 0.5 },
  encoding: {
    x: {
      field: 'from',
      type: 'quantitative',
      title: 'value',
      scale: { zero: false, nice: false },
      axis: { grid: false, format: '~g', tickCount: 6 },
    },
    x2: { field: 'to' },
    y: {
      field: 'count',
      type: 'quantitative',
      title: 'values in a bin',
      ...(log
        ? { scale: { type: 'log', domainMin: 0.5 }, axis: { tickCount: 4, format: '~s' } }
        : { axis: { tickCount: 5 } }),
    },
    y2: log ? { datum: 0.5 } : { datum: 0 },
  },
})

/** How far apart ridges are, as a part of their height. */
const overlap = 0.75

const ridgesOf = (names: readonly string[], { width }: Required<HistogramOptions>) => {
  const step = 26
  return {
    width,
    height: names.length * step + step,
    transform: [
      { calculate: `datum.panel + 0.9`, as: 'base' },
      { calculate: `datum.base - datum.part * ${(1 / overlap).toFixed(3)}`, as: 'top' },
      { calculate: '(datum.from + datum.to) / 2', as: 'middle' },
    ],
    mark: { type: 'area', fillOpacity: 0.75, line: { strokeWidth: 1 } },
    encoding: {
      x: {
        field: 'middle',
        type: 'quantitative',
        title: 'value',
        scale: { zero: false, nice: false },
        axis: { grid: true, format: '~g', tickCount: 6 },
      },
      y: {
        field: 'top',
        type: 'quantitative',
        title: null,
        scale: { domain: [names.length, -0.6], nice: false, zero: false },
        axis: {
          values: names.map((_, i) => i + 0.9),
          labelExpr: `${JSON.stringify(names)}[round(datum.value - 0.9)]`,
          grid: false,
          ticks: false,
          domain: false,
          labelOverlap: false,
          labelBaseline: 'bottom',
        },
      },
      y2: { field: 'base' },
      detail: { field: 'name' },
      order: { field: 'panel' },
    },
  }
}

/** What is known of one sample, in a line. */
const summaryOf = ({ values }: Sample): string => {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0)
  const [least, largest] = [values[0] as number, values.at(-1) as number]
  return `${counted(values.length, 'value')}, mean ${digits(mean)}, standard deviation ${digits(Math.sqrt(variance))}, from ${digits(least)} to ${digits(largest)}.`
}

/**
 * How the values of tensors are distributed: of one, bars; of several, such as the variables of a network or the outputs of its
 * layers, ridges above each other.
 *
 * @param values a tensor, or tensors by name on any number of levels, such as `variables.params`
 * @param options `bins` (by the number of values), `layout` (`'ridges'`), `log` (false), `title`, `width`, `height`
 * @throws InvalidOption if `values` are no tensors, or an option is wrong
 * @example
 * ```ts
 * const network = join(Input(4), Relu(8), Softmax(3))
 * const picture = histogram(init(network, key(1)).params, { bins: 20 })
 * picture.spec.data.values.length // 80
 * ```
 */
export const histogram = (
  values: TensorInput | object,
  given: HistogramOptions = {},
): Picture<ChartSpec<HistogramRow>> => {
  const normal = parseOptions(owner, 'histogram(variables.params, { bins: 40 })', options, given)
  const all = reading(owner, 'values', () => tensorsIn(values)).map(readSample)
  const samples = all.filter(sample => sample.values.length > 0)
  const isRidges = samples.length > 1 && normal.layout === 'ridges'
  const rows =
    samples.length === 0
      ? []
      : samples.flatMap((sample, panel) => {
          const bins = normal.bins ?? (isRidges ? 40 : binsFor(sample.values))
          return binned(sample, panel, endsOf(isRidges ? samples : [sample]), bins)
        })
  const names = samples.map(({ name }) => name)
  const left = all.reduce((sum, sample) => sum + sample.left, 0)
  const [only] = samples
  return chart({
    title: normal.title,
    captions: [
      ...(samples.length === 1 && only !== undefined ? [summaryOf(only)] : []),
      ...(isRidges ? ['Each is as high as the others, whatever its number of values.'] : []),
      ...(left > 0 ? [`${left} ${left === 1 ? 'value is' : 'values are'} not finite, and left out.`] : []),
    ],
    description:
      samples.length === 0
        ? 'A histogram without data.'
        : samples.length === 1
          ? `Histogram of ${only?.name || 'a tensor'}.`
          : `Histograms of ${listed(names)}.`,
    rows,
    width: normal.width,
    view:
      samples.length === 0
        ? emptyView(normal)
        : isRidges
          ? ridgesOf(names, normal)
          : samples.length === 1
            ? barsOf(null, normal)
            : {
                concat: names.map((name, panel) => barsOf(name, normal, panel)),
                columns: 2,
                resolve: { scale: { x: 'independent', y: 'independent' } },
              },
  })
}
