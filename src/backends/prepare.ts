import { absorb } from '../graph/absorb.ts'
import { rebuilt } from '../graph/build.ts'
import { type Fed, feeder } from '../graph/feed.ts'
import { fuse } from '../graph/fuse.ts'
import type { Graph } from '../graph/graph.ts'
import { mergeSums } from '../graph/merge.ts'
import { simplify, simplifying } from '../graph/simplify.ts'
import { unrolling } from '../graph/unroll.ts'
import { emptying } from '../ops/empty.ts'

/** A pass, and what it leaves to be simplified. */
const simplified = (pass: (graph: Graph) => Graph, graph: Graph): Graph => {
  const after = pass(graph)
  return after === graph ? graph : simplify(after)
}

/**
 * A graph as backends take it: walks unrolled, draws fed, and all passes run. Gradients have to be taken before, as what
 * only differentiation asks for is left out.
 */
export const prepare = ({ inputs, outputs }: Graph): Fed => {
  const { feeding, draws, fed } = feeder()
  // Several passes at once: each only says what is made in place of some operations.
  const lowered = rebuilt(inputs, outputs, (ops, layer) =>
    simplifying({ ...unrolling(feeding(emptying(ops, layer))), stopGradient: x => x, clipGradient: x => x }),
  )
  const graph: Graph = Object.freeze({ ...lowered, inputs: Object.freeze([...inputs, ...fed()]) })
  return Object.freeze({ graph: fuse(simplified(absorb, simplified(mergeSums, graph))), draws: draws() })
}
