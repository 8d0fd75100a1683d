import type { Emitter } from '../emitter.ts'
import { microsoft } from '../model.ts'
import { axesOf, same } from '../moving.ts'
import { asGiven, laid, type Value } from '../values.ts'

const exchanged = (rank: number): readonly number[] => [...axesOf(Array(rank).fill(0)).slice(0, -2), rank - 1, rank - 2]

/** A factor as the operator takes it: whether its last two axes are exchanged. */
const factor = (emit: Emitter, value: Value): { readonly name: string; readonly isTransposed: boolean } => {
  const swapped = exchanged(value.shape.length)
  const isTransposed = same(value.order, swapped)
  return { name: laid(emit, value, isTransposed ? swapped : undefined), isTransposed }
}

/**
 * [..., n, k] times [..., k, m], plus what has the product's shape after broadcasting; only matrices take an addend.
 * Exchanged axes of the factors are read as they lie.
 */
export const product = (emit: Emitter, a: Value, b: Value, addend?: string): Value => {
  const [left, right] = [factor(emit, a), factor(emit, b)]
  const flag = (isTransposed: boolean) => ({ int: isTransposed ? 1 : 0 })
  const attributes = { transA: flag(left.isTransposed), transB: flag(right.isTransposed) }
  const shape = [...a.shape.slice(0, -1), b.shape.at(-1) as number]
  const factors = [left.name, right.name]
  if (shape.length === 2) {
    const given = addend === undefined ? factors : [...factors, addend]
    return asGiven(emit.node('Gemm', given, attributes), shape)
  }
  const isPlain = !left.isTransposed && !right.isTransposed
  const name = isPlain
    ? emit.node('MatMul', factors)
    : emit.node('FusedMatMul', factors, attributes, { domain: microsoft })
  return asGiven(name, shape)
}
