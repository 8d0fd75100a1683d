import { type GraphNode, isA } from './graph.ts'
import type { Rewriting } from './rewrite.ts'
import { uniform } from './simplify.ts'

/**
 * Moves the mask `x > c` from after the gradient of max pooling to before it, where there are fewer elements. Both are
 * the same, as pooled elements are elements of x. Networks have this wherever max pooling follows relu.
 */
export const maskedBefore = (node: GraphNode, { ops, sole }: Rewriting): GraphNode | undefined => {
  if (!isA(node, 'multiply')) return undefined
  const [a, b] = node.inputs
  for (const [gradient, mask] of [[a, b] as const, [b, a] as const]) {
    if (!isA(gradient, 'maxPoolGradient') || !isA(mask, 'greater') || !sole(gradient) || !sole(mask)) continue
    const [dy, x, y] = gradient.inputs
    const [masked, limit] = mask.inputs
    if (masked !== x || uniform(limit) === undefined || limit.shape.length > 0) continue
    return ops.maxPoolGradient(ops.multiply(dy, ops.greater(y, limit)), x, y, gradient.attributes[0])
  }
  return undefined
}
