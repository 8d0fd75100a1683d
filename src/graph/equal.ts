import { type Graph, type GraphNode, topological } from './graph.ts'
import { interner } from './intern.ts'
import { placeholder } from './ops.ts'
import { unroll } from './unroll.ts'
import { withOperands } from './with-operands.ts'

/**
 * Whether two graphs are the same computation, node by node: same operations, attributes, shapes and constants on the
 * inputs in the same places, whatever their names. Graphs that compute the same in different ways are not equal.
 */
export const equals = (a: Graph, b: Graph): boolean => {
  if (a.inputs.length !== b.inputs.length || a.outputs.length !== b.outputs.length) return false
  if (a.inputs.some((input, i) => input.shape.join() !== b.inputs[i]?.shape.join())) return false
  const keep = interner(Number.POSITIVE_INFINITY)
  const stand = a.inputs.map(({ shape }, i) => placeholder(`x${i}`, shape))
  const copied = (given: Graph): readonly GraphNode[] => {
    const { inputs, outputs } = unroll(given)
    const placed = new Map<GraphNode, GraphNode>(inputs.map((input, i) => [input, stand[i] as GraphNode]))
    for (const node of topological(outputs))
      if (!placed.has(node)) placed.set(node, keep(withOperands(node, operand => placed.get(operand) as GraphNode)))
    return outputs.map(output => placed.get(output) as GraphNode)
  }
  const own = copied(a)
  return copied(b).every((output, i) => output === own[i])
}
