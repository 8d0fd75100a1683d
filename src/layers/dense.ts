import { type Either, flatMap, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { Fault } from '../base/errors.ts'
import type { Limited, Refused, RefusesNumber } from '../base/limits.ts'
import {
  codec,
  integer,
  notNegative,
  type Option,
  type Options,
  optionalParameter,
  parameter,
} from '../base/options.ts'
import type { Initializer, Parameter, ParameterSource } from '../base/parameters.ts'
import type { Mismatch, RefusedMany, Several, Shape, Unless } from '../base/shape.ts'
import { besideSteps } from '../core/decoding.ts'
import { defineLayer, type Elsewhere, type Leaf, type NameOption, type Plain } from '../core/define.ts'
import { knownSize, ofRank, type Refuses } from '../core/expects.ts'
import type { InitialOf, Limits, NameOf, Takes } from '../core/notated.ts'
import type { VariableRule, Weight, WeightAndBias } from '../core/variables.ts'
import { heNormal } from '../initializers/index.ts'
import type { Ops } from '../ops/ops.ts'
import { vector } from './inputs.ts'

// Dense layers: with units, an activation of x W + b; without, only the activation.

/** Options of a dense layer with units. */
export interface DenseOptions<B extends ParameterSource | null = ParameterSource | null, Name extends string = string>
  extends NameOption<Name> {
  /** The initial weight, of shape [features, units]. */
  readonly weight?: ParameterSource
  /** The initial bias, of shape [units], or `null` for none. Default: 0. */
  readonly bias?: B
}

/** The options of a dense layer in their normal form. */
export interface NormalDense {
  readonly units: number | null
  readonly weight: Parameter
  readonly bias: Parameter | null
}

/** The type of an activation without units: any shape → the same. */
export interface Activation<Kind extends string, Name extends string> extends Plain<Name> {
  readonly kind: Kind
  readonly units: null
  // As Alike, written out: networks have many activations.
  readonly ' out': this[' in'] extends Several ? RefusedMany<Kind, this[' in']> : this[' in']
}

/** The type of a dense layer: [batch, features] → [batch, units]. */
export interface Dense<Kind extends string, Units extends number, B, Name extends string>
  extends Leaf<Name, 'params'>,
    NormalDense {
  readonly kind: Kind
  readonly units: Units
  readonly ' out': this[' in'] extends readonly [infer Batch extends number, unknown]
    ? [Batch, Units]
    : number[] extends this[' in']
      ? [number, Units]
      : NoFeatures<Kind, this[' in']>
  readonly ' params': [B] extends [null]
    ? Weight<[Features<this[' in']>, Units]>
    : WeightAndBias<[Features<this[' in']>, Units], [Units]>
}
/** The mismatch of an input that is not [batch, features]. */
export type NoFeatures<Kind extends string, I> = Refuses<Kind, typeof vector, I>
/** The features of [batch, features]. */
export type Features<I> = I extends readonly [unknown, infer F extends number] ? F : number

/** `Own` are options of the activation, `Rules` their rules. */
interface DenseRow<Kind extends string, Base extends string, Own, Rules>
  extends Takes<readonly [(number | null)?], DenseOptions & Own, Limits<'count'> & Rules> {
  readonly ' made': this[' given'] extends readonly [infer Units extends number]
    ? Dense<Kind, Units, InitialOf<this[' options'], 'bias'>, NameOf<this[' options'], `${Base}-{}`>>
    : Activation<Kind, NameOf<this[' options'], `${Base}-{}`>>
}
/** The constructor of a dense layer, whose activation may have options of its own. */
export interface DenseConstructor<Kind extends string, Base extends string, Own = unknown> {
  readonly ' row'?: DenseRow<Kind, Base, Own, unknown>
  // The last one is whose error compilers tell, and all that take as many arguments fail at the same place, so that it is
  // underlined: a number that no layer has, or an option.
  <const Units extends number, B extends ParameterSource | null = number, const Name extends string = `${Base}-{}`>(
    /** the number of output features; without it the layer is the activation alone */
    units: (UnitsOf<Units, Kind> & Units) | Elsewhere<DenseOptions & Own>,
    /** the initial weight and bias, the options of the activation, and the name */
    options?: DenseOptions<B, Name> & Own,
  ): Dense<Kind, Units, B, Name>
  <const Name extends string = `${Base}-{}`>(
    /** the initial weight and bias, the options of the activation, and the name */
    options?: DenseOptions<ParameterSource | null, Name> & Own,
  ): Activation<Kind, Name>
  <
    const Units extends number | null | undefined,
    B extends ParameterSource | null = number,
    const Name extends string = `${Base}-{}`,
  >(
    /** the number of output features; without it the layer is the activation alone */
    units: Unless<UnitsOf<Units, Kind>, Units | Elsewhere<DenseOptions & Own>>,
    /** the initial weight and bias, the options of the activation, and the name */
    options?: DenseOptions<B, Name> & Own,
  ): Units extends number ? Dense<Kind, Units, B, Name> : Activation<Kind, Name>
}
/** A dense layer, in messages. */
export interface DenseCallee<Kind extends string> {
  readonly kind: Kind
  readonly example: `${Kind}(10)`
}
const expectedUnits = 'a positive integer, or nothing for the activation alone'
/** What a parameter for the units of a dense layer is intersected with. */
export type UnitsOf<Units extends number | null | undefined, Kind extends string> =
  Refused<RefusesNumber<Units, 'count'>> extends 1
    ? Mismatch<`${Kind}, units: expected ${typeof expectedUnits}, got ${Units}. For example: ${Kind}(10).`>
    : unknown

export const units: t.Type<number | null, unknown, unknown> = codec<number | null>(expectedUnits, value =>
  value === null || integer(1).is(value) ? (value as number | null) : undefined,
)

/** The output shape of a dense layer. */
export const denseShape = ({ units }: NormalDense, input: Shape | null): Either<Fault, Shape | null> =>
  units === null ? right(input) : flatMap(ofRank(vector, input), ([batch = null]) => right([batch, units]))

type Rule = (options: NormalDense, input: Shape | null) => Either<Fault, VariableRule | null>
/** The variables of a dense layer; without units it has none. */
export const denseVariables: { readonly [_ in 'weight' | 'bias']: Rule } = {
  weight: ({ units, weight }, input) =>
    units === null
      ? right(null)
      : flatMap(knownSize(input, 1, 'features', 'Input(10)'), features =>
          right({ shape: [features, units], initial: weight }),
        ),
  bias: ({ units, bias }) => right(units === null || bias === null ? null : { shape: [units], initial: bias }),
}

/** `x W + b`, or `x` without units. */
export const product = <T>(
  { units, bias }: NormalDense,
  ops: Ops<T>,
  x: T,
  variables: { readonly weight: T; readonly bias: T },
): T => {
  if (units === null) return x
  const y = ops.matmul(x, variables.weight)
  return bias === null ? y : ops.add(y, variables.bias)
}

/** Makes the constructor of a dense layer; `own` are options of the activation. */
export const dense = <Constructor, Own extends object = {}>(
  kind: string,
  initial: Initializer,
  activation: <T>(ops: Ops<T>, x: T, options: Own) => T,
  own: Options<Own> = {} as Options<Own>,
): Constructor => {
  const options = {
    units: { codec: units, default: null } as Option<number | null>,
    ...own,
    weight: { codec: parameter, default: initial },
    bias: { codec: optionalParameter, default: 0 },
  } as Options<NormalDense & Own>
  return defineLayer({
    kind,
    example: `${kind}(10)`,
    positional: ['units'],
    options,
    shape: denseShape,
    variables: denseVariables,
    // Softmax is over the last axis.
    decode: ({ units }, inputs, steps) => besideSteps([units === null ? -1 : 1])(inputs, steps),
    forward: (options, ops, x, variables) => [activation(ops, product(options, ops, x, variables), options), {}],
  })
}

/** `x > 0 ? x : slopes x`. At 0 the slope is that of the negative part: `minimum` takes the gradient of its first operand. */
export const leaky = <T>(ops: Ops<T>, x: T, slopes: T): T =>
  ops.add(ops.relu(x), ops.multiply(slopes, ops.minimum(x, ops.constant(0))))

/**
 * `x W + b`.
 *
 * Shape: with units [batch, features] → [batch, units], without any shape → the same.
 *
 * Variables, with units: `weight` [features, units] from `heNormal()` and, unless it is `null`, `bias` [units].
 *
 * @param units the number of output features; without it the layer changes nothing
 * @param options the initial weight and bias, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if there are units and the input is not 2-dimensional
 * @throws WeightInitializationError, from `init`, if the number of input features is unknown
 * @category Dense
 * @see `Dense` in Keras; `Linear` in PyTorch; `Linear` in NeuPy
 * @example
 * ```ts
 * String(join(Input(4), Linear(3))) // (?, 4) -> [... 2 layers ...] -> (?, 3)
 * ```
 */
export const Linear: DenseConstructor<'Linear', 'linear'> = dense('Linear', heNormal(), (_, x) => x)

/**
 * `1 / (1 + exp(-x))` of {@link Linear}.
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `sigmoid` in Keras; `Sigmoid` in PyTorch; `Sigmoid` in NeuPy
 * @example
 * ```ts
 * String(join(Input(20), Relu(8), Sigmoid(1))) // (?, 20) -> [... 3 layers ...] -> (?, 1)
 * ```
 */
export const Sigmoid: DenseConstructor<'Sigmoid', 'sigmoid'> = dense('Sigmoid', heNormal(), (ops, x) => ops.sigmoid(x))

/** `clip(0.2 x + 0.5, 0, 1)` */
export const hardSigmoid = <T>(ops: Ops<T>, x: T): T => {
  const line = ops.add(ops.multiply(x, ops.constant(0.2)), ops.constant(0.5))
  return ops.minimum(ops.maximum(line, ops.constant(0)), ops.constant(1))
}

/**
 * `clip(0.2 x + 0.5, 0, 1)` of {@link Linear}: a piecewise linear sigmoid (Courbariaux et al. 2015).
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `hard_sigmoid` (slope 1/6) in Keras; `Hardsigmoid` (slope 1/6) in PyTorch; `HardSigmoid` in NeuPy
 * @example
 * ```ts
 * String(join(Input(20), Relu(8), HardSigmoid(1))) // (?, 20) -> [... 3 layers ...] -> (?, 1)
 * ```
 */
export const HardSigmoid: DenseConstructor<'HardSigmoid', 'hard-sigmoid'> = dense(
  'HardSigmoid',
  heNormal(),
  hardSigmoid,
)

/**
 * `tanh(x)` of {@link Linear}.
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `tanh` in Keras; `Tanh` in PyTorch; `Tanh` in NeuPy
 * @example
 * ```ts
 * String(join(Input(10), Tanh(5), Linear(1))) // (?, 10) -> [... 3 layers ...] -> (?, 1)
 * ```
 */
export const Tanh: DenseConstructor<'Tanh', 'tanh'> = dense('Tanh', heNormal(), (ops, x) => ops.tanh(x))

/** The options of {@link Relu}. */
export interface ReluOptions<
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
  Alpha extends number = number,
> extends DenseOptions<B, Name> {
  /** The slope of the negative part, from 0 on. Default: 0. */
  readonly alpha?: Limited<Alpha, 'notNegative', DenseCallee<'Relu'>, 'alpha'>
}
/** The constructor of {@link Relu}: that of a dense layer, with an option that is limited. */
export interface ReluConstructor {
  readonly ' row'?: DenseRow<'Relu', 'relu', ReluOptions, { readonly alpha: 'notNegative' }>
  <
    const Units extends number,
    B extends ParameterSource | null = number,
    const Name extends string = 'relu-{}',
    const Alpha extends number = number,
  >(
    /** the number of output features; without it the layer is the activation alone */
    units: (UnitsOf<Units, 'Relu'> & Units) | Elsewhere<ReluOptions>,
    /** the slope of the negative part, the initial weight and bias, and the name */
    options?: ReluOptions<B, Name, Alpha>,
  ): Dense<'Relu', Units, B, Name>
  <const Name extends string = 'relu-{}', const Alpha extends number = number>(
    /** the slope of the negative part, the initial weight and bias, and the name */
    options?: ReluOptions<ParameterSource | null, Name, Alpha>,
  ): Activation<'Relu', Name>
  <
    const Units extends number | null | undefined,
    B extends ParameterSource | null = number,
    const Name extends string = 'relu-{}',
    const Alpha extends number = number,
  >(
    /** the number of output features; without it the layer is the activation alone */
    units: Unless<UnitsOf<Units, 'Relu'>, Units | Elsewhere<ReluOptions>>,
    /** the slope of the negative part, the initial weight and bias, and the name */
    options?: ReluOptions<B, Name, Alpha>,
  ): Units extends number ? Dense<'Relu', Units, B, Name> : Activation<'Relu', Name>
}

/**
 * `x > 0 ? x : alpha x` of {@link Linear}, with an initial weight from `heNormal({ gain: 2 })` (He et al. 2015).
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the slope of the negative part, the initial weight and bias, and the name
 * @see `ReLU` in Keras; `ReLU` in PyTorch; `Relu` in NeuPy
 * @example
 * ```ts
 * String(Relu(5, { alpha: 0.1 })) // Relu(5, { alpha: 0.1 })
 * ```
 */
export const Relu: ReluConstructor = dense(
  'Relu',
  heNormal({ gain: 2 }),
  (ops, x, { alpha }) => (alpha === 0 ? ops.relu(x) : leaky(ops, x, ops.constant(alpha))),
  { alpha: { codec: notNegative, default: 0 } },
)

/**
 * `x > 0 ? x : 0.01 x` of {@link Linear} (Maas et al. 2013). Its initial weight has gain 1; that of {@link Relu} has
 * gain 2.
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `LeakyReLU` in Keras; `LeakyReLU` in PyTorch; `LeakyRelu` in NeuPy
 * @example
 * ```ts
 * String(join(Input(10), LeakyRelu(5), Linear(1))) // (?, 10) -> [... 3 layers ...] -> (?, 1)
 * ```
 */
export const LeakyRelu: DenseConstructor<'LeakyRelu', 'leaky-relu'> = dense('LeakyRelu', heNormal(), (ops, x) =>
  leaky(ops, x, ops.constant(0.01)),
)

/**
 * `x > 0 ? x : exp(x) - 1` of {@link Linear} (Clevert et al. 2016).
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `ELU` in Keras; `ELU` in PyTorch; `Elu` in NeuPy
 * @example
 * ```ts
 * String(join(Input(10), Elu(5), Linear(1))) // (?, 10) -> [... 3 layers ...] -> (?, 1)
 * ```
 */
export const Elu: DenseConstructor<'Elu', 'elu'> = dense('Elu', heNormal(), (ops, x) => ops.elu(x))

/**
 * `log(1 + exp(x))` of {@link Linear} (Glorot et al. 2011).
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `softplus` in Keras; `Softplus` in PyTorch; `Softplus` in NeuPy
 * @example
 * ```ts
 * String(join(Input(10), Tanh(5), Softplus(1))) // (?, 10) -> [... 3 layers ...] -> (?, 1)
 * ```
 */
export const Softplus: DenseConstructor<'Softplus', 'softplus'> = dense('Softplus', heNormal(), (ops, x) =>
  ops.softplus(x),
)

/**
 * `exp(x) / sum(exp(x))` over the last axis of {@link Linear}: probabilities of classes.
 *
 * @param units the number of output features; without it the layer is the activation alone
 * @param options the initial weight and bias, and the name
 * @see `Softmax` in Keras; `Softmax` in PyTorch; `Softmax` in NeuPy
 * @example
 * ```ts
 * String(join(Input([28, 28, 1]), Reshape(), Softmax(10))) // (?, 28, 28, 1) -> [... 3 layers ...] -> (?, 10)
 * ```
 */
export const Softmax: DenseConstructor<'Softmax', 'softmax'> = dense('Softmax', heNormal(), (ops, x) => ops.softmax(x))
