import { InvalidOption, show } from '../base/errors.ts'
import { boolean, codec, nearest, type Options, oneOf, orNull, parseOptions } from '../base/options.ts'
import { digits } from '../base/shown.ts'
import type { Picture } from '../pictures/picture.ts'
import { betterOf } from '../training/loops/monitor.ts'
import { type Better, validationName } from '../training/metric.ts'
import { rowsOf } from './history.ts'
import { inLegend, linesOf, othersCaptions } from './lines.ts'
import { type ChartOptions, chartOptions } from './options.ts'
import { type ReadRun, type Runs, readRuns, type Series } from './runs.ts'
import { gapCaptions } from './series.ts'
import { counted } from './texts.ts'
import { axisTitleOf } from './units.ts'
import { type ChartSpec, chart } from './vega.ts'
import { emptyView } from './views.ts'

/** The options of {@link compareRuns}. */
export interface CompareRunsOptions extends ChartOptions {
  /** A name of the histories. Default: `null`, `validationLoss`, or `loss` if a run has no validation. */
  readonly metric?: string | null
  /** Which value of a run counts. Default: `best`. */
  readonly value?: 'best' | 'final'
  /** Which values are better, where the metric does not say so itself. Default: `null`, as the metric says. */
  readonly better?: Better | null
  /** Whether the scale of values is logarithmic. Default: false. */
  readonly log?: boolean
}
type Normal = Required<CompareRunsOptions>
const options: Options<Normal> = {
  metric: {
    codec: orNull(
      codec('a name of the histories', value => (typeof value === 'string' && value !== '' ? value : undefined)),
      'the loss',
    ),
    default: null,
  },
  value: { codec: oneOf(['best', 'final']), default: 'best' },
  better: { codec: orNull(oneOf(['higher', 'lower']), 'as the metric says'), default: null },
  log: { codec: boolean, default: false },
  ...chartOptions('Comparison of runs', 320, 220),
}

/** One run of a comparison; the first is the best. */
export interface ComparedRow {
  readonly run: string
  /** The run, or `others`. */
  readonly series: string
  /** `null` if no value is finite. */
  readonly value: number | null
  /** The epoch of the value, from 1. */
  readonly epoch: number | null
  readonly text: string
}

const owner = 'compareRuns'
const nameOf = ({ metric, phase }: Series): string => (phase === 'training' ? metric : validationName(metric))

/**
 * The name that is compared.
 *
 * @throws InvalidOption if a run does not have it
 */
const metricIn = (runs: readonly ReadRun[], asked: string | null): string => {
  const has = (name: string) => runs.every(({ series }) => series.some(one => nameOf(one) === name))
  const metric = asked ?? (has('validationLoss') ? 'validationLoss' : 'loss')
  if (has(metric)) return metric
  const lacking = runs.find(({ series }) => !series.some(one => nameOf(one) === metric))
  const known = (lacking?.series ?? []).map(nameOf)
  const near = nearest(metric, known)
  throw new InvalidOption({
    layer: owner,
    option: 'metric',
    expected:
      known.length > 0
        ? `a name of all histories; ${lacking?.name} has ${known.join(', ')}`
        : `a history in ${lacking?.name}`,
    got: show(metric),
    remedy: near === undefined ? 'Give a metric that all runs have.' : `Did you mean ${near}?`,
  })
}

/** @throws InvalidOption if nothing says which values are better */
const directionOf = (metric: string, runs: readonly ReadRun[], given: Better | null): Better => {
  const better =
    given ??
    betterOf(
      metric,
      runs.flatMap(({ metrics }) => metrics),
    )
  if (better !== undefined) return better
  throw new InvalidOption({
    layer: owner,
    option: 'better',
    expected: `'higher' or 'lower', as nothing says which values of ${metric} are better`,
    got: 'none',
    remedy: `For example: compareRuns(runs, { metric: ${show(metric)}, better: 'lower' }).`,
  })
}

const chosen = (
  values: readonly number[],
  how: Normal['value'],
  better: Better,
): readonly [value: number, at: number] | null => {
  if (how === 'final') return Number.isFinite(values.at(-1)) ? [values.at(-1) as number, values.length - 1] : null
  let found: readonly [number, number] | null = null
  for (const [i, value] of values.entries())
    if (Number.isFinite(value) && (found === null || (better === 'lower' ? value < found[0] : value > found[0])))
      found = [value, i]
  return found
}

/**
 * Compares runs by one metric: its curves, and beside them the best or the final value of each run, the best run first.
 *
 * @param runs what `fit` returned, or histories, by name
 * @param options `metric` (`validationLoss` or `loss`), `value` (`best`), `better` (as the metric says), `log` (false), `title`,
 *   `width` and `height` of a panel (320 and 220)
 * @throws InvalidOption if `runs` are none, a run does not have the metric, nothing says which values are better, or an option
 *   is wrong
 * @example
 * ```ts
 * const picture = compareRuns({ a: { loss: [3, 1, 2] }, b: { loss: [3, 0.5] } })
 * picture.spec.data.values.map(({ run, value, epoch }) => [run, value, epoch]) // [['b', 0.5, 2], ['a', 1, 2]]
 * ```
 */
export const compareRuns = (runs: Runs, given: CompareRunsOptions = {}): Picture<ChartSpec<ComparedRow>> => {
  const normal = parseOptions(owner, "compareRuns({ a, b }, { metric: 'validationLoss' })", options, given)
  const read = readRuns(owner, runs)
  const filled = read.filter(({ series }) => series.some(({ values }) => values.length > 0))
  const { width, height, log } = normal
  const metric = filled.length === 0 ? (normal.metric ?? 'loss') : metricIn(filled, normal.metric)
  const better = filled.length === 0 ? 'lower' : directionOf(metric, filled, normal.better)
  const sign = better === 'lower' ? 1 : -1
  const ranked = filled
    .map(run => {
      const series = run.series.find(one => nameOf(one) === metric) as Series
      return { name: run.name, series, found: chosen(series.values, normal.value, better) }
    })
    .sort((a, b) => (a.found === null ? 1 : b.found === null ? -1 : sign * (a.found[0] - b.found[0])))
  const names = ranked.map(({ name }) => name)
  const legend = inLegend(names)
  const rows = ranked.map(
    ({ name, found }): ComparedRow => ({
      run: name,
      series: legend(name),
      value: found?.[0] ?? null,
      epoch: found === null ? null : found[1] + 1,
      text: found === null ? 'not finite' : `${digits(found[0])} (epoch ${found[1] + 1})`,
    }),
  )
  const curves = ranked.flatMap(({ name, series }) =>
    rowsOf({ run: name, panel: 0 }, { ...series, phase: 'training' }, legend(name), { log, smoothing: 0 }),
  )
  const domain = [...new Set(names.map(legend))]
  const panel = { panel: 0, metrics: [metric], series: names, legend: false, byPhase: false, phases: ['training'] }
  return chart({
    title: normal.title,
    captions: [
      ...(filled.length > 0
        ? [`${normal.value === 'best' ? 'Best' : 'Final'} values; ${better} ones are better.`]
        : []),
      ...gapCaptions(
        ranked.flatMap(({ series }) => series.values),
        log,
      ),
      ...othersCaptions(names, 'runs'),
    ],
    description:
      rows.length === 0
        ? 'A comparison of runs without data.'
        : `Comparison of ${counted(rows.length, 'run')} by ${metric}: ${names[0]} is best, with ${rows[0]?.text}.`,
    rows,
    width: 2 * width,
    view:
      rows.length === 0
        ? emptyView(normal)
        : {
            hconcat: [
              {
                data: { values: curves },
                ...linesOf(
                  panel,
                  curves.map(({ value }) => value),
                  { log, smoothing: 0, per: 'epoch', width, height },
                ),
              },
              {
                width: Math.round(width * 0.6),
                height: Math.max(height, rows.length * 20),
                encoding: {
                  y: {
                    field: 'run',
                    type: 'nominal',
                    sort: null,
                    title: 'run',
                    scale: { domain: names },
                    axis: { labelOverlap: false, grid: true },
                  },
                  x: {
                    field: 'value',
                    type: 'quantitative',
                    title: axisTitleOf([metric]),
                    scale: { zero: false, padding: 10 },
                    axis: { tickCount: 4, format: '~g' },
                  },
                },
                layer: [
                  {
                    transform: [{ filter: 'datum.value !== null' }],
                    mark: { type: 'point', size: 90 },
                    encoding: {
                      color: { field: 'series', type: 'nominal', title: null, scale: { domain }, legend: null },
                    },
                  },
                  {
                    mark: { type: 'text', style: 'muted-text', align: 'left', dx: 8 },
                    encoding: { x: { value: Math.round(width * 0.6) }, text: { field: 'text' } },
                  },
                ],
              },
            ],
          },
  })
}
