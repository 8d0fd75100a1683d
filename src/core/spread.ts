import type { Margin, Ops } from './ops.ts'

/** Puts `gap - 1` zeros between the elements along an axis: n of them become (n - 1) gap + 1. */
export const spread = <T>(ops: Ops<T>, x: T, axis: number, gap: number): T => {
  if (gap === 1) return x
  const shape = ops.shape(x)
  const n = shape[axis] as number
  const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)]
  const none: Margin = [0, 0]
  const margins = [...before.map(() => none), none, [0, gap - 1] as const, ...after.map(() => none)]
  const gaps = ops.pad(ops.reshape(x, [...before, n, 1, ...after]), margins)
  const size = [...before.map(() => null), (n - 1) * gap + 1, ...after.map(() => null)]
  return ops.slice(
    ops.reshape(gaps, [...before, n * gap, ...after]),
    shape.map(() => 0),
    size,
  )
}
