import type { GraphNode, Scan } from './graph.ts'

/** The same node on other operands of the same shapes. */
export const withOperands = (node: GraphNode, replaced: (node: GraphNode) => GraphNode): GraphNode => {
  switch (node.kind) {
    case 'application':
    case 'fused':
      return Object.freeze({ ...node, inputs: Object.freeze(node.inputs.map(replaced)) })
    case 'scan':
      return Object.freeze({ ...node, initial: node.initial.map(replaced), sequence: replaced(node.sequence) })
    case 'scan result':
      return Object.freeze({ ...node, scan: replaced(node.scan) as Scan })
    default:
      return node
  }
}
