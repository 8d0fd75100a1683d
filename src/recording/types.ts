import type { Tensor } from '../base/tensor.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Computed } from '../functions/given.ts'
import type { GradientNorms } from '../introspection/index.ts'
import type { InputOf, TensorsOf } from '../network-types/compose.ts'
import type { ParamsOf, Variables } from '../network-types/named.ts'
import type { VariablesByNetwork } from '../network-types/networks.ts'
import type { Patterns } from '../network-types/patterns.ts'
import type { Location } from '../storage/disk.ts'
import type { Examples } from '../training/batches.ts'
import type { ForOutputsIn } from '../training/by-output.ts'
import type { ExamplesFor } from '../training/examples.ts'
import type { FitOptions, Fitted, FittedByRules, RulesFitOptions } from '../training/fit.ts'
import type { Validation } from '../training/loops/lessons.ts'
import type { Culprit } from '../training/loops/not-finite.ts'
import type { BatchOf } from '../training/rules/data.ts'
import type { RulesReport } from '../training/rules/rule.ts'
import type { AnyBatches } from '../training/source.ts'
import type {
  ForOutputs,
  Known,
  LossOf,
  LossOption,
  Metrics,
  MetricsOption,
  NoLoss,
  Report,
  RulesState,
  TrainState,
} from '../training/step.ts'

// What a recorded run gives, for the compiler.

/** How often a run is recorded, and where its frames are kept. */
export interface RecordingOptions {
  /** How many updates there are between two frames. Default: 100. */
  readonly every?: number
  /**
   * How many frames are kept at most, those of the start and the end included; if there are more, every other one is dropped.
   * `Infinity` keeps all. Default: 16.
   */
  readonly keep?: number
  /** A folder for the frames, a path or a `file:` URL, in which they are checkpoints. Default: they are kept in memory. */
  readonly folder?: Location
}

/** The options of {@link recorded}: those of `fit`, and how the run is recorded. */
export interface RecordedOptions<
  N extends AnyLayer = AnyLayer,
  M extends MetricsOption = MetricsOption,
  V extends Validation = Validation,
  L extends NoLoss = LossOption,
  W extends ForOutputs<number> = ForOutputs<number>,
  T extends Patterns = Patterns,
  P extends string = string,
> extends FitOptions<N, M, V, L, W, T, P>,
    RecordingOptions {}

/** What may be other in a fork: every option, and the data. */
export interface ForkOptions<
  N extends AnyLayer = AnyLayer,
  M extends MetricsOption = MetricsOption,
  V extends Validation = Validation,
  L extends NoLoss = LossOption,
  W extends ForOutputs<number> = ForOutputs<number>,
  T extends Patterns = Patterns,
  P extends string = string,
  E extends Examples | AnyBatches = Examples | AnyBatches,
> extends Omit<RecordedOptions<N, M, V, L, W, T, P>, 'resume' | 'trainState'> {
  /** Other data to learn from. */
  readonly data?: ExamplesFor<N, LossOf<N, L>, E>
}

/** What may be other in a fork of a run by rules. */
export interface RulesForkOptions<NS, D, R, V = never>
  extends Partial<Omit<RulesFitOptions<NS, D, R, V>, 'resume' | 'trainState'>>,
    RecordingOptions {
  /** Other data to learn from. */
  readonly data?: D
}

/** Where {@link Recording.firstNotFinite} looks. */
export interface NotFiniteOptions {
  /**
   * Whether to make every update again, from the first frame on. Otherwise those between the last frame with finite variables and
   * the first sign of others: it misses gradients that leave no trace, as they are clipped or skipped. Default: false.
   */
  readonly exhaustive?: boolean
}

/** A value that is not finite. */
export interface NotFiniteValue {
  readonly what: 'loss' | 'gradient' | 'variable'
  /** Of a gradient: the rule, where rules have names. */
  readonly rule?: string
  /** Of a gradient or variable; those of several networks begin with the name of the network. */
  readonly layer?: string
  readonly name?: string
}

/** An update with values that are not finite. */
export interface NotFinite {
  readonly update: number
  /** Counted from 1. */
  readonly epoch: number
  /** The batch of the epoch, counted from 1. */
  readonly batch: number
  /** The loss and gradients of the update, and the variables after it, as far as they are not finite. */
  readonly values: readonly NotFiniteValue[]
  /** What is not finite first, in the order in which the network runs: an example, the output of a layer, a gradient. */
  readonly culprit: Culprit | undefined
  /** As a sentence. */
  readonly message: string
}

/** What every recorded run has. */
export interface Recording {
  readonly kind: 'Recording'
  /** The first update that can be made again, and the last one, which is undone where `terminateOnNaN` has ended the run. */
  readonly firstUpdate: number
  readonly lastUpdate: number
  /** After how many updates there is a frame, in ascending order. */
  readonly frames: readonly number[]
  /** The loss of each update that this call has made, in order, over its batch, from before the update. */
  readonly losses: Float64Array
  /**
   * The first update whose loss, gradients, or variables afterwards are not finite, and which of them; `undefined` if there is
   * none.
   *
   * @throws DataError if the data are not what they were
   */
  readonly firstNotFinite: (options?: NotFiniteOptions) => Promise<NotFinite | undefined>
}

/** An update, whatever is trained. */
interface Update<V, D, R> {
  /** Counted from 1: so many updates had been made after it. */
  readonly update: number
  /** Counted from 1. */
  readonly epoch: number
  /** The batch of the epoch, counted from 1. */
  readonly batch: number
  /** The variables before the update, and after it. */
  readonly before: V
  readonly after: V
  /** The batch, as tensors. */
  readonly data: D
  /** Over the batch, before the update, with penalties. */
  readonly loss: number
  /** The loss and the metrics. */
  readonly report: R
}

/** What the parameters of a network have that are trained: all, where no patterns name some. */
type TrainedOf<N extends AnyLayer, T> = null extends T ? ParamsOf<N> : DeepPartial<ParamsOf<N>>
type DeepPartial<P> = { readonly [Layer in keyof P]?: { readonly [Name in keyof P[Layer]]?: P[Layer][Name] } }

/** A batch as tensors. */
export interface BatchTensors<N extends AnyLayer> {
  readonly x: TensorsOf<InputOf<N>>
  /** A tuple for several outputs, as for `weights` and `mask`; none where the data have none. */
  readonly y?: Tensor | readonly Tensor[]
  readonly weights?: Tensor | readonly Tensor[]
  readonly mask?: Tensor | readonly Tensor[]
}

/** An update of a recorded run. Its tensors are the caller's. */
export interface RecordedUpdate<N extends AnyLayer, M extends MetricsOption = Metrics, T = null>
  extends Update<Variables<N>, BatchTensors<N>, Report<M>> {
  /** The gradients that the optimizer got, by layer and name. */
  readonly gradients: TrainedOf<N, T>
  /** Their Euclidean norms, of each layer and of all. */
  readonly gradientNorms: GradientNorms<TrainedOf<N, T>>
  /**
   * What the optimizer's learning rate was, `reduceOnPlateau` included; `undefined` where it has none, or several that differ.
   */
  readonly learningRate: number | undefined
  /** The state after the update, from which `fit` or `trainStep` go on. */
  readonly trainState: TrainState<N>
}

/** An update of a run by rules. What each rule has stands under its name, `rule` where there is one without a name. */
export interface RecordedRulesUpdate<NS, D, R>
  extends Update<VariablesByNetwork<NS>, Computed<BatchOf<D>>, RulesReport<R>> {
  /** The gradients that the optimizer of each rule got, by network, layer and name. */
  readonly gradients: Readonly<
    Record<
      string,
      { readonly [Name in keyof NS]?: NS[Name] extends AnyLayer ? DeepPartial<ParamsOf<NS[Name]>> : never }
    >
  >
  /** Their Euclidean norms, of each layer, `network/layer`, and of all. */
  readonly gradientNorms: Readonly<Record<string, GradientNorms<Readonly<Record<string, unknown>>>>>
  /** The learning rate of each rule. */
  readonly learningRate: Readonly<Record<string, number | undefined>>
  /** The state after the update, from which `fit` or `trainStep` go on. */
  readonly trainState: RulesState<NS>
}

/** What {@link recorded} gives: what `fit` gives, and the run itself. */
export interface Recorded<N extends AnyLayer, M extends MetricsOption = Metrics, V = never, T = null>
  extends Fitted<N, M, V>,
    Recording {
  /**
   * An update, made again to the bit.
   *
   * @param update from `firstUpdate` to `lastUpdate`
   * @throws InvalidOption if there is no such update
   * @throws DataError if the data are not what they were
   */
  readonly at: (update: number) => Promise<RecordedUpdate<N, M, T>>
  /**
   * Training goes on after an update, with other options or data: a recorded run of its own. With none, it equals this run to the
   * bit.
   *
   * @param update after how many updates, from `firstUpdate - 1` on
   * @param changes what is other than in this run
   * @throws InvalidOption if there is no such update, or an option is invalid
   * @throws DataError if the data are not what they were
   */
  readonly fork: <
    const M2 extends MetricsOption = M,
    const V2 extends Validation = Extract<V, Validation>,
    const E extends Examples | AnyBatches = Examples | AnyBatches,
    const L extends NoLoss = LossOption,
    const W extends ForOutputs<number> = ForOutputs<number>,
    const T2 extends Patterns = Extract<T, Patterns>,
    P extends string = never,
  >(
    update: number,
    changes?: ForOutputsIn<ForkOptions<N, M2, V2, L, W, T2, P, E>, N, M2, L, W, T2, P>,
  ) => Promise<Recorded<N, Known<M2>, V2, T2>>
}

/** What {@link recorded} gives of networks that rules train. */
export interface RecordedByRules<NS, D, R, V = never> extends FittedByRules<NS, R, V>, Recording {
  /** As for one network. */
  readonly at: (update: number) => Promise<RecordedRulesUpdate<NS, D, R>>
  /** As for one network. */
  readonly fork: <const R2 = R, const V2 = V>(
    update: number,
    changes?: RulesForkOptions<NS, D, R2, V2>,
  ) => Promise<RecordedByRules<NS, D, R2, V2>>
}
