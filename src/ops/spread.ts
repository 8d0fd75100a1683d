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

/** Takes every `step`-th element along an axis, from the first on: the reverse of {@link spread}. */
export const every = <T>(ops: Ops<T>, x: T, axis: number, step: number): T => {
  if (step === 1) return x
  const shape = ops.shape(x)
  const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)]
  const n = shape[axis] as number
  const count = Math.ceil(n / step)
  const margins = shape.map((_, i): Margin => [0, i === axis ? count * step - n : 0])
  const rows = ops.reshape(ops.pad(x, margins), [...before, count, step, ...after])
  const size = [...before, count, 1, ...after]
  const first = ops.slice(
    rows,
    size.map(() => 0),
    size,
  )
  return ops.reshape(first, [...before, count, ...after])
}
