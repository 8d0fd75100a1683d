import type * as tf from '@tensorflow/tfjs-core'
import type { BackendOption } from '../backends/choose.ts'
import { InvalidOption, WeightInitializationError } from '../base/errors.ts'
import { asKey, type Key } from '../base/random.ts'
import type { VariableTree } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { VariableRule } from '../core/variables.ts'
import type { GraphNode } from '../graph/graph.ts'
import { graphOps, placeholder } from '../graph/ops.ts'
import { asPart, type Part, type Wiring } from '../network/parts.ts'
import { outgoing, wiringOf } from '../network/wiring.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { Variables } from '../network-types/named.ts'
import type { Patterns } from '../network-types/patterns.ts'
import { checkedLeaves, checkedWiring } from '../state/check.ts'
import { asVariables } from '../state/given.ts'
import { variableRules } from '../state/init.ts'
import { asShown, type Trees } from '../state/variables.ts'
import { handOver, tidily } from '../tfjs/index.ts'
import { type Examples, type Fields, type NumberBatch, readNumbers } from './batches.ts'
import type { ForOutputsIn, LossesInOrder } from './by-output.ts'
import type { DeviceState, Engine, Said } from './engine.ts'
import { enginesOf } from './engines.ts'
import type { ExamplesFor } from './examples.ts'
import { held, holding, keeping } from './given.ts'
import type { Loss, LossForward } from './loss.ts'
import { targetCount, targetsWanted } from './losses/words.ts'
import type { Metric } from './metric.ts'
import type { Optimizer, OptimizerState } from './optimizer.ts'
import { type NormalRule, readRule } from './options.ts'
import type { Constraint } from './penalties/constraint.ts'
import type { Regularizer } from './penalties/regularizer.ts'
import { addSums, type MetricValue, reportOf } from './report.ts'
import { type Asked, lossOf, metricsOf, outputNames, scoringOf } from './scoring.ts'
import { initialSlots, mapSlots, slotTensors } from './slots.ts'
import { leavesIn, type RawState } from './traced.ts'
import { asTrainState } from './train-state.ts'
import { trainedOf } from './update.ts'

/** Everything that training changes: a value, from which the next one is computed. */
export interface TrainState<N extends AnyLayer = AnyLayer> {
  readonly variables: Variables<N>
  readonly optimizer: OptimizerState
  /** What layers that draw draw with; each update folds its number in. */
  readonly key: Key
}

/** Metrics that are asked for: each itself, or its name; a loss is one too. */
export type Metrics = readonly (Metric | Loss | string)[]
/** Metrics of all outputs together, or lists of them by output, in order or by name. */
export type MetricsOption = Metrics | readonly Metrics[] | Readonly<Record<string, Metrics>>
declare const none: unique symbol
/**
 * No metrics, where a call leaves them out. Of those that it has, it expects any: a call takes the default of a type
 * parameter for what it expects.
 */
export type NoMetrics = MetricsOption | Left
/** What a call leaves out. */
export type Left = { readonly [none]: never }
/** Whether metrics are those of a call that leaves them out. */
type IsNone<M> = [Extract<M, Left>] extends [never] ? false : true
/** Metrics as reports know them: options of which nothing is said may ask for any. */
export type Known<M extends MetricsOption> = IsNone<M> extends true ? M : MetricsOption extends M ? Metrics : M
/** What reports have of metrics, by name. */
export type Measured<M extends MetricsOption> =
  IsNone<M> extends true
    ? object
    : M extends Metrics
      ? { readonly [E in M[number] as NameOf<E>]: ValueOf<E> }
      : M extends readonly Metrics[]
        ? { readonly [E in M[number][number] as `${string}.${NameOf<E>}`]: ValueOf<E> }
        : { readonly [P in AtOutput<M> as `${P[0]}.${NameOf<P[1]>}`]: ValueOf<P[1]> }
/** What is a number whatever metrics are asked for: losses of single outputs, and norms of gradients. */
export type AlwaysNumber = `${string}.loss` | `gradientNorm.${string}`
/** Its name; any for a loss, which does not say its name to the compiler. */
type NameOf<E> = E extends string ? E : E extends { readonly name: infer Name extends string } ? Name : never
type ValueOf<E> =
  E extends Metric<string, infer Value>
    ? unknown extends Value
      ? MetricValue
      : Value
    : E extends 'confusionMatrix'
      ? readonly (readonly number[])[]
      : number
/** Each metric of a record, beside the name of its output. */
type AtOutput<M> = {
  [K in keyof M & string]: M[K] extends Metrics ? Paired<K, M[K][number]> : never
}[keyof M & string]
type Paired<K, E> = E extends unknown ? readonly [K, E] : never

/** Losses that are asked for: for all outputs, or for each by order or name. */
export type LossOption = ForOutputs<Loss | LossForward | string>
/** No loss, where a call leaves it out: then it is `mse`. As {@link NoMetrics}. */
export type NoLoss = LossOption | Left
/** The loss that a call has, of each output where it has several. */
export type LossOf<N extends AnyLayer, L> = IsNone<L> extends true ? 'mse' : LossesInOrder<N, L>

/** Something for every output; or an array with one for each, or a record by their names. */
export type ForOutputs<V> = V | readonly V[] | Readonly<Record<string, V>>

/**
 * What a training step is made of.
 *
 * @typeParam M the metrics, `L` the losses, `W` their weights, `T` the patterns of `trains`, `P` those of `regularizer` and
 *   `constraint`
 */
export interface TrainingRule<
  M extends MetricsOption = MetricsOption,
  L extends NoLoss = LossOption,
  W extends ForOutputs<number> = ForOutputs<number>,
  T extends Patterns = Patterns,
  P extends string = string,
> {
  /**
   * Itself, by name, or a function as `defineLoss` takes it; for all outputs, or for each by order or name. Default:
   * `mse`.
   */
  readonly loss?: L
  /** How much the loss of each output counts in the sum of all. Default: 1. */
  readonly lossWeights?: W
  /** Default: `adam()`. */
  readonly optimizer?: Optimizer
  /** Metrics to report beside the loss. Default: none. */
  readonly metrics?: M
  /** A penalty that is added to the loss, or one for each pattern of names. Default: none. */
  readonly regularizer?: Regularizer | { readonly [_ in P]?: Regularizer } | null
  /** What parameters meet after each update, or one for each pattern of names. Default: none. */
  readonly constraint?: Constraint | { readonly [_ in P]?: Constraint } | null
  /** Which parameters are trained, by patterns of their names; the others stay. Default: all. */
  readonly trains?: T
  /** Whether reports have `gradientNorm.<layer>`, the norm of each layer's gradients. Default: false. */
  readonly gradientNorms?: boolean
  /** What computes: a backend, or the name of one. Default: `'tfjs'`, on whichever backend of tfjs is in use. */
  readonly backend?: BackendOption
}

/** The loss over a batch, or an epoch, and each metric that was asked for, by name. */
export type Report<M extends MetricsOption = Metrics> = { readonly loss: number } & Readonly<
  Record<AlwaysNumber, number>
> &
  Measured<M>

/** A training step: a pure function of state and batch. */
export interface TrainStep<N extends AnyLayer, M extends MetricsOption = Metrics, L = unknown> {
  <const E extends Examples>(
    state: TrainState<N>,
    batch: ExamplesFor<N, LossOf<N, L>, E>,
  ): Promise<readonly [TrainState<N>, Report<M>]>
  /** The state before the first step. */
  readonly init: <const V extends SomeVariables>(variables: VariablesFor<N, V>, key: Key) => TrainState<N>
}

/** A state for the user, of tensors that are the user's. */
const toTrainState = <N extends AnyLayer>({ params, state, optimizer }: RawState, key: Key): TrainState<N> =>
  Object.freeze({
    // The trees have the network's layers: training keeps the structure that was given.
    variables: asShown(params, state) as unknown as Variables<N>,
    optimizer,
    key,
  })

/** A state for the user, of tensors in order that nobody has yet. */
export const handedOver = <N extends AnyLayer>(
  engine: Engine,
  leaves: readonly tf.Tensor[],
  update: number,
  key: Key,
): TrainState<N> => {
  const own = leaves.map(tensor => handOver(tensor))
  return toTrainState(engine.treesOf(own, update), key)
}

/** What a batch has said, by name: what was asked for. */
export const toReport = ({ scoring, extras, sums }: Said): Report => reportOf(scoring, extras, sums) as Report

/** What batches have said together. */
export const together = (before: Said | undefined, next: Said): Said =>
  before === undefined ? next : { ...next, sums: addSums(before.sums, next.sums) }

/** A state held for the length of some work, whatever becomes of what was given. */
export const holdingState = async <R>(
  { params, state, optimizer }: RawState,
  work: (held: RawState) => Promise<R>,
): Promise<R> => {
  const memory = mapSlots(optimizer, held)
  try {
    return await holding({ params, state }, own => work({ ...own, optimizer: memory }))
  } finally {
    for (const tensor of slotTensors(memory)) tensor.dispose()
  }
}

/** What an optimizer remembers before the first update, in the enclosing `tf.tidy`. */
const initialState = (rule: Pick<NormalRule, 'optimizer' | 'trains' | 'owner'>, { params }: Trees): OptimizerState => ({
  update: 0,
  slots: initialSlots(rule.optimizer, trainedOf(rule, rule.owner, params)),
})

/** Variables, and what the optimizer remembers before the first update, for the length of some work. */
export const holdingInitial = async <R>(
  trees: Trees,
  rule: Pick<NormalRule, 'optimizer' | 'trains' | 'owner'>,
  work: (held: RawState) => Promise<R>,
): Promise<R> => {
  const fresh = keeping(slotTensors, () => initialState(rule, trees))
  try {
    return await holding(trees, own => work({ ...own, optimizer: fresh }))
  } finally {
    for (const tensor of slotTensors(fresh)) tensor.dispose()
  }
}

/** The variables of a network whose shapes are known before it has seen an input. */
const knownRules = (wiring: Wiring): VariableTree<VariableRule> => {
  try {
    return variableRules(wiring)
  } catch (error) {
    if (error instanceof WeightInitializationError) return {}
    throw error
  }
}

/**
 * Variables as a user gives them, checked as far as the network knows their shapes by itself.
 *
 * @throws InvalidOption, WeightInitializationError if they are not those of the network
 */
export const checkedVariables = (owner: string, part: Part, value: unknown): Trees => {
  const given = asVariables(owner, value)
  checkedLeaves(knownRules(wiringOf(part)), given)
  return given
}

/** What checks ask of tensors. */
interface Shaped {
  readonly shape: readonly number[]
}
/** Nodes of given shapes, for what is traced to see whether it fits. */
const placed = (name: string, tensors: readonly Shaped[]): readonly GraphNode[] =>
  tensors.map(({ shape }, i) => placeholder(`${name} ${i}`, shape))

/**
 * Checks that examples and variables fit the network, and the expected outputs its loss and metrics, before anything is
 * computed: that is known when they are traced.
 *
 * @throws LayerConnectionError if the examples do not fit the network
 * @throws WeightInitializationError if the variables are not those of the network
 * @throws InvalidOption if the targets do not fit the loss or a metric
 */
export const checkTraining = (
  owner: string,
  part: Part,
  variables: Trees<Shaped>,
  batch: Fields<Shaped>,
  asked: Asked,
): void => {
  const wiring = checkedWiring(part, variables, batch.x)
  const scoring = scoringOf(owner, asked, outputNames(wiring))
  const count = wiring.outputs.length
  const fault = (expected: string, got: string, remedy: string) =>
    new InvalidOption({ layer: 'network', option: 'y', expected, got, remedy })
  if (batch.y.length === 0) {
    const { expected, got, remedy } = targetsWanted
    if (scoring.losses.some(({ loss }) => loss.expects)) throw fault(expected, got, remedy)
    const [metric] = scoring.metrics
    if (metric !== undefined)
      throw fault(`targets: the metric ${metric.name} compares with them`, got, 'Give { x, y }.')
  } else if (batch.y.length !== count)
    throw fault(`${targetCount.expected} ${count} outputs`, String(batch.y.length), targetCount.remedy)
  const predicted = outgoing(wiring).map(shape => placeholder('predicted', shape ?? []))
  const outcome = {
    x: placed('x', batch.x),
    expected: placed('expected', batch.y),
    predicted,
    weights: placed('weights', batch.weights),
    mask: placed('mask', batch.mask),
  }
  lossOf<GraphNode>(graphOps, scoring, outcome)
  metricsOf<GraphNode>(graphOps, scoring, outcome)
}

/**
 * The training step of a network: takes a state and a batch, and returns a promise of the next state and of the batch's
 * loss and metrics before the update. It does not modify its arguments. `fit` repeats it over the batches of each
 * epoch.
 *
 * @param rule `loss` (default `mse`), `lossWeights`, `optimizer` (default `adam()`), `metrics` (default none),
 *   `regularizer`, `constraint`, `trains`, `gradientNorms`, `backend`
 * @throws InvalidOption if the network or an option is invalid
 * @example
 * ```ts
 * const network = join(Input(2), Linear(1))
 * const step = trainStep(network, { loss: mse, optimizer: gradientDescent({ step: 0.1 }) })
 * const before = step.init(init(network, key(0)), key(1))
 * const [after, { loss }] = await step(before, { x: [[1, 2]], y: [[3]] })
 * ```
 */
export const trainStep = <
  N extends AnyLayer,
  const M extends MetricsOption = NoMetrics,
  const L extends NoLoss = NoLoss,
  const W extends ForOutputs<number> = ForOutputs<number>,
  const T extends Patterns = null,
  P extends string = never,
>(
  network: N,
  rule: ForOutputsIn<TrainingRule<M, L, W, T, P>, N, M, L, W, T, P> = {},
): TrainStep<N, Known<M>, L> => {
  const part = asPart('trainStep', network)
  const normal = readRule(rule)
  const engines = enginesOf(part, normal)
  /** States that this gave: what they hold is known, and frozen. */
  const made = new WeakMap<TrainState<N>, { readonly engine: Engine; readonly leaves: readonly tf.Tensor[] }>()
  /** One update of what an engine has begun with; what it leaves unchanged stays the tensor that it was. */
  const learn = async (
    engine: Engine,
    originals: readonly tf.Tensor[],
    beginning: Promise<DeviceState>,
    reading: NumberBatch | Promise<NumberBatch>,
    key: Key,
  ): Promise<readonly [TrainState<N>, Report<Known<M>>]> => {
    let reached: DeviceState | undefined
    const update = async () => {
      const [begun, numbers] = await Promise.all([beginning, reading])
      reached = begun
      const { after, said } = await engine.learn(begun, numbers, key)
      reached = after
      return { begun, after, said: await said }
    }
    const { begun, after, said } = await update().catch(async (error: unknown) => {
      const left = reached ?? (await beginning.catch(() => undefined))
      if (left !== undefined) engine.release(left)
      throw error
    })
    const known = originals.map((tensor, i) =>
      begun.handles[i] === after.handles[i] && !tensor.isDisposed ? tensor : undefined,
    )
    const leaves = (await engine.take(after, known)).map((tensor, i) => known[i] ?? handOver(tensor))
    const next = toTrainState<N>(engine.treesOf(leaves, after.update), key)
    made.set(next, { engine, leaves })
    // It has the metrics of the rule.
    return [next, toReport(said) as Report<Known<M>>]
  }
  const step = async <E>(given: TrainState<N>, value: E): Promise<readonly [TrainState<N>, Report<Known<M>>]> => {
    // Its type is checked where a step is called; from JavaScript it may be anything.
    const examples = value as Examples
    const known = made.get(given)
    if (known?.leaves.every(tensor => !tensor.isDisposed)) {
      const { engine, leaves } = known
      const reading = readNumbers('trainStep', part, examples, batch => {
        if (!engine.knows(batch)) checkTraining('trainStep', part, engine.structure, batch, normal)
      })
      return learn(engine, leaves, engine.begin(leaves, given.optimizer.update), reading, given.key)
    }
    const { key, ...state } = asTrainState('trainStep', normal, given)
    const reading = readNumbers('trainStep', part, examples, batch =>
      checkTraining('trainStep', part, state, batch, normal),
    )
    return holdingState(state, async own => {
      const numbers = await reading
      const engine = await engines.for(own)
      return learn(engine, leavesIn(state), engine.begin(leavesIn(own), own.optimizer.update), numbers, key)
    })
  }
  const begin = (variables: unknown, key: Key): TrainState<N> => {
    const own = asKey('trainStep', key)
    const trees = checkedVariables('trainStep', part, variables)
    const memory = tidily(() => initialState(normal, trees))
    // The trees are copies of those of the network's variables.
    return Object.freeze({
      variables: trees as unknown as Variables<N>,
      optimizer: mapSlots(memory, tensor => handOver(tensor)),
      key: own,
    })
  }
  return Object.freeze(Object.assign(step, { init: begin }))
}
