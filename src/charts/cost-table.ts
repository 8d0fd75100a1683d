import { integer, type Options, parseOptions } from '../base/options.ts'
import { grouped } from '../base/shown.ts'
import type { AnyLayer } from '../core/layer.ts'
import { sumOf } from '../display/sizes.ts'
import { type Row, summary } from '../display/summary.ts'
import type { Picture } from '../pictures/picture.ts'
import { cutTo } from '../pictures/text-width.ts'
import { sizes } from '../pictures/theme.ts'
import { type ChartOptions, chartOptions } from './options.ts'
import { type ChartSpec, chart } from './vega.ts'
import { emptyView } from './views.ts'

/** The options of {@link costTable}. */
export interface CostTableOptions extends Omit<ChartOptions, 'height'> {
  /** The most layers that have rows of their own; those that cost least are taken together. Default: 40. */
  readonly most?: number
}
const { title, width } = chartOptions('Cost by layer', 120)
const options: Options<Required<CostTableOptions>> = { most: { codec: integer(2), default: 40 }, title, width }

/** What one layer costs, for one example. `null` is unknown. */
export interface CostRow extends Row {
  /** Its place, from 0. */
  readonly at: number
}

const columns = [
  { field: 'parameters', title: 'parameters', format: grouped },
  { field: 'flops', title: 'FLOPs', format: (n: number) => shortened(n, 1000, ['', 'k', 'M', 'G', 'T', 'P']) },
  {
    field: 'bytes',
    title: 'output memory',
    format: (n: number) => shortened(n, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']),
  },
] as const

/** A number with three digits and a unit. */
const shortened = (n: number, base: number, units: readonly string[]): string => {
  let [value, at] = [n, 0]
  while (value >= base && at < units.length - 1) [value, at] = [value / base, at + 1]
  return `${at === 0 ? value : Number(value.toPrecision(3))} ${units[at]}`.trimEnd()
}

type Costs = Pick<Row, 'parameters' | 'flops' | 'bytes'>
const added = (rows: readonly Costs[], column: keyof Costs): number | null => sumOf(rows.map(row => row[column]))

/** The layers in order, of which those that cost least are one row at the end. */
const folded = (all: readonly Row[], most: number): readonly Row[] => {
  if (all.length <= most) return all
  const total = {
    parameters: added(all, 'parameters') || 1,
    flops: added(all, 'flops') || 1,
    bytes: added(all, 'bytes') || 1,
  }
  const part = (row: Costs): number =>
    Math.max(...(['parameters', 'flops', 'bytes'] as const).map(column => (row[column] ?? 0) / total[column]))
  const kept = new Set(
    all
      .map((row, i) => ({ part: part(row), i }))
      .sort((a, b) => b.part - a.part || a.i - b.i)
      .slice(0, most - 1)
      .map(({ i }) => i),
  )
  const rest = all.filter((_, i) => !kept.has(i))
  return [
    ...all.filter((_, i) => kept.has(i)),
    {
      name: `${rest.length} others`,
      layer: '',
      shape: '',
      parameters: added(rest, 'parameters'),
      flops: added(rest, 'flops'),
      bytes: added(rest, 'bytes'),
    },
  ]
}

const rowHeight = 19
const textWidths = { name: 150, layer: 190, shape: 130 } as const

/**
 * Where the parameters, the floating-point operations and the memory of a network go, layer by layer, for one example: a table with
 * bars. The numbers are those of `summary`; memory is that of outputs, in 32-bit floats. `?` is unknown.
 *
 * @param network any network or layer
 * @param options `most` (40), `title`, `width` of a column of bars (120)
 * @throws InvalidOption if it is no network, or an option is wrong
 * @example
 * ```ts
 * const picture = costTable(join(Input(4), Relu(8), Softmax(3)))
 * picture.spec.data.values.map(({ parameters }) => parameters) // [0, 40, 27]
 * ```
 */
export const costTable = (network: AnyLayer, given: CostTableOptions = {}): Picture<ChartSpec<CostRow>> => {
  const normal = parseOptions('costTable', 'costTable(network, { most: 20 })', options, given)
  const { rows: all } = summary(network)
  const rows = folded(all, normal.most).map((row, at): CostRow => ({ at, ...row }))
  const height = rows.length * rowHeight
  const totals = columns.map(({ field, title, format }) => {
    const sum = added(all, field)
    return `${title} ${sum === null ? '?' : format(sum)}`
  })
  const y = { field: 'at', type: 'ordinal', sort: null, axis: null, scale: { domain: rows.map(({ at }) => at) } }
  const texts = (field: 'name' | 'layer' | 'shape', title: string) => ({
    width: textWidths[field],
    height,
    title: { text: title, fontSize: sizes.label, fontWeight: 'bold', anchor: 'start', offset: 6 },
    view: { stroke: null },
    data: {
      values: rows.map(row => ({ at: row.at, text: cutTo(row[field], textWidths[field], { size: sizes.label }) })),
    },
    mark: { type: 'text', align: 'left', ...(field !== 'name' && { style: 'muted-text' }) },
    encoding: { y, x: { value: 0 }, text: { field: 'text' } },
  })
  const bars = ({ field, title, format }: (typeof columns)[number]) => ({
    width: normal.width + 70,
    height,
    title: { text: title, fontSize: sizes.label, fontWeight: 'bold', anchor: 'start', offset: 6 },
    view: { stroke: null },
    data: {
      values: rows.map(row => {
        const value = row[field]
        const most = Math.max(1, ...rows.map(other => other[field] ?? 0))
        // In units of the SVG: the text beside a bar is where it ends.
        return { at: row.at, end: ((value ?? 0) / most) * normal.width, text: value === null ? '?' : format(value) }
      }),
    },
    encoding: { y },
    layer: [
      {
        mark: { type: 'bar', height: { band: 0.7 } },
        encoding: {
          x: { field: 'end', type: 'quantitative', axis: null, scale: { domain: [0, normal.width + 70], nice: false } },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 4 },
        encoding: {
          x: { field: 'end', type: 'quantitative', axis: null, scale: { domain: [0, normal.width + 70], nice: false } },
          text: { field: 'text' },
        },
      },
    ],
  })
  return chart({
    title: normal.title,
    captions: [`For one example: ${totals.join(', ')}.`],
    description: `Table of what ${all.length} layers cost, for one example: ${totals.join(', ')}.`,
    rows,
    width: 600,
    view:
      rows.length === 0
        ? emptyView({ width: 400, height: 100 })
        : {
            spacing: 10,
            hconcat: [
              texts('name', 'name'),
              texts('layer', 'layer'),
              texts('shape', 'output shape'),
              ...columns.map(bars),
            ],
          },
  })
}
