import { defineWrapper, type Leaf } from '../core/define.ts'
import type { AnyLayer, Out } from '../core/layer.ts'
import type { Argument, NameOf, OptionAs, TakesLayer } from '../core/notated.ts'
import type { IdsWithin } from '../network-types/kinds.ts'
import type { InnerParams, InnerState } from '../network-types/named.ts'
import {
  aroundWeights,
  type NormalWeights,
  type Vectors,
  type WeightOptions,
  type WeightsLimits,
  type Wrapped,
  weightsOptions,
} from './around-weights.ts'
import { besideOthers } from './feature-axes.ts'
import { lengths } from './weight-directions.ts'

const callee = { kind: 'WeightNorm', example: 'WeightNorm(Relu(8))' } as const

/** The options of {@link WeightNorm}. */
export interface WeightNormOptions<
  Weights extends readonly string[] = readonly string[],
  Name extends string = string,
  Axis extends number = number,
> extends WeightOptions<Weights, Name, Axis, typeof callee> {}

/** The type of {@link WeightNorm}. */
export interface WeightNorm<
  L extends AnyLayer,
  Weights extends readonly string[] = readonly ['weight'],
  Name extends string = 'weight-norm-{}',
  Axis extends number = -1,
> extends Leaf<Name> {
  readonly kind: 'WeightNorm'
  readonly ' ids': IdsWithin<L>
  readonly layer: L
  readonly weights: readonly string[]
  readonly axis: Axis
  readonly ' out': Wrapped<Out<L, this[' in']>, 'WeightNorm'>
  readonly ' params': InnerParams<L, this[' in']> & Vectors<InnerParams<L, this[' in']>, Weights[number], Axis, 'Gain'>
  readonly ' state': InnerState<L, this[' in']>
}

interface WeightNormRow extends TakesLayer<readonly [AnyLayer], WeightNormOptions, WeightsLimits> {
  readonly ' made': WeightNorm<
    Argument<this[' given'], 0, AnyLayer>,
    OptionAs<this[' options'], 'weights', readonly string[], readonly ['weight']>,
    NameOf<this[' options'], 'weight-norm-{}'>,
    OptionAs<this[' options'], 'axis', number, -1>
  >
}
/** The constructor of {@link WeightNorm}. */
export interface WeightNormConstructor {
  readonly ' row'?: WeightNormRow
  <
    const L extends AnyLayer,
    const Weights extends readonly string[] = readonly ['weight'],
    const Name extends string = 'weight-norm-{}',
    const Axis extends number = -1,
  >(
    /** a layer with weights */
    layer: L,
    /** which weights and along which axis, and the name */
    options?: WeightNormOptions<Weights, Name, Axis>,
  ): WeightNorm<L, Weights, Name, Axis>
}

/**
 * A layer with its weight reparametrized by direction and length: for each output, `weight = gain · v / |v|`. The gain
 * is trained beside `v`, which speeds up training. It starts at the lengths of the initial `v`, so the layer is
 * unchanged at first. (Salimans and Kingma 2016.)
 *
 * Shape: that of the layer.
 *
 * Variables: those of the layer, where `weight` is `v`, and `weightGain` [outputs].
 *
 * @param layer a layer with weights
 * @param options which weights and along which axis, and the name
 * @throws InvalidOption if `layer` is not a layer, or an option is invalid
 * @throws LayerConnectionError, from `join`, as the layer does
 * @throws WeightInitializationError, from `init`, as the layer does, or when it has no such variable
 * @category Weights
 * @see `weight_norm` in PyTorch
 * @example
 * ```ts
 * const network = join(Input(4), WeightNorm(Relu(8)), Softmax(3))
 * init(network, key(1)).params['weight-norm-1'].weightGain.shape // [8]
 * ```
 */
export const WeightNorm: WeightNormConstructor = defineWrapper({
  ...callee,
  positional: ['layer'],
  notation: { around: true },
  options: weightsOptions,
  rules: (options: NormalWeights) =>
    aroundWeights(
      options,
      (name, { shape }, axis) => ({
        [`${name}Gain`]: {
          shape: [shape[axis] as number],
          initial: 1,
          derived: values => lengths(values[name] as Float32Array, shape, axis),
        },
      }),
      (ops, name, variables, axis) => {
        type T = (typeof variables)[string]
        const v = variables[name] as T
        const others = ops
          .shape(v)
          .map((_, i) => i)
          .filter(i => i !== axis)
        const length = ops.sqrt(ops.sum(ops.square(v), others, true))
        const gain = besideOthers(ops, variables[`${name}Gain`] as T, v, [axis])
        return [ops.multiply(v, ops.divide(gain, length)), {}]
      },
    ),
})
