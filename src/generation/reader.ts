import type { Backend } from '../backends/backend.ts'
import { type Numbers, type Programs, programsOf, type Ready, runFed } from '../backends/programs.ts'
import { onceDropped } from '../base/dropped.ts'
import type { Flow } from '../base/shape.ts'
import { mapTree, type VariableTree } from '../base/trees.ts'
import { withNumbers } from '../state/compile.ts'
import { variableRules } from '../state/init.ts'
import type { Known } from '../state/traced.ts'
import type { Trees } from '../state/variables.ts'
import type { Plan } from './plan.ts'
import { type Layout, traceGrowth, traceNext, traceStart, type View } from './trace.ts'

// How a sequence is read part by part on a backend.

/** Tensors on a backend. */
interface Held {
  readonly backend: Backend
  readonly handles: readonly unknown[]
}
const release = ({ backend, handles }: Held): void => {
  for (const handle of handles) backend.release(handle)
}
const dropped = onceDropped(release)
/** A value that holds tensors until it is freed or garbage-collected. */
const holding = (held: Held): { readonly held: Held } => {
  const box = Object.freeze({ held })
  dropped.watch(box, held)
  return box
}

/** What is kept, on the backend, with its shapes. */
export interface Memory {
  readonly kept: { readonly held: Held }
  readonly keptShapes: Flow
  readonly carried: { readonly held: Held }
  readonly carriedShapes: Flow
  readonly others: Flow
  readonly batch: number
  readonly position: number
  readonly capacity: number
}

/** What some steps gave. */
export interface Read {
  readonly ready: Ready<Layout>
  /** What is read of the steps. It belongs to the caller. */
  readonly result: unknown
  readonly memory: Memory
}

/** A network on a backend, for sequences that were checked. */
export interface Reader {
  /** @param more how many steps may follow. Default: nobody knows */
  readonly first: (tokens: Numbers, others: readonly Numbers[], more?: number) => Promise<Read>
  /** @param isLast whether nobody reads on from this memory again: what is kept is consumed, unless this fails */
  readonly next: (memory: Memory, tokens: Numbers, isLast: boolean) => Promise<Read>
  readonly forget: (memory: Memory) => void
  readonly forgetAll: (memory: Memory) => void
}

/** The least room for steps, so that sequences of many lengths are read by few programs. */
const leastRoom = 16
/** The most room for steps that may never come: for few, it costs next to nothing. */
const firstRoom = 256
const powerAbove = (count: number): number => Math.max(leastRoom, 2 ** Math.ceil(Math.log2(count)))

/** The variables of a network, without numbers. */
export const rulesOf = ({ wiring }: Plan): VariableTree<Known> =>
  mapTree(variableRules(wiring), ({ shape }) => ({ shape, trainable: true }))

/** The programs that read sequences. All share the variables, which are constants of each. */
export const programsFor = (
  plan: Plan,
  given: Trees,
  view: View,
  backend: () => Promise<Backend>,
  ways?: { readonly warns: boolean },
): Programs<Layout> => {
  const rules = rulesOf(plan)
  return programsOf(
    backend,
    async (...shapes: readonly Flow[]) => {
      const numbers = await withNumbers(rules, given)
      const at = (list: Flow | undefined): readonly number[] => (list?.[0] ?? []) as readonly number[]
      const [room, others = [], kept, tokens, carried] = shapes
      const [batch = 0, capacity = 0] = at(room)
      if (kept === undefined) return traceStart(plan, numbers, others, { batch, capacity })
      return carried === undefined
        ? traceGrowth(plan, numbers, kept, others, { batch, capacity })
        : traceNext(plan, numbers, kept, carried, at(tokens), others, capacity, view)
    },
    ways,
  )
}

/** @param programs by what is read: see {@link programsFor} */
export const readerOf = (plan: Plan, programs: () => Promise<Programs<Layout>>): Reader => {
  const roomFor = (steps: number): number => Math.min(powerAbove(steps), plan.most)
  const shapesIn = (ready: Ready, from: number, to?: number): Flow => ready.results.slice(from, to)

  const grown = async (memory: Memory): Promise<Memory> => {
    const { kept, keptShapes, others, batch } = memory
    const capacity = Math.min(2 * memory.capacity, plan.most)
    if (keptShapes.length === 0) return { ...memory, capacity }
    return (await programs()).use([[[batch, capacity]], others, keptShapes], async ready => {
      const handles = await runFed(ready, kept.held.handles, [])
      return { ...memory, capacity, kept: holding({ backend: ready.backend, handles }), keptShapes: shapesIn(ready, 0) }
    })
  }
  const forget = ({ kept }: Memory): void => {
    dropped.forget(kept)
    release(kept.held)
  }
  const forgetAll = (memory: Memory): void => {
    forget(memory)
    dropped.forget(memory.carried)
    release(memory.carried.held)
  }
  /** What there is before the first step. */
  const started = async (others: readonly Numbers[], batch: number, capacity: number): Promise<Memory> => {
    const shapes = others.map(({ shape }) => shape)
    return (await programs()).use([[[batch, capacity]], shapes], async ready => {
      const handles = await runFed(ready, [], others)
      const { backend: on, about } = ready
      return {
        kept: holding({ backend: on, handles: handles.slice(0, about.kept) }),
        keptShapes: shapesIn(ready, 0, about.kept),
        carried: holding({ backend: on, handles: handles.slice(about.kept) }),
        carriedShapes: shapesIn(ready, about.kept),
        others: shapes,
        batch,
        position: 0,
        capacity,
      }
    })
  }
  const reader: Reader = {
    first: async (tokens, others, more = 0) => {
      const [batch = 0, steps = 0] = tokens.shape
      const memory = await started(others, batch, Math.min(roomFor(steps + more), Math.max(roomFor(steps), firstRoom)))
      try {
        return await reader.next(memory, tokens, true)
      } catch (error) {
        forgetAll(memory)
        throw error
      }
    },
    next: async (before, tokens, isLast) => {
      const [, steps = 0] = tokens.shape
      let memory = before
      while (before.position + steps > memory.capacity) {
        const larger = await grown(memory)
        if (memory !== before && memory.kept !== larger.kept) forget(memory)
        memory = larger
      }
      const { kept, keptShapes, carried, carriedShapes, others, batch, capacity, position } = memory
      const isGrown = kept !== before.kept
      const shapes = [[[batch, capacity]], others, keptShapes, [tokens.shape], carriedShapes]
      try {
        const read = await (await programs()).use(shapes, async ready => {
          const place = { data: Float32Array.of(position), shape: [] }
          const own = kept.held.handles
          const spent = isLast || isGrown ? [...own.keys()] : []
          const [result, ...handles] = await runFed(ready, [...own, ...carried.held.handles], [tokens, place], spent, {
            isLost: true,
          })
          const after = holding({ backend: ready.backend, handles })
          return { ready, result, memory: { ...memory, kept: after, position: position + steps } }
        })
        if (isLast || isGrown) dropped.forget(kept)
        if (isLast && isGrown) forget(before)
        return read
      } catch (error) {
        if (isGrown) forget(memory)
        throw error
      }
    },
    forget,
    forgetAll,
  }
  return reader
}
