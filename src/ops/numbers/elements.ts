import { sizeOf } from '../../base/shape.ts'
import { repeating, type Walk } from '../walks.ts'
import { power } from './functions.ts'
import type { Block } from './loops.ts'

// Binary operations element by element, with broadcasting. If shapes differ, the kernels of tfjs's cpu backend compute
// an index per element; these loops step through rows.

type Numbers = Float32Array

/** Combines `n` elements that lie `da` and `db` apart: from `i` on in `a`, from `j` on in `b`. */
type Row = (
  out: Numbers,
  at: number,
  n: number,
  a: Numbers,
  i: number,
  da: number,
  b: Numbers,
  j: number,
  db: number,
) => void

export type Combination =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'maximum'
  | 'minimum'
  | 'greater'
  | 'equal'
  | 'pow'

// A loop each, so that each is compiled for its operation.
const rows: Readonly<Record<Combination, Row>> = {
  add: (out, at, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++) out[at + k] = (a[i + k * da] as number) + (b[j + k * db] as number)
  },
  subtract: (out, at, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++) out[at + k] = (a[i + k * da] as number) - (b[j + k * db] as number)
  },
  multiply: (out, at, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++) out[at + k] = (a[i + k * da] as number) * (b[j + k * db] as number)
  },
  divide: (out, at, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++) out[at + k] = (a[i + k * da] as number) / (b[j + k * db] as number)
  },
  pow: (out, at, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++) out[at + k] = power(a[i + k * da] as number, b[j + k * db] as number)
  },
  maximum: (out, at, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++) out[at + k] = Math.max(a[i + k * da] as number, b[j + k * db] as number)
  },
  minimum: (out, at, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++) out[at + k] = Math.min(a[i + k * da] as number, b[j + k * db] as number)
  },
  greater: (out, at, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++) out[at + k] = (a[i + k * da] as number) > (b[j + k * db] as number) ? 1 : 0
  },
  equal: (out, at, n, a, i, da, b, j, db) => {
    for (let k = 0; k < n; k++) out[at + k] = (a[i + k * da] as number) === (b[j + k * db] as number) ? 1 : 0
  },
}

/** The shape of two operands after broadcasting, which must fit. */
const wideShape = (a: readonly number[], b: readonly number[]): readonly number[] => {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1]
    return x === 1 ? y : x
  })
}

/** Visits the rows of a result: where each begins in it and in both operands. */
const eachRow = (
  shape: readonly number[],
  a: readonly number[],
  b: readonly number[],
  visit: (to: number, i: number, j: number, inner: Walk) => void,
): void => {
  const [inner = { size: 1, a: 0, b: 0 }, ...outer] = repeating(a, b, shape)
  const at = outer.map(() => 0)
  const count = sizeOf(shape)
  let [i, j] = [0, 0]
  for (let to = 0; to < count; to += inner.size) {
    visit(to, i, j, inner)
    for (let axis = 0; axis < outer.length; axis++) {
      const { size, a: stepA, b: stepB } = outer[axis] as Walk
      i += stepA
      j += stepB
      at[axis] = (at[axis] as number) + 1
      if ((at[axis] as number) < size) break
      i -= stepA * size
      j -= stepB * size
      at[axis] = 0
    }
  }
}

/**
 * A binary operation of two operands, with broadcasting.
 *
 * @param shape of the result, if it is larger
 */
export const combined = (
  operation: Combination,
  a: Block,
  b: Block,
  shape: readonly number[] = wideShape(a.shape, b.shape),
): Block => {
  const values = new Float32Array(sizeOf(shape))
  const row: Row = rows[operation]
  eachRow(shape, a.shape, b.shape, (to, i, j, inner) =>
    row(values, to, inner.size, a.values, i, inner.a, b.values, j, inner.b),
  )
  return { values, shape }
}

const one: Block = { values: Float32Array.of(1), shape: [] }

/** A tensor broadcast to a shape. */
export const repeated = (x: Block, shape: readonly number[]): Block => combined('multiply', x, one, shape)

/** `a` where the condition is not 0, `b` elsewhere, all broadcast to a shape. */
export const chosen = (condition: Block, a: Block, b: Block, shape: readonly number[]): Block => {
  const size = sizeOf(shape)
  // A single number is read with step 0.
  const operand = (x: Block): readonly [values: Numbers, step: number] => {
    if (x.values.length === size) return [x.values, 1]
    return x.values.length === 1 ? [x.values, 0] : [repeated(x, shape).values, 1]
  }
  const [[which, dw], [yes, dy], [no, dn]] = [operand(condition), operand(a), operand(b)]
  const values = new Float32Array(size)
  for (let k = 0; k < size; k++) values[k] = (which[k * dw] !== 0 ? yes[k * dy] : no[k * dn]) as number
  return { values, shape }
}

/** Sums over axes, in doubles. */
export const summed = ({ values, shape }: Block, axes: readonly number[], keepDimensions: boolean): Block => {
  const kept = shape.map((d, axis) => (axes.includes(axis) ? 1 : d))
  const sums = new Float64Array(sizeOf(kept))
  eachRow(shape, shape, kept, (from, _, to, { size, b: step }) => {
    if (step === 0) {
      let sum = sums[to] as number
      for (let k = 0; k < size; k++) sum += values[from + k] as number
      sums[to] = sum
    } else for (let k = 0; k < size; k++) sums[to + k] = (sums[to + k] as number) + (values[from + k] as number)
  })
  return {
    values: Float32Array.from(sums),
    shape: keepDimensions ? kept : shape.filter((_, axis) => !axes.includes(axis)),
  }
}
