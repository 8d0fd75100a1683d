import type * as t from 'io-ts/lib/index.js'
import { oneOf } from '../../base/options.ts'
import type { Ops } from '../../ops/ops.ts'
import { complement, rootOf, times } from './arithmetic.ts'

// How far vectors, which are the last axis, lie apart.

/** How the distance of two vectors is measured: `'cosine'` is 1 less the cosine of their angle. */
export type Distance = 'euclidean' | 'squaredEuclidean' | 'manhattan' | 'cosine'

export const distance: t.Type<Distance, unknown, unknown> = oneOf([
  'euclidean',
  'squaredEuclidean',
  'manhattan',
  'cosine',
])

/** The squared length below which a vector has no direction. */
const least = 1e-12

/** Vectors of length 1 in the same direction; 0 of those that are almost 0, which have no gradient either. */
export const directionOf = <T>(ops: Ops<T>, x: T): T => {
  const squares = ops.sum(ops.square(x), [ops.shape(x).length - 1], true)
  const isLong = ops.greater(squares, ops.constant(least))
  return ops.multiply(x, ops.multiply(isLong, ops.rsqrt(ops.where(isLong, squares, ops.constant(1)))))
}

/** Sums over the last axis. */
const sumOf = <T>(ops: Ops<T>, x: T): T => ops.sum(x, [ops.shape(x).length - 1])

/** The distance of each vector from the one in the same place. */
export const distanceBetween = <T>(ops: Ops<T>, distance: Distance, a: T, b: T): T => {
  if (distance === 'cosine') return complement(ops, sumOf(ops, ops.multiply(directionOf(ops, a), directionOf(ops, b))))
  const difference = ops.subtract(a, b)
  if (distance === 'manhattan') return sumOf(ops, ops.abs(difference))
  const squares = sumOf(ops, ops.square(difference))
  return distance === 'euclidean' ? rootOf(ops, squares) : squares
}

/** The distances of vectors [n, features] from each other, [n, n]: those of rows from columns. */
export const distancesWithin = <T>(ops: Ops<T>, distance: Distance, x: T): T => {
  const [count = null, features = null] = ops.shape(x)
  if (distance === 'manhattan')
    return sumOf(ops, ops.abs(ops.subtract(ops.reshape(x, [count, 1, features]), ops.reshape(x, [1, count, features]))))
  const vectors = distance === 'cosine' ? directionOf(ops, x) : x
  const products = ops.matmul(vectors, ops.transpose(vectors, [1, 0]))
  if (distance === 'cosine') return complement(ops, products)
  const squares = sumOf(ops, ops.square(x))
  const sums = ops.add(ops.reshape(squares, [count, 1]), ops.reshape(squares, [1, count]))
  // Rounding may leave less than 0 of vectors that are almost the same.
  const apart = ops.relu(ops.subtract(sums, times(ops, products, 2)))
  return distance === 'euclidean' ? rootOf(ops, apart) : apart
}
