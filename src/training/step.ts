import type { BackendOption } from '../backends/choose.ts'
import type { AnyOf } from '../base/limits.ts'
import type { Key } from '../base/random.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Handle } from '../functions/function.ts'
import type { Given } from '../functions/given.ts'
import { isNetworks } from '../network/networks.ts'
import { asPart } from '../network/parts.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { Variables } from '../network-types/named.ts'
import type { Alone, ForOne, ForSeveral, Networks, VariablesByNetwork } from '../network-types/networks.ts'
import type { Patterns } from '../network-types/patterns.ts'
import type { Examples } from './batches.ts'
import type { ForOutputsIn, LossesInOrder } from './by-output.ts'
import type { ExamplesFor } from './examples.ts'
import type { Loss, LossForward } from './loss.ts'
import type { LossName } from './losses/names.ts'
import type { Metric } from './metric.ts'
import type { MetricName } from './metrics/names.ts'
import { networkSubject } from './network-subject.ts'
import type { Optimizer, OptimizerState } from './optimizer.ts'
import { readRule } from './options.ts'
import type { Constraint } from './penalties/constraint.ts'
import type { Regularizer } from './penalties/regularizer.ts'
import type { MetricValue } from './report.ts'
import type { RulesFor } from './rules/judged.ts'
import { readRulesStep } from './rules/options.ts'
import type { RulesReport } from './rules/rule.ts'
import type { RuleSlots } from './rules/slots.ts'
import { rulesSubject } from './rules/subject.ts'
import { stepOf } from './stepping.ts'

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
type OfferedMetrics = readonly (Metric | Loss | AnyOf<MetricName | LossName>)[]
declare const none: unique symbol
/**
 * No metrics, where a call leaves them out. Of those that it has, it expects any: a call takes the default of a type
 * parameter for what it expects, and editors offer the names in it.
 */
export type NoMetrics = OfferedMetrics | readonly OfferedMetrics[] | Readonly<Record<string, OfferedMetrics>> | Left
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
/** The same for what editors offer names in. */
export type OfferedLosses = ForOutputs<Loss | LossForward | AnyOf<LossName>>
/** No loss, where a call leaves it out: then it is `mse`. As {@link NoMetrics}. */
export type NoLoss = OfferedLosses | Left
/** The loss that a call has, of each output where it has several. */
export type LossOf<N extends AnyLayer, L> = IsNone<L> extends true ? 'mse' : LossesInOrder<N, L>

/** Something for every output; or an array with one for each, or a record by their names. */
export type ForOutputs<V> = V | readonly V[] | Readonly<Record<string, V>>

/**
 * What a training step is made of.
 *
 * @typeParam M the metrics, `L` the losses, `W` their weights, `T` the patterns of `trains`, `P` those of `regularizer` and
 *   `constraint`, `Q`, `R` and `C` those that the optimizer, regularizers and
 *   constraints have
 */
export interface TrainingRule<
  M extends MetricsOption = MetricsOption,
  L extends NoLoss = LossOption,
  W extends ForOutputs<number> = ForOutputs<number>,
  T extends Patterns = Patterns,
  P extends string = string,
  Q extends string = string,
  R extends string = string,
  C extends string = string,
> {
  /**
   * Itself, by name, or a function as `defineLoss` takes it; for all outputs, or for each by order or name. Default:
   * `mse`.
   */
  readonly loss?: L
  /** How much the loss of each output counts in the sum of all. Default: 1. */
  readonly lossWeights?: W
  /** Default: `adam()`. */
  readonly optimizer?: Optimizer<Q>
  /** Metrics to report beside the loss. Default: none. */
  readonly metrics?: M
  /** A penalty that is added to the loss, or one for each pattern of names. Default: none. */
  readonly regularizer?: Regularizer<R> | { readonly [_ in P]?: Regularizer<R> } | null
  /** What parameters meet after each update, or one for each pattern of names. Default: none. */
  readonly constraint?: Constraint<C> | { readonly [_ in P]?: Constraint<C> } | null
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

/** What the optimizers of rules remember. */
export interface RulesMemory<NS> {
  /** How many updates have been made. */
  readonly update: number
  /** The slots of each rule, in order. */
  readonly slots: readonly RuleSlots<NS>[]
}

/** What training by rules changes: a value, from which the next one is computed. */
export interface RulesState<NS> {
  /** By the name of the network. */
  readonly variables: VariablesByNetwork<NS>
  readonly optimizer: RulesMemory<NS>
  /** What losses and layers draw with; each update folds its number in. */
  readonly key: Key
}

/** The options of a step by rules. */
export interface RulesStepOptions {
  /** What computes: a backend, or the name of one. Default: `'tfjs'`, on whichever backend of tfjs is in use. */
  readonly backend?: BackendOption
}

/**
 * A training step by rules: a pure function of state and batch.
 *
 * @typeParam NS the networks by name, `B` the batch that losses take, `R` the rules
 */
export interface RulesStep<NS, B, R> {
  (state: RulesState<NS>, batch: Given<B>): Promise<readonly [RulesState<NS>, RulesReport<R>]>
  /** The state before the first step. */
  readonly init: (variables: VariablesByNetwork<NS>, key: Key) => RulesState<NS>
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
export function trainStep<
  N extends Alone,
  const M extends MetricsOption = NoMetrics,
  const L extends NoLoss = NoLoss,
  const W extends ForOutputs<number> = ForOutputs<number>,
  const T extends Patterns = null,
  P extends string = never,
  Q extends string = never,
  R extends string = never,
  C extends string = never,
>(
  network: N,
  rule?: ForOutputsIn<TrainingRule<M, L, W, T, P, Q, R, C>, N, M, L, W, T, P, Q, R, C>,
  ...none: ForOne<N>
): TrainStep<N, Known<M>, L>
/**
 * The training step of several networks by rules: takes a state and a batch, and returns a promise of the next state and of
 * what the losses were. Each rule in order takes an update of the networks that it trains.
 *
 * @param networks by name
 * @param rules one, or an array of them: `loss`, `optimizer` (default `adam()`), `trains` (default: all networks), `name`
 * @param options `backend`
 * @throws InvalidOption if a network, a rule or an option is invalid; from a step, if a loss gives no scalar
 * @example
 * ```ts
 * const networks = { encoder: join(Input(4), Tanh(2)), decoder: join(Input(2), Linear(4)) }
 * const step = trainStep(networks, {
 *   loss: ({ ops, run }, x) => ops.mean(ops.square(ops.subtract(run.decoder(run.encoder(x)), x))),
 * })
 * const before = step.init(init(networks, key(0)), key(1))
 * const [after, { loss }] = await step(before, [[1, 2, 3, 4]])
 * ```
 */
export function trainStep<const NS extends object, B = Handle, const R = unknown>(
  networks: NS & Networks<NS>,
  rules: RulesFor<NS, B, R>,
  options?: RulesStepOptions,
  ...none: ForSeveral<NS>
): RulesStep<NS, B, R>
export function trainStep(given: unknown, rule: unknown = {}, options: unknown = {}, ..._: unknown[]): unknown {
  return stepOf(
    isNetworks(given)
      ? rulesSubject(readRulesStep('trainStep', given, rule, options))
      : networkSubject(asPart('trainStep', given), readRule(rule as object)),
  )
}
