import { InvalidOption } from '../../base/errors.ts'
import type { Limit, Numbers } from '../../base/limited-options.ts'
import { codec, type Option, type Options } from '../../base/options.ts'
import { countUp } from '../../ops/counting.ts'
import type { Ops } from '../../ops/ops.ts'
import type { MetricRule } from '../metric.ts'
import { type Counts, shared, together } from './counts.ts'
import { checkOnly, labelsOf } from './labels.ts'
import {
  type Average,
  type AverageOption,
  averageOption,
  averages,
  ignoreOption,
  type LogitsOption,
  logitsOption,
  numbersIn,
  onlyOption,
} from './options.ts'

// Scores by thresholds: how many of what was expected, and of what was not, lie between each two. There is no need to sort
// then, and the counts of batches can be added.

const expectedThresholds = 'an integer >= 2, or an array of numbers between 0 and 1'
/** The options of metrics over thresholds. */
export interface ThresholdsOptions extends AverageOption, LogitsOption {
  /**
   * The number of thresholds, evenly spaced from 0 to 1, or a list of thresholds between 0 and 1. A score counts if it
   * is above one. Default: 200, as in Keras.
   */
  readonly thresholds?: Limit<'atLeast2', typeof expectedThresholds> | Numbers<'part', typeof expectedThresholds>
  /** The class number, or answer, that does not count. Default: `null`, none. */
  readonly ignoreClass?: number | null
}

/** Options in their normal form. */
export interface NormalThresholds {
  readonly thresholds: number | readonly number[]
  readonly average: Average | null
  readonly only: readonly number[] | null
  readonly ignoreClass: number | null
  readonly fromLogits: boolean
}

interface OwnThresholds extends NormalThresholds {
  /** How much each label counts in the mean of all. */
  readonly labelWeights?: readonly number[] | null
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 2
const thresholds: Option<NormalThresholds['thresholds']> = {
  codec: codec<NormalThresholds['thresholds']>(expectedThresholds, value => {
    if (isCount(value)) return value
    const read = numbersIn(value, n => n >= 0 && n <= 1)
    return read && Object.freeze([...new Set(read)].sort((a, b) => a - b))
  }),
  default: 200,
}
/** How options of metrics over thresholds are read. */
export const thresholdsOptions: Options<NormalThresholds> = {
  thresholds,
  average: averageOption(averages, 'macro'),
  only: onlyOption,
  ignoreClass: ignoreOption,
  fromLogits: logitsOption,
}

/** Whole numbers up to here are told apart by floats. */
const mostPlaces = 2 ** 24

/** How many buckets the thresholds make: one above each but the last, which is above all scores. */
const bucketsOf = (thresholds: NormalThresholds['thresholds']): number =>
  typeof thresholds === 'number' ? thresholds - 1 : thresholds.length + 1

/** In which bucket scores lie, from the one of the largest scores on. NaN lies in the last. */
const placesOf = <T>(
  ops: Ops<T>,
  scores: T,
  thresholds: NormalThresholds['thresholds'],
  shape: readonly (number | null)[],
): T => {
  const buckets = bucketsOf(thresholds)
  if (typeof thresholds !== 'number') {
    const above = ops.greater(ops.reshape(scores, [...shape, 1]), ops.constant(Float32Array.from(thresholds)))
    return ops.subtract(ops.constant(buckets - 1), ops.sum(above, [shape.length]))
  }
  // Indices are truncated: there is no other operation that rounds. What exceeds no threshold lies with what exceeds one.
  const place = ops.subtract(ops.constant(buckets), ops.multiply(scores, ops.constant(buckets)))
  const last = ops.constant(buckets - 0.5)
  const inside = ops.minimum(ops.maximum(place, ops.constant(0)), last)
  const each = countUp(ops, buckets)
  return ops.gather(each, ops.where(ops.equal(scores, scores), inside, last))
}

/** @throws InvalidOption if there is not one weight for each label that counts */
const checkLabelWeights = (owner: string, weights: readonly number[] | null | undefined, labels: number): void => {
  if (!weights || weights.length === labels) return
  throw new InvalidOption({
    layer: owner,
    option: 'labelWeights',
    expected: `a number for each of the ${labels} labels`,
    got: `${weights.length} numbers`,
    remedy: 'Give one for each label, in order.',
  })
}

/** What lies in each bucket: `[2, labels, buckets]`, of what was not expected and of what was. */
const histogram = <T>(
  ops: Ops<T>,
  owner: string,
  expected: T,
  predicted: T,
  weights: T,
  { thresholds, only, ignoreClass, fromLogits, labelWeights }: OwnThresholds,
): T => {
  const read = labelsOf(ops, owner, expected, predicted, weights, ignoreClass)
  const { labels } = read
  checkOnly(owner, only, labels)
  checkLabelWeights(owner, labelWeights, only?.length ?? labels)
  const buckets = bucketsOf(thresholds)
  if (2 * labels * buckets > mostPlaces)
    throw new InvalidOption({
      layer: owner,
      option: 'thresholds',
      expected: `at most ${Math.floor(mostPlaces / 2 / labels)} for ${labels} labels`,
      got: String(buckets + 1),
      remedy: 'Take fewer thresholds.',
    })
  const scores = fromLogits ? ops.sigmoid(read.predicted) : read.predicted
  const shape = ops.shape(scores)
  const places = placesOf(ops, scores, thresholds, shape)
  const starts = ops.constant(Float32Array.from({ length: labels }, (_, label) => label * buckets))
  const half = ops.multiply(read.expected, ops.constant(labels * buckets))
  const counted = ops.broadcast(read.weights, shape)
  return ops.reshape(ops.scatter(counted, ops.add(ops.add(places, starts), half), 2 * labels * buckets), [
    2,
    labels,
    buckets,
  ])
}

/** What was counted of a label at each threshold, from the one beneath all scores to the one above all. */
export type Curve = readonly Counts[]

const curvesOf = (sums: Float64Array, buckets: number): readonly Curve[] => {
  const labels = sums.length / buckets / 2
  const total = (from: number): number => {
    let all = 0
    for (let i = from; i < from + buckets; i++) all += sums[i] as number
    return all
  }
  return Array.from({ length: labels }, (_, label) => {
    const [negative, positive] = [label * buckets, (labels + label) * buckets]
    const [negatives, positives] = [total(negative), total(positive)]
    let [tp, fp] = [0, 0]
    const curve: Counts[] = [{ tp, fp, fn: positives, tn: negatives }]
    for (let i = 0; i < buckets; i++) {
      tp += sums[positive + i] as number
      fp += sums[negative + i] as number
      curve.push({ tp, fp, fn: positives - tp, tn: negatives - fp })
    }
    return curve.reverse()
  })
}

/** How often a label was expected. */
const support = (curve: Curve): number => (curve[0]?.tp ?? 0) + (curve[0]?.fn ?? 0)

/** A metric over thresholds by what it is of the curve of one label. */
export const thresholdsRule =
  <Normal extends OwnThresholds>(value: (curve: Curve, normal: Normal) => number) =>
  (normal: Normal & { readonly name: string }): MetricRule<unknown, readonly [Float64Array]> => ({
    sums: (ops, expected, predicted, weights) => [histogram(ops, normal.name, expected, predicted, weights, normal)],
    finish: ([sums]) => {
      const all = curvesOf(sums, bucketsOf(normal.thresholds))
      const { average, only, labelWeights } = normal
      const curves = only?.map(label => all[label] as Curve) ?? all
      if (average === 'micro')
        return value(
          (all[0] as Curve).map((_, i) => together(curves.map(curve => curve[i] as Counts))),
          normal,
        )
      const values = curves.map(curve => value(curve, normal))
      if (average === null) return Object.freeze(values)
      return shared(values, average === 'weighted' ? curves.map(support) : (labelWeights ?? curves.map(() => 1)))
    },
  })
