import type { Ops } from '../core/ops.ts'

/** All axes of a tensor. */
export const axesOf = <T>(ops: Ops<T>, x: T): readonly number[] => ops.shape(x).map((_, axis) => axis)

/** The sum of all elements: a scalar. */
export const totalOf = <T>(ops: Ops<T>, x: T): T => ops.sum(x, axesOf(ops, x))
