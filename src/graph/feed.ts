import type { Key } from '../core/random.ts'
import type { Shape } from '../core/shape.ts'
import { placeholder } from '../ops/graph.ts'
import { rebuilt } from './build.ts'
import type { Draw, Graph, Placeholder } from './graph.ts'

/** A graph that draws nothing, and the draws that it has to be given. */
export interface Fed {
  /** Its inputs are those of the original graph, then one for each draw. */
  readonly graph: Graph
  readonly draws: readonly Draw[]
}

/** The same graph with an input in place of every random draw: its numbers are drawn outside, as eager ones are. */
export const feedDraws = ({ inputs, outputs }: Graph): Fed => {
  const fed = new Map<string, readonly [Draw, Placeholder]>()
  const feed = (distribution: Draw['distribution']) => (key: Key, shape: Shape) => {
    const text = `${distribution} ${key.words} ${JSON.stringify(key.path ?? null)} ${shape}`
    const known = fed.get(text) ?? [
      Object.freeze<Draw>({ kind: 'draw', distribution, key, shape }),
      placeholder(`${distribution} draw ${fed.size + 1}`, shape),
    ]
    fed.set(text, known)
    return known[1]
  }
  const { outputs: renewed } = rebuilt(inputs, outputs, ops => ({
    ...ops,
    uniform: feed('uniform'),
    normal: feed('normal'),
  }))
  const all = [...fed.values()]
  return Object.freeze({
    graph: Object.freeze({
      kind: 'Graph',
      inputs: Object.freeze([...inputs, ...all.map(([, input]) => input)]),
      outputs: renewed,
    }),
    draws: Object.freeze(all.map(([draw]) => draw)),
  })
}
