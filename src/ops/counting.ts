import type { Ops } from './ops.ts'

/** 0, 1, 2, … up to a count, [count]. */
export const countUp = <T>(ops: Ops<T>, count: number): T =>
  ops.constant(
    Float32Array.from({ length: count }, (_, i) => i),
    [count],
  )
