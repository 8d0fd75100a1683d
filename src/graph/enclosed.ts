import { type Graph, type GraphNode, type Loop, operands, type Placeholder, type Scan, topological } from './graph.ts'
import { withOperands } from './with-operands.ts'

// Bodies of scans and loops. They are closed: outer nodes that a body uses are operands of the scan or loop. So a pass
// can treat a body like any graph, or ignore it.

/** Longer constants are captured, not copied into a body. */
const few = 64

const staysInside = (node: GraphNode): boolean =>
  node.kind === 'constant' && (typeof node.values === 'number' || node.values.length <= few)

/**
 * Closes a body. Nodes that do not depend on its own placeholders stay outside and are computed once.
 *
 * @param keep gets each new node and returns the one to use instead
 * @param own the placeholders whose values change with each repetition
 * @param outputs of the body
 */
export const enclosed = (
  keep: (node: GraphNode) => GraphNode,
  own: readonly Placeholder[],
  outputs: readonly GraphNode[],
): Pick<Scan, 'captured' | 'inner'> & { readonly outputs: readonly GraphNode[] } => {
  const within = new Set<GraphNode>(own)
  const placed = new Map<GraphNode, GraphNode>(own.map(node => [node, node]))
  const captured: GraphNode[] = []
  const inner: Placeholder[] = []
  const inside = (node: GraphNode): GraphNode => {
    const known = placed.get(node)
    if (known !== undefined || staysInside(node)) return known ?? node
    const name = `captured ${captured.length}`
    const stand = Object.freeze<Placeholder>({ kind: 'placeholder', name, shape: node.shape })
    captured.push(node)
    inner.push(stand)
    placed.set(node, stand)
    return stand
  }
  for (const node of topological(outputs)) {
    if (within.has(node) || !operands(node).some(operand => within.has(operand))) continue
    within.add(node)
    placed.set(node, keep(withOperands(node, inside)))
  }
  const results = Object.freeze(outputs.map(inside))
  return { outputs: results, captured: Object.freeze(captured), inner: Object.freeze(inner) }
}

/**
 * One repetition of a scan or loop as a graph. Inputs: the carried values, for a scan the step, and the captured
 * values. Outputs: for a loop the condition, the next carried values, and for a scan the output of the step.
 *
 * @example
 * ```ts
 * import { bodyOf, type Loop, topological, trace } from 'joinery/graph'
 * const halved = trace(
 *   (ops, x) =>
 *     ops.loop(
 *       ([y]) => ops.greater(y!, ops.constant(1)),
 *       ([y]) => [ops.multiply(y!, ops.constant(0.5))],
 *       [x!],
 *       10,
 *     ),
 *   [[]],
 * )
 * const loop = topological(halved.outputs).find((node): node is Loop => node.kind === 'loop')
 * bodyOf(loop!).outputs.length // 2
 * ```
 */
export const bodyOf = (node: Scan | Loop): Graph =>
  Object.freeze({
    kind: 'Graph',
    inputs: Object.freeze([...node.carried, ...(node.kind === 'scan' ? [node.step] : []), ...node.inner]),
    outputs: Object.freeze(node.kind === 'scan' ? [...node.next, node.output] : [node.condition, ...node.next]),
  })

/** A loop with other outputs of its body. */
export const withBody = (node: Omit<Loop, 'condition' | 'next'>, [condition, ...next]: readonly GraphNode[]): Loop =>
  Object.freeze({ ...node, condition: condition as GraphNode, next: Object.freeze(next) })

/** A scan with other outputs of its body. */
export const withScanBody = (node: Omit<Scan, 'output' | 'next'>, outputs: readonly GraphNode[]): Scan =>
  Object.freeze({ ...node, next: Object.freeze(outputs.slice(0, -1)), output: outputs.at(-1) as GraphNode })
