import { left, right } from 'fp-ts/lib/Either.js'
import { number, optionalParameter } from '../base/options.ts'
import type { Parameter, ParameterSource } from '../base/parameters.ts'
import { type RefusedInput, showShape } from '../base/shape.ts'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import { type Along, alongAxes, type FactorAndShift } from './layer-normalization.ts'

/** The options of {@link InstanceNorm}. */
export interface InstanceNormOptions<
  G extends ParameterSource | null = ParameterSource | null,
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
> extends NameOption<Name> {
  /** The initial factor, of shape [channels], or `null` for none. Default: 1. */
  readonly gamma?: G
  /** The initial shift, of shape [channels], or `null` for none. Default: 0. */
  readonly beta?: B
  /** Added to the variance. Default: 1e-5. */
  readonly epsilon?: number
}

/** An instance normalization as a type: [batch, ..., channels] in, the same out. */
export interface InstanceNorm<G = number, B = number, Name extends string = 'instance-norm-{}'> extends Leaf<Name> {
  readonly kind: 'InstanceNorm'
  readonly gamma: Parameter | null
  readonly beta: Parameter | null
  readonly epsilon: number
  readonly '~out': this['~in'] extends readonly [unknown, unknown, unknown, ...unknown[]]
    ? this['~in']
    : number[] extends this['~in']
      ? number[]
      : RefusedInput<
          'InstanceNorm',
          'an input [batch, ..., channels] with axes between them',
          this['~in'],
          'Give the Input at least two dimensions, or use LayerNorm().'
        >
  readonly '~params': FactorAndShift<G, B, Along<this['~in'], readonly [-1]>>
}

/** The constructor of {@link InstanceNorm}. */
export type InstanceNormConstructor = <
  G extends ParameterSource | null = number,
  B extends ParameterSource | null = number,
  const Name extends string = 'instance-norm-{}',
>(
  options?: InstanceNormOptions<G, B, Name>,
) => InstanceNorm<G, B, Name>

/**
 * Instance normalization (Ulyanov et al. 2016): `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and
 * (biased) variance of each channel of each example over the axes between batch and channels. Training and inference are
 * alike.
 *
 * Variables, unless they are `null`: `gamma` and `beta` [channels].
 *
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, when there are no axes between batch and channels
 * @throws WeightInitializationError, from `init`, when the number of channels is unknown
 * @example
 * ```ts
 * const network = join(Input([8, 8, 3]), Convolution([3, 3, 16]), InstanceNorm(), Relu())
 * String(network) // (?, 8, 8, 3) -> [... 4 layers ...] -> (?, 6, 6, 16)
 * ```
 */
export const InstanceNorm: InstanceNormConstructor = defineLayer({
  kind: 'InstanceNorm',
  example: 'InstanceNorm({ epsilon: 1e-5 })',
  options: {
    gamma: { codec: optionalParameter, default: 1 },
    beta: { codec: optionalParameter, default: 0 },
    epsilon: { codec: number('a number >= 0', epsilon => epsilon >= 0), default: 1e-5 },
  },
  shape: (_, input) =>
    input === null || input.length > 2
      ? right(input)
      : left({
          expected: 'an input [batch, ..., channels] with axes between them',
          got: showShape(input),
          remedy: 'Give the Input at least two dimensions, or use LayerNorm().',
        }),
  variables: {
    gamma: ({ gamma }, input) => alongAxes([-1], gamma, input),
    beta: ({ beta }, input) => alongAxes([-1], beta, input),
  },
  forward: (options, ops, x, { gamma, beta }) => {
    const between = ops
      .shape(x)
      .map((_, axis) => axis)
      .slice(1, -1)
    const centred = ops.subtract(x, ops.mean(x, between, true))
    const variance = ops.mean(ops.square(centred), between, true)
    const invStd = ops.rsqrt(ops.add(variance, ops.constant(options.epsilon)))
    const y = ops.multiply(centred, options.gamma === null ? invStd : ops.multiply(invStd, gamma))
    return [options.beta === null ? y : ops.add(y, beta), {}]
  },
})
