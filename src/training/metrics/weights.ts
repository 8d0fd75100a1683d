import { InvalidOption } from '../../base/errors.ts'
import { type Shape, sharedShape, showShape, sizeOf } from '../../base/shape.ts'
import type { Ops } from '../../ops/ops.ts'
import { totalOf } from '../total.ts'

// The weights of examples beside the values that they weigh. A weight of 0 leaves an example out, whatever its values are.

/**
 * The weights of values of a shape, broadcast over the axes that they do not have.
 *
 * @param weights of each example, `[batch]`, or with more of the axes of the values; a last axis of one may stay
 * @throws InvalidOption if they do not have the leading axes of the values
 */
export const weightsFor = <T>(ops: Ops<T>, owner: string, weights: T, shape: Shape): T => {
  const given = ops.shape(weights)
  const last = given.length - 1
  const own = last > 0 && given[last] === 1 && shape[last] !== 1 ? given.slice(0, last) : given
  if (own.length === 0 || sharedShape(own, shape.slice(0, own.length)) === undefined)
    throw new InvalidOption({
      layer: owner,
      option: 'weights',
      expected: `weights of shape ${showShape(shape.slice(0, 1))}${shape.length > 1 ? ` or ${showShape(shape)}` : ''}`,
      got: showShape(given),
      remedy: 'Give one for each example, or one for each of its predictions.',
    })
  if (own.length === shape.length) return own === given ? weights : ops.reshape(weights, shape)
  const aligned = shape.map((d, i) => (i < own.length ? d : 1))
  return ops.broadcast(ops.reshape(weights, aligned), shape)
}

/** Values times their weights; 0 where the weight is 0, of NaN too. */
export const weighed = <T>(ops: Ops<T>, values: T, weights: T): T =>
  ops.multiply(ops.where(weights, values, ops.constant(0)), weights)

/** The weighted sum of values, and the sum of the weights: what a mean is made of. */
export const meanSums = <T>(ops: Ops<T>, owner: string, values: T, weights: T): readonly T[] => {
  const own = weightsFor(ops, owner, weights, ops.shape(values))
  return [totalOf(ops, weighed(ops, values, own)), totalOf(ops, own)]
}

/** The mean that {@link meanSums} say; of nothing, 0. */
export const meanOf = ([sum = 0, count = 0]: readonly number[]): number => (count === 0 ? 0 : sum / count)

/** Values with their leading axes in one, `[n, ...kept]`. */
export const flattened = <T>(ops: Ops<T>, x: T, kept: readonly number[] = []): T => {
  const size = sizeOf(ops.shape(x))
  return ops.reshape(x, [size === null ? null : size / sizeOf(kept), ...kept])
}
