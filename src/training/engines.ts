import type { Tensor } from '@tensorflow/tfjs-core'
import type { Backend } from '../backends/backend.ts'
import { chooseBackend } from '../backends/choose.ts'
import { leavesOf } from '../base/trees.ts'
import { tfjsOps as eager } from '../tfjs/index.ts'
import { type Engine, engineOf } from './engine.ts'
import { flatSlots } from './slots.ts'
import type { Subject } from './subject.ts'
import type { RawState } from './traced.ts'

/** Engines for the structures of states, each made when its structure is first met: nearly always that is one. */
export interface Engines {
  readonly for: (state: RawState) => Promise<Engine>
  readonly dispose: () => Promise<void>
}

/** Whatever order the layers of a state have: an engine takes them in one. */
const textOf = ({ params, state, optimizer }: RawState): string => {
  const { paths, leaves } = flatSlots<Tensor>(eager, 'optimizer', optimizer.slots)
  return JSON.stringify([
    ...[params, state].map(tree => leavesOf(tree).map(([layer, name, { shape }]) => [layer, name, shape])),
    leaves.map(({ shape }, i) => [paths[i], shape]),
  ])
}

/** The engines of what is trained, on the backend that it names. */
export const enginesOf = (subject: Subject): Engines => {
  const made = new Map<string, Promise<Engine>>()
  let chosen: Promise<Backend> | undefined
  const make = async (state: RawState): Promise<Engine> => {
    chosen ??= chooseBackend(subject.backend)
    return engineOf(subject, state, await chosen)
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
