import { InvalidOption, show } from '../base/errors.ts'
import { boolean, integer, isFunction, type Options, parseOptions } from '../base/options.ts'
import { isRecord } from '../base/trees.ts'
import type { Picture } from '../pictures/picture.ts'
import { reading } from '../state/given.ts'
import { type Step, stepAt } from '../training/rate.ts'
import { colourOfSeries, inLegend, othersCaptions } from './lines.ts'
import { logScale } from './log-scale.ts'
import { type ChartOptions, chartOptions } from './options.ts'
import { drawnOf, gapCaptions, orGap } from './series.ts'
import { counted, listed } from './texts.ts'
import { type ChartSpec, chart } from './vega.ts'
import { emptyView } from './views.ts'

/** The options of {@link plotSchedule}. */
export interface SchedulePlotOptions extends ChartOptions {
  /** How many updates are drawn, from 0 on. Default: 1000. */
  readonly updates?: number
  /** Whether the scale of learning rates is logarithmic. Default: false. */
  readonly log?: boolean
}
const options: Options<Required<SchedulePlotOptions>> = {
  updates: { codec: integer(1), default: 1000 },
  log: { codec: boolean, default: false },
  ...chartOptions('Learning rate schedule', 400, 220),
}

/** The learning rate of one update. */
export interface ScheduleRow {
  readonly series: string
  readonly label: string
  readonly update: number
  /** `null` is a gap. */
  readonly rate: number | null
}

const owner = 'plotSchedule'
const isStep = (value: unknown): value is Step => typeof value === 'number' || isFunction(value)

const readSteps = (value: unknown): Readonly<Record<string, Step>> =>
  reading(owner, 'schedules', () => {
    if (isStep(value)) return { '': value }
    if (isRecord(value) && Object.values(value).every(isStep)) return { ...(value as Readonly<Record<string, Step>>) }
    throw new InvalidOption({
      layer: owner,
      option: 'schedules',
      expected: 'a schedule, a number or a function of the number of the update; or several of them by name',
      got: show(value),
      remedy: 'For example: plotSchedule(cosineDecay({ initialValue: 0.1, decayIter: 1000 })).',
    })
  })

/** The most updates that are asked for. */
const mostAsked = 20_000

/**
 * Learning rates over updates.
 *
 * @param schedules a schedule, or any learning rate that optimizers take; or several of them by name
 * @param options `updates` (1000), `log` (false), `title`, `width`, `height`
 * @throws InvalidOption if `schedules` are none, a function gives no number >= 0 for an update, or an option is wrong
 * @example
 * ```ts
 * const picture = plotSchedule(update => 0.1 / (1 + update), { updates: 10 })
 * picture.spec.data.values[1]?.rate // 0.05
 * ```
 */
export const plotSchedule = (
  schedules: Step | Readonly<Record<string, Step>>,
  given: SchedulePlotOptions = {},
): Picture<ChartSpec<ScheduleRow>> => {
  const normal = parseOptions(owner, 'plotSchedule(schedule, { updates: 1000 })', options, given)
  const steps = Object.entries(readSteps(schedules))
  const [{ updates, log }, names] = [normal, steps.map(([name]) => name)]
  const each = Math.max(1, Math.ceil(updates / mostAsked))
  const asked = Array.from({ length: Math.ceil(updates / each) }, (_, i) => i * each)
  const legend = inLegend(names)
  const all = steps.map(([name, step]) => ({ name, rates: asked.map(update => stepAt(owner, step, update)) }))
  const rows = all.flatMap(({ name, rates }) => {
    const shown = rates.map(rate => orGap(rate, log))
    return drawnOf(shown).map(
      (i): ScheduleRow => ({
        series: legend(name),
        label: name,
        update: asked[i] as number,
        rate: shown[i] as number | null,
      }),
    )
  })
  const isAlone = names.length === 1 && names[0] === ''
  return chart({
    title: normal.title,
    captions: [
      ...gapCaptions(
        all.flatMap(({ rates }) => rates),
        log,
      ),
      ...othersCaptions(names, 'schedules'),
    ],
    description:
      names.length === 0
        ? 'Learning rates without data.'
        : `Line chart of the learning rate${isAlone ? '' : ` of ${listed(names)}`} over ${counted(updates, 'update')}.`,
    rows,
    width: normal.width,
    view:
      names.length === 0
        ? emptyView(normal)
        : {
            width: normal.width,
            height: normal.height,
            mark: { type: 'line', ...(updates === 1 && { point: true }) },
            encoding: {
              x: {
                field: 'update',
                type: 'quantitative',
                title: 'update',
                scale: { nice: false, padding: 4 },
                axis: { tickMinStep: 1, format: 'd', grid: false },
              },
              y: {
                field: 'rate',
                type: 'quantitative',
                title: 'learning rate',
                ...(log ? logScale(rows.map(({ rate }) => rate)) : { axis: { format: '~g' } }),
              },
              detail: { field: 'label' },
              color: colourOfSeries(names, !isAlone),
            },
          },
  })
}
