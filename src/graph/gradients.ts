import { tape } from '../ops/tape.ts'
import type { Traced } from '../ops/traced.ts'
import { rebuilt } from './build.ts'
import { type Graph, type GraphNode, topological } from './graph.ts'
import { interner } from './intern.ts'
import { interpret } from './interpret.ts'
import { tracer } from './ops.ts'
import { graphOps, ruled } from './ruled.ts'

/**
 * The gradients of a graph's output, by reverse-mode differentiation. The result is a graph of the same inputs, which
 * can be differentiated again.
 *
 * Scans of at most 256 steps are unrolled. If the output is not a scalar, these are the gradients of the sum of its elements.
 *
 * @param loss the node that is differentiated. Default: the first output.
 * @param wrt the nodes with respect to which. Default: all inputs.
 * @returns a graph with one gradient per node of `wrt`, of its shape; zeros if the loss does not depend on it
 * @throws RangeError if the loss needs a dimension that is not known
 * @example
 * ```ts
 * import { gradients, trace } from 'joinery/graph'
 * const cubes = trace((ops, x) => [ops.sum(ops.multiply(x, ops.square(x)), [0])], [[2]])
 * const slopes = gradients(cubes)
 * slopes.outputs[0]?.shape // [2]
 * ```
 */
export const gradients = (
  graph: Graph,
  loss: GraphNode = graph.outputs[0] as GraphNode,
  wrt: readonly GraphNode[] = graph.inputs,
): Graph => {
  const { ops, variable, fixed, gradients: back } = tape(tracer(interner(), undefined, ruled))
  const variables = wrt.map(variable)
  const bound = new Map<GraphNode, Traced<GraphNode>>()
  for (const node of topological([loss])) if (node.kind === 'placeholder') bound.set(node, fixed(node))
  wrt.forEach((node, i) => {
    bound.set(node, variables[i] as Traced<GraphNode>)
  })
  const [output] = interpret(ops, [loss], bound) as readonly [Traced<GraphNode>]
  const { shape } = output.value
  const one = graphOps.constant(1)
  const cotangent = shape.length === 0 ? one : graphOps.broadcast(one, shape)
  return rebuilt(graph.inputs, back([[output, cotangent]], variables))
}
