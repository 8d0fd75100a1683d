import { InvalidOption, show } from '../base/errors.ts'
import { boolean, type Options, parseOptions } from '../base/options.ts'
import { digits } from '../base/shown.ts'
import { isList, isRecord } from '../base/trees.ts'
import type { Picture } from '../pictures/picture.ts'
import { reading } from '../state/given.ts'
import type { RatePoint, RateSweep } from '../training/loops/learning-rate-sweep.ts'
import { logScale } from './log-scale.ts'
import { type ChartOptions, chartOptions } from './options.ts'
import { gapCaptions, orGap } from './series.ts'
import { counted } from './texts.ts'
import { type ChartSpec, chart } from './vega.ts'
import { emptyView } from './views.ts'

/** The options of {@link plotLearningRateSweep}. */
export interface RateSweepPlotOptions extends ChartOptions {
  /** Whether the scale of losses is logarithmic too. Default: false. */
  readonly log?: boolean
}
const options: Options<Required<RateSweepPlotOptions>> = {
  log: { codec: boolean, default: false },
  ...chartOptions('Learning rate sweep', 400, 240),
}

/** The loss at one learning rate. */
export interface RateSweepRow {
  readonly rate: number
  /** `null` is a gap. */
  readonly loss: number | null
  readonly smoothed: number | null
}

const owner = 'plotLearningRateSweep'

const isPoint = (value: unknown): value is RatePoint =>
  isRecord(value) && ['rate', 'loss', 'smoothed'].every(name => typeof value[name] === 'number' || value[name] === null)

const readSweep = (value: unknown): Pick<RateSweep, 'points' | 'suggestion' | 'diverged'> =>
  reading(owner, 'sweep', () => {
    if (isRecord(value) && isList(value.points) && value.points.every(isPoint))
      return {
        points: value.points,
        suggestion: typeof value.suggestion === 'number' ? value.suggestion : undefined,
        diverged: value.diverged === true,
      }
    throw new InvalidOption({
      layer: owner,
      option: 'sweep',
      expected: 'what learningRateSweep gives',
      got: show(value),
      remedy: 'For example: plotLearningRateSweep(await learningRateSweep(network, variables, examples)).',
    })
  })

/**
 * The loss over the learning rate, as `learningRateSweep` found it: its values, the smoothed curve, and a line at the suggestion,
 * where the curve falls fastest (Smith 2017).
 *
 * @param sweep what `learningRateSweep` gives, also one that was read from JSON
 * @param options `log` (false), `title`, `width`, `height`
 * @throws InvalidOption if `sweep` is none, or an option is wrong
 * @example
 * ```ts
 * const points = [{ rate: 0.01, loss: 1, smoothed: 1 }, { rate: 0.1, loss: 0.5, smoothed: 0.7 }]
 * const picture = plotLearningRateSweep({ points, suggestion: 0.01, diverged: false })
 * picture.spec.data.values.length // 2
 * ```
 */
export const plotLearningRateSweep = (
  sweep: Pick<RateSweep, 'points' | 'suggestion' | 'diverged'>,
  given: RateSweepPlotOptions = {},
): Picture<ChartSpec<RateSweepRow>> => {
  const normal = parseOptions(owner, 'plotLearningRateSweep(sweep, { log: true })', options, given)
  const { points, suggestion, diverged } = readSweep(sweep)
  const { log, width, height } = normal
  const rows = points
    .filter(({ rate }) => rate > 0 && Number.isFinite(rate))
    .map(({ rate, loss, smoothed }): RateSweepRow => ({ rate, loss: orGap(loss, log), smoothed: orGap(smoothed, log) }))
  const x = {
    field: 'rate',
    type: 'quantitative',
    title: 'learning rate',
    ...logScale([...rows.map(({ rate }) => rate), suggestion ?? null]),
  }
  const y = (field: 'loss' | 'smoothed') => ({
    field,
    type: 'quantitative',
    title: 'loss (smoothed: thick)',
    ...(log
      ? logScale(rows.flatMap(({ loss, smoothed }) => [loss, smoothed]))
      : { scale: { zero: false, padding: 6 } }),
  })
  const marked = suggestion === undefined ? [] : [{ rate: suggestion, text: `suggestion ${digits(suggestion)}` }]
  return chart({
    title: normal.title,
    captions: [
      suggestion === undefined ? 'The loss never falls: no suggestion.' : `Suggestion: ${digits(suggestion)}.`,
      ...(diverged ? ['It ended early, as the loss grew without bound.'] : []),
      ...gapCaptions(
        points.map(({ loss }) => loss ?? Number.NaN),
        log,
      ),
    ],
    description:
      rows.length === 0
        ? 'A learning rate sweep without data.'
        : `Line chart of the loss over ${counted(rows.length, 'learning rate')}.`,
    rows,
    width,
    view:
      rows.length === 0
        ? emptyView(normal)
        : {
            width,
            height,
            layer: [
              { mark: { type: 'line', opacity: 0.35, strokeWidth: 1 }, encoding: { x, y: y('loss') } },
              {
                mark: { type: 'line', ...(rows.length === 1 && { point: true }) },
                encoding: { x, y: y('smoothed') },
              },
              {
                data: { values: marked },
                mark: { type: 'rule', style: 'alarm-line' },
                encoding: { x },
              },
            ],
          },
  })
}
