import type { Emitter } from '../emitter.ts'
import { microsoft } from '../model.ts'
import { axesOf, reshapeTo, same } from '../moving.ts'
import { asGiven, laid, type Value } from '../values.ts'
import { longSum } from './long-sums.ts'

const exchanged = (rank: number): readonly number[] => [...axesOf(Array(rank).fill(0)).slice(0, -2), rank - 1, rank - 2]

/** A factor as the operator takes it: with its last two axes in order or exchanged. */
const factor = (emit: Emitter, value: Value): { readonly name: string; readonly isTransposed: boolean } => {
  const swapped = exchanged(value.shape.length)
  // ONNX's own operator for products of more than two axes takes them in order only.
  const isTransposed = same(value.order, swapped) && (value.shape.length === 2 || !emit.aim.isPortable)
  return { name: laid(emit, value, isTransposed ? swapped : undefined), isTransposed }
}

/** From how many elements on a product is made of partial products, and of how many at most. */
const [long, most] = [2 ** 15, 2 ** 12] as const

/** The number of partial products of equal size, or 1. */
const partsOf = (count: number): number => {
  if (count < long) return 1
  for (let parts = Math.ceil(count / most); parts <= count / 16; parts++) if (count % parts === 0) return parts
  return 1
}

/** [n, k] times [k, m], as a sum of partial products. */
const inParts = (emit: Emitter, a: Value, b: Value, parts: number): Value => {
  const [n, k, m] = [a.shape[0] as number, a.shape[1] as number, b.shape[1] as number]
  const size = k / parts
  const left = reshapeTo(emit, laid(emit, a, [1, 0]), [parts, size, n])
  const right = reshapeTo(emit, laid(emit, b), [parts, size, m])
  const products = emit.node('FusedMatMul', [left, right], { transA: { int: 1 } }, { domain: microsoft })
  return asGiven(reshapeTo(emit, longSum(emit, products, [parts, n, m], [0]), [n, m]), [n, m])
}

/**
 * [..., n, k] times [..., k, m], plus what has the product's shape after broadcasting; only matrices take an addend.
 * Transposed factors are read in their own order.
 */
export const product = (emit: Emitter, a: Value, b: Value, addend?: string): Value => {
  const parts = a.shape.length === 2 && !emit.aim.isPortable ? partsOf(a.shape[1] as number) : 1
  if (parts > 1) {
    const sum = inParts(emit, a, b, parts)
    return addend === undefined ? sum : { ...sum, name: emit.node('Add', [sum.name, addend]) }
  }
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
