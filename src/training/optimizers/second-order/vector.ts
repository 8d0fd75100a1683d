import { leavesOf, treeOf, type VariableTree } from '../../../base/trees.ts'
import { countUp } from '../../../ops/counting.ts'
import type { Ops } from '../../../ops/ops.ts'
import { elementsOf, flat } from '../../total.ts'

// All parameters as one vector: what second-order methods are written in.

/** How many numbers the parameters are. */
export const countOf = <T>(ops: Ops<T>, params: VariableTree<T>): number =>
  leavesOf(params).reduce((n, [, , param]) => n + elementsOf(ops, param), 0)

/** The numbers of all parameters, in their order: [n]. */
export const vectorOf = <T>(ops: Ops<T>, params: VariableTree<T>): T => {
  const parts = leavesOf(params).map(([, , param]) => flat(ops, param))
  return parts.length === 1 ? (parts[0] as T) : ops.concatenate(parts, 0)
}

/** A vector as a tree of the form of the parameters: the inverse of {@link vectorOf}. */
export const unvectorOf = <T>(ops: Ops<T>, vector: T, params: VariableTree<T>): VariableTree<T> => {
  const leaves = leavesOf(params)
  const sizes = leaves.map(([, , param]) => elementsOf(ops, param))
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0))
  return treeOf(
    leaves.map(([layer, name, param], i) => {
      const part = leaves.length === 1 ? vector : ops.slice(vector, [starts[i] as number], [sizes[i] as number])
      return [layer, name, ops.reshape(part, ops.shape(param))] as const
    }),
  )
}

/** The scalar product of two vectors. */
export const dot = <T>(ops: Ops<T>, a: T, b: T): T => ops.sum(ops.multiply(a, b), [0])

/** `a bᵀ`, [n, n], of two vectors. */
export const outer = <T>(ops: Ops<T>, a: T, b: T): T =>
  ops.multiply(ops.reshape(a, [null, 1]), ops.reshape(b, [1, null]))

/** A matrix [m, n] times a vector [n]. */
export const times = <T>(ops: Ops<T>, matrix: T, vector: T): T => {
  const [rows = null] = ops.shape(matrix)
  return ops.reshape(ops.matmul(matrix, ops.reshape(vector, [null, 1])), [rows])
}

/** The identity, [n, n], times a number. */
export const scaledIdentity = <T>(ops: Ops<T>, n: number, scale: number | T): T => {
  const places = countUp(ops, n)
  const ones = ops.equal(ops.reshape(places, [n, 1]), ops.reshape(places, [1, n]))
  return ops.multiply(ones, typeof scale === 'number' ? ops.constant(scale) : scale)
}

/** 1 where `a ≤ b`, 0 elsewhere: also where one is NaN. */
export const atMost = <T>(ops: Ops<T>, a: T, b: T): T => ops.maximum(ops.greater(b, a), ops.equal(a, b))

/** 1 where a flag is 0, 0 where it is 1. */
export const not = <T>(ops: Ops<T>, flag: T): T => ops.subtract(ops.constant(1), flag)
