import type { Ops } from '../ops/ops.ts'
import { bodyOf, withBody, withScanBody } from './enclosed.ts'
import { encloses, type Graph, type GraphNode, topological, uses } from './graph.ts'
import { interner } from './intern.ts'
import { tracer } from './ops.ts'
import { simplifyingExactly } from './simplify.ts'
import { withOperands } from './with-operands.ts'

/** What a rewriting works with. */
export interface Rewriting {
  /** Makes nodes, simplified by laws that keep every bit. */
  readonly ops: Ops<GraphNode>
  /** Whether only the current node uses a node of the new graph, so that it can be replaced. */
  readonly sole: (node: GraphNode) => boolean
  /** Marks a new node as used by the current node only. */
  readonly claim: <N extends GraphNode>(node: N) => N
  /** The new node for an old one. */
  readonly renewed: (node: GraphNode) => GraphNode
  /** Interns a node that no operation makes. */
  readonly keep: (node: GraphNode) => GraphNode
}

/**
 * Replaces nodes, from inputs to outputs. Returns the graph itself if nothing is replaced.
 *
 * @param change gets a node with new operands, and the old node; returns a replacement, or `undefined` to keep the node
 */
export const rewritten = (
  graph: Graph,
  change: (node: GraphNode, at: Rewriting, before: GraphNode) => GraphNode | undefined,
): Graph => {
  const { inputs, outputs } = graph
  const keep = interner()
  const ops = simplifyingExactly(tracer(keep))
  const counts = uses(outputs)
  const done = new Map<GraphNode, GraphNode>(inputs.map(input => [input, input]))
  const soles = new Set<GraphNode>()
  const renewed = (node: GraphNode): GraphNode => done.get(node) as GraphNode
  const at: Rewriting = {
    ops,
    sole: node => soles.has(node),
    claim: node => {
      soles.add(node)
      return node
    },
    renewed,
    keep,
  }
  let changed = false
  for (const node of topological(outputs)) {
    if (node.kind === 'placeholder') {
      done.set(node, node)
      continue
    }
    const copy = keep(withOperands(node, renewed))
    const replaced = change(copy, at, node)
    if (replaced !== undefined) changed = true
    const result = replaced ?? copy
    if (counts.get(node) === 1) soles.add(result)
    else soles.delete(result)
    done.set(node, result)
  }
  return changed ? Object.freeze({ kind: 'Graph', inputs, outputs: Object.freeze(outputs.map(renewed)) }) : graph
}

/** Lets a pass run on the bodies of loops and scans too, innermost first. */
export const throughLoops = (pass: (graph: Graph) => Graph): ((graph: Graph) => Graph) => {
  const inBody: Parameters<typeof rewritten>[1] = (node, { keep }) => {
    if (!encloses(node)) return undefined
    const body = bodyOf(node)
    const { outputs } = through(body)
    if (outputs === body.outputs) return undefined
    return keep(node.kind === 'loop' ? withBody(node, outputs) : withScanBody(node, outputs))
  }
  const through = (graph: Graph): Graph =>
    pass(topological(graph.outputs).some(encloses) ? rewritten(graph, inBody) : graph)
  return through
}
