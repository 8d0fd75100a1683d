import { type Tensor as TfTensor, tensor as tfTensor } from '@tensorflow/tfjs-core'
import { type Backend, give, take } from '../backends/backend.ts'
import { prepareTraced } from '../backends/prepare.ts'
import { programsOf, runFed } from '../backends/programs.ts'
import { foldIn, type Key } from '../base/random.ts'
import type { Flow } from '../base/shape.ts'
import { mergeTrees } from '../base/trees.ts'
import { asGraph } from '../graph/build.ts'
import type { Graph, GraphNode } from '../graph/graph.ts'
import { interner } from '../graph/intern.ts'
import { placeholder, tracer } from '../graph/ops.ts'
import type { Part } from '../network/parts.ts'
import { run } from '../network/run.ts'
import { wireFor } from '../state/check.ts'
import type { Trees } from '../state/variables.ts'
import { type Fields, fields, type NumberBatch, valuesIn } from './batches.ts'
import { flushed, isFlushedBefore } from './flush.ts'
import type { NormalRule } from './options.ts'
import { asNumber } from './rate.ts'
import { asVector, type Layout, layoutOf, readSums, type Sums } from './report.ts'
import { outputNames, type Scoring, scoringOf } from './scoring.ts'
import {
  placedExamples,
  type RawState,
  type Structure,
  shapesIn,
  structureOf,
  traceUpdate,
  withLeaves,
} from './traced.ts'
import { type Measured, score } from './update.ts'

// Training on a backend: the whole step is one program, and what training changes stays on the backend between steps.

interface Shaped {
  readonly shape: readonly number[]
}

/** What training changes, as handles of the backend: parameters, state and slots, each in the order of the trees. */
export interface DeviceState {
  readonly handles: readonly unknown[]
  readonly update: number
}

/** What a batch has said: sums, and how they are read. */
export interface Said {
  readonly scoring: Scoring
  readonly extras: readonly string[]
  readonly sums: Sums
}

/** What an update gives. */
export interface Learnt {
  readonly after: DeviceState
  readonly said: Promise<Said>
}

/** Trains a network on a backend. */
export interface Engine {
  /** The variables that it trains, by their shapes. */
  readonly structure: Trees<Shaped>
  /** Whether a batch of these shapes has been learnt from. */
  readonly knows: (batch: Fields<Shaped>) => boolean
  /** A state on the backend. Its tensors, in order, stay what they were, and may be disposed once the call is made. */
  readonly begin: (leaves: readonly TfTensor[], update: number) => Promise<DeviceState>
  /**
   * One update. The state that is given is used up, unless this fails. What it says follows: that may fail by itself.
   *
   * @param rate what changes of parameters are multiplied by, for rules that are paced
   */
  readonly learn: (state: DeviceState, batch: NumberBatch, key: Key, rate?: number) => Promise<Learnt>
  /** The loss and metrics of examples, in inference mode. */
  readonly score: (state: DeviceState, batch: NumberBatch) => Promise<Said>
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

/** How what a program has measured is read. */
interface Reader {
  readonly scoring: Scoring
  readonly extras: readonly string[]
  readonly layout: Layout
}
const readerOf = (
  scoring: Scoring,
  { groups, extras }: Measured<GraphNode>,
): readonly [Reader, readonly GraphNode[]] => {
  const [layout, tensors] = layoutOf(groups, (node: GraphNode) => node.shape)
  return [{ scoring, extras, layout }, tensors]
}

/** What is known of a step beside its graph. */
interface StepAbout extends Reader {
  /** Which leaves change. */
  readonly changed: readonly number[]
  /** What gives the scalars of an update. */
  readonly numbers: readonly ((update: number) => number)[]
}

/** The graph of a step: from leaves, scalars and examples to the leaves that change and what is measured. */
const traceStep = (
  part: Part,
  rule: NormalRule,
  structure: Structure,
  shapes: readonly Flow[],
): readonly [graph: Graph, about: StepAbout] => {
  const ops = tracer(interner())
  const { inputs, changed, scoring, measured, numbers } = traceUpdate(ops, part, rule, structure, shapes)
  const [reader, tensors] = readerOf(scoring, measured)
  return [
    asGraph(inputs, [...changed.map(([, node]) => node), asVector(ops, tensors)]),
    { ...reader, changed: changed.map(([i]) => i), numbers },
  ]
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

/** The graph of a score: from leaves and examples to what is measured. */
const traceScore = (
  part: Part,
  rule: NormalRule,
  structure: Structure,
  shapes: readonly Flow[],
): readonly [graph: Graph, about: Reader] => {
  const ops = tracer(interner())
  const variables = variableShapes(structure)
  const leaves = variables.map((shape, i) => placeholder(`variable ${i}`, shape))
  const { params, state } = withLeaves<GraphNode>(structure, leaves)
  const batch = placedExamples(shapes)
  const wiring = wireFor(part, shapes[0] ?? [])
  const scoring = scoringOf(rule.owner, rule, outputNames(wiring))
  const [predicted] = run(ops, wiring, mergeTrees(params, state), batch.x, { training: false, key: undefined })
  const measured = score<GraphNode>(ops, scoring, rule, params, { ...batch, expected: batch.y, predicted })
  const [reader, tensors] = readerOf(scoring, measured)
  return [asGraph([...leaves, ...valuesIn(batch)], [asVector(ops, tensors)]), reader]
}
const variableShapes = (structure: Structure): readonly (readonly number[])[] => shapesIn({ ...structure, slots: [] })

const shapesOf = (examples: Fields<Shaped>): readonly Flow[] =>
  fields.map(field => examples[field].map(({ shape }) => shape))

/**
 * The engine of a network on a backend.
 *
 * @param template a state of the network, for its structure
 */
export const engineOf = (part: Part, rule: NormalRule, template: RawState, backend: Backend): Engine => {
  const structure = structureOf(template)
  const shapes = shapesIn(structure)
  const scored = variableShapes(structure).length
  const { optimizer } = rule
  const choose = async () => backend

  const steps = programsOf(choose, (...flows) => traceStep(part, rule, structure, flows))
  const flushes = programsOf(choose, () => traceFlush(structure))
  // The reading that `evaluate` has, so that both say the same.
  const scores = programsOf(choose, (...flows) => traceScore(part, rule, structure, flows), prepareTraced)
  const releaseAll = (handles: readonly unknown[]): void => {
    for (const handle of handles) backend.release(handle)
  }
  const saidBy = async ({ scoring, extras, layout }: Reader, handle: unknown): Promise<Said> => {
    try {
      return { scoring, extras, sums: readSums(layout, await backend.download(handle)) }
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

  const learn: Engine['learn'] = ({ handles, update }, batch, key, rate = 1) =>
    steps.use(shapesOf(batch), async ready => {
      const { changed, numbers } = ready.about
      const factors = numbers.map(number => asNumber(optimizer.name, 'at', update, number(update)))
      const scalars = [...(rule.paced ? [rate] : []), ...factors]
      const fed = [
        ...scalars.map(scalar => ({ data: Float32Array.of(scalar), shape: [] })),
        ...batch.x,
        ...batch.y,
        ...batch.weights,
        ...batch.mask,
      ]
      // A key is worked out where something draws with it.
      const own = ready.draws.length > 0 ? foldIn(key, update) : undefined
      const before = isFlushedBefore(update) ? await withFlushed(handles) : handles
      const results = await runFed(ready, before, fed, changed, own).catch((error: unknown) => {
        releaseAll(before.filter((handle, i) => handle !== handles[i]))
        throw error
      })
      const after = [...handles]
      for (const [i, at] of changed.entries()) after[at] = results[i]
      // The run has used up what was flushed and changes. Of what does not change, the handle from before stays.
      releaseAll(
        before.flatMap((handle, i) => (handle === handles[i] ? [] : [changed.includes(i) ? handles[i] : handle])),
      )
      const said = saidBy(ready.about, results.at(-1))
      // Whoever waits for it hears of a fault.
      said.catch(() => undefined)
      return { after: { handles: after, update: update + 1 }, said }
    })

  const scoreBatch: Engine['score'] = ({ handles }, batch) =>
    scores.use(shapesOf(batch), async ready => {
      const fed = [...batch.x, ...batch.y, ...batch.weights, ...batch.mask]
      const [said] = await runFed(ready, handles.slice(0, scored), fed)
      return saidBy(ready.about, said)
    })

  return Object.freeze<Engine>({
    structure: { params: structure.params, state: structure.state },
    knows: examples => steps.has(...shapesOf(examples)),
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
      await Promise.all([steps, scores, flushes].map(programs => programs.dispose()))
    },
  })
}
