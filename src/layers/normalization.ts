import { type Either, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { type Fault, LayerConnectionError } from '../base/errors.ts'
import type { Limited, LimitedBy, Offered, OrNull, RefusesAnyAxes } from '../base/limits.ts'
import { areDistinct, listOf, oneOf, orNull, type ParsedOptions, parameter, part } from '../base/options.ts'
import type { ParameterSource } from '../base/parameters.ts'
import { type Alike, fromStart, type Shape, showShape, sizeOf } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { eachStep, undecodable } from '../core/decoding.ts'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import { faultOf, refusal } from '../core/expects.ts'
import type { Mode } from '../core/layer.ts'
import type { Limits, NameOf, OptionAs, OptionOf, Takes } from '../core/notated.ts'
import type { VariableRule } from '../core/variables.ts'
import { type EpsilonWithin, epsilonOption, inverseDeviation, moments } from './norms.ts'

/** The running statistic beside the mean. */
type Running = 'variance' | 'inverseDeviation'

/** What axes of `null` are. */
const allButLast = 'all axes but the last'
const expectedAxes = 'an array of different integers'
type AxesWithin<Axes> = LimitedBy<
  RefusesAnyAxes<Axes>,
  Axes,
  typeof callee,
  'axes',
  OrNull<typeof expectedAxes, typeof allButLast>
>
/** Why there is no initial value of the running statistic that is not averaged. */
const notAveraged = {
  runningVariance: {
    expected: "none with running: 'inverseDeviation'",
    remedy: 'Give runningInvStd, or leave out running.',
  },
  runningInvStd: {
    expected: "none with running: 'variance'",
    remedy: "Give runningVariance, or running: 'inverseDeviation'.",
  },
} as const
/** The initial value of a running statistic, which only one `Kind` averages: 1 is that of any other. */
type Averaging<Kind, Of extends Running> = Kind extends Of ? ParameterSource : 1 | NotAveraged<Averaged[Of]>
type NotAveraged<Option extends keyof typeof notAveraged> =
  `BatchNorm, ${Option}: expected ${(typeof notAveraged)[Option]['expected']}, got one. ${(typeof notAveraged)[Option]['remedy']}`
const callee = { kind: 'BatchNorm', example: 'BatchNorm({ alpha: 0.1 })' } as const

/** The options of {@link BatchNorm}. */
export interface BatchNormOptions<
  Axes extends readonly number[] | null = readonly number[] | null,
  Name extends string = string,
  Kind extends Running = Running,
  Alpha extends number = number,
  Epsilon extends number = number,
> extends NameOption<Name> {
  /** The axes to average over; negative ones count from the end. Default, or `null`: all but the last. */
  readonly axes?: AxesWithin<Axes>
  /** The weight of a new batch in the running statistics, from 0 to 1. Default: 0.1. */
  readonly alpha?: Limited<Alpha, 'part', typeof callee, 'alpha'>
  /** Added to the variance. Default: 1e-5. */
  readonly epsilon?: EpsilonWithin<Epsilon, typeof callee>
  /** The initial shift. Default: 0. */
  readonly beta?: ParameterSource
  /** The initial scale. Default: 1. */
  readonly gamma?: ParameterSource
  /**
   * The running statistic beside the mean. Default: `'variance'`. `'inverseDeviation'` averages
   * `1 / sqrt(variance + epsilon)` of each batch, as NeuPy does. Use it only with NeuPy's weights: one batch with
   * nearly equal values has an inverse deviation of up to 316, and outweighs all others in inference.
   */
  readonly running?: Offered<Kind, Running>
  /** The initial running mean. Default: 0. */
  readonly runningMean?: ParameterSource
  /** The initial running variance. Default: 1. */
  readonly runningVariance?: Averaging<Kind, 'variance'>
  /** The initial running inverse deviation, with `running: 'inverseDeviation'`. Default: 1. */
  readonly runningInvStd?: Averaging<Kind, 'inverseDeviation'>
}

const withAxes = { expected: 'an input that has the axes {axes}', remedy: 'Use axes from 0 to {last}.' } as const
const differing = {
  expected: 'distinct axes',
  remedy: 'Name each axis once, counted from the start or from the end.',
} as const
const knownDimensions = {
  expected: 'known dimensions along the axes that are not averaged over',
  remedy: 'Give the Input these dimensions, and let the axes contain 0, the batch.',
} as const
const batch = {
  expected: 'a batch with at least one value for each mean, of known size in training',
  remedy: 'Leave empty batches out of training.',
} as const

interface Normal extends ParsedOptions<BatchNormOptions> {}

/** The type of {@link BatchNorm}: any shape → the same; variables have 1 along the reduced axes. */
export interface BatchNorm<Axes, Name extends string, Kind extends Running = 'variance'>
  extends Leaf<Name, 'both'>,
    Normal {
  readonly kind: 'BatchNorm'
  readonly running: Kind
  readonly ' out': Alike<'BatchNorm', this[' in']>
  readonly ' params': Statistics<this[' in'], Axes, 'gamma' | 'beta'>
  readonly ' state': Statistics<this[' in'], Axes, 'runningMean' | Averaged[Kind]>
}
/** The variable of the running statistic. */
interface Averaged {
  readonly variance: 'runningVariance'
  readonly inverseDeviation: 'runningInvStd'
}
type Statistics<I, Axes, Names extends string> =
  Kept<I, Axes> extends infer S extends number[] ? { readonly [_ in Names]: Tensor<S> } : never
type Kept<I, Axes> = Axes extends null
  ? I extends readonly [unknown, unknown, unknown, infer C]
    ? [1, 1, 1, C]
    : I extends readonly [...infer Rest, infer C]
      ? [...Ones<Rest>, C]
      : number[]
  : Axes extends readonly number[]
    ? `${Axes[number]}` extends `-${number}`
      ? number[]
      : { -readonly [K in keyof I]: K extends `${Axes[number]}` ? 1 : I[K] }
    : number[]
type Ones<S extends readonly unknown[]> = { -readonly [K in keyof S]: 1 }

interface BatchNormRow
  extends Takes<
    readonly [],
    BatchNormOptions,
    Limits<
      null,
      {
        axes: 'anyAxes'
        alpha: 'part'
        epsilon: 'notNegative'
        runningVariance: 'variance'
        runningInvStd: 'inverseDeviation'
      },
      string
    >
  > {
  readonly ' made': BatchNorm<
    OptionOf<this[' options'], 'axes', null>,
    NameOf<this[' options'], 'batch-norm-{}'>,
    OptionAs<this[' options'], 'running', Running, 'variance'>
  >
}

/** The constructor of {@link BatchNorm}. */
export interface BatchNormConstructor {
  readonly ' row'?: BatchNormRow
  <
    const Axes extends readonly number[] | null = null,
    const Name extends string = 'batch-norm-{}',
    const Kind extends Running = 'variance',
    const Alpha extends number = number,
    const Epsilon extends number = number,
  >(
    /** the axes, the rate of the running statistics, epsilon, the initial values, and the name */
    options?: BatchNormOptions<Axes, Name, Kind, Alpha, Epsilon>,
  ): BatchNorm<Axes, Name, Kind>
}

const axesOption: t.Type<readonly number[] | null, unknown, unknown> = orNull(
  listOf<number>(expectedAxes, Number.isSafeInteger, { check: areDistinct }),
  allButLast,
)

const reducedAxes = (axes: readonly number[] | null, rank: number): readonly number[] =>
  axes === null ? Array.from({ length: rank - 1 }, (_, i) => i) : axes.map(axis => fromStart(axis, rank))

const normalizedShape = ({ axes }: Normal, input: Shape | null): Either<Fault, Shape | null> => {
  if (input === null || axes === null) return right(input)
  const reduced = reducedAxes(axes, input.length)
  if (reduced.some(axis => axis < 0 || axis >= input.length))
    return refusal(withAxes, input, { axes: axes.join(', '), last: input.length - 1 })
  return new Set(reduced).size < reduced.length ? refusal(differing, input) : right(input)
}

/** The rule of a variable: the input's shape with 1 for each reduced axis. */
const statistic =
  (name: 'beta' | 'gamma' | 'runningMean' | 'runningVariance' | 'runningInvStd', trainable: boolean) =>
  (options: Normal, input: Shape | null): Either<Fault, VariableRule> => {
    const reduced = reducedAxes(options.axes, input?.length ?? 0)
    const shape = input?.map((d, i) => (reduced.includes(i) ? 1 : d))
    return shape?.every(d => d !== null)
      ? right({ shape, initial: options[name], trainable })
      : refusal(knownDimensions, input)
  }
/** The rule of a running statistic, if it is the one that is averaged. */
const averaged = (name: 'runningVariance' | 'runningInvStd', running: Running) => {
  const rule = statistic(name, false)
  return (options: Normal, input: Shape | null): Either<Fault, VariableRule | null> =>
    options.running === running ? rule(options, input) : right(null)
}

/** The number of values that each statistic of a batch is computed from. */
const countOf = (shape: Shape, over: readonly number[], { layer = 'BatchNorm' }: Mode): number => {
  const count = sizeOf(over.map(axis => shape[axis] ?? null))
  if (count) return count
  throw new LayerConnectionError({ layer, ...faultOf(batch, showShape(shape)) })
}

/**
 * Batch normalization (Ioffe and Szegedy 2015): `gamma (x - mean) / sqrt(variance + epsilon) + beta`.
 *
 * In training, mean and (biased) variance are those of the batch, and the new state has the running statistics:
 * `running = (1 - alpha) running + alpha batch`, of the mean and of the unbiased variance, `n / (n - 1)` times the
 * biased one, as in the paper (algorithm 2) and in PyTorch. In inference, the running statistics are used. A batch with
 * one value per mean has no variance: it is normalized with the running statistics, even in training, and does not
 * change them.
 *
 * With `running: 'inverseDeviation'`, the running average is that of the inverse of the biased deviation instead of the
 * variance.
 *
 * Shape: any shape → the same.
 *
 * Variables: parameters `gamma` and `beta`, state `runningMean` and `runningVariance` (or `runningInvStd`), all of the
 * input's shape with 1 along the axes.
 *
 * @param options the axes, the rate of the running statistics, epsilon, the initial values, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input has no such axis; at run time, in training on an empty batch
 * @throws WeightInitializationError, from `init`, if a dimension of the variables is unknown
 * @category Normalization
 * @see `BatchNormalization` in Keras; `BatchNorm2d` in PyTorch; `BatchNorm` in NeuPy
 * @example
 * ```ts
 * const network = join(Input([28, 28, 1]), Convolution([3, 3, 16]), BatchNorm(), Relu())
 * Object.keys(init(network, key(0)).state['batch-norm-1']) // ['runningMean', 'runningVariance']
 * ```
 */
export const BatchNorm: BatchNormConstructor = defineLayer({
  ...callee,
  options: {
    axes: { codec: axesOption, default: null },
    alpha: { codec: part, default: 0.1 },
    beta: { codec: parameter, default: 0 },
    gamma: { codec: parameter, default: 1 },
    epsilon: epsilonOption(1e-5),
    running: { codec: oneOf(['variance', 'inverseDeviation']), default: 'variance' },
    runningMean: { codec: parameter, default: 0 },
    runningVariance: { codec: parameter, default: 1 },
    runningInvStd: { codec: parameter, default: 1 },
  },
  check: ({ running, runningVariance, runningInvStd }) => {
    const option = running === 'variance' ? 'runningInvStd' : 'runningVariance'
    const given = running === 'variance' ? runningInvStd : runningVariance
    return given === 1 ? undefined : { option, ...notAveraged[option], got: 'one' }
  },
  shape: normalizedShape,
  variables: {
    runningMean: statistic('runningMean', false),
    runningVariance: averaged('runningVariance', 'variance'),
    runningInvStd: averaged('runningInvStd', 'inverseDeviation'),
    gamma: statistic('gamma', true),
    beta: statistic('beta', true),
  },
  // In inference it is the same for all elements along the axes.
  decode: ({ axes }, inputs, steps) => {
    const [input = null] = inputs
    return reducedAxes(axes, input?.length ?? 3).includes(1) ? eachStep(inputs, steps) : undecodable(inputs)
  },
  forward: ({ axes, alpha, epsilon, running }, ops, x, variables, mode) => {
    const { runningMean, runningVariance, runningInvStd, gamma, beta } = variables
    type T = typeof x
    const scaled = (centred: T, invStd: T): T => ops.add(ops.multiply(centred, ops.multiply(invStd, gamma)), beta)
    const over = reducedAxes(axes, ops.shape(x).length)
    const count = mode.training ? countOf(ops.shape(x), over, mode) : 1
    if (count === 1) {
      const invStd = running === 'variance' ? inverseDeviation(ops, runningVariance, epsilon) : runningInvStd
      return [scaled(ops.subtract(x, runningMean), invStd), {}]
    }
    const { mean, centred, variance } = moments(ops, x, over)
    const invStd = inverseDeviation(ops, variance, epsilon)
    const average = (before: T, batch: T, weight = alpha): T =>
      ops.add(ops.multiply(before, ops.constant(1 - alpha)), ops.multiply(batch, ops.constant(weight)))
    return [
      scaled(centred, invStd),
      {
        runningMean: average(runningMean, mean),
        ...(running === 'variance'
          ? { runningVariance: average(runningVariance, variance, (alpha * count) / (count - 1)) }
          : { runningInvStd: average(runningInvStd, invStd) }),
      },
    ]
  },
})
