import type { Key } from '../base/random.ts'
import type { Shape } from '../base/shape.ts'
import type { Ops } from '../ops/ops.ts'
import { asGraph, rebuilt } from './build.ts'
import type { Draw, Graph, GraphNode, Placeholder } from './graph.ts'
import { interner } from './intern.ts'
import { placeholder } from './ops.ts'

/** A graph without random draws, and the draws to feed it. */
export interface Fed {
  /** Its inputs: those of the original graph, then one per draw. */
  readonly graph: Graph
  readonly draws: readonly Draw[]
}

/** Replaces random draws by placeholders. */
export interface Feeder {
  /** Wraps an interpreter so that it draws nothing. */
  readonly feeding: (ops: Ops<GraphNode>) => Ops<GraphNode>
  /** The resulting graph, with the placeholders as inputs. */
  readonly fed: (graph: Graph) => Fed
}

/** A feeder for one graph. */
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

/** Replaces every random draw by an input, so that numbers are drawn outside the graph. */
export const feedDraws = ({ inputs, outputs }: Graph): Fed => {
  const { feeding, fed } = feeder()
  return fed(rebuilt(inputs, outputs, feeding))
}
