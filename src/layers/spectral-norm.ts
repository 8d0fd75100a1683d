import type { Limited } from '../base/limits.ts'
import { integer, type ParsedOptions, positive } from '../base/options.ts'
import { defineWrapper, type Leaf } from '../core/define.ts'
import type { AnyLayer, Out } from '../core/layer.ts'
import type { Argument, NameOf, OptionAs, TakesLayer } from '../core/notated.ts'
import type { VariableRule, VariableRules } from '../core/variables.ts'
import type { Part } from '../network/parts.ts'
import type { IdsWithin } from '../network-types/kinds.ts'
import type { InnerParams, InnerState } from '../network-types/named.ts'
import type { Ops } from '../ops/ops.ts'
import {
  type Also,
  aroundWeights,
  type OtherVectors,
  type Vectors,
  type WeightOptions,
  type WeightsLimits,
  type Wrapped,
  weightsOptions,
} from './around-weights.ts'
import { dominant, elementsPerOutput } from './weight-directions.ts'

const callee = { kind: 'SpectralNorm', example: 'SpectralNorm(Linear(8))' } as const

/** The options of {@link SpectralNorm}. */
export interface SpectralNormOptions<
  Weights extends readonly string[] = readonly string[],
  Name extends string = string,
  Axis extends number = number,
  Iterations extends number = number,
  Epsilon extends number = number,
> extends WeightOptions<Weights, Name, Axis, typeof callee> {
  /** The number of power iterations per training step. Default: 1. */
  readonly iterations?: Limited<Iterations, 'count', typeof callee, 'iterations'>
  /** The smallest norm to divide by. Default: 1e-12. */
  readonly epsilon?: Limited<Epsilon, 'positive', typeof callee, 'epsilon'>
}

/** The type of {@link SpectralNorm}. */
export interface SpectralNorm<
  L extends AnyLayer,
  Weights extends readonly string[] = readonly ['weight'],
  Name extends string = 'spectral-norm-{}',
  Axis extends number = -1,
> extends Leaf<Name>,
    ParsedOptions<SpectralNormOptions> {
  readonly kind: 'SpectralNorm'
  readonly ' ids': IdsWithin<L>
  readonly layer: L
  readonly axis: Axis
  readonly ' out': Wrapped<Out<L, this[' in']>, 'SpectralNorm'>
  readonly ' params': InnerParams<L, this[' in']>
  readonly ' state': Also<InnerState<L, this[' in']>, Directions<InnerParams<L, this[' in']>, Weights[number], Axis>>
}
type Directions<P, Names extends string, Axis extends number> = Vectors<P, Names, Axis, 'Left'> &
  OtherVectors<P, Names, Axis, 'Right'>

interface SpectralNormRow
  extends TakesLayer<
    readonly [AnyLayer],
    SpectralNormOptions,
    WeightsLimits<{ iterations: 'count'; epsilon: 'positive' }>
  > {
  readonly ' made': SpectralNorm<
    Argument<this[' given'], 0, AnyLayer>,
    OptionAs<this[' options'], 'weights', readonly string[], readonly ['weight']>,
    NameOf<this[' options'], 'spectral-norm-{}'>,
    OptionAs<this[' options'], 'axis', number, -1>
  >
}
/** The constructor of {@link SpectralNorm}. */
export interface SpectralNormConstructor {
  readonly ' row'?: SpectralNormRow
  <
    const L extends AnyLayer,
    const Weights extends readonly string[] = readonly ['weight'],
    const Name extends string = 'spectral-norm-{}',
    const Axis extends number = -1,
    const Iterations extends number = number,
    const Epsilon extends number = number,
  >(
    /** a layer with weights */
    layer: L,
    /** the iterations, epsilon, which weights and along which axis, and the name */
    options?: SpectralNormOptions<Weights, Name, Axis, Iterations, Epsilon>,
  ): SpectralNorm<L, Weights, Name, Axis>
}

interface Normal extends ParsedOptions<SpectralNormOptions> {
  readonly layer: Part
}

/** The number of power iterations at initialization. */
const warmUp = 15

const directionRules = (name: string, { shape }: VariableRule, axis: number): VariableRules => {
  const [outputs, rest] = [shape[axis] as number, elementsPerOutput(shape, axis)]
  const found = (values: Readonly<Record<string, Float32Array>>) => {
    // Both directions must come from the same start, whichever is asked for.
    const start = Float32Array.from({ length: outputs }, (_, i) => 1 + Math.sin(i + 1) / 2)
    return dominant(values[name] as Float32Array, shape, axis, start, warmUp)
  }
  return {
    [`${name}Left`]: { shape: [outputs], initial: 0, trainable: false, derived: values => found(values).left },
    [`${name}Right`]: { shape: [rest], initial: 0, trainable: false, derived: values => found(values).right },
  }
}

/** A column normalized to length 1. */
const unit = <T>(ops: Ops<T>, x: T, epsilon: number): T =>
  ops.divide(x, ops.maximum(ops.sqrt(ops.sum(ops.square(x), [0], true)), ops.constant(epsilon)))

/**
 * A layer with its weight divided by its largest singular value, so that it never increases the norm of its input: with
 * the weight as a matrix `W` of one row for each output, `weight / (leftᵀ W right)`. The two vectors are estimated by
 * power iteration, one step per training step, and are constants for gradients. (Miyato et al. 2018.)
 *
 * Shape: that of the layer.
 *
 * Variables: those of the layer; state `weightLeft` [outputs] and `weightRight` [all other dimensions].
 *
 * @param layer a layer with weights
 * @param options the iterations, epsilon, which weights and along which axis, and the name
 * @throws InvalidOption if `layer` is not a layer, or an option is invalid
 * @throws LayerConnectionError, from `join`, as the layer does
 * @throws WeightInitializationError, from `init`, as the layer does, or when it has no such variable
 * @category Weights
 * @see `SpectralNormalization` in Keras; `spectral_norm` in PyTorch
 * @example
 * ```ts
 * const network = join(Input(4), SpectralNorm(LeakyRelu(8)), SpectralNorm(Linear(1)))
 * init(network, key(1)).state['spectral-norm-1'].weightLeft.shape // [8]
 * ```
 */
export const SpectralNorm: SpectralNormConstructor = defineWrapper({
  ...callee,
  positional: ['layer'],
  notation: { around: true },
  options: {
    ...weightsOptions,
    iterations: { codec: integer(1), default: 1 },
    epsilon: { codec: positive, default: 1e-12 },
  },
  rules: (options: Normal) =>
    aroundWeights(options, directionRules, (ops, name, variables, axis, training) => {
      type T = (typeof variables)[string]
      const weight = variables[name] as T
      const shape = ops.shape(weight) as readonly number[]
      const order = [...shape.map((_, i) => i).filter(i => i !== axis), axis]
      const columns = ops.reshape(ops.transpose(weight, order), [elementsPerOutput(shape, axis), shape[axis] as number])
      const rows = ops.transpose(columns, [1, 0])
      const [fixedRows, fixedColumns] = [ops.stopGradient(rows), ops.stopGradient(columns)]
      let left = ops.reshape(variables[`${name}Left`] as T, [shape[axis] as number, 1])
      let right = ops.reshape(variables[`${name}Right`] as T, [elementsPerOutput(shape, axis), 1])
      for (let i = 0; training && i < options.iterations; i++) {
        left = unit(ops, ops.matmul(fixedRows, right), options.epsilon)
        right = unit(ops, ops.matmul(fixedColumns, left), options.epsilon)
      }
      const [outwards, inwards] = [ops.stopGradient(left), ops.stopGradient(right)]
      const norm = ops.reshape(ops.sum(ops.multiply(outwards, ops.matmul(rows, inwards)), [0, 1]), [])
      const after = {
        [`${name}Left`]: ops.reshape(outwards, [shape[axis] as number]),
        [`${name}Right`]: ops.reshape(inwards, [elementsPerOutput(shape, axis)]),
      }
      return [ops.divide(weight, norm), training ? after : {}]
    }),
})
