import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { symbolicKey } from '../base/random.ts'
import type { Flow } from '../base/shape.ts'
import { type Form, type Path, unflatten } from '../base/tree.ts'
import { leavesOf, mapTree, type VariableTree } from '../base/trees.ts'
import type { GraphNode, Placeholder } from '../graph/graph.ts'
import { placeholder } from '../graph/ops.ts'
import type { Part } from '../network/parts.ts'
import type { Ops } from '../ops/ops.ts'
import { wireFor } from '../state/check.ts'
import type { Shaped, Trees } from '../state/variables.ts'
import { tfjsOps as eager } from '../tfjs/index.ts'
import { type Fields, fields, valuesIn } from './batches.ts'
import type { OptimizerState } from './optimizer.ts'
import type { UpdateRule } from './options.ts'
import { outputNames, type Scoring, scoringOf } from './scoring.ts'
import { flatSlots } from './slots.ts'
import { type Measured, type Outside, type Trained, update } from './update.ts'

// The update of a network as a graph, for whatever runs or writes it.

/** What training changes, as plain tensors that belong to nobody yet. */
export interface RawState extends Trees {
  readonly optimizer: OptimizerState
}

/** How the tensors of a state stand in trees. */
export interface Structure {
  readonly params: Trees<Shaped>['params']
  readonly state: Trees<Shaped>['state']
  /** The form of what the optimizer remembers, and the paths and shapes of its leaves. */
  readonly form: Form
  readonly paths: readonly Path[]
  readonly slots: readonly Shaped[]
}

const shaped = ({ shape }: Shaped): Shaped => ({ shape })
/** A state's structure, which does not hold on to its tensors. */
export const structureOf = ({ params, state, optimizer }: RawState): Structure => {
  const { form, leaves, paths } = flatSlots<TfTensor>(eager, 'optimizer', optimizer.slots)
  return { params: mapTree(params, shaped), state: mapTree(state, shaped), form, paths, slots: leaves.map(shaped) }
}
export const shapesIn = ({ params, state, slots }: Structure): readonly (readonly number[])[] =>
  [...[params, state].flatMap(tree => leavesOf(tree).map(([, , leaf]) => leaf)), ...slots].map(({ shape }) => shape)

/** The shapes of variables alone. */
export const variableShapes = (structure: Structure): readonly (readonly number[])[] =>
  shapesIn({ ...structure, slots: [] })

/** What training changes, in order. */
export const leavesIn = ({ params, state, optimizer }: RawState): readonly TfTensor[] => [
  ...[params, state].flatMap(tree => leavesOf(tree).map(([, , tensor]) => tensor)),
  ...flatSlots<TfTensor>(eager, 'optimizer', optimizer.slots).leaves,
]

/** Trees of other leaves, in the same order; without slots where there are no leaves for them. */
export const withLeaves = <T>({ params, state, form }: Structure, leaves: readonly T[]): Trained<T> => {
  let next = 0
  const leaf = (): T => leaves[next++] as T
  const trees = { params: mapTree(params, leaf), state: mapTree(state, leaf) }
  return { ...trees, slots: next < leaves.length ? unflatten(form, leaves.slice(next)) : unflatten(form, []) }
}

const placeholders = (name: string, shapes: Flow = []): readonly Placeholder[] =>
  shapes.map((shape, i) => placeholder(`${name} ${i}`, shape ?? []))
/** Placeholders for examples: the shapes are those of x, y, weights and mask. */
export const placedExamples = (shapes: readonly Flow[]): Fields<Placeholder> => {
  const [x = [], y = [], weights = [], mask = []] = fields.map((field, i) => placeholders(field, shapes[i]))
  return { x, y, weights, mask }
}

/** What an update takes from outside of the tensors, as placeholders; these are known once the update is traced. */
export const placedOutside = (
  paced: boolean,
): {
  readonly outside: Outside<GraphNode>
  /** The rate of what is paced, and scalars. */
  readonly placed: () => readonly Placeholder[]
  /** What gives the scalars. */
  readonly numbers: () => readonly ((update: number) => number)[]
} => {
  const rate = paced ? placeholder('rate', []) : undefined
  const scalars = new Map<(update: number) => number, Placeholder>()
  const at = (f: (update: number) => number): GraphNode => {
    const known = scalars.get(f) ?? placeholder(`scalar ${scalars.size}`, [])
    scalars.set(f, known)
    return known
  }
  return {
    outside: { at, rate },
    placed: () => [...(rate === undefined ? [] : [rate]), ...scalars.values()],
    numbers: () => [...scalars.keys()],
  }
}

/** The leaves of a state that an update changes: where they stand, and what comes after. */
export const changedIn = (
  ops: Ops<GraphNode>,
  name: string,
  leaves: readonly GraphNode[],
  { params, state, slots }: Trained<GraphNode>,
): TracedUpdate['changed'] => {
  const next = [
    ...[params, state].flatMap(tree => leavesOf(tree).map(([, , leaf]) => leaf)),
    ...flatSlots<GraphNode>(ops, name, slots).leaves,
  ]
  return next.flatMap((node, i) => (node === leaves[i] ? [] : [[i, node] as const]))
}

/** An update as a graph. */
export interface TracedUpdate {
  /** The leaves of the state, the rate of rules that are paced, the scalars of the update, and the examples. */
  readonly inputs: readonly Placeholder[]
  /** The leaves that change: where they stand, and what comes after. */
  readonly changed: readonly (readonly [at: number, after: GraphNode])[]
  /** What gives the scalars of an update. */
  readonly numbers: readonly ((update: number) => number)[]
  readonly scoring: Scoring
  readonly measured: Measured<GraphNode>
  /** What training makes small. */
  readonly loss: GraphNode
  /** Its gradients, of the parameters that are trained. */
  readonly grads: VariableTree<GraphNode>
}

/** Traces the update of a network for examples of some shapes. */
export const traceUpdate = (
  ops: Ops<GraphNode>,
  part: Part,
  rule: UpdateRule,
  structure: Structure,
  shapes: readonly Flow[],
): TracedUpdate => {
  const leaves = shapesIn(structure).map((shape, i) => placeholder(`variable ${i}`, shape))
  const batch = placedExamples(shapes)
  const wiring = wireFor(part, shapes[0] ?? [])
  const scoring = scoringOf(rule.owner, rule, outputNames(wiring))
  const { outside, placed, numbers } = placedOutside(rule.paced)
  const mode = { training: true, key: symbolicKey }
  const before = withLeaves<GraphNode>(structure, leaves)
  const { after, measured, loss, grads } = update(ops, wiring, scoring, rule, before, batch, outside, mode)
  return {
    inputs: [...leaves, ...placed(), ...valuesIn(batch)],
    changed: changedIn(ops, rule.optimizer.name, leaves, after),
    numbers: numbers(),
    scoring,
    measured,
    loss,
    grads,
  }
}
