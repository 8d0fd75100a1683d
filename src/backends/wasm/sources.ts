import { type Fused, type GraphNode, isA, operands } from '../../graph/graph.ts'
import { isProduct, type Product } from '../../graph/products.ts'
import type { Operand } from './products.ts'

/** Products that the kernels here do; those channel by channel are a matter of loads, and left to tfjs. */
export const isContracted = (node: GraphNode): node is Product | Fused => {
  if (!isProduct(node) && node.kind !== 'fused') return false
  if (node.operation === 'matmul') return true
  const [{ groups }] = node.attributes as Fused['attributes'] as readonly [{ readonly groups: number }]
  return groups === 1 || (node.inputs[1] as GraphNode).shape[2] !== 1
}

/** What a node reads: of a product, what its factors are transposes of, which it reads in its own order. */
export const sources = (node: GraphNode): readonly GraphNode[] =>
  isContracted(node)
    ? node.inputs.map((input, i) => (i < 2 && isA(input, 'transpose') ? (input.inputs[0] as GraphNode) : input))
    : operands(node)

/** How a factor of a product lies in what is read for it. */
export const operandOf = (factor: GraphNode): Operand => {
  const stored = isA(factor, 'transpose') ? (factor.inputs[0] as GraphNode) : factor
  return {
    stored: stored.shape as readonly number[],
    permutation: isA(factor, 'transpose') ? factor.attributes[0] : stored.shape.map((_, axis) => axis),
  }
}
