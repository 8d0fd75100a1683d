import { type Graph, type GraphNode, type Loop, operands, type Placeholder, type Scan, topological } from './graph.ts'
import { withOperands } from './with-operands.ts'

// The graphs within a graph: bodies of scans and loops. They are closed, so that what a body uses is found among the
// operands of its node, and a pass may take a body for a graph like any other, or leave it as it is.

/** Constants of more numbers than these are not copied into a body. */
const few = 64

const staysInside = (node: GraphNode): boolean =>
  node.kind === 'constant' && (typeof node.values === 'number' || node.values.length <= few)

/**
 * The nodes of a body, closed: what does not depend on its own placeholders stays outside, where it is computed once.
 *
 * @param keep gets each new node and gives the one to use in its place
 * @param own the placeholders that get other values with each repetition
 * @param outputs of the body, of nodes of its own and of the graph around it
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
 * The graph within a walk or a loop, of one repetition: from what is carried (then the step of a sequence) and what is
 * captured, to the condition of a loop and what is carried next (then the output of a step).
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

/** A loop around what its condition and its body give. */
export const withBody = (node: Omit<Loop, 'condition' | 'next'>, [condition, ...next]: readonly GraphNode[]): Loop =>
  Object.freeze({ ...node, condition: condition as GraphNode, next: Object.freeze(next) })
