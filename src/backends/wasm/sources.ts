import { type Fused, type GraphNode, isA, operands } from '../../graph/graph.ts'
import { isProduct, type Product } from '../../graph/products.ts'
import { rowWriteOf } from '../../graph/row-write.ts'
import type { Sliding } from '../../ops/ops.ts'
import { isEmpty } from '../tfjs/native.ts'

/** A product or convolution, perhaps fused with a bias and an activation. */
export type Multiplied = Product | Fused

/** An operand: the shape that is stored, and the permutation of its axes. */
export interface Operand {
  readonly stored: readonly number[]
  readonly permutation: readonly number[]
}

/** Whether a node is one. */
export const isMultiplied = (node: GraphNode): node is Multiplied => isProduct(node) || node.kind === 'fused'

/** Depthwise convolutions are memory-bound; the kernel of tfjs does them. */
const isByChannel = ({ operation, attributes, inputs }: Multiplied): boolean =>
  operation === 'convolve' && (attributes[0] as Sliding).groups > 1 && (inputs[1] as GraphNode).shape[2] === 1

/** The node as a product or convolution, if our kernels do it. */
export const contracted = (node: GraphNode): Multiplied | undefined =>
  isMultiplied(node) && !isByChannel(node) && !isEmpty(node) ? node : undefined

/** The operands of a product, which reads through transposes of its factors. */
export const throughTransposes = (node: Multiplied): readonly GraphNode[] =>
  operands(node).map((input, i) => (i < 2 && isA(input, 'transpose') ? (input.inputs[0] as GraphNode) : input))

/**
 * The nodes that a node reads. Products read through transposes of their factors; a row that is written goes to its position,
 * without a condition for each place.
 */
export const sources = (node: GraphNode): readonly GraphNode[] => {
  const product = contracted(node)
  if (product !== undefined) return throughTransposes(product)
  const write = rowWriteOf(node)
  return write ? [write.kept, write.row, write.position] : operands(node)
}

/** A factor of a product, as it is stored. */
export const operandOf = (factor: GraphNode): Operand => {
  const stored = isA(factor, 'transpose') ? (factor.inputs[0] as GraphNode) : factor
  return {
    stored: stored.shape as readonly number[],
    permutation: isA(factor, 'transpose') ? factor.attributes[0] : stored.shape.map((_, axis) => axis),
  }
}

/**
 * Nodes whose memory must not be reused for results: the filters of depthwise convolutions, since the kernel of tfjs caches
 * by address what it has prepared for a filter. A reshaped filter has the same address.
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
