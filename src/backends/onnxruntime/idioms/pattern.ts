import { type GraphNode, isA } from '../../../graph/graph.ts'
import { placeholder, plainOps } from '../../../graph/ops.ts'
import { simplifyingExactly, uniform } from '../../../graph/simplify.ts'
import type { Ops } from '../../../ops/ops.ts'

const x = placeholder('x', [])

/** The node that stands for `x`, if a node is a pattern of it. */
const matched = (pattern: GraphNode, node: GraphNode, found?: GraphNode): GraphNode | undefined => {
  if (pattern === x) return found === undefined || found === node ? node : undefined
  if (pattern.kind !== 'application' || node.kind !== 'application' || pattern.operation !== node.operation)
    return undefined
  let own = found
  for (const [i, part] of pattern.inputs.entries()) {
    const input = node.inputs[i] as GraphNode
    if (part.kind === 'constant') {
      if (!Object.is(uniform(part), uniform(input)) || input.shape.length > node.shape.length) return undefined
      continue
    }
    own = matched(part, input, own)
    if (own === undefined) return undefined
  }
  return own
}

/** What a composed operation of one tensor, element by element, is of: recognizes its result and gives the tensor. */
export const patternOf = (
  of: (ops: Ops<GraphNode>, x: GraphNode) => GraphNode,
): ((node: GraphNode) => GraphNode | undefined) => {
  const pattern = of(simplifyingExactly(plainOps), x)
  return node => {
    const own = pattern.kind === 'application' && isA(node, pattern.operation) ? matched(pattern, node) : undefined
    return own?.shape.join() === node.shape.join() ? own : undefined
  }
}
