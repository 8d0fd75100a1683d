import { right } from 'fp-ts/lib/Either.js'
import type { ParameterSource } from '../base/parameters.ts'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import { refusal } from '../core/expects.ts'
import type { InitialOf, Limits, NameOf, Takes } from '../core/notated.ts'
import type { Along } from './feature-axes.ts'
import type { Between, Same } from './inputs.ts'
import { alongAxes } from './layer-normalization.ts'
import { type EpsilonWithin, type FactorAndShift, type NormalNorm, normalized, normOptions } from './norms.ts'

const callee = { kind: 'InstanceNorm', example: 'InstanceNorm({ epsilon: 1e-5 })' } as const

/** The options of {@link InstanceNorm}. */
export interface InstanceNormOptions<
  G extends ParameterSource | null = ParameterSource | null,
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
  Epsilon extends number = number,
> extends NameOption<Name> {
  /** The initial scale, of shape [channels], or `null` for none. Default: 1. */
  readonly gamma?: G
  /** The initial shift, of shape [channels], or `null` for none. Default: 0. */
  readonly beta?: B
  /** Added to the variance. Default: 1e-5. */
  readonly epsilon?: EpsilonWithin<Epsilon, typeof callee>
}

const between = {
  expected: 'an input [batch, ..., channels] with axes between them',
  remedy: 'Give the Input at least two dimensions, or use LayerNorm().',
} as const

/** The type of {@link InstanceNorm}: [batch, ..., channels] → the same. */
export interface InstanceNorm<G = number, B = number, Name extends string = 'instance-norm-{}'>
  extends Leaf<Name>,
    NormalNorm {
  readonly kind: 'InstanceNorm'
  readonly ' out': Same<'InstanceNorm', typeof between, this[' in'], Between>
  readonly ' params': FactorAndShift<G, B, Along<this[' in'], readonly [-1]>>
}

interface InstanceNormRow extends Takes<readonly [], InstanceNormOptions, Limits<null, { epsilon: 'notNegative' }>> {
  readonly ' made': InstanceNorm<
    InitialOf<this[' options'], 'gamma'>,
    InitialOf<this[' options'], 'beta'>,
    NameOf<this[' options'], 'instance-norm-{}'>
  >
}

/** The constructor of {@link InstanceNorm}. */
export interface InstanceNormConstructor {
  readonly ' row'?: InstanceNormRow
  <
    G extends ParameterSource | null = number,
    B extends ParameterSource | null = number,
    const Name extends string = 'instance-norm-{}',
    const Epsilon extends number = number,
  >(
    /** the initial scale and shift or `null` for none, epsilon, and the name */
    options?: InstanceNormOptions<G, B, Name, Epsilon>,
  ): InstanceNorm<G, B, Name>
}

/**
 * Instance normalization (Ulyanov et al. 2016): `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and
 * (biased) variance of each channel of each example over the axes between batch and channels. Training and inference
 * are the same.
 *
 * Shape: [batch, ..., channels] → the same.
 *
 * Variables, unless they are `null`: `gamma` and `beta` [channels].
 *
 * @param options the initial scale and shift or `null` for none, epsilon, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if there are no axes between batch and channels
 * @throws WeightInitializationError, from `init`, if the number of channels is unknown
 * @category Normalization
 * @see `GroupNormalization(groups=-1)` in Keras; `InstanceNorm1d`, `2d`, `3d` (no `affine` by default) in PyTorch
 * @example
 * ```ts
 * const network = join(Input([8, 8, 3]), Convolution([3, 3, 16]), InstanceNorm(), Relu())
 * String(network) // (?, 8, 8, 3) -> [... 4 layers ...] -> (?, 6, 6, 16)
 * ```
 */
export const InstanceNorm: InstanceNormConstructor = defineLayer({
  ...callee,
  options: normOptions,
  shape: (_, input) => (input === null || input.length > 2 ? right(input) : refusal(between, input)),
  variables: {
    gamma: ({ gamma }, input) => alongAxes([-1], gamma, input),
    beta: ({ beta }, input) => alongAxes([-1], beta, input),
  },
  forward: (options, ops, x, variables) => {
    const over = ops.shape(x).map((_, axis) => axis)
    return [normalized(ops, x, over.slice(1, -1), options, variables), {}]
  },
})
