import { filled, known } from '../base/shape.ts'
import { type Block, sliced } from '../ops/numbers/loops.ts'
import { loopOf } from '../ops/numbers/operations.ts'
import type { Attributes, Operation } from '../ops/operations.ts'
import type { Constant } from './graph.ts'

// What is known before a graph runs: operations on constants.

const blockOf = ({ values, shape }: Pick<Constant, 'values' | 'shape'>): Block => ({
  values: filled(values, known(shape)),
  shape: known(shape),
})

/** What takes little time. */
const looped: ReadonlySet<Operation> = new Set<Operation>([
  ...(['negative', 'exp', 'log', 'sqrt', 'rsqrt', 'square', 'abs', 'sigmoid', 'tanh', 'relu'] as const),
  ...(['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'greater', 'equal'] as const),
  ...(['sum', 'transpose', 'reverse', 'broadcast'] as const),
])

/**
 * The result of an operation on constants, in row-major order.
 *
 * @returns `null` for operations that are left to run time
 */
export const evaluated = (
  operation: Operation,
  inputs: readonly Pick<Constant, 'values' | 'shape'>[],
  attributes: Attributes[Operation],
  shape: readonly number[],
): Float32Array | null => {
  const [x] = inputs as readonly [Pick<Constant, 'values' | 'shape'>]
  if (operation === 'reshape') return blockOf(x).values
  if (operation === 'slice') return sliced(blockOf(x), attributes[0] as readonly number[], shape).values
  const loop = looped.has(operation) ? loopOf(operation) : undefined
  return loop === undefined ? null : loop(inputs.map(blockOf), attributes).values
}
