import { sliceAlong, transposed } from './axes.ts'
import { countUp } from './counting.ts'
import type { Ops } from './ops.ts'

/**
 * Solves `a x = b` by Gauss-Jordan elimination, in a loop over the columns, so that graphs do not grow with the matrix. Shapes
 * cannot change, so every step works on whole matrices, masked (Golub and Van Loan, "Matrix Computations", 4th ed., 3.4
 * and 4.2). Leading axes are a batch.
 *
 * @param a [..., n, n]
 * @param b [..., n, k], with the same leading axes
 * @param pivoting `'partial'`: pivots are the largest elements of their columns, and no number of the result is finite for a
 *   singular matrix. `'positive'`: they are the diagonal, and the result is NaN if one is not positive
 */
export const eliminated = <T>(ops: Ops<T>, a: T, b: T, n: number, pivoting: 'partial' | 'positive'): T => {
  const [zero, one] = [ops.constant(0), ops.constant(1)]
  const places = countUp(ops, n)
  // Not a product with 0, which would keep NaN.
  const none = ops.where(zero, ops.sum(a, [-1]), zero)
  const last = ops.shape(a).length - 1
  const columnsOf = (x: T, from: number, size: number | null): T => sliceAlong(ops, x, last, from, size)
  const [, both] = ops.loop(
    () => one,
    carried => {
      const [at, before, used] = carried as readonly [T, T, T]
      const isAt = ops.equal(places, at)
      const column = ops.matmul(columnsOf(before, 0, n), ops.reshape(isAt, [n, 1]))
      const largest = () => ops.argMax(ops.where(used, ops.constant(-1), ops.abs(ops.squeeze(column, [-1]))))
      const isPivot =
        pivoting === 'partial' ? ops.equal(places, ops.expandDims(largest(), -1)) : ops.where(one, isAt, used)
      const [across, down] = [ops.expandDims(isPivot, -2), ops.expandDims(isPivot, -1)]
      const own = ops.matmul(across, column)
      const pivot = pivoting === 'partial' ? own : ops.where(ops.greater(own, zero), own, ops.constant(Number.NaN))
      const row = ops.divide(ops.matmul(across, before), pivot)
      const after = ops.where(down, row, ops.subtract(before, ops.multiply(column, row)))
      return [ops.add(at, one), after, ops.maximum(used, isPivot)]
    },
    [zero, ops.concatenate([a, b], -1), none],
    n,
  ) as readonly [T, T, T]
  const result = columnsOf(both, n, null)
  // Pivots stayed in their rows: the matrix is now the permutation, in exact ones and zeros.
  return pivoting === 'partial' ? ops.matmul(transposed(ops, columnsOf(both, 0, n)), result) : result
}
