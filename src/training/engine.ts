import { type Tensor as TfTensor, tensor as tfTensor } from '@tensorflow/tfjs-core'
import { type Backend, give, take } from '../backends/backend.ts'
import { prepareTraced } from '../backends/prepare.ts'
import { programsOf, runFed } from '../backends/programs.ts'
import { foldIn, type Key, symbolicKey } from '../base/random.ts'
import type { Flow } from '../base/shape.ts'
import { leavesOf, mapTree, mergeTrees } from '../base/trees.ts'
import { asGraph } from '../graph/build.ts'
import type { Graph, GraphNode, Placeholder } from '../graph/graph.ts'
import { interner } from '../graph/intern.ts'
import { placeholder, tracer } from '../graph/ops.ts'
import type { Part } from '../network/parts.ts'
import { run } from '../network/run.ts'
import { wireFor } from '../state/check.ts'
import type { Trees } from '../state/variables.ts'
import { tfjsOps as eager } from '../tfjs/index.ts'
import type { Fields, NumberBatch } from './batches.ts'
import { fields } from './batches.ts'
import type { OptimizerState } from './optimizer.ts'
import type { NormalRule } from './options.ts'
import { asNumber } from './rate.ts'
import { asVector, type Layout, layoutOf, readSums, type Sums } from './report.ts'
import { outputNames, type Scoring, scoringOf } from './scoring.ts'
import { flatSlots } from './slots.ts'
import { type Form, unflatten } from './tree.ts'
import { type Measured, score, type Taught, type Trained, update } from './update.ts'

// Training on a backend: the whole step is one program, and what training changes stays on the backend between steps.

/** What training changes, as plain tensors that belong to nobody yet. */
export interface RawState extends Trees {
  readonly optimizer: OptimizerState
}

/** What training changes, as handles of the backend: parameters, state and slots, each in the order of the trees. */
export interface DeviceState {
  readonly handles: readonly unknown[]
  readonly update: number
}

interface Shaped {
  readonly shape: readonly number[]
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

/** How the tensors of a state stand in trees. */
interface Structure {
  readonly params: Trees<Shaped>['params']
  readonly state: Trees<Shaped>['state']
  /** The form of what the optimizer remembers, and the shapes of its leaves. */
  readonly form: Form
  readonly slots: readonly Shaped[]
}

/** What training changes, in order. */
export const leavesIn = ({ params, state, optimizer }: RawState): readonly TfTensor[] => [
  ...[params, state].flatMap(tree => leavesOf(tree).map(([, , tensor]) => tensor)),
  ...flatSlots<TfTensor>(eager, 'optimizer', optimizer.slots).leaves,
]

const shaped = ({ shape }: Shaped): Shaped => ({ shape })
/** A state's structure, which does not hold on to its tensors. */
const structureOf = ({ params, state, optimizer }: RawState): Structure => {
  const { form, leaves } = flatSlots<TfTensor>(eager, 'optimizer', optimizer.slots)
  return { params: mapTree(params, shaped), state: mapTree(state, shaped), form, slots: leaves.map(shaped) }
}
const shapesIn = ({ params, state, slots }: Structure): readonly (readonly number[])[] =>
  [...[params, state].flatMap(tree => leavesOf(tree).map(([, , leaf]) => leaf)), ...slots].map(({ shape }) => shape)

/** Trees of other leaves, in the same order; without slots where there are no leaves for them. */
const withLeaves = <T>({ params, state, form }: Structure, leaves: readonly T[]): Trained<T> => {
  let next = 0
  const leaf = (): T => leaves[next++] as T
  const trees = { params: mapTree(params, leaf), state: mapTree(state, leaf) }
  return { ...trees, slots: next < leaves.length ? unflatten(form, leaves.slice(next)) : unflatten(form, []) }
}

const placeholders = (name: string, shapes: Flow = []): readonly Placeholder[] =>
  shapes.map((shape, i) => placeholder(`${name} ${i}`, shape ?? []))
const taughtOf = (shapes: readonly Flow[]): Taught<Placeholder> => {
  const [x = [], y = [], weights = [], mask = []] = fields.map((field, i) => placeholders(field, shapes[i]))
  return { x, y, weights, mask }
}
const given = ({ x, y, weights, mask }: Taught<Placeholder>): readonly Placeholder[] => [
  ...x,
  ...y,
  ...weights,
  ...mask,
]

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
  const leaves = shapesIn(structure).map((shape, i) => placeholder(`variable ${i}`, shape))
  const batch = taughtOf(shapes)
  const wiring = wireFor(part, shapes[0] ?? [])
  const scoring = scoringOf(rule.owner, rule, outputNames(wiring))
  const rate = rule.paced ? placeholder('rate', []) : undefined
  const scalars = new Map<(update: number) => number, Placeholder>()
  const at = (f: (update: number) => number): GraphNode => {
    const known = scalars.get(f) ?? placeholder(`scalar ${scalars.size}`, [])
    scalars.set(f, known)
    return known
  }
  const mode = { training: true, key: symbolicKey }
  const before = withLeaves<GraphNode>(structure, leaves)
  const { after, measured } = update(ops, wiring, scoring, rule, before, batch, { at, rate }, mode)
  const next = [
    ...[after.params, after.state].flatMap(tree => leavesOf(tree).map(([, , leaf]) => leaf)),
    ...flatSlots<GraphNode>(ops, rule.optimizer.name, after.slots).leaves,
  ]
  const changed = next.flatMap((node, i) => (node === leaves[i] ? [] : [i]))
  const [reader, tensors] = readerOf(scoring, measured)
  return [
    asGraph(
      [...leaves, ...(rate === undefined ? [] : [rate]), ...scalars.values(), ...given(batch)],
      [...changed.map(i => next[i] as GraphNode), asVector(ops, tensors)],
    ),
    { ...reader, changed, numbers: [...scalars.keys()] },
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
  const batch = taughtOf(shapes)
  const wiring = wireFor(part, shapes[0] ?? [])
  const scoring = scoringOf(rule.owner, rule, outputNames(wiring))
  const [predicted] = run(ops, wiring, mergeTrees(params, state), batch.x, { training: false, key: undefined })
  const measured = score<GraphNode>(ops, scoring, rule, params, { ...batch, expected: batch.y, predicted })
  const [reader, tensors] = readerOf(scoring, measured)
  return [asGraph([...leaves, ...given(batch)], [asVector(ops, tensors)]), reader]
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
      const results = await runFed(ready, handles, fed, changed, own)
      const after = [...handles]
      for (const [i, at] of changed.entries()) after[at] = results[i]
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
      await Promise.all([steps.dispose(), scores.dispose()])
    },
  })
}
