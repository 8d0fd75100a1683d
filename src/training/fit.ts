import { chooseBackend } from '../backends/choose.ts'
import { type Key, key as keyOf } from '../base/random.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart } from '../network/parts.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { Variables } from '../network-types/named.ts'
import type { Patterns } from '../network-types/patterns.ts'
import { asVariables, reading } from '../state/given.ts'
import type { Examples, Fields } from './batches.ts'
import type { ForOutputsIn } from './by-output.ts'
import { engineOf } from './engine.ts'
import type { ExamplesFor } from './examples.ts'
import type { Checkpoint } from './files/checkpoint.ts'
import { checkNetwork } from './files/differences.ts'
import type { Resumed } from './files/resume.ts'
import type { Callback } from './loops/callbacks.ts'
import type { EarlyStopping } from './loops/early-stopping.ts'
import { lessonsOf, type Validation } from './loops/lessons.ts'
import type { ReduceOnPlateau } from './loops/plateau.ts'
import { type Stopped, train } from './loops/train.ts'
import { type NormalFit, readFit } from './options.ts'
import type { Batches } from './source.ts'
import {
  checkTraining,
  type ForOutputs,
  holdingInitial,
  holdingState,
  type Known,
  type LossOf,
  type LossOption,
  type Metrics,
  type MetricsOption,
  type NoLoss,
  type NoMetrics,
  type Report,
  type TrainingRule,
  type TrainState,
} from './step.ts'
import { leavesIn, type RawState } from './traced.ts'
import { asTrainState } from './train-state.ts'

const defaultKey = keyOf(0)

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

/** The options of {@link fit}. */
export interface FitOptions<
  N extends AnyLayer = AnyLayer,
  M extends MetricsOption = MetricsOption,
  V extends Validation = Validation,
  L extends NoLoss = LossOption,
  W extends ForOutputs<number> = ForOutputs<number>,
  T extends Patterns = Patterns,
  P extends string = string,
> extends TrainingRule<M, L, W, T, P> {
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
  /**
   * Examples to evaluate after every epoch: `{ x, y }`, a dataset, or `{ part: 0.2 }`, which holds out the last
   * fraction of the examples.
   */
  readonly validation?: ExamplesFor<N, LossOf<N, L>, V>
  /** What shuffling and layers draw with. Default: `key(0)`. */
  readonly key?: Key
  /**
   * Called after every batch and every epoch; `progressBar()` of `joinery/terminal` is one. A promise is awaited; if it
   * rejects, `fit` rejects with its error.
   */
  readonly onProgress?: (progress: Progress<NoInfer<M>>) => unknown
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
  /** The run to resume: the result of `resume(folder)`. */
  readonly resume?: Resumed<N> | Resumed | undefined
  /** Ends training after the current update; `fit` returns the state at that point. */
  readonly signal?: AbortSignal
  /** The state at the end of an earlier `fit`, from which the optimizer continues. */
  readonly trainState?: TrainState<N>
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

/** What training goes on from, and the option that holds it: of an interrupted run, with its own variables. */
const memoryOf = (
  { resume, trainState }: NormalFit<Validation, Progress, unknown>,
  variables: unknown,
): readonly [given: unknown, option: string] | null => {
  if (resume !== null) return [resume.trainState, 'resume']
  if (trainState === null) return null
  return reading('fit', 'trainState', () => [{ ...(trainState as object), variables }, 'trainState'] as const)
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
export const fit = async <
  N extends AnyLayer,
  const M extends MetricsOption = NoMetrics,
  const V extends Validation = never,
  const E extends Examples | Batches = Examples | Batches,
  const L extends NoLoss = NoLoss,
  const W extends ForOutputs<number> = ForOutputs<number>,
  const G extends SomeVariables = SomeVariables,
  const T extends Patterns = null,
  P extends string = never,
>(
  network: N,
  variables: VariablesFor<N, G>,
  examples: ExamplesFor<N, LossOf<N, L>, E>,
  options: ForOutputsIn<FitOptions<N, M, V, L, W, T, P>, N, M, L, W, T, P> = {},
): Promise<Fitted<N, Known<M>, V>> => {
  const part = asPart('fit', network)
  const trees = asVariables('fit', variables)
  const rule = readFit<Validation, Progress, TrainState<N>>(options)
  const session = rule.resume
  if (session !== null) reading('fit', 'resume', () => checkNetwork(session.folder, part, session.trainState.variables))
  const given = memoryOf(rule, variables)
  const memory = given && asTrainState('fit', rule, ...given)
  const check = (batch: Fields<{ readonly shape: readonly number[] }>): void =>
    checkTraining('fit', part, memory ?? trees, batch, rule)
  // All of this before anything is awaited: what is learnt is what was given.
  const lessonsRead = lessonsOf(part, rule, examples as Examples | Batches, check)
  type Result = Fitted<N, Known<M>, V>
  const work = async (state: RawState): Promise<Result> => {
    const lessons = await lessonsRead
    const engine = engineOf(part, rule, state, await chooseBackend(rule.backend))
    try {
      const start = await engine.begin(leavesIn(state), state.optimizer.update)
      const key = session === null ? (rule.key ?? memory?.key ?? defaultKey) : (memory?.key ?? defaultKey)
      // Training asks nothing of the network's type; its history has what the options ask for.
      return (await train(part, engine, start, lessons, rule as never, key, session)) as unknown as Result
    } finally {
      await engine.dispose()
    }
  }
  return memory === null ? holdingInitial(trees, rule, work) : holdingState(memory, work)
}
