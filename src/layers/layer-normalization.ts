import { type Either, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { Fault } from '../base/errors.ts'
import { areDistinct, listOf, type ParsedOptions } from '../base/options.ts'
import type { Parameter, ParameterSource } from '../base/parameters.ts'
import type { Alike, Listed, Shape } from '../base/shape.ts'
import { besideSteps } from '../core/decoding.ts'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import { type Refuses, refusal } from '../core/expects.ts'
import type { InitialOf, Limits, NameOf, OptionAs, Takes } from '../core/notated.ts'
import type { VariableRule } from '../core/variables.ts'
import {
  type Along,
  type AxesWithin,
  axesFromStart,
  besideOthers,
  expectedAxes,
  type HasAxes,
  hasAxes,
  isFeatureAxis,
  sizesAlong,
} from './feature-axes.ts'
import { type EpsilonWithin, type FactorAndShift, normalized, normOptions } from './norms.ts'

const callee = { kind: 'LayerNorm', example: 'LayerNorm({ epsilon: 1e-5 })' } as const

/** The options of {@link LayerNorm}. */
export interface LayerNormOptions<
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
  G extends ParameterSource | null = ParameterSource | null,
  A extends readonly number[] = readonly number[],
  Epsilon extends number = number,
> extends NameOption<Name> {
  /** The axes to average over, without the batch; negative ones count from the end. Default: [-1]. */
  readonly axes?: AxesWithin<A, typeof callee>
  /** The initial scale, of the input's shape along the axes, or `null` for none. Default: 1. */
  readonly gamma?: G
  /** The initial shift, of the same shape, or `null` for none. Default: 0. */
  readonly beta?: B
  /** Added to the variance. Default: 1e-5. */
  readonly epsilon?: EpsilonWithin<Epsilon, typeof callee>
}

const features = {
  expected: 'an input [batch, ..., features]',
  remedy: 'Give the Input at least one dimension.',
} as const
const withAxes = {
  expected: 'an input with the axes {axes} beside the batch',
  remedy: 'Name each axis once, -1 being the last.',
} as const
const knownFeatures = {
  expected: 'known dimensions along the axes of the features',
  remedy: 'Start the network with an Input whose last dimension is given, such as Input(10).',
} as const

/** The output shape of a normalization over axes of features: that of the input. */
export type NormalizedFeatures<I, Kind extends string, A> = I extends readonly [unknown]
  ? Refuses<Kind, typeof features, I>
  : A extends readonly [-1]
    ? Alike<Kind, I>
    : HasAxes<I, A> extends false
      ? Refuses<Kind, typeof withAxes, I, { axes: Listed<A> }>
      : Alike<Kind, I>

/** The type of {@link LayerNorm}: [batch, ..., features] → the same. */
export interface LayerNorm<
  B = number,
  Name extends string = 'layer-norm-{}',
  G = number,
  A extends readonly number[] = readonly [-1],
> extends Leaf<Name>,
    ParsedOptions<LayerNormOptions> {
  readonly kind: 'LayerNorm'
  readonly ' out': NormalizedFeatures<this[' in'], 'LayerNorm', A>
  readonly ' params': FactorAndShift<G, B, Along<this[' in'], A>>
}

/** The option `axes`, or the last axis. */
export type FeatureAxesOf<O> = OptionAs<O, 'axes', readonly number[], readonly [-1]>
interface LayerNormRow
  extends Takes<readonly [], LayerNormOptions, Limits<null, { axes: 'axes'; epsilon: 'notNegative' }>> {
  readonly ' made': LayerNorm<
    InitialOf<this[' options'], 'beta'>,
    NameOf<this[' options'], 'layer-norm-{}'>,
    InitialOf<this[' options'], 'gamma'>,
    FeatureAxesOf<this[' options']>
  >
}

/** The constructor of {@link LayerNorm}. */
export interface LayerNormConstructor {
  readonly ' row'?: LayerNormRow
  <
    B extends ParameterSource | null = number,
    const Name extends string = 'layer-norm-{}',
    G extends ParameterSource | null = number,
    const A extends readonly number[] = readonly [-1],
    const Epsilon extends number = number,
  >(
    /** the axes, the initial scale and shift or `null` for none, epsilon, and the name */
    options?: LayerNormOptions<B, Name, G, A, Epsilon>,
  ): LayerNorm<B, Name, G, A>
}

export const featureAxes: t.Type<readonly number[], unknown, unknown> = listOf(expectedAxes, isFeatureAxis, {
  least: 1,
  check: areDistinct,
})

/** The same at run time. */
export const normalizedFeatures = (axes: readonly number[], input: Shape | null): Either<Fault, Shape | null> => {
  if (input === null) return right(null)
  if (input.length < 2) return refusal(features, input)
  return hasAxes(axes, input.length) ? right(input) : refusal(withAxes, input, { axes: axes.join(', ') })
}

/** The rule of a variable with the input's dimensions along the axes. */
export const alongAxes = (
  axes: readonly number[],
  initial: Parameter | null,
  input: Shape | null,
): Either<Fault, VariableRule | null> => {
  if (initial === null) return right(null)
  const shape = sizesAlong(axes, input)
  return shape === null ? refusal(knownFeatures, input) : right({ shape, initial })
}

/**
 * Layer normalization (Ba et al. 2016): `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and (biased)
 * variance of each example over the axes of its features.
 *
 * Shape: [batch, ..., features] → the same.
 *
 * Variables, unless they are `null`: `gamma` and `beta`, of the input's shape along the axes: [features] by default.
 *
 * @param options the axes, the initial scale and shift or `null` for none, epsilon, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input does not have the axes
 * @throws WeightInitializationError, from `init`, if a dimension along them is unknown
 * @category Normalization
 * @see `LayerNormalization` in Keras; `LayerNorm` in PyTorch
 * @example
 * ```ts
 * String(join(Input([7, 16]), LayerNorm())) // (?, 7, 16) -> [... 2 layers ...] -> (?, 7, 16)
 * ```
 */
export const LayerNorm: LayerNormConstructor = defineLayer({
  ...callee,
  options: {
    axes: { codec: featureAxes, default: [-1] },
    ...normOptions,
  },
  shape: ({ axes }, input) => normalizedFeatures(axes, input),
  variables: {
    gamma: ({ axes, gamma }, input) => alongAxes(axes, gamma, input),
    beta: ({ axes, beta }, input) => alongAxes(axes, beta, input),
  },
  decode: ({ axes }, inputs, steps) => besideSteps(axes)(inputs, steps),
  forward: (options, ops, x, variables) => {
    const over = axesFromStart(options.axes, ops.shape(x).length)
    return [normalized(ops, x, over, options, variables, variable => besideOthers(ops, variable, x, over)), {}]
  },
})
