import type { Ops } from './ops.ts'

/** A tensor with one axis moved to another place. */
export const movedAxis = <T>(ops: Ops<T>, x: T, from: number, to: number): T => {
  if (from === to) return x
  const axes = ops.shape(x).map((_, axis) => axis)
  return ops.transpose(x, axes.toSpliced(from, 1).toSpliced(to, 0, from))
}

/** Swaps the last two axes. */
export const transposed = <T>(ops: Ops<T>, x: T): T => {
  const rank = ops.shape(x).length
  return movedAxis(ops, x, rank - 2, rank - 1)
}
