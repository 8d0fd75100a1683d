import type { Key } from '../base/random.ts'
import type { Shape } from '../base/shape.ts'
import type { Ops } from '../ops/ops.ts'
import { asGraph, rebuilt } from './build.ts'
import type { Draw, Graph, GraphNode, Placeholder } from './graph.ts'
import { interner } from './intern.ts'
import { placeholder } from './ops.ts'

/** A graph that draws nothing, and the draws that it has to be given. */
export interface Fed {
  /** Its inputs are those of the original graph, then one for each draw. */
  readonly graph: Graph
  readonly draws: readonly Draw[]
}

/** Puts placeholders in place of random draws, and knows which it has met. */
export interface Feeder {
  /** An interpreter that draws nothing. */
  readonly feeding: (ops: Ops<GraphNode>) => Ops<GraphNode>
  /** The graph that came of it, with the placeholders among its inputs. */
  readonly fed: (graph: Graph) => Fed
}

/** A feeder that has met no draw yet. */
export const feeder = (): Feeder => {
  const keep = interner()
  const met = new Map<Draw, Placeholder>()
  const feed = (distribution: Draw['distribution']) => (key: Key, shape: Shape) => {
    const draw = keep(Object.freeze<Draw>({ kind: 'draw', distribution, key, shape })) as Draw
    const input = met.get(draw) ?? placeholder(`${distribution} draw ${met.size + 1}`, shape)
    met.set(draw, input)
    return input
  }
  return {
    feeding: ops => ({ ...ops, uniform: feed('uniform'), normal: feed('normal') }),
    fed: ({ inputs, outputs }) =>
      Object.freeze({ graph: asGraph([...inputs, ...met.values()], outputs), draws: Object.freeze([...met.keys()]) }),
  }
}

/** The same graph with an input in place of every random draw: its numbers are drawn outside, as eager ones are. */
export const feedDraws = ({ inputs, outputs }: Graph): Fed => {
  const { feeding, fed } = feeder()
  return fed(rebuilt(inputs, outputs, feeding))
}
