import { type Either, flatMap, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Within } from '../base/limits.ts'
import { integer, type ParsedOptions, parameter } from '../base/options.ts'
import type { ParameterSource } from '../base/parameters.ts'
import { type Shape, sizeOf } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import { knownSize, ofRank, type Refuses, refusal } from '../core/expects.ts'
import type { Argument, Limits, NameOf, Takes } from '../core/notated.ts'
import type { VariableRule } from '../core/variables.ts'
import type { IsDivisible } from '../type-arithmetic/digits.ts'
import { image } from './inputs.ts'
import { type EpsilonWithin, epsilonOption, inverseDeviation, moments } from './norms.ts'
import type { ChannelsOf } from './window.ts'

const callee = { kind: 'GroupNorm', example: 'GroupNorm(4)' } as const

/** The options of {@link GroupNorm}. */
export interface GroupNormOptions<Name extends string = string, Epsilon extends number = number>
  extends NameOption<Name> {
  /** The initial shift, of shape [1, 1, 1, channels]. Default: 0. */
  readonly beta?: ParameterSource
  /** The initial scale, of shape [1, 1, 1, channels]. Default: 1. */
  readonly gamma?: ParameterSource
  /** Added to the variance. Default: 1e-5. */
  readonly epsilon?: EpsilonWithin<Epsilon, typeof callee>
}

const divided = {
  expected: 'channels that {groups} groups divide',
  remedy: 'Use a number of groups that divides {channels}.',
} as const

interface Normal extends ParsedOptions<GroupNormOptions> {
  readonly nGroups: number
}

/** The type of {@link GroupNorm}: [batch, rows, cols, channels] → the same. */
export interface GroupNorm<Groups extends number, Name extends string> extends Leaf<Name, 'params'>, Normal {
  readonly kind: 'GroupNorm'
  readonly nGroups: Groups
  readonly ' out': this[' in'] extends readonly [unknown, unknown, unknown, infer C extends number]
    ? IsDivisible<C, Groups> extends true
      ? this[' in']
      : Refuses<'GroupNorm', typeof divided, this[' in'], { groups: Groups; channels: C }>
    : number[] extends this[' in']
      ? number[]
      : Refuses<'GroupNorm', typeof image, this[' in']>
  readonly ' params': { readonly [_ in 'gamma' | 'beta']: Tensor<[1, 1, 1, ChannelsOf<this[' in']>]> }
}

interface GroupNormRow extends Takes<readonly [number], GroupNormOptions, Limits<'count', { epsilon: 'notNegative' }>> {
  readonly ' made': GroupNorm<Argument<this[' given'], 0, number>, NameOf<this[' options'], 'group-norm-{}'>>
}

/** The constructor of {@link GroupNorm}. */
export interface GroupNormConstructor {
  readonly ' row'?: GroupNormRow
  <const Groups extends number, const Name extends string = 'group-norm-{}', const Epsilon extends number = number>(
    /** the number of groups of channels */
    nGroups: Within<Groups, 'count', typeof callee, 'nGroups'> & Groups,
    /** the initial scale and shift, epsilon, and the name */
    options?: GroupNormOptions<Name, Epsilon>,
  ): GroupNorm<Groups, Name>
}

const normalizedShape = ({ nGroups: groups }: Normal, input: Shape | null): Either<Fault, Shape | null> =>
  flatMap(ofRank(image, input), ([, , , channels = null]) =>
    channels === null || channels % groups === 0 ? right(input) : refusal(divided, input, { groups, channels }),
  )

/** The rule of a factor or shift for each channel. */
const perChannel =
  (name: 'beta' | 'gamma') =>
  (options: Normal, input: Shape | null): Either<Fault, VariableRule> =>
    flatMap(knownSize(input, 3, 'channels', 'Input([28, 28, 8])'), channels =>
      right({ shape: [1, 1, 1, channels], initial: options[name] }),
    )

/**
 * Group normalization (Wu and He 2018): `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and (biased)
 * variance of each example over rows, columns and a group of adjacent channels. Training and inference are the same.
 *
 * Shape: [batch, rows, cols, channels] → the same.
 *
 * Variables: `gamma` and `beta`, both [1, 1, 1, channels].
 *
 * @param nGroups the number of groups of channels
 * @param options the initial scale and shift, epsilon, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional, or the groups do not divide its
 *   channels
 * @throws WeightInitializationError, from `init`, if the number of input channels is unknown
 * @category Normalization
 * @see `GroupNormalization` in Keras; `GroupNorm` in PyTorch; `GroupNorm` in NeuPy
 * @example
 * ```ts
 * const network = join(Input([8, 8, 16]), Convolution([3, 3, 8]), GroupNorm(4), Relu())
 * String(network) // (?, 8, 8, 16) -> [... 4 layers ...] -> (?, 6, 6, 8)
 * ```
 */
export const GroupNorm: GroupNormConstructor = defineLayer({
  ...callee,
  positional: ['nGroups'],
  options: {
    nGroups: { codec: integer(1) },
    beta: { codec: parameter, default: 0 },
    gamma: { codec: parameter, default: 1 },
    epsilon: epsilonOption(1e-5),
  },
  shape: normalizedShape,
  variables: { gamma: perChannel('gamma'), beta: perChannel('beta') },
  forward: ({ nGroups, epsilon }, ops, x, { gamma, beta }) => {
    const shape = ops.shape(x)
    const [batch = null, rows = null, cols = null, channels = null] = shape
    const groups = ops.reshape(x, [batch, sizeOf([rows, cols]), nGroups, (channels ?? Number.NaN) / nGroups])
    const { centred, variance } = moments(ops, groups, [1, 3])
    const normalized = ops.multiply(centred, inverseDeviation(ops, variance, epsilon))
    return [ops.add(ops.multiply(ops.reshape(normalized, shape), gamma), beta), {}]
  },
})
