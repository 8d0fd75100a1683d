import type { Key } from '../base/random.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Given } from '../functions/given.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { Variables } from '../network-types/named.ts'
import type { Alone, ForOne, ForSeveral, Networks, VariablesByNetwork } from '../network-types/networks.ts'
import type { Patterns } from '../network-types/patterns.ts'
import type { Examples } from './batches.ts'
import type { ForOutputsIn } from './by-output.ts'
import type { ExamplesFor } from './examples.ts'
import type { Checkpoint } from './files/checkpoint.ts'
import type { Resumed, ResumedByRules } from './files/resume.ts'
import { asked } from './loops/asked.ts'
import type { Callback } from './loops/callbacks.ts'
import type { EarlyStopping } from './loops/early-stopping.ts'
import { fittingOf, trained } from './loops/fitting.ts'
import type { Validation } from './loops/lessons.ts'
import type { ReduceOnPlateau } from './loops/plateau.ts'
import type { Stopped } from './loops/train.ts'
import type { BatchOf } from './rules/data.ts'
import type { RulesFor } from './rules/judged.ts'
import type { RulesReport } from './rules/rule.ts'
import type { AnyBatches } from './source.ts'
import type {
  ForOutputs,
  Known,
  LossOf,
  LossOption,
  Metrics,
  MetricsOption,
  NoLoss,
  NoMetrics,
  Report,
  RulesState,
  RulesStepOptions,
  TrainingRule,
  TrainState,
} from './step.ts'

/** The argument of `onProgress`, which is called after every batch and at the end of every epoch. */
export interface Progress<M extends MetricsOption = Metrics> {
  /** Counted from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Batches of this epoch that are done. */
  readonly batch: number
  /** How many there are; `undefined` where that is not known. */
  readonly batches: number | undefined
  /** Examples of this epoch that are done. */
  readonly examples: number
  /** Loss and metrics over this epoch so far. */
  readonly report: Report<M>
  /** At the end of an epoch with validation examples: their loss and metrics. */
  readonly validation?: Report<M>
  /** Whether the epoch has ended. */
  readonly ended: boolean
}

/** The options of {@link fit}, whatever is trained. */
export interface LoopOptions {
  /** How often the examples are gone through. Default: 1. */
  readonly epochs?: number
  /**
   * How many examples an update sees; the last one of an epoch may see fewer. `null`: all at once. Default: 32. A dataset of
   * batches has its own.
   */
  readonly batchSize?: number | null
  /** Whether to drop the last batch of an epoch if it is smaller. Default: false. */
  readonly dropLast?: boolean
  /**
   * Whether examples may contain NaN, such as padding that layers mask. Otherwise a NaN is an error with its row and
   * column, unless there is a `mask`. Default: true; `dataset(...).batch` has the same option, where the default is
   * false.
   */
  readonly allowNaN?: boolean
  /** Whether to shuffle the examples in each epoch. Default: true. A dataset has its own order. */
  readonly shuffle?: boolean
  /** What shuffling and layers draw with. Default: `key(0)`. */
  readonly key?: Key
  /** Functions that observe training and may return `stop`. A plain function is called after each epoch. */
  readonly callbacks?:
    | Callback
    | readonly (Callback | NonNullable<Callback['epoch']>)[]
    | NonNullable<Callback['epoch']>
  /** Ends training when it stops improving, and returns the best variables. Default: off. */
  readonly earlyStopping?: EarlyStopping | boolean
  /** Lowers the learning rate when training stops improving. Default: off. */
  readonly reduceOnPlateau?: ReduceOnPlateau | boolean
  /**
   * Whether to end training when the loss or a gradient is not finite. `fit` then returns the last good state, and
   * `stopped` names the update, the batch and the first layer whose output or gradient is not finite. Default: false.
   */
  readonly terminateOnNaN?: boolean
  /** Where, and how often, to save the state of training. Default: not at all. */
  readonly checkpoint?: Checkpoint
  /** Ends training after the current update; `fit` returns the state at that point. */
  readonly signal?: AbortSignal
}

/** The options of {@link fit}. */
export interface FitOptions<
  N extends AnyLayer = AnyLayer,
  M extends MetricsOption = MetricsOption,
  V extends Validation = Validation,
  L extends NoLoss = LossOption,
  W extends ForOutputs<number> = ForOutputs<number>,
  T extends Patterns = Patterns,
  P extends string = string,
  Q extends string = string,
  R extends string = string,
  C extends string = string,
> extends TrainingRule<M, L, W, T, P, Q, R, C>,
    LoopOptions {
  /**
   * Examples to evaluate after every epoch: `{ x, y }`, a dataset, or `{ part: 0.2 }`, which holds out the last
   * fraction of the examples.
   */
  readonly validation?: ExamplesFor<N, LossOf<N, L>, V>
  /**
   * Called after every batch and every epoch; `progressBar()` of `joinery/terminal` is one. A promise is awaited; if it
   * rejects, `fit` rejects with its error.
   */
  readonly onProgress?: (progress: Progress<NoInfer<M>>) => unknown
  /** The run to resume: the result of `resume(folder)`. */
  readonly resume?: Resumed<N> | Resumed | undefined
  /** The state at the end of an earlier `fit`, from which the optimizer continues. */
  readonly trainState?: TrainState<N>
}

/** What `onProgress` is told while rules train. */
export interface RulesProgress<R> extends Omit<Progress, 'report' | 'validation'> {
  /** What the losses were over this epoch so far. */
  readonly report: RulesReport<R>
  /** At the end of an epoch with validation data: what they are over those. */
  readonly validation?: RulesReport<R>
}

/** What is validated after every epoch: data of the form of those for training, a dataset, or a part of those. */
export type RulesValidation<D> = Given<BatchOf<D>> | AnyBatches | { readonly part: number }

/** The options of {@link fit} with rules. */
export interface RulesFitOptions<NS, D, R, V = never> extends LoopOptions, RulesStepOptions {
  /** What each update does: one rule, or an array of them, which run in order. */
  readonly rules: RulesFor<NS, BatchOf<D>, R>
  /**
   * Data on which the losses are computed after every epoch, with networks in inference mode: a tree of the form of `data`, a
   * dataset, or `{ part: 0.2 }`, which holds out the last fraction of the examples.
   */
  readonly validation?: V & RulesValidation<D>
  /** Called after every batch and every epoch; a promise is awaited. */
  readonly onProgress?: (progress: RulesProgress<NoInfer<R>>) => unknown
  /** The run to resume: the result of `resume(folder)`. */
  readonly resume?: ResumedByRules<NS> | Resumed | undefined
  /** The state at the end of an earlier `fit`, from which the optimizers continue. */
  readonly trainState?: RulesState<NS>
}

/** What {@link fit} gives of networks that rules train. */
export interface FittedByRules<NS, R, V = never> {
  /** By the name of the network: the last ones, or the best ones where `earlyStopping` is asked for. */
  readonly variables: VariablesByNetwork<NS>
  /** What the losses were, and what they report, a value for each epoch; the values of validation as `validationLoss`. */
  readonly history: Epochs<RulesReport<R>> & Validated<V, RulesReport<R>>
  /** The state after the last update, from which training can continue. */
  readonly trainState: RulesState<NS>
  /** Why training ended before its last epoch; `undefined` if it did not. */
  readonly stopped: Stopped | undefined
}

/**
 * The loss and each metric by name, a value for each epoch: `loss`, `accuracy` as training saw them, and with validation
 * examples `validationLoss`, `validationAccuracy` after the epoch. It has what was asked for, and nothing else.
 */
export type History<M extends MetricsOption = Metrics, V = never> = Epochs<Report<M>> & Validated<V, Report<M>>
type Epochs<R> = { readonly [Name in keyof R]: readonly R[Name][] }
/** Names after validation; none where there are no validation examples. */
type Validated<V, R> = [V] extends [never]
  ? unknown
  : { readonly [Name in keyof R & string as `validation${Capitalize<Name>}`]: readonly R[Name][] }

/** What {@link fit} gives. */
export interface Fitted<N extends AnyLayer, M extends MetricsOption = Metrics, V = never> {
  /** The last ones, or the best ones where `earlyStopping` is asked for. */
  readonly variables: Variables<N>
  readonly history: History<M, V>
  /** The state after the last update, from which training can continue. */
  readonly trainState: TrainState<N>
  /** Why training ended before its last epoch; `undefined` if it did not. */
  readonly stopped: Stopped | undefined
}

/**
 * Trains a network: minimizes the loss over the examples, batch by batch and epoch by epoch. A pure function: it does
 * not modify its arguments, and the same arguments give the same bits. If it fails, it leaves nothing behind.
 *
 * @param variables where training starts: `init(network, key)`, or what an earlier `fit` gave
 * @param examples `x` and `y`, one row for each example, several inputs or outputs as tuples, with `weights` and `mask`
 *   where examples count differently; or a dataset of such examples or batches, which may be larger than memory
 * @param options see {@link FitOptions}; `loss` (default `mse`), `optimizer` (default `adam()`), `metrics`, `epochs` (1),
 *   `batchSize` (32), `shuffle` (true), `validation`, `key` (`key(0)`), `onProgress`, `callbacks`, …
 * @throws InvalidOption if an option is invalid, or x and y do not have as many rows
 * @throws LayerConnectionError if the examples do not fit the network
 * @throws WeightInitializationError if the variables are not those of the network
 * @throws DataError if an example has a NaN that is not allowed
 * @example
 * ```ts
 * const network = join(Input(2), Tanh(8), Sigmoid(1))
 * const xor = { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [[0], [1], [1], [0]] }
 * const { variables, history } = await fit(network, init(network, key(1)), xor, {
 *   optimizer: adam({ step: 0.1 }),
 *   epochs: 100,
 * })
 * history.loss.length // 100
 * ```
 */
export function fit<
  N extends Alone,
  const M extends MetricsOption = NoMetrics,
  const V extends Validation = never,
  const E extends Examples | AnyBatches = Examples | AnyBatches,
  const L extends NoLoss = NoLoss,
  const W extends ForOutputs<number> = ForOutputs<number>,
  const G extends SomeVariables = SomeVariables,
  const T extends Patterns = null,
  P extends string = never,
  Q extends string = never,
  R extends string = never,
  C extends string = never,
>(
  network: N,
  variables: VariablesFor<N, G>,
  examples: ExamplesFor<N, LossOf<N, L>, E>,
  options?: ForOutputsIn<FitOptions<N, M, V, L, W, T, P, Q, R, C>, N, M, L, W, T, P, Q, R, C>,
  ...none: ForOne<N>
): Promise<Fitted<N, Known<M>, V>>
/**
 * Trains several networks by rules: goes through the data batch by batch and epoch by epoch, and takes the updates of all
 * rules with each. Otherwise as for one network.
 *
 * @param networks by name
 * @param variables of each network: `init(networks, key)`, or what an earlier `fit` gave
 * @param data a tree of tensors with a row for each example, in any form that the losses take; or a dataset
 * @param options see {@link RulesFitOptions}: `rules`, and those of a loop, as for one network
 * @throws InvalidOption if an option is invalid, tensors do not have as many rows, or a loss gives no scalar
 * @throws LayerConnectionError, WeightInitializationError, DataError as for one network
 * @example
 * ```ts
 * const networks = { encoder: join(Input(4), Tanh(2)), decoder: join(Input(2), Linear(4)) }
 * const data = [[1, 2, 3, 4], [4, 3, 2, 1]]
 * const { history } = await fit(networks, init(networks, key(0)), data, {
 *   rules: {
 *     loss: ({ ops, run }, x) => ops.mean(ops.square(ops.subtract(run.decoder(run.encoder(x)), x))),
 *     optimizer: adam({ step: 0.05 }),
 *   },
 *   epochs: 20,
 * })
 * history.loss.length // 20
 * ```
 */
export function fit<const NS extends object, const D extends object, const R = unknown, const V = never>(
  networks: NS & Networks<NS>,
  variables: VariablesByNetwork<NS>,
  data: D,
  options: RulesFitOptions<NS, D, R, V>,
  ...none: ForSeveral<NS>
): Promise<FittedByRules<NS, R, V>>
export async function fit(
  given: unknown,
  variables: unknown,
  data: unknown,
  options: unknown = {},
  ..._: unknown[]
): Promise<unknown> {
  return trained(fittingOf(asked('fit', given, options as object), variables, data))
}
