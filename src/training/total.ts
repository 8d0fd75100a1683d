import { sizeOf } from '../base/shape.ts'
import type { Ops } from '../ops/ops.ts'

// Tensors as a whole. What training computes with has no unknown dimensions.

/** All axes of a tensor. */
export const axesOf = <T>(ops: Ops<T>, x: T): readonly number[] => ops.shape(x).map((_, axis) => axis)

/** How many elements a tensor has. */
export const elementsOf = <T>(ops: Ops<T>, x: T): number => sizeOf(ops.shape(x).map(d => d ?? 1))

/** The elements of a tensor as a vector. */
export const flat = <T>(ops: Ops<T>, x: T): T => ops.reshape(x, [elementsOf(ops, x)])

/** The sum of all elements: a scalar. */
export const totalOf = <T>(ops: Ops<T>, x: T): T => ops.sum(x, axesOf(ops, x))
