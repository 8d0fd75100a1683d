import { sizeOf } from '../../base/shape.ts'
import { type GraphNode, isA, operands, uses } from '../../graph/graph.ts'
import type { Margin, Sliding } from '../../ops/ops.ts'

// Operators for products take an addend, which saves a pass over the product: an addition whose one operand is a product
// that nothing else needs is made with it.

/** An addition that is made together with a product. */
export interface Absorbed {
  readonly product: GraphNode & { readonly kind: 'application' }
  readonly addend: GraphNode
}

/** Whether a product's operator takes the other operand: any matrix, or a number for each output of a convolution. */
const takes = (product: GraphNode, addend: GraphNode, sum: GraphNode): product is Absorbed['product'] => {
  if (product.kind !== 'application' || product.shape.join() !== sum.shape.join()) return false
  if (product.operation === 'matmul') return product.shape.length === 2 && addend.shape.length <= 2
  if (product.operation !== 'convolve') return false
  const last = product.shape.at(-1)
  return addend.shape.at(-1) === last && sizeOf(addend.shape) === last
}

/** Which additions are made together with a product, by the addition. */
export const absorptions = (
  order: readonly GraphNode[],
  outputs: readonly GraphNode[],
): ReadonlyMap<GraphNode, Absorbed> => {
  const counts = uses(outputs)
  const found = new Map<GraphNode, Absorbed>()
  for (const sum of order.filter(node => isA(node, 'add'))) {
    const [a, b] = operands(sum) as readonly [GraphNode, GraphNode]
    // Of two products the one that is made later takes the other.
    if (counts.get(b) === 1 && takes(b, a, sum)) found.set(sum, { product: b, addend: a })
    else if (counts.get(a) === 1 && takes(a, b, sum)) found.set(sum, { product: a, addend: b })
  }
  return found
}

/** Rows and columns of zeros around an input, and nothing else. */
const framed = (margins: readonly Margin[]): boolean =>
  margins.every(([before, after], axis) =>
    axis === 1 || axis === 2 ? before >= 0 && after >= 0 : before === 0 && after === 0,
  )

/**
 * What a convolution is of, with margins that its input has been given as its own padding: operators for convolutions need
 * no copy of the input for that.
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
