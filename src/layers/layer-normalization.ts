import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { Fault } from '../base/errors.ts'
import { codec, number, optionalParameter } from '../base/options.ts'
import type { Parameter, ParameterSource } from '../base/parameters.ts'
import { fromStart, type Listed, type RefusedInput, type Shape, showShape } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { isShortList } from '../base/trees.ts'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import type { VariableRule } from '../core/variables.ts'
import type { Ops } from '../ops/ops.ts'
import type { AxisKey } from './merge.ts'

// Each place is normalized by its own features; training and inference are alike.

/** The options of {@link LayerNorm}. */
export interface LayerNormOptions<
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
  G extends ParameterSource | null = ParameterSource | null,
  A extends readonly number[] = readonly number[],
> extends NameOption<Name> {
  /** The axes that mean and variance run over, without the batch; negative ones count from the end. Default: [-1]. */
  readonly axes?: A
  /** The initial factor, of the input's shape along the axes, or `null` for none. Default: 1. */
  readonly gamma?: G
  /** The initial shift, of the same shape, or `null` for none. Default: 0. */
  readonly beta?: B
  /** Added to the variance. Default: 1e-5. */
  readonly epsilon?: number
}

/** The dimensions of a shape along some axes, in order. */
export type Along<I, A extends readonly number[]> = number extends A['length']
  ? number[]
  : I extends readonly unknown[]
    ? number extends I['length']
      ? A extends readonly [number]
        ? [number]
        : number[]
      : Picked<I, KeysOf<I, A[number]>>
    : number[]
type KeysOf<I extends readonly unknown[], X> = X extends number ? AxisKey<I, X> : never
type Picked<
  I extends readonly unknown[],
  Keys,
  Before extends readonly unknown[] = [],
  R extends readonly number[] = [],
> = I extends readonly [infer D extends number, ...infer Rest]
  ? Picked<Rest, Keys, [...Before, D], `${Before['length']}` extends Keys ? [...R, D] : R>
  : R

/** The factor and the shift, each unless it is `null`. */
export type FactorAndShift<G, B, S extends readonly number[]> = [G] extends [null]
  ? [B] extends [null]
    ? never
    : { readonly [_ in 'beta']: Tensor<S> }
  : [B] extends [null]
    ? { readonly [_ in 'gamma']: Tensor<S> }
    : { readonly [_ in 'gamma' | 'beta']: Tensor<S> }

/** The output shape of a normalization over features: that of the input, which has the axes beside the batch. */
export type NormalizedFeatures<I, Kind extends string, A> = I extends readonly [unknown]
  ? RefusedInput<Kind, 'an input [batch, ..., features]', I, 'Give the Input at least one dimension.'>
  : A extends readonly [-1]
    ? I
    : HasAxes<I, A, '0'> extends false
      ? RefusedInput<
          Kind,
          `an input with the axes ${Listed<A>} beside the batch`,
          I,
          'Name each axis once, -1 being the last.'
        >
      : I
/** Whether a shape has some axes, none of them among the `Seen` or twice. */
export type HasAxes<I, A, Seen> = number[] extends I
  ? true
  : I extends readonly unknown[]
    ? A extends readonly [infer Axis extends number, ...infer More]
      ? AxisKey<I, Axis> extends infer Key
        ? Key extends Seen
          ? false
          : Key extends keyof I
            ? HasAxes<I, More, Seen | Key>
            : false
        : never
      : true
    : true

/** A layer normalization as a type: [batch, ..., features] in, the same out. */
export interface LayerNorm<
  B = number,
  Name extends string = 'layer-norm-{}',
  G = number,
  A extends readonly number[] = readonly [-1],
> extends Leaf<Name> {
  readonly kind: 'LayerNorm'
  readonly axes: readonly number[]
  readonly gamma: Parameter | null
  readonly beta: Parameter | null
  readonly epsilon: number
  readonly '~out': NormalizedFeatures<this['~in'], 'LayerNorm', A>
  readonly '~params': FactorAndShift<G, B, Along<this['~in'], A>>
}

/** The constructor of {@link LayerNorm}. */
export type LayerNormConstructor = <
  B extends ParameterSource | null = number,
  const Name extends string = 'layer-norm-{}',
  G extends ParameterSource | null = number,
  const A extends readonly number[] = readonly [-1],
>(
  options?: LayerNormOptions<B, Name, G, A>,
) => LayerNorm<B, Name, G, A>

/** How axes of features are read. */
export const featureAxes: t.Type<readonly number[], unknown, unknown> = codec(
  'an array of different integers other than 0, the batch',
  value =>
    isShortList(value) &&
    value.length > 0 &&
    value.every(axis => Number.isSafeInteger(axis) && axis !== 0) &&
    new Set(value).size === value.length
      ? Object.freeze([...(value as number[])])
      : undefined,
)

/** Axes counted from 0, in order, of a shape with `rank` dimensions. */
export const axesFromStart = (axes: readonly number[], rank: number): readonly number[] =>
  axes.map(axis => fromStart(axis, rank)).sort((a, b) => a - b)

/** The run-time shape rule: the axes are there, once each, and none is the batch. */
export const normalizedFeatures = (axes: readonly number[], input: Shape | null): Either<Fault, Shape | null> => {
  if (input === null) return right(null)
  const fault = (expected: string, remedy: string) => left({ expected, got: showShape(input), remedy })
  if (input.length < 2) return fault('an input [batch, ..., features]', 'Give the Input at least one dimension.')
  const from = axesFromStart(axes, input.length)
  return from.every((axis, i) => axis > 0 && axis < input.length && axis !== from[i - 1])
    ? right(input)
    : fault(`an input with the axes ${axes.join(', ')} beside the batch`, 'Name each axis once, -1 being the last.')
}

/** A variable of the input's shape along the axes. */
export const alongAxes = (
  axes: readonly number[],
  initial: Parameter | null,
  input: Shape | null,
): Either<Fault, VariableRule | null> => {
  if (initial === null) return right(null)
  const own = input === null ? null : axesFromStart(axes, input.length).map(axis => input[axis] ?? null)
  return own?.every(d => d !== null)
    ? right({ shape: own, initial })
    : left({
        expected: 'known dimensions along the axes of the features',
        got: showShape(input),
        remedy: 'Start the network with an Input whose last dimension is given, such as Input(10).',
      })
}

/** A variable along some axes, ready to be broadcast over the others. */
export const besideOthers = <T>(ops: Ops<T>, variable: T, x: T, axes: readonly number[]): T =>
  ops.reshape(
    variable,
    ops.shape(x).map((d, axis) => (axes.includes(axis) ? d : 1)),
  )

/**
 * Layer normalization (Ba et al. 2016): `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with mean and (biased)
 * variance of each example over the axes of its features.
 *
 * Variables, unless they are `null`: `gamma` and `beta`, of the input's shape along the axes: [features] by default.
 *
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, when the input does not have the axes
 * @throws WeightInitializationError, from `init`, when a dimension along them is unknown
 * @example
 * ```ts
 * String(join(Input([7, 16]), LayerNorm())) // (?, 7, 16) -> [... 2 layers ...] -> (?, 7, 16)
 * ```
 */
export const LayerNorm: LayerNormConstructor = defineLayer({
  kind: 'LayerNorm',
  example: 'LayerNorm({ epsilon: 1e-5 })',
  options: {
    axes: { codec: featureAxes, default: [-1] },
    gamma: { codec: optionalParameter, default: 1 },
    beta: { codec: optionalParameter, default: 0 },
    epsilon: { codec: number('a number >= 0', epsilon => epsilon >= 0), default: 1e-5 },
  },
  shape: ({ axes }, input) => normalizedFeatures(axes, input),
  variables: {
    gamma: ({ axes, gamma }, input) => alongAxes(axes, gamma, input),
    beta: ({ axes, beta }, input) => alongAxes(axes, beta, input),
  },
  forward: (options, ops, x, { gamma, beta }) => {
    const over = axesFromStart(options.axes, ops.shape(x).length)
    const centred = ops.subtract(x, ops.mean(x, over, true))
    const variance = ops.mean(ops.square(centred), over, true)
    const invStd = ops.rsqrt(ops.add(variance, ops.constant(options.epsilon)))
    const factor = options.gamma === null ? invStd : ops.multiply(invStd, besideOthers(ops, gamma, x, over))
    const y = ops.multiply(centred, factor)
    return [options.beta === null ? y : ops.add(y, besideOthers(ops, beta, x, over)), {}]
  },
})
