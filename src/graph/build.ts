import type { Shape } from '../base/shape.ts'
import { forLayers } from '../ops/operations.ts'
import type { Ops } from '../ops/ops.ts'
import { type Graph, type GraphNode, type Placeholder, topological } from './graph.ts'
import { interner } from './intern.ts'
import { interpret } from './interpret.ts'
import { type KeepRule, placeholder, tracer } from './ops.ts'
import { ruled } from './ruled.ts'

/**
 * A graph from its inputs to its outputs. Nodes that compute the same become one.
 *
 * @throws RangeError if an output depends on a placeholder that is not among the inputs
 */
export const graph = (inputs: readonly Placeholder[], outputs: readonly GraphNode[]): Graph => rebuilt(inputs, outputs)

/**
 * Traces a graph again.
 *
 * @param change wraps the tracing interpreter
 */
export const rebuilt = (
  inputs: readonly Placeholder[],
  outputs: readonly GraphNode[],
  change: Change = ops => ops,
): Graph => {
  const ops = changing(tracer(interner()), change)
  const renewed = interpret(ops, outputs, new Map(inputs.map(input => [input, input])))
  return asGraph(inputs, renewed)
}

/** Wraps an interpreter. Nodes are made on behalf of the layer. */
export type Change = (ops: Ops<GraphNode>, layer: string | undefined) => Ops<GraphNode>

/** Wraps an interpreter, and those of its layers. */
export const changing = (beneath: Ops<GraphNode>, change: Change, layer?: string): Ops<GraphNode> => {
  const { within } = beneath
  return {
    ...change(beneath, layer),
    ...(within && { within: forLayers(name => changing(within(name), change, name)) }),
  }
}

/** A graph of nodes that one interner made: no two are equal. */
export const asGraph = (inputs: readonly Placeholder[], outputs: readonly GraphNode[]): Graph =>
  Object.freeze({ kind: 'Graph', inputs: Object.freeze([...inputs]), outputs: Object.freeze([...outputs]) })

type Trace = (
  f: (ops: Ops<GraphNode>, ...inputs: readonly GraphNode[]) => readonly GraphNode[],
  shapes: readonly Shape[],
  names?: readonly string[],
) => Graph

/** @param keepRule as of a tracer */
const traced = (keepRule: KeepRule | undefined, ...[f, shapes, names]: Parameters<Trace>): Graph => {
  const inputs = shapes.map((shape, i) => placeholder(names?.[i] ?? `x${i}`, shape))
  const made = new Set<GraphNode>(inputs)
  const keep = interner()
  const ops = tracer(
    node => {
      const kept = keep(node)
      made.add(kept)
      return kept
    },
    undefined,
    keepRule,
  )
  const outputs = f(ops, ...inputs)
  return isMadeOf(made, outputs) ? asGraph(inputs, outputs) : graph(inputs, outputs)
}

/**
 * The graph of a function of tensors, written in the operations.
 *
 * @param shapes the shape of each input; `null` for an unknown dimension, such as the batch
 * @param names of the inputs, for printing. Default: x0, x1, …
 * @example
 * ```ts
 * import { trace } from 'joinery/graph'
 * const squares = trace((ops, x) => [ops.sum(ops.square(x), [1])], [[null, 3]])
 * squares.outputs[0]?.shape // [null]
 * ```
 */
export const trace: Trace = (...given) => traced(ruled, ...given)

/** The same without the gradients that functions have of their own: for graphs that nobody differentiates. */
export const traceOnly: Trace = (...given) => traced(undefined, ...given)

/** Whether all nodes are from this trace: others have to be traced again, and other placeholders refused. */
const isMadeOf = (made: ReadonlySet<GraphNode>, outputs: readonly GraphNode[]): boolean =>
  topological(outputs).every(node => made.has(node))
