import type { Ops } from '../ops/ops.ts'
import { walk } from '../ops/scan.ts'
import { rebuilt } from './build.ts'
import type { Graph, GraphNode } from './graph.ts'

/** An interpreter that writes walks out. */
export const unrolling = (ops: Ops<GraphNode>): Ops<GraphNode> => {
  const unrolled: Ops<GraphNode> = {
    ...ops,
    scan: (body, initial, sequence) => walk(unrolled, body, initial, sequence),
  }
  return unrolled
}

/** The same graph with every walk over a sequence written out, step by step. */
export const unroll = ({ inputs, outputs }: Graph): Graph => rebuilt(inputs, outputs, unrolling)
