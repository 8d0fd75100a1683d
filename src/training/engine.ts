import { type Tensor as TfTensor, tensor as tfTensor } from '@tensorflow/tfjs-core'
import { type Backend, give, take } from '../backends/backend.ts'
import { prepareTraced } from '../backends/prepare.ts'
import { type Numbers, type Programs, programsOf, type Ready, runFed } from '../backends/programs.ts'
import { foldIn, type Key } from '../base/random.ts'
import type { Flow } from '../base/shape.ts'
import type { Form } from '../base/tree.ts'
import { asGraph } from '../graph/build.ts'
import type { Graph, GraphNode } from '../graph/graph.ts'
import { interner } from '../graph/intern.ts'
import { placeholder, tracer } from '../graph/ops.ts'
import type { Shaped, Trees } from '../state/variables.ts'
import { fields, type NumberBatch, type ShapedBatch, valuesIn } from './batches.ts'
import { flushed, isFlushedBefore } from './flush.ts'
import { asNumber } from './rate.ts'
import type { Reader, Said } from './report.ts'
import type { StepAbout, Subject } from './subject.ts'
import { type RawState, type Structure, shapesIn, structureOf, variableShapes, withLeaves } from './traced.ts'

// Training on a backend: the whole step is one program, and what training changes stays on the backend between steps.

/** What training changes, as handles of the backend: parameters, state and slots, each in the order of the trees. */
export interface DeviceState {
  readonly handles: readonly unknown[]
  readonly update: number
}

/** What an update gives. */
export interface Learnt {
  readonly after: DeviceState
  readonly said: Promise<Said>
}

/** The gradient of a parameter. */
export interface Gradient {
  /** `null` where there is one rule without a name. */
  readonly rule: string | null
  readonly layer: string
  readonly name: string
  /** In nobody's scope. */
  readonly tensor: TfTensor
}

/** Trains on a backend. */
export interface Engine {
  readonly subject: Subject
  /** The variables that it trains, by their shapes. */
  readonly structure: Trees<Shaped>
  /** Whether a batch of these shapes has been learnt from. */
  readonly knows: (batch: ShapedBatch) => boolean
  /** A state on the backend. Its tensors, in order, stay what they were, and may be disposed once the call is made. */
  readonly begin: (leaves: readonly TfTensor[], update: number) => Promise<DeviceState>
  /**
   * One update. The state that is given is used up, unless this fails. What it says follows: that may fail by itself.
   *
   * @param rate what changes of parameters are multiplied by, for rules that are paced
   */
  readonly learn: (state: DeviceState, batch: NumberBatch, key: Key, rate?: number) => Promise<Learnt>
  /** The gradients that an update takes, of each rule in order; the state stays. */
  readonly gradients: (state: DeviceState, batch: NumberBatch, key: Key, rate?: number) => Promise<readonly Gradient[]>
  /** The loss and metrics of examples, in inference mode, and what draws there draw with. */
  readonly score: (state: DeviceState, batch: NumberBatch, key: Key) => Promise<Said>
  /** The state as tensors in nobody's scope, in order; it stays on the backend as well. */
  readonly read: (state: DeviceState) => Promise<readonly TfTensor[]>
  /**
   * The state as tensors in nobody's scope, in order; it is used up.
   *
   * @param known tensors that stand for some of them
   */
  readonly take: (state: DeviceState, known?: readonly (TfTensor | undefined)[]) => Promise<readonly TfTensor[]>
  /** Tensors in order as the trees that they stand in. */
  readonly treesOf: (leaves: readonly TfTensor[], update: number) => RawState
  readonly release: (state: DeviceState) => void
  readonly dispose: () => Promise<void>
}

/** The graph that flushes what the optimizer remembers. */
const traceFlush = ({ slots }: Structure): readonly [graph: Graph, about: undefined] => {
  const ops = tracer(interner())
  const leaves = slots.map(({ shape }, i) => placeholder(`slot ${i}`, shape))
  return [
    asGraph(
      leaves,
      leaves.map(leaf => flushed<GraphNode>(ops, leaf)),
    ),
    undefined,
  ]
}

const shapesOf = (batch: ShapedBatch): readonly Flow[] => fields.map(field => batch[field].map(({ shape }) => shape))

/** Programs for batches of one form. */
interface ByForm<A> {
  readonly of: (batch: ShapedBatch) => Programs<A>
  readonly dispose: () => Promise<void>
}
/** Programs by the form of a batch, which nearly always is one. */
const byForm = <A>(make: (form: Form | undefined) => Programs<A>): ByForm<A> => {
  const made = new Map<string, Programs<A>>()
  return {
    of: ({ tree }) => {
      const text = JSON.stringify(tree?.form ?? null)
      const programs = made.get(text) ?? make(tree?.form)
      made.set(text, programs)
      return programs
    },
    dispose: async () => {
      await Promise.all([...made.values()].map(programs => programs.dispose()))
    },
  }
}

/**
 * The engine of what is trained, on a backend.
 *
 * @param template a state of it, for its structure
 */
export const engineOf = (subject: Subject, template: RawState, backend: Backend): Engine => {
  const structure = structureOf(template)
  const shapes = shapesIn(structure)
  const scored = variableShapes(structure).length
  const choose = async () => backend

  const steps = byForm(form => programsOf(choose, (...flows) => subject.traceStep(structure, flows, form)))
  const slopes = byForm(form => programsOf(choose, (...flows) => subject.traceGradients(structure, flows, form)))
  const flushes = programsOf(choose, () => traceFlush(structure))
  // The reading that `evaluate` has, so that both say the same.
  const scores = byForm(form =>
    programsOf(choose, (...flows) => subject.traceScore(structure, flows, form), { passes: prepareTraced }),
  )
  const releaseAll = (handles: readonly unknown[]): void => {
    for (const handle of handles) backend.release(handle)
  }
  const saidBy = async (reader: Reader, handle: unknown, size: number): Promise<Said> => {
    try {
      return { reader, sums: reader.sumsOf(await backend.download(handle), size) }
    } finally {
      backend.release(handle)
    }
  }

  /** The state with copies of its slots that are flushed: if the update fails, what was given is still there. */
  const withFlushed = async (handles: readonly unknown[]): Promise<readonly unknown[]> => {
    const slots = handles.slice(scored)
    if (slots.length === 0) return handles
    return [...handles.slice(0, scored), ...(await flushes.use([], ready => runFed(ready, slots, [])))]
  }

  /** What a step takes beside the state: numbers from outside of it, the batch, and what its draws draw with. */
  const feed = (
    { about, draws }: Ready<Pick<StepAbout, 'numbers'>>,
    update: number,
    batch: NumberBatch,
    key: Key,
    rate: number,
  ): readonly [fed: readonly Numbers[], root: Key | undefined] => {
    const factors = about.numbers.map(number => asNumber(subject.memory.name, 'at', update, number(update)))
    const scalars = [...(subject.paced ? [rate] : []), ...factors]
    return [
      [...scalars.map(scalar => ({ data: Float32Array.of(scalar), shape: [] })), ...valuesIn(batch)],
      // A key is worked out where something draws with it.
      draws.length > 0 ? foldIn(key, update) : undefined,
    ]
  }

  const learn: Engine['learn'] = ({ handles, update }, batch, key, rate = 1) =>
    steps.of(batch).use(shapesOf(batch), async ready => {
      const { reader, changed } = ready.about
      const [fed, own] = feed(ready, update, batch, key, rate)
      const before = isFlushedBefore(update) ? await withFlushed(handles) : handles
      const results = await runFed(ready, before, fed, changed, { root: own }).catch((error: unknown) => {
        releaseAll(before.filter((handle, i) => handle !== handles[i]))
        throw error
      })
      const after = [...handles]
      for (const [i, at] of changed.entries()) after[at] = results[i]
      // The run has used up what was flushed and changes. Of what does not change, the handle from before stays.
      releaseAll(
        before.flatMap((handle, i) => (handle === handles[i] ? [] : [changed.includes(i) ? handles[i] : handle])),
      )
      const said = saidBy(reader, results.at(-1), batch.size)
      // Whoever waits for it hears of a fault.
      said.catch(() => undefined)
      return { after: { handles: after, update: update + 1 }, said }
    })

  const gradients: Engine['gradients'] = ({ handles, update }, batch, key, rate = 1) =>
    slopes.of(batch).use(shapesOf(batch), async ready => {
      const [fed, root] = feed(ready, update, batch, key, rate)
      const results = await runFed(ready, handles, fed, [], { root })
      const { of } = ready.about
      const numbers = await Promise.all(results.map(handle => backend.download(handle))).finally(() =>
        releaseAll(results),
      )
      return of.map(([rule, layer, name, shape], i) => ({
        ...{ rule, layer, name },
        tensor: tfTensor(numbers[i] as Float32Array, [...shape]),
      }))
    })

  const scoreBatch: Engine['score'] = ({ handles }, batch, key) =>
    scores.of(batch).use(shapesOf(batch), async ready => {
      const [said] = await runFed(ready, handles.slice(0, scored), valuesIn(batch), [], { root: key })
      return saidBy(ready.about, said, batch.size)
    })

  return Object.freeze<Engine>({
    subject,
    structure: { params: structure.params, state: structure.state },
    knows: batch => steps.of(batch).has(...shapesOf(batch)),
    begin: async (leaves, update) => {
      const giving: unknown[] = []
      try {
        for (const tensor of leaves) giving.push(give(backend, tensor))
        return { handles: await Promise.all(giving), update }
      } catch (error) {
        const given = await Promise.allSettled(giving)
        releaseAll(given.flatMap(one => (one.status === 'fulfilled' ? [one.value] : [])))
        throw error
      }
    },
    learn,
    gradients,
    score: scoreBatch,
    read: async ({ handles }) => {
      const numbers: Float32Array[] = []
      for (const handle of handles) numbers.push(await backend.download(handle))
      return numbers.map((data, i) => tfTensor(data, [...(shapes[i] as readonly number[])]))
    },
    take: async ({ handles }, known) => {
      const tensors: TfTensor[] = []
      try {
        for (const [i, handle] of handles.entries()) {
          const tensor = known?.[i]
          if (tensor !== undefined) backend.release(handle)
          tensors.push(tensor ?? (await take(backend, handle, shapes[i] as readonly number[])))
        }
      } catch (error) {
        // The one that failed is used up too.
        releaseAll(handles.slice(tensors.length + 1))
        for (const [i, tensor] of tensors.entries()) if (known?.[i] === undefined) tensor.dispose()
        throw error
      }
      return tensors
    },
    treesOf: (leaves, update) => {
      const { params, state, slots } = withLeaves<TfTensor>(structure, leaves)
      return { params, state, optimizer: Object.freeze({ update, slots }) }
    },
    release: ({ handles }) => releaseAll(handles),
    dispose: async () => {
      await Promise.all([steps, slopes, scores, flushes].map(programs => programs.dispose()))
    },
  })
}
