import { sizeOf } from '../base/shape.ts'
import { movedAxis, sliceAlong } from './axes.ts'
import type { Ops } from './ops.ts'

// Tensors of a step side by side in one row, as a scan goes over one sequence and gives one.

/** Tensors of known shapes in a row [1, numbers]. */
export const packed = <T>(ops: Ops<T>, parts: readonly T[]): T =>
  ops.concatenate(
    parts.map(part => ops.reshape(part, [1, sizeOf(ops.shape(part) as readonly number[])])),
    1,
  )

/** Sequences [steps, …] as one of rows [1, steps, numbers]. */
export const packedSequences = <T>(ops: Ops<T>, parts: readonly T[]): T =>
  ops.concatenate(
    parts.map(part => {
      const [steps, ...rest] = ops.shape(part) as readonly [number, ...number[]]
      return ops.reshape(part, [1, steps, sizeOf(rest)])
    }),
    2,
  )

/** Parts of the last axis, one after the other, in the shapes that a function gives them. */
const split = <T>(
  ops: Ops<T>,
  row: T,
  shapes: readonly (readonly number[])[],
  before: readonly number[],
): readonly T[] => {
  const last = ops.shape(row).length - 1
  let from = 0
  return shapes.map(shape => {
    const size = sizeOf(shape)
    const part = sliceAlong(ops, row, last, from, size)
    from += size
    return ops.reshape(part, [...before, ...shape])
  })
}

/** The tensors in a row [1, numbers]. */
export const unpacked = <T>(ops: Ops<T>, row: T, shapes: readonly (readonly number[])[]): readonly T[] =>
  split(ops, row, shapes, [])

/** The sequences [steps, …] in rows [1, steps, numbers]. */
export const unpackedSequences = <T>(ops: Ops<T>, rows: T, shapes: readonly (readonly number[])[]): readonly T[] =>
  split(ops, rows, shapes, [ops.shape(rows)[1] as number])

/** A sequence [batch, time, …] with time first, and back. */
export const timeFirst = <T>(ops: Ops<T>, x: T): T => movedAxis(ops, x, 1, 0)
export const timeSecond = <T>(ops: Ops<T>, x: T): T => movedAxis(ops, x, 0, 1)
