import { InvalidOption, show } from '../base/errors.ts'
import { boolean, codec, nearest, number, type Options, oneOf, orNull, parseOptions } from '../base/options.ts'
import { isShortList } from '../base/trees.ts'
import type { Picture } from '../pictures/picture.ts'
import { type HistoryRow, inLegend, linesOf, othersCaptions, type Panel } from './lines.ts'
import { type ChartOptions, chartOptions } from './options.ts'
import { type ReadRun, type Runs, readRuns } from './runs.ts'
import { drawnOf, gapCaptions, isMarked, orGap, smoothed } from './series.ts'
import { counted, listed } from './texts.ts'
import { kindOf } from './units.ts'
import { type ChartSpec, chart } from './vega.ts'
import { joined } from './views.ts'

/** The options of {@link plotHistory}. */
export interface HistoryOptions extends ChartOptions {
  /** Names of the history, without `validation`. Default: `null`, all that are numbers. */
  readonly metrics?: string | readonly string[] | null
  /** Whether to draw what training saw. Default: true. */
  readonly training?: boolean
  /** Whether to draw what validation saw. Default: true. */
  readonly validation?: boolean
  /**
   * How much of the mean so far counts in an exponential moving average, from 0 on and below 1; the values themselves are drawn
   * faintly behind it. Default: 0, none.
   */
  readonly smoothing?: number
  /** Whether the scale of values is logarithmic. Default: false. */
  readonly log?: boolean
  /** What the values are counted by. Default: `epoch`. */
  readonly per?: 'epoch' | 'update'
}
type Normal = Required<HistoryOptions> & { readonly metrics: readonly string[] | null }

export const metricNames: ReturnType<typeof codec<readonly string[]>> = codec<readonly string[]>(
  'names of the history',
  value => {
    const all = typeof value === 'string' ? [value] : value
    return isShortList(all) && all.length > 0 && all.every(name => typeof name === 'string' && name !== '')
      ? (all as readonly string[])
      : undefined
  },
)
const optionsOf: Options<Normal> = {
  metrics: { codec: orNull(metricNames, 'all'), default: null },
  training: { codec: boolean, default: true },
  validation: { codec: boolean, default: true },
  smoothing: { codec: number('a number >= 0 and < 1', value => value >= 0 && value < 1), default: 0 },
  log: { codec: boolean, default: false },
  per: { codec: oneOf(['epoch', 'update']), default: 'epoch' },
  ...chartOptions('Training history'),
}

/**
 * The metrics of runs that were asked for.
 *
 * @throws InvalidOption if no run has one
 */
const metricsIn = (owner: string, runs: readonly ReadRun[], asked: readonly string[] | null): readonly string[] => {
  const known = [...new Set(runs.flatMap(({ series }) => series.map(({ metric }) => metric)))]
  for (const name of asked ?? [])
    if (!known.includes(name)) {
      const near = nearest(name, known)
      throw new InvalidOption({
        layer: owner,
        option: 'metrics',
        expected: known.length > 0 ? `names of the history: ${known.join(', ')}` : 'none, as the history is empty',
        got: show(name),
        remedy: near === undefined ? 'Leave metrics out for all of them.' : `Did you mean ${near}?`,
      })
    }
  return asked ?? known
}

/** The rows of a series. */
export const rowsOf = (
  { run, panel }: Pick<HistoryRow, 'run' | 'panel'>,
  { metric, phase, values }: ReadRun['series'][number],
  series: string,
  { log, smoothing }: { readonly log: boolean; readonly smoothing: number },
): readonly HistoryRow[] => {
  const shown = (smoothing > 0 ? smoothed(values, smoothing) : values).map(value => orGap(value, log))
  return drawnOf(shown).map(i => ({
    panel,
    run,
    metric,
    phase,
    series,
    at: i + 1,
    value: shown[i] as number | null,
    raw: orGap(values[i] as number, log),
    marked: isMarked(shown, i),
  }))
}

/** All values that a panel draws. */
const valuesOf = (rows: readonly HistoryRow[], { panel }: Panel): readonly (number | null)[] =>
  rows.flatMap(({ panel: at, value, raw }) => (at === panel ? [value, raw] : []))

/** Several metrics that are measured alike share a panel, but of several runs each has its own. */
const groupsOf = (metrics: readonly string[], isOneRun: boolean): readonly (readonly string[])[] => {
  const groups = new Map<string, string[]>()
  for (const metric of metrics) {
    const kind = isOneRun ? kindOf(metric) : metric
    groups.set(kind, [...(groups.get(kind) ?? []), metric])
  }
  return [...groups.values()]
}

/**
 * The curves of training: each metric over the epochs, as training and as validation saw it. What is measured in different
 * units has panels of its own; validation is dashed. What is not finite is a gap, and counted. For the errors of training and
 * validation alone, the `plot_errors` of other libraries, give `metrics: 'loss'`.
 *
 * @param runs what `fit` returned, or its history, also one that was read from JSON; or several of them by name
 * @param options `metrics` (all), `training` (true), `validation` (true), `smoothing` (0), `log` (false), `per` (`epoch`), `title`,
 *   `width` and `height` of a panel (320 and 220)
 * @throws InvalidOption if `runs` are none, an option is wrong, or no run has a metric that is asked for
 * @example
 * ```ts
 * const picture = plotHistory({ loss: [1, 0.5, 0.25], validationLoss: [0.9, 0.6, 0.8] }, { log: true })
 * picture.spec.data.values.length // 6
 * ```
 */
export const plotHistory = (runs: Runs, options: HistoryOptions = {}): Picture<ChartSpec<HistoryRow>> => {
  const owner = 'plotHistory'
  const normal = parseOptions(owner, "plotHistory(history, { metrics: 'loss', log: true })", optionsOf, options)
  const read = readRuns(owner, runs)
  const asked = metricsIn(owner, read, normal.metrics)
  const isSeen = { training: normal.training, validation: normal.validation }
  const seen = read.flatMap(({ name, series }) =>
    series
      .filter(({ metric, phase, values }) => asked.includes(metric) && isSeen[phase] && values.length > 0)
      .map(one => ({ run: name, one })),
  )
  const names = [...new Set(seen.map(({ run }) => run))]
  const phases = [...new Set(seen.map(({ one }) => one.phase))]
  const isOneRun = read.length === 1 && read[0]?.name === ''
  const metrics = asked.filter(name => seen.some(({ one }) => one.metric === name))
  const panels = groupsOf(metrics, isOneRun).map((group, panel): Panel => {
    const byPhase = isOneRun && group.length === 1
    const own = phases.filter(phase => seen.some(({ one }) => one.phase === phase && group.includes(one.metric)))
    const series = isOneRun ? (byPhase ? own : group) : names
    return { panel, metrics: group, series, byPhase, phases: own, legend: byPhase ? own.length > 1 : true }
  })
  const rows = panels.flatMap(({ panel, metrics, series, byPhase }) => {
    const label = inLegend(series)
    return seen
      .filter(({ one }) => metrics.includes(one.metric))
      .flatMap(({ run, one }) =>
        rowsOf({ run, panel }, one, label(isOneRun ? (byPhase ? one.phase : one.metric) : run), normal),
      )
  })
  const epochs = seen.reduce((most, { one }) => Math.max(most, one.values.length), 0)
  const told = isOneRun ? '' : ` of ${listed(names)}`
  const isShared = !isOneRun || panels.every(({ byPhase, phases: own }) => byPhase && own.length === phases.length)
  return chart({
    title: normal.title,
    captions: [
      ...gapCaptions(
        seen.flatMap(({ one }) => one.values),
        normal.log,
      ),
      ...othersCaptions(isOneRun ? [] : names, 'runs'),
    ],
    description:
      epochs === 0
        ? 'A training history without data.'
        : `Line chart of ${listed(metrics)}${told} over ${counted(epochs, normal.per)}.`,
    rows,
    width: normal.width,
    view: joined(
      panels.map(panel => linesOf(panel, valuesOf(rows, panel), normal)),
      normal,
      isShared,
    ),
  })
}
