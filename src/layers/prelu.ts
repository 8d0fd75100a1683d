import { type Either, flatMap, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { Fault } from '../base/errors.ts'
import type { LimitedBy, RefusesAxes } from '../base/limits.ts'
import { areDistinct, listOf, optionalParameter, parameter } from '../base/options.ts'
import type { Parameter, ParameterSource } from '../base/parameters.ts'
import type { Alike, Listed, Mismatch, Several, Shape, Unless } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { besideSteps } from '../core/decoding.ts'
import { defineLayer, type Elsewhere, type Leaf } from '../core/define.ts'
import { type Refuses, refusal } from '../core/expects.ts'
import type { Argument, InitialOf, Limits, NameOf, OptionOf, Takes } from '../core/notated.ts'
import type { VariableRule } from '../core/variables.ts'
import { heNormal } from '../initializers/index.ts'
import {
  type DenseCallee,
  type DenseOptions,
  denseShape,
  denseVariables,
  type Features,
  leaky,
  type NoFeatures,
  type NormalDense,
  product,
  type UnitsOf,
  units,
} from './dense.ts'
import {
  type Along,
  axesFromStart,
  besideOthers,
  type HasAxes,
  hasAxes,
  isFeatureAxis,
  type LastOf,
  sizesAlong,
} from './feature-axes.ts'

type Axes = number | readonly number[]
const expectedAxes = 'an axis or an array of different axes, none of them 0, the batch'

/** The options of {@link PRelu}. */
export interface PReluOptions<
  At extends Axes = Axes,
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
> extends DenseOptions<B, Name> {
  /**
   * The axes with separate slopes. Axis 0 is the batch, which has none; negative ones count from the end. Default: -1.
   */
  readonly alphaAxes?: LimitedBy<RefusesAxes<At>, At, DenseCallee<'PRelu'>, 'alphaAxes', typeof expectedAxes>
  /** The initial slopes of the negative part, of the shape of these axes. Default: 0.25. */
  readonly alpha?: ParameterSource
}

const withAxes = {
  expected: 'an output with the different axes {axes} beside the batch',
  remedy: 'Choose alphaAxes from 1 to {last}.',
} as const
const knownAxes = {
  expected: 'known dimensions along the axes {axes}',
  remedy: 'Give the Input these dimensions.',
} as const

interface Normal extends NormalDense {
  readonly alphaAxes: readonly number[]
  readonly alpha: Parameter
}

/** The type of {@link PRelu}: with units that of a dense layer, else any shape → the same. */
export interface PRelu<Units extends number | null, At, B, Name extends string> extends Leaf<Name, 'params'>, Normal {
  readonly kind: 'PRelu'
  readonly units: Units
  readonly ' out': Rectified<this[' in'], Output<this[' in'], Units>, At>
  readonly ' params': Params<this[' in'], Units, B, At>
}
type Output<I, Units> = Units extends number
  ? I extends readonly [infer B extends number, unknown]
    ? [B, Units]
    : number[] extends I
      ? [number, Units]
      : NoFeatures<'PRelu', I>
  : Alike<'PRelu', I>
/** The output, if it has the axes of the slopes. */
type Rectified<I, O, At> =
  O extends Mismatch<string> ? O : HasAxes<O, AxesOf<At>> extends false ? Unslanted<I, O, AxesOf<At>> : O
type Unslanted<I, O, At> = Refuses<
  'PRelu',
  typeof withAxes,
  I extends Several ? I : O,
  { axes: Listed<At>; last: O extends readonly unknown[] ? LastOf<O> : never }
>
type Params<I, Units, Bias, Axes> = Units extends number
  ? [Bias] extends [null]
    ? { readonly weight: Tensor<[Features<I>, Units]>; readonly alpha: Slopes<Output<I, Units>, Axes> }
    : {
        readonly weight: Tensor<[Features<I>, Units]>
        readonly bias: Tensor<[Units]>
        readonly alpha: Slopes<Output<I, Units>, Axes>
      }
  : { readonly alpha: Slopes<I, Axes> }
type Slopes<S, At> = Tensor<number[] extends S ? number[] : Along<S, AxesOf<At>>>
type AxesOf<At> = At extends number ? [At] : At extends readonly number[] ? At : never

interface PReluRow extends Takes<readonly [(number | null)?], PReluOptions, Limits<'count', { alphaAxes: 'axes' }>> {
  readonly ' made': PRelu<
    Argument<this[' given'], 0, number, null>,
    OptionOf<this[' options'], 'alphaAxes', -1>,
    InitialOf<this[' options'], 'bias'>,
    NameOf<this[' options'], 'p-relu-{}'>
  >
}
/** The constructor of {@link PRelu}. */
export interface PReluConstructor {
  readonly ' row'?: PReluRow
  <
    const Units extends number,
    const At extends Axes = -1,
    B extends ParameterSource | null = number,
    const Name extends string = 'p-relu-{}',
  >(
    /** the number of output features; without it the layer is the rectifier alone */
    units: (UnitsOf<Units, 'PRelu'> & Units) | Elsewhere<PReluOptions>,
    /** the axes that have slopes, the initial slopes, weight and bias, and the name */
    options?: PReluOptions<At, B, Name>,
  ): PRelu<Units, At, B, Name>
  <const At extends Axes = -1, B extends ParameterSource | null = number, const Name extends string = 'p-relu-{}'>(
    /** the axes that have slopes, the initial slopes, weight and bias, and the name */
    options?: PReluOptions<At, B, Name>,
  ): PRelu<null, At, B, Name>
  <
    const Units extends number | null | undefined,
    const At extends Axes = -1,
    B extends ParameterSource | null = number,
    const Name extends string = 'p-relu-{}',
  >(
    /** the number of output features; without it the layer is the rectifier alone */
    units: Unless<UnitsOf<Units, 'PRelu'>, Units | Elsewhere<PReluOptions>>,
    /** the axes that have slopes, the initial slopes, weight and bias, and the name */
    options?: PReluOptions<At, B, Name>,
  ): PRelu<Units extends number ? Units : null, At, B, Name>
}

const axes: t.Type<readonly number[], unknown, unknown> = listOf(expectedAxes, isFeatureAxis, {
  least: 1,
  single: true,
  check: areDistinct,
})

const rectifiedShape = (options: Normal, input: Shape | null): Either<Fault, Shape | null> =>
  flatMap(denseShape(options, input), out =>
    out === null || hasAxes(options.alphaAxes, out.length)
      ? right(out)
      : refusal(withAxes, out, { axes: options.alphaAxes.join(', '), last: out.length - 1 }),
  )

const alphaRule = (options: Normal, input: Shape | null): Either<Fault, VariableRule> =>
  flatMap(rectifiedShape(options, input), out => {
    const shape = sizesAlong(options.alphaAxes, out)
    return shape === null
      ? refusal(knownAxes, out, { axes: options.alphaAxes.join(', ') })
      : right({ shape, initial: options.alpha })
  })

/**
 * A rectifier that learns the slopes of its negative part (He et al. 2015): `x > 0 ? x : alpha x`, with units applied
 * to `x W + b`.
 *
 * Shape: with units [batch, features] → [batch, units], without any shape → the same.
 *
 * Variables: `alpha`, of the shape of `alphaAxes`; with units `weight` [features, units] and, unless it is `null`,
 * `bias` [units].
 *
 * @param units the number of output features; without it the layer is the rectifier alone
 * @param options the axes that have slopes, the initial slopes, weight and bias, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if there is no such axis, or there are units and the input is not
 *   2-dimensional
 * @throws WeightInitializationError, from `init`, if a dimension of the variables is unknown
 * @category Dense
 * @see `PReLU` in Keras; `PReLU` in PyTorch; `PRelu` in NeuPy
 * @example
 * ```ts
 * const network = join(Input([8, 8, 3]), Convolution([3, 3, 16]), PRelu({ alphaAxes: [1, -1] }))
 * init(network, key(0)).params['p-relu-1'].alpha.shape // [6, 16]
 * ```
 */
export const PRelu: PReluConstructor = defineLayer({
  kind: 'PRelu',
  example: 'PRelu(10)',
  positional: ['units'],
  options: {
    units: { codec: units, default: null },
    alphaAxes: { codec: axes, default: -1 },
    alpha: { codec: parameter, default: 0.25 },
    weight: { codec: parameter, default: heNormal({ gain: 2 }) },
    bias: { codec: optionalParameter, default: 0 },
  },
  shape: rectifiedShape,
  variables: { ...denseVariables, alpha: alphaRule },
  // The slopes of steps, like the features of a dense layer, belong to places.
  decode: ({ units, alphaAxes }, inputs, steps) => besideSteps(units === null ? alphaAxes : [1])(inputs, steps),
  forward: (options, ops, input, variables) => {
    const x = product(options, ops, input, variables)
    const slopes = besideOthers(ops, variables.alpha, x, axesFromStart(options.alphaAxes, ops.shape(x).length))
    return [leaky(ops, x, slopes), {}]
  },
})
