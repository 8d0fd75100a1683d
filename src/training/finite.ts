import type { VariableTree } from '../base/trees.ts'
import type { Ops } from '../ops/ops.ts'
import { totalOf } from './total.ts'

/** 1 where all numbers of some tensors are finite, 0 elsewhere: a scalar. */
export const allFinite = <T>(ops: Ops<T>, tensors: readonly T[]): T => {
  // 0 times what is not finite is NaN, and so is any sum with it, which is not equal to 0.
  const zeros = tensors.map(x => totalOf(ops, ops.multiply(x, ops.constant(0))))
  return ops.equal(
    zeros.reduce((a, b) => ops.add(a, b)),
    ops.constant(0),
  )
}

/** The Euclidean norm of tensors together: a scalar. */
export const normOf = <T>(ops: Ops<T>, tensors: readonly T[]): T => {
  const squares = tensors.map(x => totalOf(ops, ops.square(x)))
  return squares.length === 0 ? ops.constant(0) : ops.sqrt(squares.reduce((a, b) => ops.add(a, b)))
}

/** The norm of the gradients of each layer, `name.layer`. */
export const normsByLayer = <T>(
  ops: Ops<T>,
  name: string,
  grads: VariableTree<T>,
): readonly (readonly [name: string, value: T])[] =>
  Object.entries(grads).flatMap(([layer, own]) => {
    const tensors = Object.values(own)
    return tensors.length === 0 ? [] : [[`${name}.${layer}`, normOf(ops, tensors)] as const]
  })
