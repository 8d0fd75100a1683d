import { leavesOf, mapTree, type VariableTree } from '../../../base/trees.ts'
import { countUp } from '../../../ops/counting.ts'
import type { Ops } from '../../../ops/ops.ts'
import { tape } from '../../../ops/tape.ts'
import type { Objective } from '../../optimizer.ts'
import { countOf, outer, unvectorOf, vectorOf } from './vector.ts'

// Exact derivatives by tapes over tapes. What is done once is done outside of loops: a repetition holds the way back alone.

/** A linear function of vectors, [n] to [n]. */
export type Linear<T> = (vector: T) => T

/** The Hessian of a loss times a vector: the gradient of the gradient times it (Pearlmutter 1994). */
export const hessianTimes = <T>(ops: Ops<T>, loss: Objective, params: VariableTree<T>): Linear<T> => {
  const around = tape(ops)
  const own = tape(around.ops)
  const points = mapTree(params, around.variable)
  const inner = mapTree(points, own.variable)
  const leaves = leavesOf(inner).map(([, , leaf]) => leaf)
  const slopes = own.gradients([[loss(own.ops, inner), around.ops.constant(1)]], leaves)
  const wrt = leavesOf(points).map(([, , point]) => point)
  return vector => {
    const parts = leavesOf(unvectorOf(ops, vector, params)).map(([, , part]) => part)
    const outputs = slopes.map((slope, i) => [slope, parts[i] as T] as const)
    return vectorOf(ops, inPlace(params, around.gradients(outputs, wrt)))
  }
}

/**
 * `JᵀJ` of a vector of residuals times a vector, J the derivative of each residual by each parameter: J times the vector is the
 * derivative of `Jᵀu` by u, which is linear in u.
 *
 * @returns that function, and how many residuals there are
 */
export const gaussNewtonTimes = <T>(
  ops: Ops<T>,
  residuals: Objective,
  params: VariableTree<T>,
): readonly [times: Linear<T>, count: number] => {
  const around = tape(ops)
  const own = tape(around.ops)
  const inner = mapTree(params, param => own.variable(around.fixed(param)))
  const errors = residuals(own.ops, inner)
  const leaves = leavesOf(inner).map(([, , leaf]) => leaf)
  const any = around.variable(ops.multiply(errors.value.value, ops.constant(0)))
  const back = own.gradients([[errors, any]], leaves)
  const times: Linear<T> = vector => {
    const parts = leavesOf(unvectorOf(ops, vector, params)).map(([, , part]) => part)
    const outputs = back.map((slope, i) => [slope, parts[i] as T] as const)
    const [along] = around.gradients(outputs, [any]) as readonly [T]
    const found = own.gradients([[errors, around.fixed(along)]], leaves)
    return vectorOf(
      ops,
      inPlace(
        params,
        found.map(({ value }) => value),
      ),
    )
  }
  return [times, own.ops.shape(errors)[0] ?? 1]
}

const inPlace = <T>(params: VariableTree<T>, values: readonly T[]): VariableTree<T> => {
  let next = 0
  return mapTree(params, () => values[next++] as T)
}

/** The matrix of a linear function, [n, n], column by column. */
export const matrixOf = <T>(ops: Ops<T>, linear: Linear<T>, params: VariableTree<T>): T =>
  summed(ops, linear, params, countOf(ops, params), (column, basis) => outer(ops, column, basis))

/** The diagonal of that matrix, [n]. */
export const diagonalOf = <T>(ops: Ops<T>, linear: Linear<T>, params: VariableTree<T>): T =>
  summed(ops, linear, params, null, (column, basis) => ops.multiply(column, basis))

/** The sum over all columns of what is made of a column and its place, 1 there and 0 elsewhere. */
const summed = <T>(
  ops: Ops<T>,
  linear: Linear<T>,
  params: VariableTree<T>,
  columns: number | null,
  part: (column: T, basis: T) => T,
): T => {
  const n = countOf(ops, params)
  const places = countUp(ops, n)
  const [, sum] = ops.loop(
    () => ops.constant(1),
    carried => {
      const [at, before] = carried as readonly [T, T]
      const basis = ops.equal(places, at)
      return [ops.add(at, ops.constant(1)), ops.add(before, part(linear(basis), basis))]
    },
    [ops.constant(0), ops.constant(0, columns === null ? [n] : [n, columns])],
    n,
  ) as readonly [T, T]
  return sum
}
