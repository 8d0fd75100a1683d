import type { GraphNode, Loop, Scan } from './graph.ts'

/** The same node on other operands of the same shapes. */
export const withOperands = (node: GraphNode, replaced: (node: GraphNode) => GraphNode): GraphNode => {
  const taken = ({ initial, captured }: Scan | Loop) => ({
    initial: Object.freeze(initial.map(replaced)),
    captured: Object.freeze(captured.map(replaced)),
  })
  switch (node.kind) {
    case 'application':
    case 'fused':
      return Object.freeze({ ...node, inputs: Object.freeze(node.inputs.map(replaced)) })
    case 'scan':
      return Object.freeze({ ...node, ...taken(node), sequence: replaced(node.sequence) })
    case 'loop':
      return Object.freeze({ ...node, ...taken(node) })
    case 'scan result':
      return Object.freeze({ ...node, scan: replaced(node.scan) as Scan })
    case 'loop result':
      return Object.freeze({ ...node, loop: replaced(node.loop) as Loop })
    default:
      return node
  }
}
