import type * as tf from '@tensorflow/tfjs-core'
import type { BackendOption } from '../backends/choose.ts'
import { InvalidOption, WeightInitializationError } from '../core/errors.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Variables } from '../core/named.ts'
import { asPart, type Part, type Wiring, wiringOf } from '../core/network.ts'
import { asKey, type Key } from '../core/random.ts'
import type { Shape } from '../core/shape.ts'
import { byName, isList, isRecord, mapTree, mergeTrees } from '../core/trees.ts'
import type { VariableRules } from '../core/variables.ts'
import { graphOps, placeholder } from '../ops/graph.ts'
import { another, handOver, tfjsOps, tidily } from '../ops/tfjs/index.ts'
import { checkedWiring, checkShapes, type Trees } from '../state/check.ts'
import { asVariables, reading } from '../state/given.ts'
import { variableRules } from '../state/init.ts'
import { asShown } from '../state/variables.ts'
import { type Examples, readNumbers, slices } from './batches.ts'
import type { RawState } from './engine.ts'
import { enginesOf } from './engines.ts'
import { asTrainState, held, holding, keeping } from './given.ts'
import { checkScalar, type Loss, type Metric } from './loss.ts'
import { initialSlots, mapSlots, type Optimizer, type OptimizerState, slotTensors } from './optimizer.ts'
import { type NormalRule, readRule } from './options.ts'

/** Everything that training changes: a value, from which the next one is computed. */
export interface TrainState<N extends AnyLayer = AnyLayer> {
  readonly variables: Variables<N>
  readonly optimizer: OptimizerState
  /** What layers that draw draw with; each update folds its number in. */
  readonly key: Key
}

/** Metrics that are asked for: each itself, or its name. */
export type Metrics = readonly (Metric | string)[]
/** The names of metrics. */
export type NamesOf<M extends Metrics> = NameOf<M[number]>
type NameOf<E> = E extends string ? E : E extends Metric<infer Name> ? Name : never

/** What a training step is made of. */
export interface TrainingRule<M extends Metrics = Metrics> {
  /** Default: `mse`. */
  readonly loss?: Loss | string
  /** Default: `adam()`. */
  readonly optimizer?: Optimizer
  /** What is reported beside the loss. Default: nothing. */
  readonly metrics?: M
  /** What computes: a backend, or the name of one. Default: `'tfjs'`, on whichever backend of tfjs is in use. */
  readonly backend?: BackendOption
}

/** The mean over a batch, or an epoch, of the loss and of each metric, by name. */
export type Report<M extends Metrics = []> = Readonly<Record<string, number>> & { readonly loss: number } & {
  readonly [_ in NamesOf<M>]: number
}

/** A training step: a pure function of state and batch. */
export interface TrainStep<N extends AnyLayer, M extends Metrics = []> {
  (state: TrainState<N>, batch: Examples): Promise<readonly [TrainState<N>, Report<M>]>
  /** The state before the first step. */
  readonly init: (variables: Variables<N>, key: Key) => TrainState<N>
}

/** A state for the user, each tensor handed over by `own`. */
export const toTrainState = <N extends AnyLayer>(
  { params, state, optimizer }: RawState,
  key: Key,
  own: (tensor: tf.Tensor) => tf.Tensor,
): TrainState<N> =>
  Object.freeze({
    // The trees have the network's layers: training keeps the structure that was given.
    variables: asShown(mapTree(params, own), mapTree(state, own)) as unknown as Variables<N>,
    optimizer: mapSlots(optimizer, own),
    key,
  })

/** The loss and metrics of a batch, by name. */
export const toReport = (metrics: readonly Metric[], values: ArrayLike<number>): Report =>
  byName([
    ['loss', values[0] as number],
    ...metrics.map(({ name }, i) => [name, values[i + 1] as number] as const),
  ]) as Report

/**
 * The mean loss and metrics over all examples, batch by batch.
 *
 * @param score those of some rows
 */
export const meanReport = async (
  size: number,
  { metrics, batchSize }: { readonly metrics: readonly Metric[]; readonly batchSize: number },
  score: (from: number, count: number) => Promise<Float32Array>,
): Promise<Report> => {
  const sums = new Float64Array(metrics.length + 1)
  for (const [from, count] of slices(size, batchSize)) {
    const values = await score(from, count)
    values.forEach((value, i) => {
      sums[i] = (sums[i] as number) + (value * count) / size
    })
  }
  return toReport(metrics, sums)
}

/**
 * A state held for the length of some work, whatever becomes of what was given.
 *
 * @param work gets the state, and which tensor of the user's one of it was made from
 */
export const holdingState = async <R>(
  { params, state, optimizer }: RawState,
  work: (held: RawState, original: (tensor: tf.Tensor) => tf.Tensor) => Promise<R>,
): Promise<R> => {
  const originals = new Map<tf.Tensor, tf.Tensor>()
  const hold = (tensor: tf.Tensor): tf.Tensor => {
    const own = held(tensor)
    originals.set(own, tensor)
    return own
  }
  try {
    const own = { params: mapTree(params, hold), state: mapTree(state, hold), optimizer: mapSlots(optimizer, hold) }
    return await work(own, tensor => {
      const original = originals.get(tensor) as tf.Tensor
      return original.isDisposed ? handOver(another(tensor)) : original
    })
  } finally {
    for (const tensor of originals.keys()) tensor.dispose()
  }
}

/** Variables, and what the optimizer remembers before the first update, for the length of some work. */
export const holdingInitial = async <R>(
  trees: Trees,
  { rule }: Optimizer,
  work: (held: RawState) => Promise<R>,
): Promise<R> => {
  const fresh = keeping(slotTensors, () => initialSlots(tfjsOps, rule, trees.params))
  try {
    return await holding(trees, own => work({ ...own, optimizer: fresh }))
  } finally {
    for (const tensor of slotTensors(fresh)) tensor.dispose()
  }
}

/** The variables of a network whose shapes are known before it has seen an input. */
const knownRules = (wiring: Wiring): ReadonlyMap<string, VariableRules> => {
  try {
    return variableRules(wiring)
  } catch (error) {
    if (error instanceof WeightInitializationError) return new Map()
    throw error
  }
}

/**
 * Variables as a user gives them, checked as far as the network knows their shapes by itself.
 *
 * @throws InvalidOption, WeightInitializationError when they are not the network's
 */
export const checkedVariables = (owner: string, part: Part, value: unknown): Trees => {
  const given = asVariables(owner, value)
  checkShapes(byName(knownRules(wiringOf(part))), mergeTrees(given.params, given.state))
  return given
}

/** What checks ask of tensors. */
interface Shaped {
  readonly shape: readonly number[]
}
interface Shapes {
  readonly x: readonly Shaped[]
  readonly y: readonly Shaped[]
}

/** What fits a loss or metric, and what it gives, is known when it is traced: nothing is computed. */
const checkComparison = ({ kind, name, forward }: Loss | Metric, wiring: Wiring, batch: Pick<Shapes, 'y'>): void => {
  for (const [i, output] of wiring.outputs.entries()) {
    const predicted = placeholder('predicted', wiring.nodes[output]?.shape ?? [])
    const expected = placeholder('expected', batch.y[i]?.shape ?? [])
    const result: unknown = forward(graphOps, expected, predicted)
    const shape = reading(name, 'result', () =>
      isRecord(result) && Object.hasOwn(result, 'kind') && isList(result.shape) ? (result.shape as Shape) : undefined,
    )
    checkScalar(kind, name, result, shape)
  }
}

/**
 * Checks that examples and variables fit the network, and the expected outputs its loss, before anything is computed.
 *
 * @throws LayerConnectionError when the examples do not fit the network
 * @throws WeightInitializationError when the variables are not the network's
 * @throws InvalidOption when the expected outputs do not fit the loss or a metric
 */
export const checkTraining = (
  part: Part,
  variables: Trees<Shaped>,
  batch: Shapes,
  { loss, metrics }: Pick<NormalRule, 'loss' | 'metrics'>,
): void => {
  const wiring = checkedWiring(part, variables, batch.x)
  if (batch.y.length !== wiring.outputs.length)
    throw new InvalidOption({
      layer: 'network',
      option: 'y',
      expected: `a tensor for each of its ${wiring.outputs.length} outputs`,
      got: String(batch.y.length),
      remedy: 'Give y as an array of tensors, in the order of the outputs.',
    })
  for (const comparison of [loss, ...metrics]) checkComparison(comparison, wiring, batch)
}

/**
 * The training step of a network: from a state and a batch, the promise of the next state and of the batch's loss and
 * metrics, both from before the update. Its arguments stay as they are. `fit` folds it over the batches of each epoch.
 *
 * @param rule `loss` (default `mse`), `optimizer` (default `adam()`), `metrics` (default none)
 * @throws InvalidOption when one of them is none
 * @example
 * ```ts
 * const network = join(Input(2), Linear(1))
 * const step = trainStep(network, { loss: mse, optimizer: gradientDescent({ step: 0.1 }) })
 * const before = step.init(init(network, key(0)), key(1))
 * const [after, { loss }] = await step(before, { x: [[1, 2]], y: [[3]] })
 * ```
 */
export const trainStep = <N extends AnyLayer, const M extends Metrics = []>(
  network: N,
  rule: TrainingRule<M> = {},
): TrainStep<N, M> => {
  const part = asPart('trainStep', network)
  const normal = readRule(rule)
  const engines = enginesOf(part, normal)
  const step = async (given: TrainState<N>, examples: Examples): Promise<readonly [TrainState<N>, Report<M>]> => {
    const { key, ...state } = asTrainState('trainStep', normal.optimizer, given)
    const examplesRead = readNumbers('trainStep', part, examples, batch => checkTraining(part, state, batch, normal))
    return holdingState(state, async (before, original) => {
      const numbers = await examplesRead
      const engine = await engines.for(before)
      const begun = await engine.begin(before)
      const sources = new Set(begun.sources.values())
      const learnt = await engine.learn(begun, numbers, key).catch((error: unknown) => {
        engine.release(begun)
        throw error
      })
      const report = await learnt.report.catch((error: unknown) => {
        engine.release(learnt.after)
        throw error
      })
      const next = await engine.take(learnt.after, begun.sources)
      return [
        // What a step leaves unchanged stays the tensor that it was.
        toTrainState<N>(next, key, tensor => (sources.has(tensor) ? original(tensor) : handOver(tensor))),
        // It has the metrics of the rule.
        toReport(normal.metrics, report) as Report<M>,
      ]
    })
  }
  const begin = (variables: Variables<N>, key: Key): TrainState<N> => {
    const own = asKey('trainStep', key)
    const trees = checkedVariables('trainStep', part, variables)
    const memory = tidily(() => initialSlots(tfjsOps, normal.optimizer.rule, trees.params))
    // The trees are copies of those of the network's variables.
    return Object.freeze({
      variables: trees as unknown as Variables<N>,
      optimizer: mapSlots(memory, tensor => handOver(tensor)),
      key: own,
    })
  }
  return Object.freeze(Object.assign(step, { init: begin }))
}
