import type { Ops } from '../ops/ops.ts'
import { isLong, walk } from '../ops/scan.ts'
import { rebuilt } from './build.ts'
import type { Graph, GraphNode } from './graph.ts'
import { simplifying, uniform } from './simplify.ts'

/** Unrolls scans, all or those that are not long. */
export const unrolling =
  (all: boolean) =>
  (ops: Ops<GraphNode>): Ops<GraphNode> => {
    const unrolled: Ops<GraphNode> = {
      ...ops,
      scan: (body, initial, sequence) =>
        all || !isLong(ops, initial, sequence)
          ? walk(unrolled, body, initial, sequence)
          : ops.scan(body, initial, sequence),
    }
    return unrolled
  }

/** Unrolls every scan, step by step. */
export const unroll = ({ inputs, outputs }: Graph): Graph => rebuilt(inputs, outputs, unrolling(true))

/** The most repetitions of a loop that are unrolled: graphs grow with each. */
export const mostUnrolled = 256

const repeating = (ops: Ops<GraphNode>): Ops<GraphNode> => ({
  ...ops,
  loop: (condition, body, initial, limit) => {
    let carried = initial
    for (let i = 0; i < limit; i++) {
      const goesOn = uniform(condition(carried))
      if (goesOn === undefined || i === mostUnrolled) return ops.loop(condition, body, initial, limit)
      if (goesOn === 0) return carried
      carried = body(carried)
    }
    return carried
  },
})

/**
 * Unrolls loops whose lengths do not depend on values, such as those over the columns of a matrix: conditions are computed
 * while the body is repeated. Other loops stay.
 */
export const unrollLoops = ({ inputs, outputs }: Graph): Graph =>
  rebuilt(inputs, outputs, ops => repeating(simplifying(ops)))
