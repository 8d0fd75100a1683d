import { InvalidOption, show } from '../base/errors.ts'
import { areDistinct, listOf, type Options, orNull, parseOptions } from '../base/options.ts'
import type { Picture } from '../pictures/picture.ts'
import type { TensorInput } from '../state/data.ts'
import { labelsFor, labelsOption } from './labels.ts'
import { colourOfSeries, inLegend, othersCaptions } from './lines.ts'
import { type ChartOptions, chartOptions } from './options.ts'
import { leftCaptions, readScores, type Scores } from './scores.ts'
import { counted, listed } from './texts.ts'
import { type ChartSpec, chart } from './vega.ts'
import { emptyView } from './views.ts'

/** The options of {@link plotRoc}. */
export interface RocOptions extends ChartOptions {
  /** The names of the classes, in the order of their numbers. Default: `null`, the numbers. */
  readonly labels?: readonly string[] | null
  /** The numbers of the classes that have a curve. Default: `null`, all; class 1 where there is one output. */
  readonly classes?: readonly number[] | null
}
const options: Options<Required<RocOptions>> = {
  labels: { codec: labelsOption, default: null },
  classes: {
    codec: orNull(
      listOf<number>('different class numbers', one => Number.isSafeInteger(one) && (one as number) >= 0, {
        least: 1,
        check: areDistinct,
      }),
      'all',
    ),
    default: null,
  },
  ...chartOptions('Receiver operating characteristic', 300, 300),
}

/** A point of a curve: what a threshold lets through. */
export interface RocRow {
  /** The class, or `others`. */
  readonly series: string
  readonly label: string
  /** The area under its curve; `null` where it is not defined. */
  readonly auc: number | null
  readonly falsePositiveRate: number
  readonly truePositiveRate: number
}

interface Curve {
  readonly auc: number
  readonly points: readonly (readonly [falsePositives: number, truePositives: number])[]
}

/** The most points of a curve: corners between others on a line are left out anyway. */
const mostPoints = 400

/**
 * The curve of a class against all others (Fawcett 2006, algorithm 1), and the area under it; `undefined` if all examples are of
 * the class, or none. Examples of equal scores are one step, which is slanted.
 */
export const rocOf = ({ count, truth, probability }: Scores, of: number): Curve | undefined => {
  const scores = Float64Array.from({ length: count }, (_, i) => probability(i, of))
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => (scores[b] as number) - (scores[a] as number))
  const positives = truth.reduce((n, c) => n + (c === of ? 1 : 0), 0)
  const negatives = count - positives
  if (positives === 0 || negatives === 0) return undefined
  const points: [number, number][] = [[0, 0]]
  let [hits, alarms, area] = [0, 0, 0]
  for (let at = 0; at < count; ) {
    const score = scores[order[at] as number]
    const [before, alarmsBefore] = [hits, alarms]
    for (; at < count && scores[order[at] as number] === score; at++)
      if (truth[order[at] as number] === of) hits++
      else alarms++
    area += ((alarms - alarmsBefore) * (hits + before)) / 2
    points.push([alarms / negatives, hits / positives])
  }
  return { auc: area / (positives * negatives), points: thinned(points) }
}

/** The corners of a curve, and of very many every n-th. */
const thinned = (points: readonly (readonly [number, number])[]): Curve['points'] => {
  const corners = points.filter(([x, y], i) => {
    const [before, after] = [points[i - 1], points[i + 1]]
    if (before === undefined || after === undefined) return true
    return !((before[0] === x && after[0] === x) || (before[1] === y && after[1] === y))
  })
  const each = Math.ceil(corners.length / mostPoints)
  return corners.filter((_, i) => i % each === 0 || i === corners.length - 1)
}

/**
 * Receiver operating characteristics: of each class against all others, the rate of true positives over that of false positives,
 * for all thresholds (Fawcett 2006). The legend has the areas under the curves; a curve on the diagonal is chance.
 *
 * @param expected class numbers, or one-hot targets
 * @param predicted probabilities or other scores, along the last axis one for each class; or one for each example, of class 1
 * @param options `labels` (numbers), `classes` (all), `title`, `width`, `height`
 * @throws InvalidOption if there is not one target for each prediction, a target is no class, or an option is wrong
 * @example
 * ```ts
 * const picture = plotRoc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
 * picture.spec.data.values[0]?.auc // 0.75
 * ```
 */
export const plotRoc = (
  expected: TensorInput,
  predicted: TensorInput,
  given: RocOptions = {},
): Picture<ChartSpec<RocRow>> => {
  const owner = 'plotRoc'
  const normal = parseOptions(owner, "plotRoc(expected, predicted, { labels: ['cat', 'dog'] })", options, given)
  const scores = readScores(owner, expected, predicted)
  const labels = labelsFor(owner, scores.classes, normal.labels)
  const asked = normal.classes ?? (scores.isSingle ? [1] : labels.map((_, i) => i))
  const outside = asked.find(one => one >= scores.classes)
  if (outside !== undefined)
    throw new InvalidOption({
      layer: owner,
      option: 'classes',
      expected: `class numbers from 0 to ${scores.classes - 1}`,
      got: show(outside),
      remedy: 'Leave classes out for all of them.',
    })
  const curves = asked.flatMap(of => {
    const curve = rocOf(scores, of)
    return curve === undefined ? [] : [{ label: labels[of] as string, ...curve }]
  })
  const undefinedOnes = asked.filter(of => !curves.some(({ label }) => label === labels[of]))
  const names = curves.map(({ label, auc }) => `${label} (AUC ${auc.toFixed(3)})`)
  const legend = inLegend(names)
  const rows = curves.flatMap(({ label, auc, points }, i) =>
    points.map(
      ([falsePositiveRate, truePositiveRate]): RocRow => ({
        series: legend(names[i] as string),
        label,
        auc,
        falsePositiveRate,
        truePositiveRate,
      }),
    ),
  )
  const rate = (field: string, title: string) => ({
    field,
    type: 'quantitative',
    title,
    scale: { domain: [0, 1], padding: 4 },
    axis: { tickCount: 5 },
  })
  return chart({
    title: normal.title,
    captions: [
      ...leftCaptions(scores.left),
      ...(scores.count > 0 && undefinedOnes.length > 0
        ? [
            `No curve for ${listed(undefinedOnes.map(of => labels[of] as string))}: all examples are of the class, or none.`,
          ]
        : []),
      ...othersCaptions(names, 'classes'),
    ],
    description:
      rows.length === 0
        ? 'Receiver operating characteristics without data.'
        : `Receiver operating characteristics of ${counted(curves.length, 'class', 'classes')}: ${listed(names)}.`,
    rows,
    width: normal.width,
    view:
      rows.length === 0
        ? emptyView(normal)
        : {
            width: normal.width,
            height: normal.height,
            layer: [
              {
                data: { values: [0, 1].map(at => ({ falsePositiveRate: at, truePositiveRate: at })) },
                mark: { type: 'line', style: 'muted-line' },
                encoding: {
                  x: rate('falsePositiveRate', 'false positive rate'),
                  y: rate('truePositiveRate', 'true positive rate'),
                },
              },
              {
                mark: { type: 'line' },
                encoding: {
                  x: rate('falsePositiveRate', 'false positive rate'),
                  y: rate('truePositiveRate', 'true positive rate'),
                  order: { value: null },
                  detail: { field: 'label' },
                  color: colourOfSeries(names),
                },
              },
            ],
          },
  })
}
