import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { CompositionValue, Node, Wiring } from './parts.ts'
import { newScope, type Scope, type WiringError } from './scope.ts'
import { portsOf, type Wires, wireAll, wirePart } from './wiring.ts'

// Chains are made layer by layer. A sequence continues the graph of its first part, so a chain of n layers takes n steps and
// not n².

/** A part that cannot be wired: its index, that of the part within it, and so on; and why. */
export interface Unfit {
  readonly at: readonly number[]
  readonly cause: WiringError
}

/** The graph of a composition. */
export interface Grown extends Omit<Wiring, 'nodes'> {
  readonly nodes: () => readonly Node[]
  /** Whether all its inputs go into Input layers, so that all shapes are known. */
  readonly startsWithInputs: boolean
}

/** The state in which the wiring of a composition ended. One longer chain may continue from it. */
interface End {
  readonly scope: Scope
  readonly wires: Wires
  readonly startsWithInputs: boolean
}
const ends = new WeakMap<object, End>()

/** Whether a node takes no input of the network, or is one. */
const isInputOrInner = (node: Node): boolean => node.externals.length === 0 || node.layer.kind === 'Input'

/** The first nodes of a chain, copied when they are first read. */
const copied = (nodes: readonly Node[], length: number): (() => readonly Node[]) => {
  let chain: readonly Node[] | null = nodes
  let own: readonly Node[] | undefined
  return () => {
    if (own === undefined) {
      own = Object.freeze((chain as readonly Node[]).slice(0, length))
      chain = null
    }
    return own
  }
}

/** The graph of a new composition. */
export const grow = (composition: CompositionValue): E.Either<Unfit, Grown> => {
  const { arrangement } = composition
  if (arrangement.form === 'slice') {
    const { nodes, ...rest } = arrangement.wiring
    return E.right({ nodes: () => nodes, ...rest, startsWithInputs: nodes.every(isInputOrInner) })
  }
  const [first, ...rest] = arrangement.form === 'sequence' && arrangement.title === undefined ? arrangement.parts : []
  const before = first && ends.get(first)
  if (first !== undefined) ends.delete(first)
  const scope = before?.scope ?? newScope()
  const { nodes, inputs } = scope
  const from = nodes.length
  return pipe(
    before === undefined ? wirePart(composition, null, scope) : wireAll(rest, before.wires, scope, 1),
    E.bimap(
      cause => ({ at: scope.at, cause }),
      wires => {
        const startsWithInputs = (before?.startsWithInputs ?? true) && nodes.slice(from).every(isInputOrInner)
        ends.set(composition, { scope, wires, startsWithInputs })
        return {
          nodes: copied(nodes, nodes.length),
          inputs: Object.freeze([...inputs]),
          outputs: Object.freeze(wires.map(wire => wire.from)),
          ...portsOf(wires),
          startsWithInputs,
        }
      },
    ),
  )
}
