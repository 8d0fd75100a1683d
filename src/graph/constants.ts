import { filled, known, type Shape, sizeOf } from '../base/shape.ts'
import { type Block, sliced } from '../ops/numbers/loops.ts'
import { loopOf } from '../ops/numbers/operations.ts'
import type { Attributes, Operation } from '../ops/operations.ts'
import type { Ops } from '../ops/ops.ts'
import { resultShape } from '../ops/shapes.ts'
import type { Constant, GraphNode } from './graph.ts'

// Constant folding.

/** Larger results are folded only if an operand is as large. */
const small = 1024

/** Operations on elements that IEEE 754 rounds: every engine gives the same bits. */
export const sameOfElements: ReadonlySet<Operation> = new Set<Operation>([
  ...(['negative', 'abs', 'sqrt', 'square', 'add', 'subtract', 'multiply', 'divide', 'greater', 'equal'] as const),
])
/** The same, and operations that only move elements. */
const same: ReadonlySet<Operation> = new Set<Operation>([
  ...sameOfElements,
  ...(['reshape', 'slice', 'transpose', 'reverse', 'broadcast'] as const),
])
/** The others that take little time. */
const others: ReadonlySet<Operation> = new Set<Operation>([
  ...(['exp', 'log', 'rsqrt', 'sigmoid', 'tanh', 'relu', 'maximum', 'minimum', 'sum'] as const),
])

const sizeIn = ({ values }: Constant): number => (typeof values === 'number' ? 1 : values.length)
const blockOf = ({ values, shape }: Constant): Block => ({ values: filled(values, known(shape)), shape: known(shape) })

const computed = (operation: Operation, inputs: readonly Block[], attributes: Attributes[Operation], shape: Shape) => {
  const [x] = inputs as readonly [Block]
  if (operation === 'reshape') return x.values
  if (operation === 'slice') return sliced(x, attributes[0] as readonly number[], known(shape)).values
  return loopOf(operation)?.(inputs, attributes).values
}

/**
 * The result of an operation on constants.
 *
 * @param exactly as every engine would compute it, to the bit
 * @returns `undefined` for what is left to run time
 */
export const folded = (
  { constant }: Ops<GraphNode>,
  operation: Operation,
  inputs: readonly GraphNode[],
  attributes: Attributes[Operation],
  exactly: boolean,
): GraphNode | undefined => {
  if (!inputs.every(input => input.kind === 'constant')) return undefined
  if (!same.has(operation) && (exactly || !others.has(operation))) return undefined
  const shape = resultShape(
    operation,
    inputs.map(input => input.shape),
    attributes,
  )
  const size = sizeOf(shape)
  if (size === null || size > Math.max(small, ...inputs.map(sizeIn))) return undefined
  const values = computed(operation, inputs.map(blockOf), attributes, shape)
  if (values === undefined) return undefined
  const [first] = values
  // As one number: graphs for several sizes then differ in shapes only.
  const isUniform = first !== undefined && values.every(value => Object.is(value, first))
  return constant(isUniform ? first : values, known(shape))
}
