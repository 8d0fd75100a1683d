import type { Step } from '../base/uniform.ts'
import { asGraph } from './build.ts'
import { folded, sameOfElements } from './constants.ts'
import type { Fed } from './feed.ts'
import { type Draw, type GraphNode, isA, operands, type Placeholder, uses } from './graph.ts'
import { placeholder } from './ops.ts'
import { type Rewriting, rewritten } from './rewrite.ts'
import { uniform } from './simplify.ts'

// A draw that is compared with a number, as the masks of dropout are, has two values after that. Whoever draws can write those,
// so that no engine walks over the draws again.

/** A draw, and the step function of it that is fed in its place. */
export interface SteppedDraw extends Draw {
  readonly step?: Step
}

/** A graph whose draws are outside, perhaps as step functions. */
export interface Stepped extends Pick<Fed, 'graph'> {
  readonly draws: readonly SteppedDraw[]
}

/** A step function of a draw in the graph. */
interface Place {
  readonly draw: number
  readonly step: Step
}

/** An operation on a step function and numbers, as a step function. */
const applied = ({ ops }: Rewriting, node: GraphNode, steps: ReadonlyMap<GraphNode, Place>): Place | undefined => {
  if (node.kind !== 'application' || !sameOfElements.has(node.operation)) return undefined
  const at = node.inputs.findIndex(input => steps.has(input))
  const input = node.inputs[at]
  const place = input && steps.get(input)
  const others = node.inputs.map((other, i) => (i === at ? 0 : uniform(other)))
  if (place === undefined || input?.shape.join() !== node.shape.join() || others.includes(undefined)) return undefined
  const changed = (own: number): number | undefined => {
    const numbers = others.map((other, i) => ops.constant(i === at ? own : (other as number)))
    const result = folded(ops, node.operation, numbers, node.attributes, true)
    return result && uniform(result)
  }
  const { draw, step } = place
  const [below, above] = [changed(step.below), changed(step.above)]
  return below === undefined || above === undefined ? undefined : { draw, step: { ...step, below, above } }
}

/** Feeds step functions of draws in place of the draws that nothing else uses. */
export const withSteps = ({ graph, draws }: Fed): Stepped => {
  if (draws.length === 0) return { graph, draws }
  const { inputs, outputs } = graph
  const given = inputs.slice(0, inputs.length - draws.length)
  const drawn = inputs.slice(given.length)
  const counts = uses(outputs)
  const steps = new Map<GraphNode, Place>()
  // The last step function of a draw is the one that is used.
  const last = new Map<number, readonly [Placeholder, SteppedDraw]>()
  const compared = (node: GraphNode): Place | undefined => {
    if (!isA(node, 'greater')) return undefined
    const [limit, own] = node.inputs
    const [threshold, draw] = [uniform(limit), drawn.indexOf(own as Placeholder)]
    const isAlone = draws[draw]?.distribution === 'uniform' && counts.get(own) === 1
    if (threshold === undefined || !isAlone || own.shape.join() !== node.shape.join()) return undefined
    return { draw, step: { threshold, below: 1, above: 0 } }
  }
  const after = rewritten(graph, (node, at) => {
    const isShared = operands(node).some(input => steps.has(input) && !at.sole(input))
    const found = compared(node) ?? (isShared ? undefined : applied(at, node, steps))
    if (found === undefined) return undefined
    const stepped = placeholder(`${(drawn[found.draw] as Placeholder).name}, a step`, node.shape)
    steps.set(stepped, found)
    last.set(found.draw, [stepped, { ...(draws[found.draw] as Draw), step: found.step }])
    return stepped
  })
  const fed = drawn.map((input, draw) => last.get(draw) ?? ([input, draws[draw] as Draw] as const))
  return {
    graph: asGraph([...given, ...fed.map(([input]) => input)], after.outputs),
    draws: fed.map(([, draw]) => draw),
  }
}
