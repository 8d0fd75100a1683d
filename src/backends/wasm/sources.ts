import { type Fused, type GraphNode, isA, operands } from '../../graph/graph.ts'
import { isProduct, type Product } from '../../graph/products.ts'
import type { Sliding } from '../../ops/ops.ts'
import { isEmpty } from '../tfjs/native.ts'

/** A product or convolution, with what may follow it. */
export type Multiplied = Product | Fused

/** An operand: how its tensor is stored, and which of the stored axes each of its own is. */
export interface Operand {
  readonly stored: readonly number[]
  readonly permutation: readonly number[]
}

const isMultiplied = (node: GraphNode): node is Multiplied => isProduct(node) || node.kind === 'fused'

/** Those channel by channel are a matter of loads, and left to tfjs. */
const isByChannel = ({ operation, attributes, inputs }: Multiplied): boolean =>
  operation === 'convolve' && (attributes[0] as Sliding).groups > 1 && (inputs[1] as GraphNode).shape[2] === 1

/** The product or convolution that a node is, where the kernels here do it. */
export const contracted = (node: GraphNode): Multiplied | undefined =>
  isMultiplied(node) && !isByChannel(node) && !isEmpty(node) ? node : undefined

/** What a node reads: of a product, what its factors are transposes of, which it reads in its own order. */
export const sources = (node: GraphNode): readonly GraphNode[] =>
  contracted(node)
    ? operands(node).map((input, i) => (i < 2 && isA(input, 'transpose') ? (input.inputs[0] as GraphNode) : input))
    : operands(node)

/** How a factor of a product lies in what is read for it. */
export const operandOf = (factor: GraphNode): Operand => {
  const stored = isA(factor, 'transpose') ? (factor.inputs[0] as GraphNode) : factor
  return {
    stored: stored.shape as readonly number[],
    permutation: isA(factor, 'transpose') ? factor.attributes[0] : stored.shape.map((_, axis) => axis),
  }
}

/**
 * Nodes whose memory no result may take: filters of the kernels of tfjs, which keep what they have prepared for a filter by
 * its memory. A reshaped filter is in the same memory.
 */
export const lasting = (order: readonly GraphNode[]): ReadonlySet<GraphNode> => {
  const found = new Set<GraphNode>()
  for (const node of order) {
    if (!isMultiplied(node) || !isByChannel(node)) continue
    let filter: GraphNode | undefined = node.inputs[1]
    while (filter !== undefined) {
      found.add(filter)
      filter = isA(filter, 'reshape') ? filter.inputs[0] : undefined
    }
  }
  return found
}
