import type { Backend } from '../backends/backend.ts'
import { chooseBackend } from '../backends/choose.ts'
import type { Part } from '../core/network.ts'
import { leavesOf } from '../core/trees.ts'
import { type Engine, engineOf, type RawState, trained } from './engine.ts'
import type { NormalRule } from './options.ts'

/** Engines for the structures of states, each made when its structure is first met: nearly always that is one. */
export interface Engines {
  readonly for: (state: RawState) => Promise<Engine>
  readonly dispose: () => Promise<void>
}

/** Whatever order the layers of a state have: an engine takes them in one. */
const textOf = (state: RawState): string => {
  const { params, state: rest, slots } = trained(state)
  return JSON.stringify(
    [params, rest, ...Object.values(slots)].map(tree =>
      leavesOf(tree).map(([layer, name, { shape }]) => [layer, name, shape]),
    ),
  )
}

/** The engines of a network, on the backend that its rule names. */
export const enginesOf = (part: Part, rule: NormalRule): Engines => {
  const made = new Map<string, Promise<Engine>>()
  let chosen: Promise<Backend> | undefined
  const make = async (state: RawState): Promise<Engine> => {
    chosen ??= chooseBackend(rule.backend)
    return engineOf(part, rule, state, await chosen)
  }
  return Object.freeze<Engines>({
    for: async state => {
      const text = textOf(state)
      const engine = made.get(text) ?? make(state)
      made.set(text, engine)
      try {
        return await engine
      } catch (error) {
        // What is not installed now may be later.
        made.delete(text)
        chosen = undefined
        throw error
      }
    },
    dispose: async () => {
      const engines = await Promise.allSettled(made.values())
      await Promise.all(engines.map(one => (one.status === 'fulfilled' ? one.value.dispose() : undefined)))
    },
  })
}
