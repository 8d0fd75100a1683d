import { InvalidOption } from '../../base/errors.ts'
import type { Called, Limit } from '../../base/limited-options.ts'
import { boolean, notNegative, oneOf } from '../../base/options.ts'
import { sharedShape, showShape } from '../../base/shape.ts'
import { countUp } from '../../ops/counting.ts'
import { leastFloat, type Ops } from '../../ops/ops.ts'
import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { complement, plus } from './arithmetic.ts'
import { type Distance, distance, distanceBetween, distancesWithin } from './distances.ts'

/** Options of {@link triplet}. */
export interface TripletOptions {
  /** How much nearer an example of the same class is to be than one of another. Default: 1. */
  readonly margin?: Limit<'notNegative'>
  /** How the distance of two embeddings is measured. Default: `'euclidean'`. */
  readonly distance?: Distance
  /**
   * Which triplets of a batch to use: for each anchor the farthest positive and the nearest negative (`'hard'`); for
   * each positive pair the nearest negative farther than the positive, or else the farthest (`'semiHard'`); all
   * (`'all'`); or the triplets that the network outputs (`'none'`). Default: `'semiHard'`.
   */
  readonly mining?: 'hard' | 'semiHard' | 'all' | 'none'
  /** Without mining: whether to swap anchor and positive if the positive is nearer to the negative. Default: false. */
  readonly swap?: boolean
}

interface Normal {
  readonly name: string
  readonly margin: number
  readonly distance: Distance
  readonly mining: 'hard' | 'semiHard' | 'all' | 'none'
  readonly swap: boolean
}

const fault = (layer: string, option: string, expected: string, got: string, remedy: string): InvalidOption =>
  new InvalidOption({ layer, option, expected, got, remedy })

/** The loss of triplets that were given, [batch, 3, features]. */
const ofTriplets = <T>(ops: Ops<T>, { name, margin, distance, swap }: Normal, predicted: T): T => {
  const shape = ops.shape(predicted)
  const [batch = null, three, features = null] = shape
  if (shape.length !== 3 || (three !== 3 && three !== null))
    throw fault(
      name,
      'predicted',
      'triplets [batch, 3, features]: anchor, positive and negative',
      showShape(shape),
      "Concatenate the three embeddings along axis 1, or let triplets be found by mining: 'semiHard'.",
    )
  const part = (i: number) => ops.reshape(ops.slice(predicted, [0, i, 0], [null, 1, null]), [batch, features])
  const [anchor, positive, negative] = [part(0), part(1), part(2)]
  const far = distanceBetween(ops, distance, anchor, negative)
  const nearest = swap ? ops.minimum(far, distanceBetween(ops, distance, positive, negative)) : far
  return ops.relu(plus(ops, ops.subtract(distanceBetween(ops, distance, anchor, positive), nearest), margin))
}

/** A batch seen from each of its examples: distances [anchor, other], and which others are of its class, or of another. */
interface Batch<T> {
  readonly apart: T
  readonly positives: T
  readonly negatives: T
}

const batchOf = <T>(ops: Ops<T>, { name, distance }: Normal, expected: T, predicted: T): Batch<T> => {
  const [given, shape] = [ops.shape(expected), ops.shape(predicted)]
  if (shape.length !== 2)
    throw fault(name, 'predicted', 'embeddings [batch, features]', showShape(shape), 'Put Reshape() last.')
  const count = shape[0] ?? given[0] ?? null
  if (sharedShape(given, [count]) === undefined && sharedShape(given, [count, 1]) === undefined)
    throw fault(
      name,
      'y',
      `the number of the class of each example, ${showShape([count])}`,
      showShape(given),
      'Give class numbers, not one-hot vectors.',
    )
  if (count === null)
    throw fault(name, 'batch', 'a batch of a known size', showShape(shape), 'Triplets are found in whole batches.')
  const same = ops.equal(ops.reshape(expected, [count, 1]), ops.reshape(expected, [1, count]))
  const numbers = countUp(ops, count)
  const self = ops.equal(ops.reshape(numbers, [count, 1]), ops.reshape(numbers, [1, count]))
  return {
    apart: distancesWithin(ops, distance, predicted),
    positives: ops.multiply(same, complement(ops, self)),
    negatives: complement(ops, same),
  }
}

const largest = <T>(ops: Ops<T>, x: T, where: T, axis: number, keep = false): T =>
  ops.max(ops.where(where, x, ops.constant(leastFloat)), [axis], keep)
const smallest = <T>(ops: Ops<T>, x: T, where: T, axis: number, keep = false): T =>
  ops.negative(largest(ops, ops.negative(x), where, axis, keep))

/** The mean over what counts of the last axes; 0 where nothing does. */
const meanWhere = <T>(ops: Ops<T>, x: T, where: T): T => {
  const axes = ops
    .shape(x)
    .map((_, i) => i)
    .slice(1)
  const count = ops.sum(where, axes)
  const sum = ops.sum(ops.where(where, x, ops.constant(0)), axes)
  return ops.divide(sum, ops.maximum(count, ops.constant(1)))
}

const hinge = <T>(ops: Ops<T>, near: T, far: T, margin: number): T =>
  ops.relu(plus(ops, ops.subtract(near, far), margin))

/** Distances [anchor, positive, 1] and [anchor, 1, negative], whose triplets are all of a batch. */
const spreadOf = <T>(ops: Ops<T>, x: T): readonly [positive: T, negative: T] => {
  const [rows = null, cols = null] = ops.shape(x)
  return [ops.reshape(x, [rows, cols, 1]), ops.reshape(x, [rows, 1, cols])]
}

const mined: Readonly<
  Record<Exclude<Normal['mining'], 'none'>, <T>(ops: Ops<T>, batch: Batch<T>, margin: number) => T>
> = {
  // Where there is none, the farthest is as near and the nearest as far as a number can be: the hinge is 0.
  hard: (ops, { apart, positives, negatives }, margin) =>
    hinge(ops, largest(ops, apart, positives, 1), smallest(ops, apart, negatives, 1), margin),
  semiHard: (ops, { apart, positives, negatives }, margin) => {
    const [near, far] = spreadOf(ops, apart)
    const [, isNegative] = spreadOf(ops, negatives)
    const isFarther = ops.multiply(ops.greater(far, near), isNegative)
    const inside = largest(ops, apart, negatives, 1, true)
    const outside = smallest(ops, far, isFarther, 2)
    const chosen = ops.where(ops.max(isFarther, [2]), outside, inside)
    const counts = ops.multiply(positives, ops.max(negatives, [1], true))
    return meanWhere(ops, hinge(ops, apart, chosen, margin), counts)
  },
  all: (ops, { apart, positives, negatives }, margin) => {
    const [near, far] = spreadOf(ops, apart)
    const [[isPositive], [, isNegative]] = [spreadOf(ops, positives), spreadOf(ops, negatives)]
    return meanWhere(ops, hinge(ops, near, far, margin), ops.multiply(isPositive, isNegative))
  },
}

/**
 * `mean(max(d(anchor, positive) - d(anchor, negative) + margin, 0))`: examples of a class are to lie nearer to each other
 * than to any of another class, by a margin (Schroff et al. 2015; Hermans et al. 2017).
 *
 * The network's output is embeddings [batch, features], and `expected` are class indices: triplets are mined in the
 * batch, and the loss of an example is the mean over those with it as anchor, 0 if there are none. `'semiHard'` and
 * `'all'` need memory for `batch³` numbers. Without mining, the network's output is triplets [batch, 3, features], and
 * `y` is optional.
 *
 * @throws InvalidOption if an option is invalid; when called, if outputs are no embeddings, or there is not one class
 *   number for each
 * @example
 * ```ts
 * triplet([0, 0, 1], [[0, 0], [0, 1], [0, 3]]).dataSync()[0] // 0
 * triplet({ mining: 'hard', margin: 4 })([0, 0, 1], [[0, 0], [0, 1], [0, 3]]).dataSync()[0] // 1.666…
 * ```
 */
export const triplet: ConfigurableLoss<TripletOptions, unknown, Called<'triplet', '{ margin: 1 }'>> = configurableLoss(
  'triplet',
  {
    margin: { codec: notNegative, default: 1 },
    distance: { codec: distance, default: 'euclidean' },
    mining: { codec: oneOf(['hard', 'semiHard', 'all', 'none']), default: 'semiHard' },
    swap: { codec: boolean, default: false },
  },
  (options, { name }) => {
    const normal = { ...options, name }
    const { mining, margin } = normal
    if (mining === 'none') return { expects: false, forward: (ops, _, predicted) => ofTriplets(ops, normal, predicted) }
    return (ops, expected, predicted) => mined[mining](ops, batchOf(ops, normal, expected, predicted), margin)
  },
)
