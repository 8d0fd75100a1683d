import { type Tensor as TfTensor, tensor as tfTensor } from '@tensorflow/tfjs-core'
import { type Backend, give, take } from '../backends/backend.ts'
import { prepareTraced } from '../backends/prepare.ts'
import { programsOf, runFed } from '../backends/programs.ts'
import { type Part, run } from '../core/network.ts'
import type { Ops } from '../core/ops.ts'
import { foldIn, type Key, symbolicKey } from '../core/random.ts'
import type { Flow } from '../core/shape.ts'
import { byName, mapRecord, mapTree, mergeTrees } from '../core/trees.ts'
import { asGraph } from '../graph/build.ts'
import type { Graph, GraphNode, Placeholder } from '../graph/graph.ts'
import { interner } from '../graph/intern.ts'
import { placeholder, tracer } from '../ops/graph.ts'
import { type Trees, wireFor } from '../state/check.ts'
import type { NumberBatch } from './batches.ts'
import { coefficientsAt, type OptimizerState } from './optimizer.ts'
import type { NormalRule } from './options.ts'
import { reportOf, type Trained, update } from './update.ts'

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

/** What an update gives. */
export interface Learnt {
  readonly after: DeviceState
  readonly report: Promise<Float32Array>
}

/** Trains a network on a backend. */
export interface Engine {
  /** The variables that it trains, by their shapes. */
  readonly structure: Trees<Shaped>
  /** Whether a batch of these shapes has been learnt from. */
  readonly knows: (batch: { readonly x: readonly Shaped[]; readonly y: readonly Shaped[] }) => boolean
  /** A state on the backend, and which tensor each handle was made from; the tensors stay what they were. */
  readonly begin: (state: RawState) => Promise<DeviceState & { readonly sources: ReadonlyMap<unknown, TfTensor> }>
  /** One update. The state that is given is used up, unless this fails. The report follows: that may fail by itself. */
  readonly learn: (state: DeviceState, batch: NumberBatch, key: Key) => Promise<Learnt>
  /** The loss and metrics of examples, in inference mode. */
  readonly score: (state: DeviceState, batch: NumberBatch) => Promise<Float32Array>
  /** The state as tensors in nobody's scope; it stays on the backend as well. */
  readonly read: (state: DeviceState) => Promise<RawState>
  /**
   * The state as tensors in nobody's scope; it is used up.
   *
   * @param known tensors that some handles were made from, which then stand for them
   */
  readonly take: (state: DeviceState, known?: ReadonlyMap<unknown, TfTensor>) => Promise<RawState>
  readonly release: (state: DeviceState) => void
  readonly dispose: () => Promise<void>
}

const leavesIn = <T>({ params, state, slots }: Trained<T>): readonly T[] =>
  [params, state, ...Object.values(slots)].flatMap(tree => Object.values(tree).flatMap(layer => Object.values(layer)))

/** The same structure with other leaves, in the same order. */
const withLeaves = <T>({ params, state, slots }: Trained<unknown>, leaves: readonly T[]): Trained<T> => {
  let next = 0
  const leaf = (): T => leaves[next++] as T
  return {
    params: mapTree(params, leaf),
    state: mapTree(state, leaf),
    slots: mapRecord(slots, tree => mapTree(tree, leaf)),
  }
}

/** What training changes, as one value of trees. */
export const trained = ({ params, state, optimizer }: RawState): Trained<TfTensor> => ({
  params,
  state,
  slots: optimizer.slots,
})

/** A state's structure, which does not hold on to its tensors. */
type Structure = Trained<readonly number[]>
const structureOf = (state: RawState): Structure => {
  const all = trained(state)
  return withLeaves(
    all,
    leavesIn(all).map(tensor => tensor.shape),
  )
}
const variablesOf = (structure: Structure): Structure => ({ ...structure, slots: {} })
const placeholdersOf = (structure: Structure): readonly Placeholder[] =>
  leavesIn(structure).map((shape, i) => placeholder(`variable ${i}`, shape))

/** A report as one tensor, so that it travels at once. */
const asVector = (ops: Ops<GraphNode>, report: readonly GraphNode[]): GraphNode =>
  ops.concatenate(
    report.map(value => ops.reshape(value, [1])),
    0,
  )

const placeholders = (name: string, shapes: Flow): readonly Placeholder[] =>
  shapes.map((shape, i) => placeholder(`${name} ${i}`, shape ?? []))

/**
 * The graph of a step: from leaves, coefficients, x and y to the leaves that change and the report; and which these are.
 */
const traceStep = (
  part: Part,
  rule: NormalRule,
  structure: Structure,
  coefficients: readonly string[],
  xShapes: Flow,
  yShapes: Flow,
): readonly [graph: Graph, changed: readonly number[]] => {
  const ops = tracer(interner())
  const leaves = placeholdersOf(structure)
  const factors = coefficients.map(name => placeholder(name, []))
  const [x, y] = [placeholders('x', xShapes), placeholders('y', yShapes)]
  const { after, report } = update(
    ops,
    wireFor(part, xShapes),
    rule,
    withLeaves<GraphNode>(structure, leaves),
    x,
    y,
    byName(factors.map(factor => [factor.name, factor] as const)),
    { training: true, key: symbolicKey },
  )
  const next = leavesIn(after)
  const changed = next.flatMap((node, i) => (node === leaves[i] ? [] : [i]))
  const outputs = [...changed.map(i => next[i] as GraphNode), asVector(ops, report)]
  return [asGraph([...leaves, ...factors, ...x, ...y], outputs), changed]
}

/** The graph of a score: from leaves, x and y to the report. */
const traceScore = (
  part: Part,
  rule: Pick<NormalRule, 'loss' | 'metrics'>,
  structure: Structure,
  xShapes: Flow,
  yShapes: Flow,
): readonly [graph: Graph, about: null] => {
  const ops = tracer(interner())
  const leaves = placeholdersOf(variablesOf(structure))
  const { params, state } = withLeaves<GraphNode>(variablesOf(structure), leaves)
  const [x, y] = [placeholders('x', xShapes), placeholders('y', yShapes)]
  const mode = { training: false, key: undefined }
  const [outputs] = run(ops, wireFor(part, xShapes), mergeTrees(params, state), x, mode)
  return [asGraph([...leaves, ...x, ...y], [asVector(ops, reportOf(ops, rule, y, outputs))]), null]
}

const shapesOf = (given: readonly Shaped[]): Flow => given.map(({ shape }) => shape)

/**
 * The engine of a network on a backend.
 *
 * @param template a state of the network, for its structure
 */
export const engineOf = (part: Part, rule: NormalRule, template: RawState, backend: Backend): Engine => {
  const structure = structureOf(template)
  const shapes = leavesIn(structure)
  const scored = leavesIn(variablesOf(structure)).length
  const { optimizer } = rule
  const names = Object.keys(coefficientsAt(optimizer, 0))
  const choose = async () => backend

  const steps = programsOf(choose, (x = [], y = []) => traceStep(part, rule, structure, names, x, y))
  // The reading that `evaluate` has, so that both say the same.
  const scores = programsOf(choose, (x = [], y = []) => traceScore(part, rule, structure, x, y), prepareTraced)
  const releaseAll = (handles: readonly unknown[]): void => {
    for (const handle of handles) backend.release(handle)
  }
  const reported = async (handle: unknown): Promise<Float32Array> => {
    try {
      return await backend.download(handle)
    } finally {
      backend.release(handle)
    }
  }

  const learn: Engine['learn'] = ({ handles, update }, { x, y }, key) =>
    steps.use([shapesOf(x), shapesOf(y)], async ready => {
      const changed = ready.about
      const factors = Object.values(coefficientsAt(optimizer, update, names))
      const fed = [...factors.map(factor => ({ data: Float32Array.of(factor), shape: [] })), ...x, ...y]
      const results = await runFed(ready, handles, fed, changed, foldIn(key, update))
      const after = [...handles]
      for (const [i, at] of changed.entries()) after[at] = results[i]
      const report = reported(results.at(-1))
      // Whoever waits for it hears of a fault.
      report.catch(() => undefined)
      return { after: { handles: after, update: update + 1 }, report }
    })

  const score: Engine['score'] = ({ handles }, { x, y }) =>
    scores.use([shapesOf(x), shapesOf(y)], async ready => {
      const [report] = await runFed(ready, handles.slice(0, scored), [...x, ...y])
      return reported(report)
    })

  const asState = ({ update }: DeviceState, tensors: readonly TfTensor[]): RawState => {
    const { params, state, slots } = withLeaves<TfTensor>(structure, tensors)
    return { params, state, optimizer: { update, slots } }
  }

  const shaped = (shape: readonly number[]): Shaped => ({ shape })
  return Object.freeze<Engine>({
    structure: { params: mapTree(structure.params, shaped), state: mapTree(structure.state, shaped) },
    knows: ({ x, y }) => steps.has(shapesOf(x), shapesOf(y)),
    begin: async state => {
      const sources = new Map<unknown, TfTensor>()
      try {
        for (const tensor of leavesIn(trained(state))) sources.set(await give(backend, tensor), tensor)
      } catch (error) {
        releaseAll([...sources.keys()])
        throw error
      }
      return { handles: [...sources.keys()], update: state.optimizer.update, sources }
    },
    learn,
    score,
    read: async state => {
      const numbers: Float32Array[] = []
      for (const handle of state.handles) numbers.push(await backend.download(handle))
      return asState(
        state,
        numbers.map((data, i) => tfTensor(data, [...(shapes[i] as readonly number[])])),
      )
    },
    take: async (state, known) => {
      const tensors: TfTensor[] = []
      try {
        for (const [i, handle] of state.handles.entries()) {
          const tensor = known?.get(handle)
          if (tensor !== undefined) backend.release(handle)
          tensors.push(tensor ?? (await take(backend, handle, shapes[i] as readonly number[])))
        }
      } catch (error) {
        // The one that failed is used up too.
        releaseAll(state.handles.slice(tensors.length + 1))
        const given = new Set(known?.values())
        for (const tensor of tensors) if (!given.has(tensor)) tensor.dispose()
        throw error
      }
      return asState(state, tensors)
    },
    release: ({ handles }) => releaseAll(handles),
    dispose: async () => {
      await Promise.all([steps.dispose(), scores.dispose()])
    },
  })
}
