import { encloses, type GraphNode, hasInputs, isResult, type Loop, type Scan } from './graph.ts'

/** A node with other operands of the same shapes. */
export const withOperands = (node: GraphNode, replaced: (node: GraphNode) => GraphNode): GraphNode => {
  const all = (nodes: readonly GraphNode[]): readonly GraphNode[] => Object.freeze(nodes.map(replaced))
  if (hasInputs(node)) return Object.freeze({ ...node, inputs: all(node.inputs) })
  if (encloses(node)) {
    const sequence = node.kind === 'scan' && { sequence: replaced(node.sequence) }
    return Object.freeze({ ...node, initial: all(node.initial), captured: all(node.captured), ...sequence })
  }
  if (!isResult(node)) return node
  return node.kind === 'scan result'
    ? Object.freeze({ ...node, scan: replaced(node.scan) as Scan })
    : Object.freeze({ ...node, loop: replaced(node.loop) as Loop })
}
