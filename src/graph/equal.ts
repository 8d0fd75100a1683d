import type { Graph, GraphNode } from './graph.ts'
import { interner } from './intern.ts'
import { interpret } from './interpret.ts'
import { tracer } from './ops.ts'
import { unrolling } from './unroll.ts'

/**
 * Whether two graphs are the same node by node: operations, attributes, shapes, constants and the order of inputs.
 * Names do not count. Graphs that compute the same in different ways are not equal.
 */
export const equals = (a: Graph, b: Graph): boolean => {
  if (a.inputs.length !== b.inputs.length || a.outputs.length !== b.outputs.length) return false
  if (a.inputs.some((input, i) => input.shape.join() !== b.inputs[i]?.shape.join())) return false
  const ops = unrolling(false)(tracer(interner()))
  const copied = ({ inputs, outputs }: Graph): readonly GraphNode[] =>
    interpret(ops, outputs, new Map(inputs.map((input, i) => [input, a.inputs[i] as GraphNode])))
  const own = copied(a)
  return copied(b).every((output, i) => output === own[i])
}
