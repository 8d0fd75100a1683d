import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { defineWrapper, type Leaf, type NameOption } from '../core/define.ts'
import type { Fault } from '../core/errors.ts'
import { innerLayer, innerRules } from '../core/inner.ts'
import type { AnyLayer, Out, Rules } from '../core/layer.ts'
import type { InnerParams, InnerState } from '../core/named.ts'
import type { Part } from '../core/network.ts'
import type { Ops } from '../core/ops.ts'
import { codec, integer, number } from '../core/options.ts'
import type { Flow, Mismatch, Shape } from '../core/shape.ts'
import type { Tensor, VariableRule, VariableRules } from '../core/variables.ts'
import { dominant, elementsPerOutput, lengths } from './weight-directions.ts'

// Layers whose weights are computed from other variables before each use.

/** What both norms are told. */
interface WeightOptions<Weights extends readonly string[], Name extends string> extends NameOption<Name> {
  /** The names of the variables that are normalized. Default: ['weight']. */
  readonly weights?: Weights
  /** The axis of the outputs in them; of `Deconvolution` it is 2. Negative ones count from the end. Default: -1. */
  readonly axis?: number
}

interface NormalNorm {
  readonly layer: Part
  readonly weights: readonly string[]
  readonly axis: number
}

const names: t.Type<readonly string[], unknown, unknown> = codec('an array of different names of variables', value =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every(name => typeof name === 'string' && name !== '') &&
  new Set(value).size === value.length
    ? Object.freeze([...(value as string[])])
    : undefined,
)
const axisOption: t.Type<number, unknown, unknown> = codec('an integer', value =>
  Number.isSafeInteger(value) ? (value as number) : undefined,
)
const normOptions = {
  layer: { codec: innerLayer },
  weights: { codec: names, default: ['weight'] },
  axis: { codec: axisOption, default: -1 },
} as const

const axisIn = (axis: number, rank: number): number => (axis < 0 ? rank + axis : axis)

/** The rules of the layer's variables, once those to be normalized are there and have the axis. */
const checkedRules = (rules: Rules, { weights, axis }: NormalNorm, inputs: Flow): Either<Fault, VariableRules> => {
  const own = rules.variables(inputs)
  if (isLeft(own)) return own
  const known = Object.keys(own.right)
  for (const name of weights) {
    const shape = own.right[name]?.shape
    const at = axisIn(axis, shape?.length ?? 0)
    if (shape === undefined || shape.length < 2 || at < 0 || at >= shape.length)
      return left({
        expected: `a layer with a variable ${name} of two dimensions or more, with an axis ${axis}`,
        got: known.length > 0 ? known.join(', ') : 'a layer without variables',
        remedy: 'Name the variables to normalize: { weights: [...] }.',
      })
  }
  return own
}

/** The rules of a layer around another one that changes some of its weights before each use. */
const aroundWeights = (
  options: NormalNorm,
  extra: (name: string, rule: VariableRule, axis: number) => VariableRules,
  use: <T>(
    ops: Ops<T>,
    name: string,
    variables: Readonly<Record<string, T>>,
    axis: number,
    training: boolean,
  ) => readonly [weight: T, state: Readonly<Record<string, T>>],
): Rules => {
  const inner = innerRules(options.layer)
  return {
    inputs: inner.inputs,
    shape: inner.shape,
    variables: inputs => {
      const own = checkedRules(inner, options, inputs)
      if (isLeft(own)) return own
      const added = options.weights.map(name => {
        const rule = own.right[name] as VariableRule
        return extra(name, rule, axisIn(options.axis, rule.shape.length))
      })
      return right(Object.assign({}, own.right, ...added))
    },
    forward: <T>(
      ops: Ops<T>,
      variables: Readonly<Record<string, T>>,
      inputs: readonly T[],
      mode: Parameters<Rules['forward']>[3],
    ) => {
      const used: Record<string, T> = { ...variables }
      let after: Readonly<Record<string, T>> = {}
      for (const name of options.weights) {
        const axis = axisIn(options.axis, ops.shape(variables[name] as T).length)
        const [weight, state] = use(ops, name, variables, axis, mode.training)
        used[name] = weight
        after = { ...after, ...state }
      }
      const [y, state] = inner.forward(ops, used, inputs, mode)
      return [y, { ...state, ...after }]
    },
  }
}

type LastOf<W> =
  W extends Tensor<infer S> ? (S extends readonly [...unknown[], infer D extends number] ? D : number) : number
type Vectors<P, Names extends string, Suffix extends string> = {
  readonly [K in Names as `${K}${Suffix}`]: K extends keyof P ? Tensor<[LastOf<P[K]>]> : Tensor<[number]>
}

/** The options of {@link WeightNorm}. */
export interface WeightNormOptions<Weights extends readonly string[] = readonly string[], Name extends string = string>
  extends WeightOptions<Weights, Name> {}

/** A layer with normalized weights, as a type. */
export interface WeightNorm<
  L extends AnyLayer,
  Weights extends readonly string[] = readonly ['weight'],
  Name extends string = 'weight-norm-{}',
> extends Leaf<Name> {
  readonly kind: 'WeightNorm'
  readonly layer: L
  readonly weights: readonly string[]
  readonly axis: number
  readonly '~out': Wrapped<Out<L, this['~in']>, 'WeightNorm'>
  readonly '~source': never
  readonly '~params': InnerParams<L, this['~in']> & Vectors<InnerParams<L, this['~in']>, Weights[number], 'Gain'>
  readonly '~state': InnerState<L, this['~in']>
}
type Wrapped<O, Kind extends string> = O extends Mismatch<infer M> ? Mismatch<`${Kind} > ${M}`> : O

/** The constructor of {@link WeightNorm}. */
export type WeightNormConstructor = <
  const L extends AnyLayer,
  const Weights extends readonly string[] = readonly ['weight'],
  const Name extends string = 'weight-norm-{}',
>(
  layer: L,
  options?: WeightNormOptions<Weights, Name>,
) => WeightNorm<L, Weights, Name>

/** A vector along an axis, ready to be broadcast over the others. */
const alongAxis = <T>(ops: Ops<T>, vector: T, shape: Shape, axis: number): T =>
  ops.reshape(
    vector,
    shape.map((d, i) => (i === axis ? d : 1)),
  )

/**
 * A layer whose weight is taken apart into direction and length: for each output, `weight = gain · v / |v|`. The gain is
 * trained beside `v`, which speeds up training. It starts with the lengths of the initial `v`, so that the layer at first
 * is as without. (Salimans and Kingma 2016.)
 *
 * Variables: those of the layer, whose `weight` is `v`, and `weightGain` [outputs] for it.
 *
 * @param layer a layer with weights
 * @throws InvalidOption when the layer is none, or an option not what its description says
 * @throws LayerConnectionError, from `join`, as the layer does
 * @throws WeightInitializationError, from `init`, as the layer does, or when it has no such variable
 * @example
 * ```ts
 * const network = join(Input(4), WeightNorm(Relu(8)), Softmax(3))
 * init(network, key(1)).params['weight-norm-1'].weightGain.shape // [8]
 * ```
 */
export const WeightNorm: WeightNormConstructor = defineWrapper({
  kind: 'WeightNorm',
  example: 'WeightNorm(Relu(8))',
  positional: ['layer'],
  options: normOptions,
  rules: (options: NormalNorm) =>
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
        const shape = ops.shape(v)
        const others = shape.map((_, i) => i).filter(i => i !== axis)
        const length = ops.sqrt(ops.sum(ops.square(v), others, true))
        const gain = alongAxis(ops, variables[`${name}Gain`] as T, shape, axis)
        return [ops.multiply(v, ops.divide(gain, length)), {}]
      },
    ),
})

/** The options of {@link SpectralNorm}. */
export interface SpectralNormOptions<
  Weights extends readonly string[] = readonly string[],
  Name extends string = string,
> extends WeightOptions<Weights, Name> {
  /** How often the estimate is improved in each training step. Default: 1. */
  readonly iterations?: number
  /** The least length that vectors are divided by. Default: 1e-12. */
  readonly epsilon?: number
}

/** A layer with weights of spectral norm 1, as a type. */
export interface SpectralNorm<
  L extends AnyLayer,
  Weights extends readonly string[] = readonly ['weight'],
  Name extends string = 'spectral-norm-{}',
> extends Leaf<Name> {
  readonly kind: 'SpectralNorm'
  readonly layer: L
  readonly weights: readonly string[]
  readonly axis: number
  readonly iterations: number
  readonly epsilon: number
  readonly '~out': Wrapped<Out<L, this['~in']>, 'SpectralNorm'>
  readonly '~source': never
  readonly '~params': InnerParams<L, this['~in']>
  readonly '~state': Also<InnerState<L, this['~in']>, Directions<InnerParams<L, this['~in']>, Weights[number]>>
}
type Also<S, More> = [S] extends [never] ? More : S & More
type Directions<P, Names extends string> = Vectors<P, Names, 'Left'> & {
  readonly [K in Names as `${K}Right`]: Tensor<[number]>
}

/** The constructor of {@link SpectralNorm}. */
export type SpectralNormConstructor = <
  const L extends AnyLayer,
  const Weights extends readonly string[] = readonly ['weight'],
  const Name extends string = 'spectral-norm-{}',
>(
  layer: L,
  options?: SpectralNormOptions<Weights, Name>,
) => SpectralNorm<L, Weights, Name>

interface NormalSpectral extends NormalNorm {
  readonly iterations: number
  readonly epsilon: number
}

/** How many improvements the first estimate has seen. */
const warmUp = 15

const directionRules = (name: string, { shape }: VariableRule, axis: number): VariableRules => {
  const [outputs, rest] = [shape[axis] as number, elementsPerOutput(shape, axis)]
  const found = (values: Readonly<Record<string, Float32Array>>) => {
    // Both directions come from one start, which therefore must not depend on which of them is asked for.
    const start = Float32Array.from({ length: outputs }, (_, i) => 1 + Math.sin(i + 1) / 2)
    return dominant(values[name] as Float32Array, shape, axis, start, warmUp)
  }
  return {
    [`${name}Left`]: { shape: [outputs], initial: 0, trainable: false, derived: values => found(values).left },
    [`${name}Right`]: { shape: [rest], initial: 0, trainable: false, derived: values => found(values).right },
  }
}

/** A column brought to length 1. */
const unit = <T>(ops: Ops<T>, x: T, epsilon: number): T =>
  ops.divide(x, ops.maximum(ops.sqrt(ops.sum(ops.square(x), [0], true)), ops.constant(epsilon)))

/**
 * A layer whose weight is divided by its largest singular value, so that it never stretches what comes in: with the weight
 * as a matrix `W` of one row for each output, `weight / (leftᵀ W right)`. The two directions are estimated by power
 * iteration, one more step at each training step, and gradients take them as constants. (Miyato et al. 2018.)
 *
 * Variables: those of the layer; state `weightLeft` [outputs] and `weightRight` [all other dimensions].
 *
 * @param layer a layer with weights
 * @throws InvalidOption when the layer is none, or an option not what its description says
 * @throws LayerConnectionError, from `join`, as the layer does
 * @throws WeightInitializationError, from `init`, as the layer does, or when it has no such variable
 * @example
 * ```ts
 * const network = join(Input(4), SpectralNorm(LeakyRelu(8)), SpectralNorm(Linear(1)))
 * init(network, key(1)).state['spectral-norm-1'].weightLeft.shape // [8]
 * ```
 */
export const SpectralNorm: SpectralNormConstructor = defineWrapper({
  kind: 'SpectralNorm',
  example: 'SpectralNorm(Linear(8))',
  positional: ['layer'],
  options: {
    ...normOptions,
    iterations: { codec: integer(1), default: 1 },
    epsilon: { codec: number('a positive number', epsilon => epsilon > 0), default: 1e-12 },
  },
  rules: (options: NormalSpectral) =>
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
