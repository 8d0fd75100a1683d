import { LayerConnectionError } from '../base/errors.ts'
import { type Shape, showFlow } from '../base/shape.ts'
import { countUp } from './counting.ts'
import type { Ops } from './ops.ts'

// Linear systems by a loop over the columns, so that the graph does not grow with the matrix. Shapes cannot change, so
// every step works on the whole matrix, masked. See Golub and Van Loan, "Matrix Computations", 4th ed., 3.4 and 4.2.

const refuse = (name: string, a: Shape, b: Shape): never => {
  throw new LayerConnectionError({
    layer: name,
    expected: 'a matrix [n, n] of a known n, and as many right-hand sides: [n] or [n, k]',
    got: showFlow([a, b]),
    remedy: 'Reshape the right-hand side, or bind unknown dimensions first.',
  })
}

/** A matrix beside its right-hand sides. */
interface System<T> {
  readonly matrix: T
  readonly n: number
  readonly columns: number
}

const systemOf = <T>(name: string, ops: Ops<T>, a: T, b: T): System<T> => {
  const [shape, sides] = [ops.shape(a), ops.shape(b)]
  const [n, k = 1] = sides
  const isSquare = shape.length === 2 && shape[0] === n && shape[1] === n
  if (typeof n !== 'number' || typeof k !== 'number' || !isSquare || sides.length > 2) return refuse(name, shape, sides)
  return { matrix: ops.concatenate([a, ops.reshape(b, [n, k])], 1), n, columns: n + k }
}

/** The columns of the right-hand sides. */
const sidesOf = <T>(ops: Ops<T>, matrix: T, { n, columns }: System<T>): T => ops.slice(matrix, [0, n], [n, columns - n])

/** One Gauss-Jordan step: the column becomes that of the identity, with its 1 in the row of the pivot. */
const eliminated = <T>(ops: Ops<T>, matrix: T, column: T, row: T, pivot: T, isPivot: T): T => {
  const scaled = ops.divide(row, pivot)
  const rest = ops.subtract(matrix, ops.multiply(ops.reshape(column, [null, 1]), scaled))
  return ops.where(ops.reshape(isPivot, [null, 1]), scaled, rest)
}

/** The column at an index that is a tensor. */
const columnAt = <T>(ops: Ops<T>, matrix: T, at: T, { n, columns }: System<T>): T => {
  const isAt = ops.reshape(ops.equal(countUp(ops, columns), at), [columns, 1])
  return ops.reshape(ops.matmul(matrix, isAt), [n])
}

/**
 * Solves `a x = b` by elimination with partial pivoting. For a singular matrix, no number of the result is finite.
 *
 * @param a [n, n]
 * @param b [n], or [n, k] for k right-hand sides
 * @returns x, of the shape of b
 * @throws LayerConnectionError if the shapes do not fit
 */
export const solve = <T>(ops: Ops<T>, a: T, b: T): T => {
  const system = systemOf('solve', ops, a, b)
  const { matrix: given, n } = system
  if (n === 0) return b
  const places = countUp(ops, n)
  const [, matrix] = ops.loop(
    () => ops.constant(1),
    carried => {
      const [at, before, used] = carried as readonly [T, T, T]
      const column = columnAt(ops, before, at, system)
      const chosen = ops.argMax(ops.where(used, ops.constant(-1), ops.abs(column)))
      const isPivot = ops.equal(places, chosen)
      const row = ops.gather(before, chosen)
      const pivot = ops.gather(column, chosen)
      return [
        ops.add(at, ops.constant(1)),
        eliminated(ops, before, column, row, pivot, isPivot),
        ops.maximum(used, isPivot),
      ]
    },
    [ops.constant(0), given, ops.constant(0, [n])],
    n,
  ) as readonly [T, T, T]
  // Pivots stayed in their rows: the matrix is now the permutation, in exact ones and zeros.
  const left = ops.slice(matrix, [0, 0], [n, n])
  return ops.reshape(ops.matmul(ops.transpose(left, [1, 0]), sidesOf(ops, matrix, system)), ops.shape(b))
}

/**
 * Solves `a x = b` for a symmetric positive definite matrix, without pivoting. If it is not positive definite, the
 * result is NaN.
 *
 * @param a [n, n]; symmetric, which is not checked
 * @param b [n], or [n, k] for k right-hand sides
 * @returns x, of the shape of b
 * @throws LayerConnectionError if the shapes do not fit
 */
export const solveSymmetric = <T>(ops: Ops<T>, a: T, b: T): T => {
  const system = systemOf('solveSymmetric', ops, a, b)
  const { matrix: given, n } = system
  if (n === 0) return b
  const places = countUp(ops, n)
  const [, matrix] = ops.loop(
    () => ops.constant(1),
    carried => {
      const [at, before] = carried as readonly [T, T]
      const column = columnAt(ops, before, at, system)
      const row = ops.gather(before, at)
      const own = ops.gather(column, at)
      const pivot = ops.where(ops.greater(own, ops.constant(0)), own, ops.constant(Number.NaN))
      return [ops.add(at, ops.constant(1)), eliminated(ops, before, column, row, pivot, ops.equal(places, at))]
    },
    [ops.constant(0), given],
    n,
  ) as readonly [T, T]
  return ops.reshape(sidesOf(ops, matrix, system), ops.shape(b))
}
