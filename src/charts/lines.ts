import { logScale } from './log-scale.ts'
import { axisTitleOf } from './units.ts'

// Panels of lines over epochs, as they are for one training or for many.

/** A value of one epoch or update. */
export interface HistoryRow {
  /** The number of its panel, from 0. */
  readonly panel: number
  readonly run: string
  readonly metric: string
  readonly phase: 'training' | 'validation'
  /** What the legend calls it: the run, the metric or the phase, or `others`. */
  readonly series: string
  /** The number of the epoch or update, from 1. */
  readonly at: number
  /** `null` is a gap. */
  readonly value: number | null
  /** The value before it was smoothed. */
  readonly raw: number | null
  /** Whether it has a mark beside the line. */
  readonly marked: boolean
}

/** The most series that have colours of their own. */
const mostColoured = 8

/** Series that share a colour, as there are more of them than colours. */
export const others = 'others'

/** What legends call series: those after the first eight are others. */
export const inLegend = (names: readonly string[]): ((name: string) => string) => {
  const own = new Set(names.length > mostColoured ? names.slice(0, mostColoured) : names)
  return name => (own.has(name) ? name : others)
}

/** What a chart says where some series have no colour of their own. */
export const othersCaptions = (names: readonly string[], what: string): readonly string[] =>
  names.length > mostColoured
    ? [`Colours are those of the first ${mostColoured} ${what}; the ${names.length - mostColoured} others are grey.`]
    : []

/** The colours of lines by their series, and whether a legend names them. */
export const colourOfSeries = (names: readonly string[], isNamed = true): Readonly<Record<string, unknown>> => ({
  field: 'series',
  type: 'nominal',
  title: null,
  scale: { domain: [...new Set(names.map(inLegend(names)))] },
  legend: isNamed ? { symbolType: 'stroke', symbolSize: 300 } : null,
})

/** How lines are drawn. */
export interface LineOptions {
  readonly log: boolean
  readonly smoothing: number
  readonly per: string
  readonly width: number
  readonly height: number
}

/** A panel of lines: some metrics that are measured alike. */
export interface Panel {
  readonly panel: number
  readonly metrics: readonly string[]
  /** The names of the series, in order. */
  readonly series: readonly string[]
  /** Whether the legend names the series. */
  readonly legend: boolean
  /** Whether series are what training and validation saw. */
  readonly byPhase: boolean
  readonly phases: readonly string[]
}

/**
 * A panel as a view of Vega-Lite.
 *
 * @param values all that it draws, for the ticks of a logarithmic scale
 */
export const linesOf = (
  { panel, metrics, series, legend, byPhase, phases }: Panel,
  values: readonly (number | null)[],
  { log, smoothing, per, width, height }: LineOptions,
): Readonly<Record<string, unknown>> => {
  const axis = axisTitleOf(metrics)
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    title: smoothing > 0 ? [axis, `exponential moving average, smoothing ${smoothing}`] : axis,
    ...(log ? logScale(values) : { scale: { zero: false, padding: 6 } }),
  })
  const label = inLegend(series)
  const line = { symbolType: 'stroke', symbolSize: 300, symbolOpacity: 1 }
  return {
    width,
    height,
    // By number: names may be words that Vega takes for others.
    transform: [{ filter: `datum.panel === ${panel}` }],
    encoding: {
      x: {
        field: 'at',
        type: 'quantitative',
        title: per,
        scale: { zero: false, nice: false, padding: 6 },
        axis: { tickMinStep: 1, format: 'd', grid: false },
      },
      color: {
        // One legend says both where both are of one field.
        field: byPhase ? 'phase' : 'series',
        type: 'nominal',
        title: null,
        scale: { domain: [...new Set(series.map(label))] },
        legend: legend ? line : null,
      },
      strokeDash: {
        field: 'phase',
        type: 'nominal',
        title: null,
        scale: {
          domain: phases,
          range: phases.map(phase => (phase === 'training' ? [1, 0] : [5, 3])),
        },
        legend: phases.length > 1 ? line : null,
      },
      detail: ['run', 'metric', 'phase'].map(field => ({ field })),
    },
    layer: [
      ...(smoothing > 0 ? [{ mark: { type: 'line', opacity: 0.35, strokeWidth: 1 }, encoding: { y: y('raw') } }] : []),
      { mark: { type: 'line' }, encoding: { y: y('value') } },
      {
        transform: [{ filter: 'datum.marked && datum.value !== null' }],
        mark: { type: 'point' },
        encoding: { y: y('value'), strokeDash: { value: [1, 0] } },
      },
    ],
  }
}
