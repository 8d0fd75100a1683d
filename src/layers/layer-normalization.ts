import { left, right } from 'fp-ts/lib/Either.js'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import { number, optionalParameter, parameter } from '../core/options.ts'
import { type Mismatch, type Shape, type Show, showShape } from '../core/shape.ts'
import type { Parameter, ParameterSource, Tensor } from '../core/variables.ts'

// Each place is normalized by its own last axis; training and inference are alike.

/** The options of {@link LayerNorm}. */
export interface LayerNormOptions<
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
> extends NameOption<Name> {
  /** The initial factor, of shape [features]. Default: 1. */
  readonly gamma?: ParameterSource
  /** The initial shift, of shape [features], or `null` for none. Default: 0. */
  readonly beta?: B
  /** Added to the variance. Default: 1e-5. */
  readonly epsilon?: number
}

type Last<I> = I extends readonly [unknown, ...unknown[], infer F extends number] ? F : number

/** A layer normalization as a type: [batch, ..., features] in, the same out. */
export interface LayerNorm<B, Name extends string> extends Leaf<Name> {
  readonly kind: 'LayerNorm'
  readonly gamma: Parameter
  readonly beta: Parameter | null
  readonly epsilon: number
  readonly '~out': this['~in'] extends readonly [unknown]
    ? Mismatch<`LayerNorm expects an input [batch, ..., features], got ${Show<this['~in']>}`>
    : this['~in']
  readonly '~source': never
  readonly '~params': [B] extends [null]
    ? { readonly [_ in 'gamma']: Tensor<[Last<this['~in']>]> }
    : { readonly [_ in 'gamma' | 'beta']: Tensor<[Last<this['~in']>]> }
  readonly '~state': never
}

/** The constructor of {@link LayerNorm}. */
export type LayerNormConstructor = <
  B extends ParameterSource | null = number,
  const Name extends string = 'layer-norm-{}',
>(
  options?: LayerNormOptions<B, Name>,
) => LayerNorm<B, Name>

const perFeature = (initial: Parameter, input: Shape | null) => {
  const features = input?.at(-1) ?? null
  return features === null
    ? left({
        expected: 'a known number of features, the last dimension',
        got: showShape(input),
        remedy: 'Start the network with an Input whose last dimension is given, such as Input(10).',
      })
    : right({ shape: [features], initial })
}

/**
 * Layer normalization (Ba et al. 2016): `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and (biased)
 * variance over the last axis.
 *
 * Variables: `gamma` [features] and, unless it is `null`, `beta` [features].
 *
 * @throws InvalidOption when an option is not what its description says
 * @throws LayerConnectionError, from `join`, when the input has no axis beside the batch
 * @throws WeightInitializationError, from `init`, when the number of features is unknown
 * @example
 * ```ts
 * String(join(Input([7, 16]), LayerNorm())) // (?, 7, 16) -> [... 2 layers ...] -> (?, 7, 16)
 * ```
 */
export const LayerNorm: LayerNormConstructor = defineLayer({
  kind: 'LayerNorm',
  example: 'LayerNorm({ epsilon: 1e-5 })',
  options: {
    gamma: { codec: parameter, default: 1 },
    beta: { codec: optionalParameter, default: 0 },
    epsilon: { codec: number('a number >= 0', epsilon => epsilon >= 0), default: 1e-5 },
  },
  shape: (_, input) =>
    input === null || input.length > 1
      ? right(input)
      : left({
          expected: 'an input [batch, ..., features]',
          got: showShape(input),
          remedy: 'Give the Input at least one dimension.',
        }),
  variables: {
    gamma: ({ gamma }, input) => perFeature(gamma, input),
    beta: ({ beta }, input) => (beta === null ? right(null) : perFeature(beta, input)),
  },
  forward: ({ beta: optional, epsilon }, ops, x, { gamma, beta }) => {
    const last = [ops.shape(x).length - 1]
    const centred = ops.subtract(x, ops.mean(x, last, true))
    const variance = ops.mean(ops.square(centred), last, true)
    const factor = ops.multiply(ops.rsqrt(ops.add(variance, ops.constant(epsilon))), gamma)
    const y = ops.multiply(centred, factor)
    return [optional === null ? y : ops.add(y, beta), {}]
  },
})
