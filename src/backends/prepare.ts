import { absorb } from '../graph/absorb.ts'
import { rebuilt } from '../graph/build.ts'
import { type Fed, feedDraws } from '../graph/feed.ts'
import { fuse } from '../graph/fuse.ts'
import type { Graph } from '../graph/graph.ts'
import { mergeSums } from '../graph/merge.ts'
import { simplify } from '../graph/simplify.ts'
import { unroll } from '../graph/unroll.ts'

/** Without what only differentiation asks for. */
const withoutGradients = ({ inputs, outputs }: Graph): Graph =>
  rebuilt(inputs, outputs, ops => ({ ...ops, stopGradient: x => x, clipGradient: x => x }))

/**
 * A graph as backends take it: walks unrolled, draws fed, and all passes run. Gradients have to be taken before.
 */
export const prepare = (graph: Graph): Fed => {
  const { graph: fed, draws } = feedDraws(withoutGradients(unroll(graph)))
  return Object.freeze({ graph: fuse(simplify(absorb(simplify(mergeSums(simplify(fed)))))), draws })
}
