import { type Shape, sharedShape, sizeOf } from '../../base/shape.ts'
import { axisOf, knownSizes } from '../attributes.ts'
import { movedAxis } from '../axes.ts'
import type { Ops, Primitives } from '../ops.ts'

// Primitives take the simplest form of their arguments; these bring others to it.

type Widened = 'argMax' | 'argSort' | 'gather' | 'matmul'
/** A primitive that takes more: a function of the primitive itself and all operations. */
type Widening<Name extends Widened> = <T>(
  narrow: Primitives<T>[Name],
  ops: Ops<T>,
  ...given: Parameters<Ops<T>[Name]>
) => T

/** The dimensions that shapes broadcast to; `undefined` if they do not. */
const broadcast = (a: Shape, b: Shape): Shape | undefined => {
  const rank = Math.max(a.length, b.length)
  const wide: (number | null)[] = []
  for (let i = 0; i < rank; i++) {
    const [x, y] = [a, b].map(shape => (i < rank - shape.length ? 1 : (shape[i - rank + shape.length] ?? null)))
    if (x !== 1 && y !== 1 && x !== null && y !== null && x !== y) return undefined
    wide.push(x === 1 ? (y ?? null) : y === 1 ? (x ?? null) : (x ?? y ?? null))
  }
  return wide
}

/** Matrices repeated along leading axes. */
const repeatedTo = <T>(ops: Ops<T>, x: T, leading: Shape): T => {
  const shape = ops.shape(x)
  const wide = [...leading, ...shape.slice(-2)]
  return shape.length === wide.length && sharedShape(shape, wide) ? x : ops.broadcast(x, wide)
}

/** Primitives that take more. */
export const widening: { readonly [Name in Widened]: Widening<Name> } = {
  argMax: (narrow, ops, x, axis = -1) => {
    const shape = ops.shape(x)
    return narrow(movedAxis(ops, x, axisOf('argMax', shape, axis), shape.length - 1))
  },
  argSort: (narrow, ops, x, axis = -1, descending = false) => {
    const shape = ops.shape(x)
    const [own, last] = [axisOf('argSort', shape, axis), shape.length - 1]
    const rows = movedAxis(ops, x, own, last)
    if (!descending) return movedAxis(ops, narrow(rows), last, own)
    // Ascending and backwards, of elements that are backwards, so that equal ones stay in order.
    const places = ops.reverse(narrow(ops.reverse(rows, [last])), [last])
    const [count] = knownSizes('argSort', shape, [own]) as readonly [number]
    return movedAxis(ops, ops.subtract(ops.constant(count - 1), places), last, own)
  },
  gather: (narrow, ops, table, indices, axis = 0) => {
    const shape = ops.shape(table)
    const own = axisOf('gather', shape, axis)
    if (own === 0) return narrow(table, indices)
    const rows = narrow(movedAxis(ops, table, own, 0), indices)
    const [found, rank] = [ops.shape(rows).map((_, i) => i), ops.shape(indices).length]
    const [at, rest] = [found.slice(0, rank), found.slice(rank)]
    return ops.transpose(rows, [...rest.slice(0, own), ...at, ...rest.slice(own)])
  },
  matmul: (narrow, ops, a, b) => {
    const [left, right] = [ops.shape(a), ops.shape(b)]
    const [leading, other] = [left.slice(0, -2), right.slice(0, -2)]
    const whole = broadcast(leading, other)
    const fits = left.length > 1 && right.length > 1 && sharedShape(left.slice(-1), right.slice(-2, -1))
    // What does not fit is refused by the primitive.
    if (!fits || whole === undefined || (leading.length === other.length && sharedShape(leading, other)))
      return narrow(a, b)
    if (other.length > 0) return narrow(repeatedTo(ops, a, whole), repeatedTo(ops, b, whole))
    // One matrix for all: one product of all rows.
    const [depth, columns] = [right[0] ?? left.at(-1) ?? null, right[1] ?? null]
    const rows = ops.reshape(a, [sizeOf(left.slice(0, -1)), depth])
    return ops.reshape(narrow(rows, b), [...left.slice(0, -1), columns])
  },
}
