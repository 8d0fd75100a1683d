import { type Shape, sharedShape } from '../../base/shape.ts'
import { misfit } from '../attributes.ts'
import { transposed } from '../axes.ts'
import { eliminated } from '../elimination.ts'
import type { Margin, Ops } from '../ops.ts'
import type { Compositions } from './composition.ts'

/** The size of square matrices. */
const sizeOfSquare = <T>(name: string, ops: Ops<T>, a: T): number => {
  const shape = ops.shape(a)
  const n = shape.at(-1)
  if (shape.length < 2 || typeof n !== 'number' || shape.at(-2) !== n || n === 0)
    throw misfit(name, 'matrices [..., n, n] of a known n, 1 or more', [shape])
  return n
}
const checkSides = <T>(name: string, ops: Ops<T>, a: T, b: T, n: number): void => {
  if (ops.shape(b).length < 2 || ops.shape(b).at(-2) !== n)
    throw misfit(name, `right-hand sides [..., ${n}, k]`, [ops.shape(a), ops.shape(b)])
}

/** A block of matrices: some rows, and some columns. */
const block = <T>(
  ops: Ops<T>,
  x: T,
  [top, rows]: readonly [number, number],
  [left, columns]: readonly [number, number | null],
): T => {
  const lead = ops.shape(x).slice(0, -2)
  return ops.slice(x, [...lead.map(() => 0), top, left], [...lead.map(() => null), rows, columns])
}
/** Zeros to the right of matrices. */
const widened = <T>(ops: Ops<T>, x: T, columns: number): T => {
  const margins = ops.shape(x).map((_, i, { length }): Margin => [0, i === length - 1 ? columns : 0])
  return ops.pad(x, margins)
}

/** Solves lower triangular systems by halves: the second half of the unknowns once the first is known. */
const forward = <T>(ops: Ops<T>, a: T, b: T, n: number): T => {
  if (n === 1) return ops.divide(b, a)
  const [half, rest] = [Math.floor(n / 2), Math.ceil(n / 2)]
  const [above, below] = [[0, half] as const, [half, rest] as const]
  const first = forward(ops, block(ops, a, above, above), block(ops, b, above, [0, null]), half)
  const left = ops.subtract(block(ops, b, below, [0, null]), ops.matmul(block(ops, a, below, above), first))
  const second = forward(ops, block(ops, a, below, below), left, rest)
  return ops.concatenate([first, second], -2)
}

/** The Cholesky factor by halves (Golub and Van Loan, "Matrix Computations", 4th ed., 4.2.9). */
const factor = <T>(ops: Ops<T>, a: T, n: number): T => {
  if (n === 1) return ops.sqrt(a)
  const [half, rest] = [Math.floor(n / 2), Math.ceil(n / 2)]
  const [above, below] = [[0, half] as const, [half, rest] as const]
  const first = factor(ops, block(ops, a, above, above), half)
  const beneath = transposed(ops, forward(ops, first, transposed(ops, block(ops, a, below, above)), half))
  const left = ops.subtract(block(ops, a, below, below), ops.matmul(beneath, transposed(ops, beneath)))
  const second = factor(ops, left, rest)
  return ops.concatenate([widened(ops, first, rest), ops.concatenate([beneath, second], -1)], -2)
}

const identity = <T>(ops: Ops<T>, n: number): T =>
  ops.constant(
    Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    [n, n],
  )

/** The inverse of matrices [..., n, n]. */
const inverted = <T>(ops: Ops<T>, a: T, n: number): T =>
  // Broadcasts the identity to the leading axes, also of unknown sizes.
  eliminated(ops, a, ops.where(ops.constant(1), identity(ops, n), a), n, 'partial')

const areLeading = (a: Shape, b: Shape): boolean => sharedShape(a.slice(0, -2), b.slice(0, -2)) !== undefined

/** Linear systems. */
export const linearAlgebra: Compositions<'cholesky' | 'solveTriangular' | 'solve'> = {
  cholesky: (ops, a) => {
    const n = sizeOfSquare('cholesky', ops, a)
    // The gradient is symmetric too.
    return factor(ops, ops.multiply(ops.add(a, transposed(ops, a)), ops.constant(0.5)), n)
  },
  solveTriangular: (ops, a, b, { upper = false } = {}) => {
    const n = sizeOfSquare('solveTriangular', ops, a)
    checkSides('solveTriangular', ops, a, b, n)
    if (!areLeading(ops.shape(a), ops.shape(b)))
      throw misfit('solveTriangular', 'the same leading axes', [ops.shape(a), ops.shape(b)])
    if (!upper) return forward(ops, a, b, n)
    // Backwards, an upper triangle is a lower one.
    return ops.reverse(forward(ops, ops.reverse(a, [-2, -1]), ops.reverse(b, [-2]), n), [-2])
  },
  // A step of Newton and Schulz for the inverse and one of refinement for the result: each squares the error. So what is
  // known of the inverse without its derivatives gives the result with its first three.
  solve: (ops, a, b) => {
    const n = sizeOfSquare('solve', ops, a)
    checkSides('solve', ops, a, b, n)
    const known = ops.stopGradient(inverted(ops, ops.stopGradient(a), n))
    const inverse = ops.add(known, ops.matmul(known, ops.subtract(identity(ops, n), ops.matmul(a, known))))
    const first = ops.matmul(inverse, b)
    return ops.add(first, ops.matmul(inverse, ops.subtract(b, ops.matmul(a, first))))
  },
}
