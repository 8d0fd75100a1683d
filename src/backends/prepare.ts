import { absorb } from '../graph/absorb.ts'
import { type Change, rebuilt } from '../graph/build.ts'
import { type Fed, type Feeder, feeder } from '../graph/feed.ts'
import { fuse, fuseExactly } from '../graph/fuse.ts'
import type { Graph } from '../graph/graph.ts'
import { mergeSums } from '../graph/merge.ts'
import { simplify, simplifying, simplifyingExactly } from '../graph/simplify.ts'
import { unrolling } from '../graph/unroll.ts'
import { emptying } from '../ops/empty.ts'

/** A pass, and what it leaves to be simplified. */
const simplified = (pass: (graph: Graph) => Graph, graph: Graph): Graph => {
  const after = pass(graph)
  return after === graph ? graph : simplify(after)
}

/** Several passes at once: each only says what is made in place of some operations. */
const lowering =
  ({ feeding }: Feeder, simplifier: typeof simplifying): Change =>
  (ops, layer) =>
    simplifier({ ...unrolling(feeding(emptying(ops, layer))), stopGradient: x => x, clipGradient: x => x })

/**
 * A graph as backends take it: walks unrolled, draws fed, and all passes run. Gradients have to be taken before, as what
 * only differentiation asks for is left out.
 */
export const prepare = ({ inputs, outputs }: Graph): Fed => {
  const feeds = feeder()
  const { graph, draws } = feeds.fed(rebuilt(inputs, outputs, lowering(feeds, simplifying)))
  return Object.freeze({ graph: fuse(simplified(absorb, simplified(mergeSums, graph))), draws })
}

/**
 * As {@link prepare}, for a graph that is traced on the way, by passes that keep every bit: none puts sums or products in
 * another order.
 *
 * @param trace the graph, from the change of the interpreter that traces it, and what is said about it
 */
export const prepareExactly = <A>(trace: (change: Change) => readonly [Graph, A]): readonly [Fed, A] => {
  const feeds = feeder()
  const [traced, about] = trace(lowering(feeds, simplifyingExactly))
  const { graph, draws } = feeds.fed(traced)
  return [Object.freeze({ graph: fuseExactly(graph), draws }), about]
}

/** As {@link prepare}, by passes that keep every bit. */
export const prepareTraced = ({ inputs, outputs }: Graph): Fed =>
  prepareExactly(change => [rebuilt(inputs, outputs, change), null])[0]
