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

/** A slice along one axis; of `null` elements, all that is left. */
export const sliceAlong = <T>(ops: Ops<T>, x: T, axis: number, begin: number, size: number | null): T => {
  const axes = ops.shape(x).map((_, i) => i)
  return ops.slice(
    x,
    axes.map(i => (i === axis ? begin : 0)),
    axes.map(i => (i === axis ? size : null)),
  )
}
