import { InvalidOption, show } from '../base/errors.ts'
import { isTyped } from '../base/nested.ts'
import { notNegative, type Options, parseOptions, positive } from '../base/options.ts'
import { digits } from '../base/shown.ts'
import { isRecord, own } from '../base/trees.ts'
import type { Picture } from '../pictures/picture.ts'
import { reading } from '../state/given.ts'
import { logScale } from './log-scale.ts'
import { type ChartOptions, chartOptions } from './options.ts'
import { listed } from './texts.ts'
import { type ChartSpec, chart } from './vega.ts'
import { emptyView } from './views.ts'

/** The options of {@link gradientFlow}. */
export interface GradientFlowOptions extends ChartOptions {
  /** Norms below this one are marked as vanishing. Default: 1e-6. */
  readonly vanishing?: number
  /** Norms above this one are marked as exploding. Default: 1000. */
  readonly exploding?: number
}
const options: Options<Required<GradientFlowOptions>> = {
  vanishing: { codec: notNegative, default: 1e-6 },
  exploding: { codec: positive, default: 1000 },
  ...chartOptions('Gradient flow', 360, 240),
}

/** What is said of a norm. */
export type GradientState = 'as it should be' | 'vanishing' | 'exploding' | 'not finite'

/** The norms of one layer. */
export interface GradientFlowRow {
  readonly layer: string
  /** The norm, or the median of those of examples. `null` where it is not finite, or 0. */
  readonly norm: number | null
  /** The smallest and the largest norm of examples that are above 0. */
  readonly low: number | null
  readonly high: number | null
  readonly state: GradientState
  /** The norm as a text. */
  readonly text: string
}

type Norms = number | Float64Array | readonly number[]
/** What `gradientNorms` gives, or norms by layer. */
export type LayerNorms = { readonly total: Norms; readonly layers: object } | object

const owner = 'gradientFlow'
const isNorms = (value: unknown): value is Norms =>
  typeof value === 'number' ||
  value === null ||
  ((Array.isArray(value) || isTyped(value)) &&
    Array.from(value as ArrayLike<unknown>).every(one => typeof one === 'number'))

const readNorms = (value: unknown): readonly (readonly [string, readonly number[]])[] =>
  reading(owner, 'norms', () => {
    const layers = isRecord(value) ? own(value, 'layers') : undefined
    const given = isRecord(layers) ? layers : value
    if (!isRecord(given) || isTyped(given) || !Object.values(given).every(isNorms))
      throw new InvalidOption({
        layer: owner,
        option: 'norms',
        expected: 'what gradientNorms gives, or norms by layer',
        got: show(value),
        remedy: 'For example: gradientFlow(await gradientNorms(await lossGradients(network, variables, examples))).',
      })
    return Object.entries(given as Readonly<Record<string, Norms | null>>).map(([layer, norms]) => [
      layer,
      // JSON has null for what is not finite.
      norms === null ? [Number.NaN] : typeof norms === 'number' ? [norms] : Array.from(norms),
    ])
  })

const rowOf = (
  layer: string,
  norms: readonly number[],
  { vanishing, exploding }: Required<GradientFlowOptions>,
): GradientFlowRow => {
  const sorted = norms.toSorted((a, b) => a - b)
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
  const allFinite = norms.length > 0 && norms.every(Number.isFinite)
  const above = sorted.filter(norm => norm > 0)
  const orNull = (value: number | undefined): number | null =>
    value !== undefined && Number.isFinite(value) && value > 0 ? value : null
  return {
    layer,
    norm: allFinite ? orNull(middle) : null,
    low: allFinite && norms.length > 1 ? orNull(above[0]) : null,
    high: allFinite && norms.length > 1 ? orNull(above.at(-1)) : null,
    state: !allFinite
      ? 'not finite'
      : (sorted.at(-1) as number) > exploding
        ? 'exploding'
        : middle < vanishing
          ? 'vanishing'
          : 'as it should be',
    text: allFinite ? digits(middle) : 'not finite',
  }
}

/** How states look: by colour and by shape. */
const states: readonly GradientState[] = ['as it should be', 'vanishing', 'exploding', 'not finite']
const shapes = ['circle', 'triangle-left', 'triangle-right', 'cross']
const said: Readonly<Record<GradientState, string>> = {
  'as it should be': '',
  vanishing: 'Vanishing',
  exploding: 'Exploding',
  'not finite': 'Not finite',
}

/**
 * The norms of gradients from layer to layer, the first at the top, on a logarithmic scale: layers whose gradients vanish,
 * explode or are not finite have shapes and colours of their own, and the caption names them. Of norms of examples, the median
 * is marked, and a line goes from the smallest to the largest.
 *
 * @param norms what `gradientNorms` gives, or norms by layer
 * @param options `vanishing` (1e-6), `exploding` (1000), `title`, `width`, `height`
 * @throws InvalidOption if `norms` are none, or an option is wrong
 * @example
 * ```ts
 * const network = join(Input(2), Tanh(8), Linear(1))
 * const slopes = await lossGradients(network, init(network, key(0)), { x: [[1, 2]], y: [[3]] })
 * const picture = gradientFlow(await gradientNorms(slopes))
 * picture.spec.data.values.map(({ layer }) => layer) // ['tanh-1', 'linear-1']
 * ```
 */
export const gradientFlow = (
  norms: LayerNorms,
  given: GradientFlowOptions = {},
): Picture<ChartSpec<GradientFlowRow>> => {
  const normal = parseOptions(owner, 'gradientFlow(norms, { exploding: 100 })', options, given)
  const rows = readNorms(norms).map(([layer, own]) => rowOf(layer, own, normal))
  const layers = rows.map(({ layer }) => layer)
  const met = states.filter(state => rows.some(row => row.state === state))
  const captions = met.flatMap(state => {
    const own = rows.filter(row => row.state === state).map(({ layer }) => layer)
    return said[state] === '' ? [] : [`${said[state]}: ${listed(own)}.`]
  })
  const { width } = normal
  const height = Math.max(normal.height, layers.length * 18)
  const { scale, axis } = logScale(rows.flatMap(({ norm, low, high }) => [norm, low, high]))
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    title: 'norm of the gradient',
    scale,
    axis: { ...axis, grid: true },
  })
  const y = {
    field: 'layer',
    type: 'nominal',
    sort: null,
    title: 'layer',
    scale: { domain: layers },
    axis: { labelOverlap: false, grid: true },
  }
  return chart({
    title: normal.title,
    captions,
    description:
      rows.length === 0 ? 'Norms of gradients without data.' : `Norms of the gradients of ${listed(layers)}.`,
    rows,
    width,
    view:
      rows.length === 0
        ? emptyView(normal)
        : {
            width,
            height,
            encoding: { y },
            layer: [
              {
                transform: [{ filter: 'datum.low !== null' }],
                mark: { type: 'rule', style: 'muted-line', strokeDash: [1, 0], strokeWidth: 2 },
                encoding: { x: x('low'), x2: { field: 'high' } },
              },
              {
                transform: [{ filter: 'datum.norm !== null' }],
                mark: { type: 'point', size: 70 },
                encoding: {
                  x: x('norm'),
                  color: {
                    field: 'state',
                    type: 'nominal',
                    title: null,
                    scale: { domain: met },
                    legend: met.length > 1 ? {} : null,
                  },
                  shape: {
                    field: 'state',
                    type: 'nominal',
                    title: null,
                    scale: { domain: met, range: met.map(state => shapes[states.indexOf(state)]) },
                    legend: met.length > 1 ? {} : null,
                  },
                },
              },
              {
                transform: [{ filter: 'datum.norm === null' }],
                mark: { type: 'text', style: 'alarm-text', align: 'left', dx: 4 },
                encoding: { x: { value: 0 }, text: { field: 'text' } },
              },
            ],
          },
  })
}
