import { absorb } from '../graph/absorb.ts'
import { type Change, rebuilt } from '../graph/build.ts'
import { type Fed, type Feeder, feeder } from '../graph/feed.ts'
import { fuse, fuseExactly } from '../graph/fuse.ts'
import type { Graph } from '../graph/graph.ts'
import { mergeSums } from '../graph/merge.ts'
import { simplify, simplifying, simplifyingExactly } from '../graph/simplify.ts'
import { unrolling } from '../graph/unroll.ts'
import { emptying } from '../ops/empty.ts'
import { hasKernel } from '../ops/kernels.ts'

/** A pass, and what it leaves to be simplified. */
const simplified = (pass: (graph: Graph) => Graph, graph: Graph): Graph => {
  const after = pass(graph)
  return after === graph ? graph : simplify(after)
}

/** Several passes at once: each only says what is made in place of some operations. */
const lowering =
  ({ feeding }: Feeder, simplifier: typeof simplifying, backend: string | undefined): Change =>
  (ops, layer) =>
    simplifier({
      ...unrolling(false)(feeding(emptying(ops, layer))),
      stopGradient: x => x,
      clipGradient: x => x,
      withKernel: (call, inputs) =>
        backend !== undefined && hasKernel(call, backend) ? ops.withKernel?.(call, inputs) : undefined,
    })

/**
 * A graph as backends take it: all scans but long ones unrolled, draws fed, and all passes run. Gradients have to be taken
 * before, as what only differentiation asks for is left out.
 *
 * @param backend the name of the one that is to run it: its kernels of users' operations are kept
 */
export const prepare = ({ inputs, outputs }: Graph, backend?: string): Fed => {
  const feeds = feeder()
  const { graph, draws } = feeds.fed(rebuilt(inputs, outputs, lowering(feeds, simplifying, backend)))
  return Object.freeze({ graph: fuse(simplified(absorb, simplified(mergeSums, graph))), draws })
}

/**
 * As {@link prepare}, for a graph that is traced on the way, by passes that keep every bit: none puts sums or products in
 * another order.
 *
 * @param trace the graph, from the change of the interpreter that traces it, and what is said about it
 */
export const prepareExactly = <A>(
  trace: (change: Change) => readonly [Graph, A],
  backend?: string,
): readonly [Fed, A] => {
  const feeds = feeder()
  const [traced, about] = trace(lowering(feeds, simplifyingExactly, backend))
  const { graph, draws } = feeds.fed(traced)
  return [Object.freeze({ graph: fuseExactly(graph), draws }), about]
}

/** As {@link prepare}, by passes that keep every bit. */
export const prepareTraced = ({ inputs, outputs }: Graph, backend?: string): Fed =>
  prepareExactly(change => [rebuilt(inputs, outputs, change), null], backend)[0]
