import { axesOf, axisOf, knownSizes } from '../attributes.ts'
import { sliceAlong } from '../axes.ts'
import type { Ops } from '../ops.ts'
import type { Compositions } from './composition.ts'

/** The product over the first axis, by halves, so that a derivative is a product too and never divides by 0. */
const productOfRows = <T>(ops: Ops<T>, x: T, count: number): T => {
  const rows = (from: number, size: number, of: T): T => sliceAlong(ops, of, 0, from, size)
  let [left, odd, n] = [x, undefined as T | undefined, count]
  while (n > 1) {
    const half = Math.floor(n / 2)
    if (n % 2 === 1) {
      const last = rows(n - 1, 1, left)
      odd = odd === undefined ? last : ops.multiply(odd, last)
    }
    left = ops.multiply(rows(0, half, left), rows(half, half, left))
    n = half
  }
  return odd === undefined ? left : ops.multiply(left, odd)
}

/** Reductions. */
export const reductions: Compositions<'min' | 'prod' | 'any' | 'all' | 'argMin'> = {
  min: (ops, x, axes, keepDimensions) =>
    ops.negative(ops.max(ops.negative(x), axesOf('min', ops.shape(x), axes), keepDimensions)),
  prod: (ops, x, axes, keepDimensions = false) => {
    const shape = ops.shape(x)
    const own = axesOf('prod', shape, axes)
    const count = knownSizes('prod', shape, own).reduce((n, d) => n * d, 1)
    const rest = shape.flatMap((_, axis) => (own.includes(axis) ? [] : [axis]))
    const result = keepDimensions
      ? shape.map((d, axis) => (own.includes(axis) ? 1 : d))
      : rest.map(axis => shape[axis] ?? null)
    // Nothing is multiplied: ones, made of a sum of nothing.
    if (count === 0) return ops.add(ops.sum(x, own, keepDimensions), ops.constant(1))
    const first = ops.transpose(x, [...own, ...rest])
    const rows = own.length === 1 ? first : ops.reshape(first, [count, ...rest.map(axis => shape[axis] ?? null)])
    return ops.reshape(productOfRows(ops, rows, count), result)
  },
  // By counts, which are 0 of nothing.
  any: (ops, x, axes, keepDimensions) => {
    const found = ops.notEqual(x, ops.constant(0))
    return ops.greater(ops.sum(found, axesOf('any', ops.shape(x), axes), keepDimensions), ops.constant(0))
  },
  all: (ops, x, axes, keepDimensions) =>
    ops.equal(ops.sum(ops.not(x), axesOf('all', ops.shape(x), axes), keepDimensions), ops.constant(0)),
  argMin: (ops, x, axis = -1) => ops.argMax(ops.negative(x), axisOf('argMin', ops.shape(x), axis)),
}
