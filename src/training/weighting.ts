import { InvalidOption } from '../base/errors.ts'
import { type Shape, sharedShape, showShape } from '../base/shape.ts'
import { isList } from '../base/trees.ts'
import { finiteWhereMasked } from '../layers/masking.ts'
import type { Ops } from '../ops/ops.ts'
import { described } from '../state/given.ts'
import type { ClassWeights, Loss, LossReduction } from './loss.ts'
import { rootOf } from './losses/arithmetic.ts'
import { elementsOf, totalOf } from './total.ts'

// How the losses of examples are weighted, and become one number. The sum and what it is divided by are kept apart, so that
// those of several batches can be added: the quotient of the sums is the loss of all.

/** How much examples count; `undefined`: all the same. */
export interface Weighing<T> {
  readonly weights?: T | undefined
  readonly mask?: T | undefined
  /** A mask of the loss's own. */
  readonly counts?: T | undefined
}

/** Losses with their weights, each of the shape of the losses. */
export interface Weighed<T> {
  /** Weighted, and 0 where the mask is. */
  readonly losses: T
  /** 0 where the mask is. */
  readonly weights: T | undefined
  readonly mask: T | undefined
}

/** What is summed, and what the sum is divided by: a number where it is known beforehand, nothing where it stays a sum. */
export interface Counted<T> {
  readonly sum: T
  readonly count: T | number | null
}

/** Whether a last axis of one element is that of a column, and stands for nothing in what is weighted. */
const isColumn = (shape: Shape, wanted: Shape): boolean =>
  shape.length > 1 && shape.at(-1) === 1 && wanted[shape.length - 1] !== 1

/**
 * Weights of examples in the shape of their losses.
 *
 * @throws InvalidOption if there is not one for each
 */
const spread = <T>(ops: Ops<T>, owner: string, option: string, given: T, losses: T): T => {
  const [shape, wanted] = [ops.shape(given), ops.shape(losses)]
  const fault = (expected: string, remedy: string) =>
    new InvalidOption({ layer: owner, option, expected, got: showShape(shape), remedy })
  if (wanted.length === 0)
    throw fault(
      'no weights or mask, as the loss is a mean already',
      'Define the loss by the loss of each example, [batch, ...].',
    )
  const columns = isColumn(shape, wanted)
  const own = columns ? shape.slice(0, -1) : shape
  const leading = wanted.slice(0, own.length)
  if (own.length === 0 || own.length > wanted.length || sharedShape(own, leading) === undefined)
    throw fault(
      `${option} of shape ${showShape(wanted.slice(0, 1))}${wanted.length > 1 ? ` or ${showShape(wanted)}` : ''}`,
      'Give one for each example, or one for each of its losses.',
    )
  if (!columns && own.length === wanted.length) return given
  return ops.broadcast(ops.reshape(given, [...leading, ...wanted.slice(own.length).map(() => 1)]), wanted)
}

/** The weight of each loss by the class that was expected. */
const byClass = <T>(ops: Ops<T>, owner: string, weights: ClassWeights, expected: T, losses: T): T => {
  const [given, wanted] = [ops.shape(expected), ops.shape(losses)]
  const entries = isList(weights)
    ? [...weights.entries()]
    : Object.entries(weights).map(([c, w]) => [Number(c), w] as const)
  const numbered = () => {
    const vector = (values: readonly number[]) => ops.constant(Float32Array.from(values), [values.length])
    const isClass = ops.equal(ops.reshape(expected, [...wanted, 1]), vector(entries.map(([c]) => c)))
    const more = ops.multiply(isClass, vector(entries.map(([, weight]) => weight - 1)))
    return ops.add(ops.sum(more, [wanted.length]), ops.constant(1))
  }
  if (given.length === wanted.length) return numbered()
  const classes = given.at(-1) ?? 0
  const isVector = given.length === wanted.length + 1
  if (isVector && classes === 1) return numbered()
  if (isVector && (isList(weights) ? weights.length === classes : entries.every(([c]) => c < classes))) {
    const table = new Float32Array(classes).fill(1)
    for (const [c, weight] of entries) table[c] = weight
    return ops.sum(ops.multiply(expected, ops.constant(table, [classes])), [given.length - 1])
  }
  throw new InvalidOption({
    layer: owner,
    option: 'classWeights',
    expected: `a weight for each of the ${classes} classes of y, ${showShape(given)}`,
    got: isList(weights) ? `${weights.length} weights` : `those of the classes ${entries.map(([c]) => c).join(', ')}`,
    remedy: 'Give an array with one weight for each class, or a record of some by their numbers.',
  })
}

/** Expected values, finite where a mask leaves them out: 0 times NaN would be a gradient of NaN. */
export const finiteExpected = <T>(ops: Ops<T>, expected: T, mask: T | undefined): T => {
  if (mask === undefined) return expected
  const [shape, given] = [ops.shape(expected), ops.shape(mask)]
  const own = isColumn(given, shape) ? given.slice(0, -1) : given
  if (own.length > shape.length || sharedShape(own, shape.slice(0, own.length)) === undefined) return expected
  return finiteWhereMasked(ops, expected, ops.reshape(mask, [...own, ...shape.slice(own.length).map(() => 1)]))
}

/** Losses, weighted. */
export const weigh = <T>(
  ops: Ops<T>,
  { name, classWeights }: Pick<Loss, 'name' | 'classWeights'>,
  losses: T,
  expected: T,
  { weights, mask, counts }: Weighing<T>,
): Weighed<T> => {
  const own = weights === undefined ? undefined : spread(ops, name, 'weights', weights, losses)
  const masks = [mask, counts].flatMap(one => (one === undefined ? [] : [spread(ops, name, 'mask', one, losses)]))
  const kept = masks.length === 2 ? ops.multiply(masks[0] as T, masks[1] as T) : masks[0]
  const classes = classWeights === null ? undefined : byClass(ops, name, classWeights, expected, losses)
  const all = own !== undefined && classes !== undefined ? ops.multiply(own, classes) : (own ?? classes)
  const inside = (x: T): T => (kept === undefined ? x : ops.where(kept, x, ops.constant(0)))
  const each = all === undefined ? undefined : inside(all)
  return { losses: each === undefined ? inside(losses) : ops.multiply(inside(losses), each), weights: each, mask: kept }
}

/** The sum of losses, and what it is divided by. */
export const countedOf = <T>(
  ops: Ops<T>,
  reduction: LossReduction,
  { losses, weights, mask }: Weighed<T>,
  batch: number,
): Counted<T> => {
  const shape = ops.shape(losses)
  // A mean already, of as many examples.
  if (shape.length === 0) return { sum: ops.multiply(losses, ops.constant(batch)), count: batch }
  const sum = totalOf(ops, losses)
  if (reduction === 'sum') return { sum, count: null }
  if (reduction === 'weightedMean' && weights !== undefined) return { sum, count: totalOf(ops, weights) }
  // Whatever is not 0 counts once.
  return {
    sum,
    count:
      mask === undefined ? elementsOf(ops, losses) : totalOf(ops, ops.where(mask, ops.constant(1), ops.constant(0))),
  }
}

/**
 * Checks that a loss gave the loss of each example, as a function of the user's may give anything.
 *
 * @param shape that of the result; `undefined` for no value of the operations
 * @throws InvalidOption that names the loss, and the shape
 */
export const checkPerExample = (
  kind: string,
  name: string,
  result: unknown,
  shape: Shape | undefined,
  batch: number | null | undefined,
): void => {
  if (shape !== undefined && (shape.length === 0 || batch === null || batch === undefined || shape[0] === batch)) return
  throw new InvalidOption({
    layer: name,
    option: 'result',
    expected: `a value for each example, [${batch ?? '?'}, ...], or a scalar, made by the operations that the ${kind} is given`,
    got: shape !== undefined ? `a tensor of shape ${showShape(shape)}` : described(result),
    remedy:
      shape !== undefined
        ? 'Keep the batch as the first axis, and reduce the others, for example by ops.mean(x, [1]).'
        : 'Return a value of ops, for example ops.mean(ops.square(ops.subtract(predicted, expected)), [1]).',
  })
}

/** 0 is the mean of none. */
const meanOf = <T>(ops: Ops<T>, { sum, count }: Counted<T>): T => {
  if (count === null) return sum
  if (typeof count === 'number') return count === 1 ? sum : ops.multiply(sum, ops.constant(1 / Math.max(count, 1)))
  return ops.divide(sum, ops.where(ops.greater(count, ops.constant(0)), count, ops.constant(1)))
}

/** The loss that sums say. */
export const meanOfCounted = <T>(ops: Ops<T>, { root }: Pick<Loss, 'root'>, counted: Counted<T>): T =>
  root ? rootOf(ops, meanOf(ops, counted)) : meanOf(ops, counted)

/** The same of sums that have been added up over batches. */
export const meanOfSums = ({ root }: Pick<Loss, 'root'>, sum: number, count: number | null): number => {
  const mean = count === 0 ? 0 : sum / (count ?? 1)
  return root ? Math.sqrt(mean) : mean
}
