import type { Ops } from '../ops/ops.ts'
import { walk } from '../ops/scan.ts'
import { rebuilt } from './build.ts'
import type { Graph, GraphNode } from './graph.ts'

/** Unrolls scans. */
export const unrolling = (ops: Ops<GraphNode>): Ops<GraphNode> => {
  const unrolled: Ops<GraphNode> = {
    ...ops,
    scan: (body, initial, sequence) => walk(unrolled, body, initial, sequence),
  }
  return unrolled
}

/** Unrolls every scan, step by step. */
export const unroll = ({ inputs, outputs }: Graph): Graph => rebuilt(inputs, outputs, unrolling)
