import { chooseBackend } from '../backends/choose.ts'
import { type Key, key as keyOf } from '../base/random.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart } from '../network/parts.ts'
import type { Variables, VariablesFor } from '../network-types/named.ts'
import { asVariables, reading } from '../state/given.ts'
import type { Examples, Fields } from './batches.ts'
import { engineOf, leavesIn, type RawState } from './engine.ts'
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
  holdingInitial,
  holdingState,
  type Measured,
  type MetricsOption,
  type NoMetrics,
  type Report,
  type Reported,
  type TrainingRule,
  type TrainState,
} from './step.ts'
import { asTrainState } from './train-state.ts'

const defaultKey = keyOf(0)

/** What `onProgress` is told: after every batch, and at the end of every epoch. */
export interface Progress<M extends MetricsOption = []> {
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
> extends TrainingRule<M> {
  /** How often the examples are gone through. Default: 1. */
  readonly epochs?: number
  /**
   * How many examples an update sees; the last one of an epoch may see fewer. `null`: all at once. Default: 32. A dataset of
   * batches has its own.
   */
  readonly batchSize?: number | null
  /** Whether the last batch of an epoch is left out where it is smaller. Default: false. */
  readonly dropLast?: boolean
  /**
   * Whether examples may hold NaN, as padding that layers mask does. Otherwise it is an error that names row and column, unless
   * a `mask` is given. Default: true; `dataset(...).batch` has the same option, where it is false by default.
   */
  readonly allowNaN?: boolean
  /** Whether each epoch goes through the examples in an order of its own. Default: true. A dataset has its own order. */
  readonly shuffle?: boolean
  /**
   * Examples on which loss and metrics are measured after every epoch: `{ x, y }`, a dataset, or `{ part: 0.2 }`, the last
   * part of the examples, which is then not learnt from.
   */
  readonly validation?: V
  /** What shuffling and layers draw with. Default: `key(0)`. */
  readonly key?: Key
  /**
   * Called after every batch and every epoch; `progressBar()` of `joinery/terminal` is one. A promise is awaited before
   * training goes on, and what it fails with ends the call.
   */
  readonly onProgress?: (progress: Progress<NoInfer<M>>) => unknown
  /** What observes training, and may return `stop`. A function alone is told of epochs. */
  readonly callbacks?:
    | Callback
    | readonly (Callback | NonNullable<Callback['epoch']>)[]
    | NonNullable<Callback['epoch']>
  /** Ends training when it no longer gets better, and gives the best variables back. Default: it does not. */
  readonly earlyStopping?: EarlyStopping | boolean
  /** Makes the learning rate smaller when training no longer gets better. Default: it does not. */
  readonly reduceOnPlateau?: ReduceOnPlateau | boolean
  /**
   * Whether training ends when the loss or a gradient is no longer finite. What comes back is the last good state, and
   * `stopped` names the update, the batch and the first layer whose output or gradient is not finite. Default: false.
   */
  readonly terminateOnNaN?: boolean
  /** Where, and how often, all of training is saved. Default: nowhere. */
  readonly checkpoint?: Checkpoint
  /** Where an interrupted run goes on: what `resume(folder)` gave. */
  readonly resume?: Resumed<N> | Resumed | undefined
  /** Ends training after the update under way; what has been reached is given back. */
  readonly signal?: AbortSignal
  /** Where an earlier `fit` ended: the optimizer goes on with what it remembers. */
  readonly trainState?: TrainState<N>
}

/**
 * The loss and each metric by name, a value for each epoch: `loss`, `accuracy` as training saw them, and with validation
 * examples `validationLoss`, `validationAccuracy` after the epoch.
 */
export type History<M extends MetricsOption = [], V = never> = Readonly<Record<string, readonly Reported<M>[]>> & {
  readonly loss: readonly number[]
} & { readonly [Name in keyof Measured<M>]: readonly Measured<M>[Name][] } & Validated<V, M>
/** Names after validation; none where there are no validation examples. */
type Validated<V, M extends MetricsOption> = [V] extends [never]
  ? unknown
  : { readonly validationLoss: readonly number[] } & {
      readonly [Name in keyof Measured<M> & string as `validation${Capitalize<Name>}`]: readonly Measured<M>[Name][]
    }

/** What {@link fit} gives. */
export interface Fitted<N extends AnyLayer, M extends MetricsOption = [], V = never> {
  /** The last ones, or the best ones where `earlyStopping` is asked for. */
  readonly variables: Variables<N>
  readonly history: History<M, V>
  /** From which training can go on: the state after the last update. */
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
 * Trains a network: goes through the examples batch by batch, epoch by epoch, and changes the parameters so that the loss
 * becomes small. A pure function: its arguments stay as they are, and the same arguments give the same bits. Where it
 * fails, nothing is left behind.
 *
 * @param variables where training starts: `init(network, key)`, or what an earlier `fit` gave
 * @param examples `x` and `y`, one row for each example, several inputs or outputs as tuples, with `weights` and `mask`
 *   where examples count differently; or a dataset of such examples or batches, which may be larger than memory
 * @param options see {@link FitOptions}; `loss` (default `mse`), `optimizer` (default `adam()`), `metrics`, `epochs` (1),
 *   `batchSize` (32), `shuffle` (true), `validation`, `key` (`key(0)`), `onProgress`, `callbacks`, …
 * @throws InvalidOption when an option is wrong, or x and y do not have as many rows
 * @throws LayerConnectionError when the examples do not fit the network, or the loss what comes out
 * @throws WeightInitializationError when the variables are not the network's
 * @throws DataError when an example is NaN and may not be
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
export const fit = async <N extends AnyLayer, const M extends MetricsOption = NoMetrics, V extends Validation = never>(
  network: N,
  variables: VariablesFor<NoInfer<N>>,
  examples: Examples | Batches,
  options: FitOptions<N, M, V> = {},
): Promise<Fitted<N, M, V>> => {
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
  const lessonsRead = lessonsOf(part, rule, examples, check)
  const work = async (state: RawState): Promise<Fitted<N, M, V>> => {
    const lessons = await lessonsRead
    const engine = engineOf(part, rule, state, await chooseBackend(rule.backend))
    try {
      const start = await engine.begin(leavesIn(state), state.optimizer.update)
      const key = session === null ? (rule.key ?? memory?.key ?? defaultKey) : (memory?.key ?? defaultKey)
      // Training asks nothing of the network's type; its history has what the options ask for.
      return (await train(part, engine, start, lessons, rule as never, key, session)) as unknown as Fitted<N, M, V>
    } finally {
      await engine.dispose()
    }
  }
  return memory === null ? holdingInitial(trees, rule, work) : holdingState(memory, work)
}
