import { optionalParameter, type ParsedOptions } from '../base/options.ts'
import type { ParameterSource } from '../base/parameters.ts'
import { besideSteps } from '../core/decoding.ts'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import type { InitialOf, Limits, NameOf, Takes } from '../core/notated.ts'
import { type Along, type AxesWithin, axesFromStart, besideOthers } from './feature-axes.ts'
import {
  alongAxes,
  type FeatureAxesOf,
  featureAxes,
  type NormalizedFeatures,
  normalizedFeatures,
} from './layer-normalization.ts'
import { type EpsilonWithin, epsilonOption, type FactorAndShift, inverseDeviation } from './norms.ts'

const callee = { kind: 'RMSNorm', example: 'RMSNorm({ epsilon: 1e-6 })' } as const

/** The options of {@link RMSNorm}. */
export interface RMSNormOptions<
  G extends ParameterSource | null = ParameterSource | null,
  A extends readonly number[] = readonly number[],
  Name extends string = string,
  Epsilon extends number = number,
> extends NameOption<Name> {
  /** The axes to average over, without the batch; negative ones count from the end. Default: [-1]. */
  readonly axes?: AxesWithin<A, typeof callee>
  /** The initial scale, of the input's shape along the axes, or `null` for none. Default: 1. */
  readonly gamma?: G
  /** Added to the mean of the squares. Default: 1e-6. */
  readonly epsilon?: EpsilonWithin<Epsilon, typeof callee>
}

/** The type of {@link RMSNorm}: [batch, ..., features] → the same. */
export interface RMSNorm<G = number, A extends readonly number[] = readonly [-1], Name extends string = 'rms-norm-{}'>
  extends Leaf<Name>,
    ParsedOptions<RMSNormOptions> {
  readonly kind: 'RMSNorm'
  readonly ' out': NormalizedFeatures<this[' in'], 'RMSNorm', A>
  readonly ' params': FactorAndShift<G, null, Along<this[' in'], A>>
}

interface RMSNormRow
  extends Takes<readonly [], RMSNormOptions, Limits<null, { axes: 'axes'; epsilon: 'notNegative' }>> {
  readonly ' made': RMSNorm<
    InitialOf<this[' options'], 'gamma'>,
    FeatureAxesOf<this[' options']>,
    NameOf<this[' options'], 'rms-norm-{}'>
  >
}

/** The constructor of {@link RMSNorm}. */
export interface RMSNormConstructor {
  readonly ' row'?: RMSNormRow
  <
    G extends ParameterSource | null = number,
    const A extends readonly number[] = readonly [-1],
    const Name extends string = 'rms-norm-{}',
    const Epsilon extends number = number,
  >(
    /** the axes, the initial scale or `null` for none, epsilon, and the name */
    options?: RMSNormOptions<G, A, Name, Epsilon>,
  ): RMSNorm<G, A, Name>
}

/**
 * Root mean square normalization (Zhang and Sennrich 2019): `gamma x / sqrt(mean(x²) + epsilon)`, with the mean of each
 * example over the axes of its features. Unlike `LayerNorm`, it neither centers nor shifts.
 *
 * Shape: [batch, ..., features] → the same.
 *
 * Variables, unless it is `null`: `gamma`, of the input's shape along the axes: [features] by default.
 *
 * @param options the axes, the initial scale or `null` for none, epsilon, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input does not have the axes
 * @throws WeightInitializationError, from `init`, if a dimension along them is unknown
 * @category Normalization
 * @see `RMSNormalization` in Keras; `RMSNorm` in PyTorch
 * @example
 * ```ts
 * const network = join(Input(2), RMSNorm({ epsilon: 0 }))
 * apply(network, init(network, key(0)), [[1, 7]]).output.dataSync()[1] // 1.399999976158142
 * ```
 */
export const RMSNorm: RMSNormConstructor = defineLayer({
  ...callee,
  options: {
    axes: { codec: featureAxes, default: [-1] },
    gamma: { codec: optionalParameter, default: 1 },
    epsilon: epsilonOption(1e-6),
  },
  shape: ({ axes }, input) => normalizedFeatures(axes, input),
  variables: { gamma: ({ axes, gamma }, input) => alongAxes(axes, gamma, input) },
  decode: ({ axes }, inputs, steps) => besideSteps(axes)(inputs, steps),
  forward: (options, ops, x, { gamma }) => {
    const over = axesFromStart(options.axes, ops.shape(x).length)
    const squares = ops.mean(ops.square(x), over, true)
    const y = ops.multiply(x, inverseDeviation(ops, squares, options.epsilon))
    return [options.gamma === null ? y : ops.multiply(y, besideOthers(ops, gamma, x, over)), {}]
  },
})
