import type { Called, Given, Limit, OptionsFor } from '../../base/limited-options.ts'
import { codec, integer, number, type Option, type Options } from '../../base/options.ts'
import type { Ops } from '../../ops/ops.ts'
import { oneHotOf } from '../losses/classes.ts'
import type { Metric, MetricRule, NameWith, OwnName } from '../metric.ts'
import { classIndices, classNumbers } from './classes.ts'
import { checkOnly, labelsOf } from './labels.ts'
import {
  type Average,
  type AverageOption,
  averageOption,
  averages,
  type ClassesOption,
  classesOption,
  ignoreOption,
  numbersIn,
  type OrNothing,
  onlyOption,
  orNull,
} from './options.ts'
import { flattened } from './weights.ts'

// How often each class or label was expected, predicted, and both: what precision, recall and their like are made of.

/** The options of metrics of counts. */
export interface CountOptions extends ClassesOption, AverageOption {
  /**
   * The threshold of probabilities. Default: `null`: 0.5 for one output; for several, only the most probable class is
   * predicted. A number makes several outputs independent labels; a list of numbers gives an array of values.
   */
  readonly threshold?: number | readonly number[] | null
  /** Predicts the labels with the k largest scores. Default: `null`, those above the threshold. */
  readonly k?: Limit<'count', OrNothing<'count'>> | null
}

/** The first option, in examples. */
type CountExample = "{ average: 'macro' }"

/** The value of a metric with options: several numbers where it does not average, or has several thresholds. */
export type ValueWith<O> = O extends { readonly threshold: readonly number[] }
  ? readonly AveragedWith<O>[]
  : AveragedWith<O>
/** The value where there is one threshold. */
export type AveragedWith<O> = O extends { readonly average: null } ? readonly number[] : number

/** A metric of counts: a value with its defaults, and a function of its options. */
export interface CountMetric<
  Name extends string,
  O extends object = CountOptions,
  Example extends string = CountExample,
> extends Metric<Name, number> {
  (...given: Parameters<Metric<Name, number>>): number
  /** The same metric with other options. */
  <const G>(
    options?: OptionsFor<O & OwnName, G, Called<Name, Example>>,
  ): Given<G, Metric<NameWith<G, Name>, ValueWith<G>>>
}

/** Options in their normal form. */
export interface NormalCounts {
  readonly threshold: number | readonly number[] | null
  readonly k: number | null
  readonly average: Average | null
  readonly only: readonly number[] | null
  readonly classes: number | null
  readonly ignoreClass: number | null
}

const anyNumber = number('a number')
const countThreshold: Option<NormalCounts['threshold']> = {
  codec: codec<NormalCounts['threshold']>('a number, an array of numbers, or null', value =>
    value === null || anyNumber.is(value) ? value : numbersIn(value, () => true),
  ),
  default: null,
}
/** How options of counts are read. */
export const countOptions: Options<NormalCounts> = {
  threshold: countThreshold,
  average: averageOption(averages, 'macro'),
  only: onlyOption,
  k: { codec: orNull(integer(1)), default: null },
  classes: classesOption,
  ignoreClass: ignoreOption,
}

/** What was counted of a label, by weight. */
export interface Counts {
  /** True positives, false positives, false negatives, true negatives. */
  readonly tp: number
  readonly fp: number
  readonly fn: number
  readonly tn: number
}

/**
 * True positives and predictions of each label by threshold, then how often it was expected; and what there was in all, of
 * each label or of all alike.
 */
type CountSums = readonly [counts: Float64Array, totals: Float64Array]

/** 1 for the k largest of the last axis, of equal ones the first. */
const largest = <T>(ops: Ops<T>, k: number, scores: T): T => {
  const shape = ops.shape(scores)
  const labels = shape.at(-1) as number
  if (k >= labels) return ops.broadcast(ops.constant(1), shape)
  const lowest = ops.constant(Number.NEGATIVE_INFINITY)
  let [chosen, rest] = [ops.constant(0), scores]
  for (let i = 0; i < k; i++) {
    const isNext = oneHotOf(ops, ops.argMax(rest), labels)
    chosen = ops.maximum(chosen, isNext)
    rest = ops.where(isNext, lowest, rest)
  }
  return chosen
}

/** Counts of labels that are answers by themselves, by threshold. */
const ofLabels = <T>(
  ops: Ops<T>,
  owner: string,
  expected: T,
  predicted: T,
  weights: T,
  { threshold, k, only, ignoreClass }: NormalCounts,
): readonly T[] => {
  const read = labelsOf(ops, owner, expected, predicted, weights, ignoreClass)
  checkOnly(owner, only, read.labels)
  const limits = threshold === null ? (k === null ? 0.5 : null) : threshold
  const scores = flattened(ops, read.predicted, [read.labels, 1])
  const exceed = limits === null ? undefined : ops.greater(scores, ops.constant(Float32Array.from([limits].flat())))
  const among = k === null ? undefined : ops.reshape(largest(ops, k, read.predicted), ops.shape(scores))
  const answers = exceed && among ? ops.multiply(exceed, among) : ((exceed ?? among) as T)
  const counted = ops.multiply(read.expected, read.weights)
  const [weight, positive] = [read.weights, counted].map(x => ops.reshape(x, [...ops.shape(x), 1])) as [T, T]
  const both = [positive, weight].map(each => flattened(ops, ops.sum(ops.multiply(answers, each), [0])))
  return [ops.concatenate([...both, ops.sum(counted, [0])], 0), ops.sum(read.weights, [0])]
}

/** Counts of classes of which each example has one. */
const ofClasses = <T>(
  ops: Ops<T>,
  owner: string,
  expected: T,
  predicted: T,
  weights: T,
  { only, classes, ignoreClass }: NormalCounts,
): readonly T[] => {
  const options = { classes, ignoreClass, threshold: null }
  const read = classIndices(ops, classNumbers(ops, owner, expected, predicted, weights, options))
  checkOnly(owner, only, read.classes)
  const hits = ops.multiply(ops.equal(read.predicted, read.expected), read.weights)
  const after = (numbers: T, times: number): T => ops.add(numbers, ops.constant(times * read.classes))
  const places = [read.expected, after(read.predicted, 1), after(read.expected, 2)]
  return [
    ops.scatter(ops.concatenate([hits, read.weights, read.weights], 0), ops.concatenate(places, 0), 3 * read.classes),
    ops.sum(read.weights, [0], true),
  ]
}

const countsAt =
  ([counts, totals]: CountSums, labels: number, thresholds: number, threshold: number) =>
  (label: number): Counts => {
    const at = label * thresholds + threshold
    const tp = counts[at] as number
    const fp = (counts[labels * thresholds + at] as number) - tp
    const fn = (counts[2 * labels * thresholds + label] as number) - tp
    return { tp, fp, fn, tn: (totals[label] ?? (totals[0] as number)) - tp - fp - fn }
  }

/** Counts of several labels in one. */
export const together = (counts: readonly Counts[]): Counts => {
  const all = (of: keyof Counts) => counts.reduce((sum, { [of]: n }) => sum + n, 0)
  return { tp: all('tp'), fp: all('fp'), fn: all('fn'), tn: all('tn') }
}

/** The mean of values by their shares; of nothing, 0. */
export const shared = (values: readonly number[], shares: readonly number[]): number => {
  const all = shares.reduce((a, b) => a + b, 0)
  return all === 0 ? 0 : values.reduce((sum, value, i) => sum + value * (shares[i] as number), 0) / all
}

/** The values of labels in one. */
const averaged = (
  counts: readonly Counts[],
  average: Average | null,
  value: (counts: Counts) => number,
): number | readonly number[] => {
  if (average === 'micro') return value(together(counts))
  const values = counts.map(value)
  if (average === null) return Object.freeze(values)
  return shared(
    values,
    counts.map(({ tp, fn }) => (average === 'macro' ? 1 : tp + fn)),
  )
}

/** A metric of counts by what it is of those of one label. */
export const countsRule =
  <Normal extends NormalCounts>(value: (counts: Counts, normal: Normal) => number) =>
  (normal: Normal & { readonly name: string }): MetricRule<unknown, CountSums> => {
    const { name, threshold, k, average, only } = normal
    return {
      sums: (ops, expected, predicted, weights) => {
        const shape = ops.shape(predicted)
        const isOne = normal.classes === null && (shape.length === 1 || shape.at(-1) === 1)
        const areLabels = isOne || threshold !== null || k !== null
        return (areLabels ? ofLabels : ofClasses)(ops, name, expected, predicted, weights, normal)
      },
      finish: sums => {
        const thresholds = [threshold].flat().length
        const labels = sums[0].length / (2 * thresholds + 1)
        const counted = only ?? Array.from({ length: labels }, (_, label) => label)
        const at = (i: number) =>
          averaged(counted.map(countsAt(sums, labels, thresholds, i)), average, counts => value(counts, normal))
        return Array.isArray(threshold) ? Object.freeze(threshold.map((_, i) => at(i))) : at(0)
      },
    }
  }
