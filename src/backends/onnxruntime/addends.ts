import { sizeOf } from '../../base/shape.ts'
import { type GraphNode, isA, operands, uses } from '../../graph/graph.ts'
import type { Margin, Sliding } from '../../ops/ops.ts'

// Operators for products take an addend, which saves a pass over the product. So an addition is fused with an operand that is
// a product, if nothing else needs that product.

/** An addition that is fused with a product. */
export interface Absorbed {
  readonly product: GraphNode & { readonly kind: 'application' }
  readonly addend: GraphNode
}

/** Whether the product's operator takes the addend: a matrix, or for a convolution one number for each output channel. */
const takes = (product: GraphNode, addend: GraphNode, sum: GraphNode): product is Absorbed['product'] => {
  if (product.kind !== 'application' || product.shape.join() !== sum.shape.join()) return false
  if (product.operation === 'matmul') return product.shape.length === 2 && addend.shape.length <= 2
  if (product.operation !== 'convolve') return false
  const last = product.shape.at(-1)
  return addend.shape.at(-1) === last && sizeOf(addend.shape) === last
}

/** The additions that are fused with a product. */
export const absorptions = (
  order: readonly GraphNode[],
  outputs: readonly GraphNode[],
): ReadonlyMap<GraphNode, Absorbed> => {
  const counts = uses(outputs)
  const found = new Map<GraphNode, Absorbed>()
  for (const sum of order.filter(node => isA(node, 'add'))) {
    const [a, b] = operands(sum) as readonly [GraphNode, GraphNode]
    // Of two products, the later one takes the other.
    if (counts.get(b) === 1 && takes(b, a, sum)) found.set(sum, { product: b, addend: a })
    else if (counts.get(a) === 1 && takes(a, b, sum)) found.set(sum, { product: a, addend: b })
  }
  return found
}

/** Whether only rows and columns are padded, and none cropped. */
const framed = (margins: readonly Margin[]): boolean =>
  margins.every(([before, after], axis) =>
    axis === 1 || axis === 2 ? before >= 0 && after >= 0 : before === 0 && after === 0,
  )

/**
 * The inputs and attributes of a convolution of a padded input, with the padding moved into the convolution, which saves a
 * copy of the input.
 */
export const unpadded = <N extends Extract<GraphNode, { readonly kind: 'application' | 'fused' }>>(
  node: N,
): Pick<N, 'inputs' | 'attributes'> => {
  const [padded, ...rest] = node.inputs as readonly [GraphNode, ...GraphNode[]]
  if (node.operation !== 'convolve' || !isA(padded, 'pad') || !framed(padded.attributes[0])) return node
  const [sliding] = node.attributes as readonly [Sliding]
  const padding = sliding.padding.map(([before, after], i) => {
    const [more, behind] = padded.attributes[0][i + 1] as Margin
    return [before + more, after + behind]
  })
  const attributes = [{ ...sliding, padding }] as unknown as N['attributes']
  return { inputs: [padded.inputs[0] as GraphNode, ...rest], attributes }
}
