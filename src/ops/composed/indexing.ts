import { type Shape, sizeOf } from '../../base/shape.ts'
import { axisOf, countOf, knownSizes, misfit, newAxisOf } from '../attributes.ts'
import { movedAxis, sliceAlong } from '../axes.ts'
import { countUp } from '../counting.ts'
import type { Ops } from '../ops.ts'
import type { Compositions } from './composition.ts'

/** Floats count without gaps so far. */
const exact = 2 ** 24

/** Elements of rows [rows, n] by positions [rows, k], which exist. */
const fromRows = <T>(ops: Ops<T>, x: T, positions: T, rows: number, n: number): T => {
  const together = Math.max(1, Math.floor(exact / n))
  if (rows > together) {
    const parts = Array.from({ length: Math.ceil(rows / together) }, (_, i) => {
      const [from, count] = [i * together, Math.min(together, rows - i * together)]
      const [own, at] = [x, positions].map(of => sliceAlong(ops, of, 0, from, count)) as [T, T]
      return fromRows(ops, own, at, count, n)
    })
    return ops.concatenate(parts, 0)
  }
  const starts = ops.constant(
    Float32Array.from({ length: rows }, (_, row) => row * n),
    [rows, 1],
  )
  return ops.gather(ops.reshape(x, [rows * n]), ops.add(positions, starts))
}

/** Positions that are whole; -1, which names nothing, for those that do not exist. */
export const checked = <T>(ops: Ops<T>, positions: T, n: number): T => {
  const zero = ops.constant(0)
  const exists = ops.and(ops.greater(positions, ops.constant(-1)), ops.less(positions, ops.constant(n)))
  return ops.where(exists, ops.maximum(ops.floor(positions), zero), ops.constant(-exact))
}

/** Elements along the last axis, where the sizes of other axes are not all known: compared with every position. */
const byComparison = <T>(ops: Ops<T>, x: T, positions: T, n: number): T => {
  const isAt = ops.equal(ops.expandDims(positions, -1), countUp(ops, n))
  return ops.sum(ops.where(isAt, ops.expandDims(x, -2), ops.constant(0)), [-1])
}

/** Elements along the last axis by positions that exist. */
const along = <T>(ops: Ops<T>, x: T, positions: T, n: number): T => {
  const shape = ops.shape(positions)
  const rows = sizeOf(shape.slice(0, -1))
  if (rows === null || shape.includes(null)) return byComparison(ops, x, positions, n)
  const found = fromRows(ops, ops.reshape(x, [rows, n]), ops.reshape(positions, [rows, shape.at(-1) ?? 0]), rows, n)
  return ops.reshape(found, shape)
}

/** An axis of a tensor, and the tensor with the axis as its last one. */
const lastly = <T>(name: string, ops: Ops<T>, x: T, axis: number): { at: number; last: number; rows: T; n: number } => {
  const shape = ops.shape(x)
  const at = axisOf(name, shape, axis)
  const [n] = knownSizes(name, shape, [at]) as readonly [number]
  const last = shape.length - 1
  return { at, last, rows: movedAxis(ops, x, at, last), n }
}

const fits = (x: Shape, positions: Shape, axis: number): boolean =>
  x.length === positions.length &&
  x.every((d, i) => i === axis || d === null || positions[i] === null || positions[i] === d)

/** What is found by index, and what finds indices. */
export const indexing: Compositions<'sort' | 'topK' | 'takeAlong' | 'oneHot'> = {
  sort: (ops, x, axis = -1, descending = false) => {
    const { at, last, rows, n } = lastly('sort', ops, x, axis)
    return movedAxis(ops, along(ops, rows, ops.argSort(rows, -1, descending), n), last, at)
  },
  topK: (ops, x, count, axis = -1) => {
    const { at, last, rows, n } = lastly('topK', ops, x, axis)
    const k = countOf('topK', 'count', count)
    if (k > n) throw misfit('topK', `at least ${k} elements along axis ${at}`, [ops.shape(x)])
    const all = ops.argSort(rows, -1, true)
    const positions = sliceAlong(ops, all, last, 0, k)
    return [movedAxis(ops, along(ops, rows, positions, n), last, at), movedAxis(ops, positions, last, at)]
  },
  takeAlong: (ops, x, positions, axis = -1) => {
    const { at, last, rows, n } = lastly('takeAlong', ops, x, axis)
    const [own, given] = [ops.shape(x), ops.shape(positions)]
    if (!fits(own, given, at)) throw misfit('takeAlong', `positions of the same shape but for axis ${at}`, [own, given])
    const found = along(ops, rows, checked(ops, movedAxis(ops, positions, at, last), n), n)
    return movedAxis(ops, found, last, at)
  },
  oneHot: (ops, indices, count, axis = -1) => {
    const at = newAxisOf('oneHot', ops.shape(indices), axis)
    const hot = ops.equal(ops.expandDims(indices, -1), countUp(ops, countOf('oneHot', 'count', count)))
    return movedAxis(ops, hot, ops.shape(hot).length - 1, at)
  },
}
