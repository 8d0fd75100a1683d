import { LayerConnectionError } from '../base/errors.ts'
import { type Shape, showFlow } from '../base/shape.ts'
import { eliminated } from './elimination.ts'
import type { Ops } from './ops.ts'

// Linear systems of one matrix, for optimizers: no gradient is asked for.

const refuse = (name: string, a: Shape, b: Shape): never => {
  throw new LayerConnectionError({
    layer: name,
    expected: 'a matrix [n, n] of a known n, and as many right-hand sides: [n] or [n, k]',
    got: showFlow([a, b]),
    remedy: 'Reshape the right-hand side, or bind unknown dimensions first.',
  })
}

const solved = <T>(name: string, ops: Ops<T>, a: T, b: T, pivoting: 'partial' | 'positive'): T => {
  const [shape, sides] = [ops.shape(a), ops.shape(b)]
  const [n, k = 1] = sides
  const isSquare = shape.length === 2 && shape[0] === n && shape[1] === n
  if (typeof n !== 'number' || typeof k !== 'number' || !isSquare || sides.length > 2) return refuse(name, shape, sides)
  return n === 0 ? b : ops.reshape(eliminated(ops, a, ops.reshape(b, [n, k]), n, pivoting), sides)
}

/**
 * Solves `a x = b` by elimination with partial pivoting. For a singular matrix, no number of the result is finite.
 *
 * @param a [n, n]
 * @param b [n], or [n, k] for k right-hand sides
 * @returns x, of the shape of b
 * @throws LayerConnectionError if the shapes do not fit
 */
export const solve = <T>(ops: Ops<T>, a: T, b: T): T => solved('solve', ops, a, b, 'partial')

/**
 * Solves `a x = b` for a symmetric positive definite matrix, without pivoting. If it is not positive definite, the
 * result is NaN.
 *
 * @param a [n, n]; symmetric, which is not checked
 * @param b [n], or [n, k] for k right-hand sides
 * @returns x, of the shape of b
 * @throws LayerConnectionError if the shapes do not fit
 */
export const solveSymmetric = <T>(ops: Ops<T>, a: T, b: T): T => solved('solveSymmetric', ops, a, b, 'positive')
