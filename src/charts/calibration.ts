import { integer, type Options, parseOptions } from '../base/options.ts'
import type { Picture } from '../pictures/picture.ts'
import type { TensorInput } from '../state/data.ts'
import { type ChartOptions, chartOptions } from './options.ts'
import { leftCaptions, readScores, type Scores } from './scores.ts'
import { counted } from './texts.ts'
import { type ChartSpec, chart } from './vega.ts'
import { emptyView } from './views.ts'

/** The options of {@link plotCalibration}. */
export interface CalibrationPlotOptions extends ChartOptions {
  /** The number of bins of equal width. Default: 15. */
  readonly bins?: number
}
const options: Options<Required<CalibrationPlotOptions>> = {
  bins: { codec: integer(1), default: 15 },
  ...chartOptions('Reliability diagram', 300, 260),
}

/** The predictions of one bin. */
export interface CalibrationRow {
  readonly from: number
  readonly to: number
  readonly count: number
  /** The mean probability. */
  readonly confidence: number
  /** How many of them are right; with one output, how many are of class 1. */
  readonly accuracy: number
}

/** Predictions sorted by how sure they are; as `calibrationError` does, in 32-bit floats. */
const binsOf = ({ count, classes, isSingle, truth, probability }: Scores, bins: number): readonly CalibrationRow[] => {
  const sums = Array.from({ length: bins }, () => ({ count: 0, sure: 0, right: 0 }))
  for (let i = 0; i < count; i++) {
    let best = isSingle ? 1 : 0
    if (!isSingle) for (let c = 1; c < classes; c++) if (probability(i, c) > probability(i, best)) best = c
    const sure = probability(i, best)
    const at = Math.trunc(Math.min(Math.max(Math.fround(sure * bins), 0), bins - 0.5))
    const bin = sums[at] as { count: number; sure: number; right: number }
    bin.count++
    bin.sure += sure
    if (truth[i] === best) bin.right++
  }
  return sums.flatMap((bin, i) =>
    bin.count === 0
      ? []
      : [
          {
            from: i / bins,
            to: (i + 1) / bins,
            count: bin.count,
            confidence: bin.sure / bin.count,
            accuracy: bin.right / bin.count,
          },
        ],
  )
}

/**
 * A reliability diagram: how often predictions are right, by how sure they are, with the number of predictions below. Bars on the
 * diagonal are calibrated; below it predictions are surer than right. The caption has the expected calibration error, the mean
 * gap (Guo et al. 2017).
 *
 * @param expected class numbers, or one-hot targets
 * @param predicted probabilities along the last axis, one for each class; or one for each example, of class 1, in which case bars
 *   are the part of class 1
 * @param options `bins` (15), `title`, `width`, `height`
 * @throws InvalidOption if there is not one target for each prediction, a target is no class, or an option is wrong
 * @example
 * ```ts
 * const picture = plotCalibration([0, 0, 1, 1], [0.1, 0.3, 0.7, 0.9], { bins: 2 })
 * picture.spec.data.values[1]?.accuracy // 1
 * ```
 */
export const plotCalibration = (
  expected: TensorInput,
  predicted: TensorInput,
  given: CalibrationPlotOptions = {},
): Picture<ChartSpec<CalibrationRow>> => {
  const owner = 'plotCalibration'
  const normal = parseOptions(owner, 'plotCalibration(expected, predicted, { bins: 10 })', options, given)
  const scores = readScores(owner, expected, predicted)
  const rows = binsOf(scores, normal.bins)
  const error = rows.reduce((sum, bin) => sum + (bin.count / scores.count) * Math.abs(bin.confidence - bin.accuracy), 0)
  const { width, height } = normal
  const unit = { domain: [0, 1] }
  const x = { type: 'quantitative', title: scores.isSingle ? 'probability of class 1' : 'confidence', scale: unit }
  const y = { type: 'quantitative', title: scores.isSingle ? 'part of class 1' : 'accuracy', scale: unit }
  const range = { x: { field: 'from', ...x }, x2: { field: 'to' } }
  return chart({
    title: normal.title,
    captions: [
      ...(scores.count > 0
        ? [
            `Expected calibration error ${error.toFixed(4)}, of ${counted(scores.count, 'prediction')} in ${counted(normal.bins, 'bin')}.`,
          ]
        : []),
      ...leftCaptions(scores.left),
    ],
    description:
      scores.count === 0
        ? 'A reliability diagram without data.'
        : `Reliability diagram: expected calibration error ${error.toFixed(4)}.`,
    rows,
    width,
    view:
      scores.count === 0
        ? emptyView(normal)
        : {
            spacing: 12,
            vconcat: [
              {
                width,
                height,
                layer: [
                  {
                    mark: { type: 'bar', binSpacing: 1, opacity: 0.7 },
                    encoding: { ...range, y: { field: 'accuracy', ...y }, y2: { datum: 0 } },
                  },
                  {
                    mark: { type: 'rule', style: 'alarm-line', strokeDash: [1, 0], strokeWidth: 2 },
                    encoding: {
                      x: { field: 'confidence', ...x },
                      y: { field: 'accuracy', ...y },
                      y2: { field: 'confidence' },
                    },
                  },
                  {
                    data: { values: [0, 1].map(at => ({ confidence: at })) },
                    mark: { type: 'line', style: 'muted-line' },
                    encoding: { x: { field: 'confidence', ...x }, y: { field: 'confidence', ...y } },
                  },
                ],
              },
              {
                width,
                height: Math.max(40, Math.round(height / 4)),
                mark: { type: 'bar', binSpacing: 1, style: 'muted-bar' },
                encoding: {
                  ...range,
                  y: { field: 'count', type: 'quantitative', title: 'predictions', axis: { tickCount: 3 } },
                  y2: { datum: 0 },
                },
              },
            ],
          },
  })
}
