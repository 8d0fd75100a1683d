import { type Either, map, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Limited } from '../base/limits.ts'
import { integer, optionalParameter } from '../base/options.ts'
import type { Parameter, ParameterSource } from '../base/parameters.ts'
import { type Shape, sizeOf } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { defineLayer, type Leaf } from '../core/define.ts'
import type { InitialOf, NameOf, OptionAs, OptionOf, Row, Together, With, WrongArguments } from '../core/notated.ts'
import type { VariableRule, Weight, WeightAndBias } from '../core/variables.ts'
import type { Ops, Pair } from '../ops/ops.ts'
import type { Multiply } from '../type-arithmetic/digits.ts'
import {
  type Filtering,
  type FilterLimits,
  type FilterSize,
  filterOptions,
  initialFilter,
  type LimitedOptions,
} from './convolution.ts'
import type { WindowSize } from './pooling.ts'
import { convolve } from './sliding.ts'
import {
  type AnyWords,
  type ChannelsOf,
  type EachWithin,
  type FilterWithin,
  knownChannels,
  type Padding,
  type PaddingOption,
  type PairOption,
  point,
  type Slid2D,
  slid,
  type WindowWords,
  windowSize,
  windowsOf,
} from './window.ts'

// Convolutions with a filter of its own for each input channel.

const depthwise = {
  kind: 'DepthwiseConvolution',
  rank: 2,
  example: "DepthwiseConvolution([3, 3], { padding: 'same' })",
} as const
const separable = {
  kind: 'SeparableConvolution',
  rank: 2,
  example: "SeparableConvolution([3, 3, 16], { padding: 'same' })",
} as const
type DepthwiseWords = WindowWords<typeof depthwise>
type SeparableWords = WindowWords<typeof separable>

/** The options of {@link DepthwiseConvolution}. */
export interface DepthwiseConvolutionOptions<
  P extends PaddingOption = PaddingOption,
  S extends PairOption = PairOption,
  D extends PairOption = PairOption,
  M extends number = number,
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
  W extends AnyWords = AnyWords,
> extends Pick<LimitedOptions<P, S, D, B, Name, number, W>, 'name' | 'padding' | 'stride' | 'dilation' | 'bias'> {
  /** The initial filters, [rows, cols, input channels, multiplier]. Default: `heNormal({ gain: 2 })`. */
  readonly weight?: ParameterSource
  /** The number of output channels per input channel. Default: 1. */
  readonly multiplier?: Limited<M, 'count', W['callee'], 'multiplier'>
}

/** A depthwise convolution as a type: [batch, rows, cols, channels] in, channels times the multiplier out. */
export interface DepthwiseConvolution<
  Size extends WindowSize,
  P = 'valid',
  S = 1,
  D = 1,
  M extends number = 1,
  B = number,
  Name extends string = 'depthwise-convolution-{}',
> extends Leaf<Name, 'params'>,
    Depthwise {
  readonly kind: 'DepthwiseConvolution'
  readonly size: Pair
  readonly padding: Padding
  readonly stride: Pair
  readonly dilation: Pair
  readonly multiplier: M
  readonly ' out': Slid2D<this[' in'], 'DepthwiseConvolution', Size, P, S, D, Multiply<ChannelsOf<this[' in']>, M>>
  readonly ' params': [B] extends [null]
    ? Weight<[Size[0], Size[1], ChannelsOf<this[' in']>, M]>
    : WeightAndBias<[Size[0], Size[1], ChannelsOf<this[' in']>, M], [Multiply<ChannelsOf<this[' in']>, M>]>
}

interface DepthLimits extends FilterLimits {
  readonly multiplier: 'count'
  readonly depthwiseWeight: 'values'
  readonly pointwiseWeight: 'values'
}
interface DepthwiseConvolutionRow extends Row {
  readonly ' limits': DepthLimits
  readonly ' makes': Together<this[' given']> extends infer Size extends WindowSize
    ? With<
        this[' options'],
        DepthwiseConvolutionOptions,
        DepthwiseConvolution<
          Size,
          OptionOf<this[' options'], 'padding', 'valid'>,
          OptionOf<this[' options'], 'stride', 1>,
          OptionOf<this[' options'], 'dilation', 1>,
          OptionAs<this[' options'], 'multiplier', number, 1>,
          InitialOf<this[' options'], 'bias'>,
          NameOf<this[' options'], 'depthwise-convolution-{}'>
        >
      >
    : WrongArguments
}
/** The constructor of {@link DepthwiseConvolution}. */
export interface DepthwiseConvolutionConstructor {
  readonly ' row'?: DepthwiseConvolutionRow
  <
    const Size extends [rows: number, cols: number] | WindowSize,
    const P extends PaddingOption = 'valid',
    const S extends PairOption = 1,
    const D extends PairOption = 1,
    const M extends number = 1,
    B extends ParameterSource | null = number,
    const Name extends string = 'depthwise-convolution-{}',
  >(
    /** [rows, cols] of the filters */
    size: EachWithin<Size, 'count', DepthwiseWords, 'window'>,
    /** the padding, stride, dilation and multiplier, the initial filters and bias, and the name */
    options?: DepthwiseConvolutionOptions<P, S, D, M, B, Name, DepthwiseWords>,
  ): DepthwiseConvolution<Size, P, S, D, M, B, Name>
}

interface Normal extends Filtering {
  readonly multiplier: number
  readonly bias: Parameter | null
}
interface Depthwise extends Normal {
  readonly weight: Parameter
}
interface Separable extends Normal {
  readonly depthwiseWeight: Parameter
  readonly pointwiseWeight: Parameter
}
const made = ({ size }: Separable): number => size[2] as number

const shared = {
  multiplier: { codec: integer(1), default: 1 },
  bias: { codec: optionalParameter, default: 0 },
}

/** A variable whose shape depends on the number of input channels. */
const withChannels = (input: Shape | null, rule: (channels: number) => VariableRule): Either<Fault, VariableRule> =>
  map(rule)(knownChannels(2, input))

/** Filters [rows, cols, input channels, multiplier]; each sees the rows and columns of one channel. */
const filters = ({ size, multiplier }: Normal, initial: Parameter, input: Shape | null) =>
  withChannels(input, channels => {
    const [rows = 0, cols = 0] = size
    return {
      shape: [rows, cols, channels, multiplier],
      initial,
      fans: { in: rows * cols, out: rows * cols * multiplier },
    }
  })

/** Every channel by its own filters, which are a group each. */
const eachChannel = <T>(kind: string, ops: Ops<T>, x: T, weight: T, options: Normal): T => {
  const [rows = null, cols = null, channels = null, multiplier = null] = ops.shape(weight)
  const groups = ops.reshape(weight, [rows, cols, 1, sizeOf([channels, multiplier])])
  return convolve(kind, ops, x, groups, windowsOf(2, options), channels ?? 0)
}

/**
 * Convolution of each channel separately: output channel `k·multiplier + m` is input channel `k`, convolved with its
 * own filter, plus a bias:
 *
 * `y[b, i, j, k·multiplier + m] = bias + sum(x[b, i·stride + r·dilation, j·stride + c·dilation, k] · weight[r, c, k, m])`
 *
 * The output has as many rows and columns as that of `Convolution`. (Sifre 2014; Howard et al. 2017.)
 *
 * Shape: [batch, rows, cols, input channels] → [batch, rows', cols', input channels · multiplier].
 *
 * Variables: `weight` [rows, cols, input channels, multiplier] and, unless it is `null`, `bias` [output channels].
 *
 * @param size [rows, cols] of the filters
 * @param options the padding, stride, dilation and multiplier, the initial filters and bias, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional or smaller than the filter
 * @throws WeightInitializationError, from `init`, if the number of input channels is unknown
 * @see `DepthwiseConv2D` in Keras; `Conv2d` with as many groups as channels in PyTorch
 * @example
 * ```ts
 * const network = join(Input([28, 28, 8]), DepthwiseConvolution([3, 3], { multiplier: 2 }))
 * String(network) // (?, 28, 28, 8) -> [... 2 layers ...] -> (?, 26, 26, 16)
 * ```
 */
export const DepthwiseConvolution: DepthwiseConvolutionConstructor = defineLayer({
  kind: depthwise.kind,
  example: depthwise.example,
  positional: ['size'],
  notation: { together: true },
  options: { ...filterOptions(2, windowSize(2)), ...shared, weight: initialFilter },
  shape: (options: Depthwise, input) =>
    slid(input, windowsOf(2, options), sizeOf([input?.at(-1) ?? null, options.multiplier])),
  variables: {
    weight: (options: Depthwise, input) => filters(options, options.weight, input),
    bias: ({ bias, multiplier }: Depthwise, input) =>
      bias === null ? right(null) : withChannels(input, n => ({ shape: [n * multiplier], initial: bias })),
  },
  forward: (options: Depthwise, ops, x, { weight, bias }) => {
    const y = eachChannel('DepthwiseConvolution', ops, x, weight, options)
    return [options.bias === null ? y : ops.add(y, bias), {}]
  },
})

/** The options of {@link SeparableConvolution}. */
export interface SeparableConvolutionOptions<
  P extends PaddingOption = PaddingOption,
  S extends PairOption = PairOption,
  D extends PairOption = PairOption,
  M extends number = number,
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
  W extends AnyWords = AnyWords,
> extends Omit<DepthwiseConvolutionOptions<P, S, D, M, B, Name, W>, 'weight'> {
  /** The initial depthwise filters, [rows, cols, input channels, multiplier]. Default: `heNormal({ gain: 2 })`. */
  readonly depthwiseWeight?: ParameterSource
  /** The initial pointwise filter, [1, 1, input channels · multiplier, channels]. Default: `heNormal({ gain: 2 })`. */
  readonly pointwiseWeight?: ParameterSource
}

/** A separable convolution as a type: [batch, rows, cols, channels] in, [batch, rows', cols', Size[2]] out. */
export interface SeparableConvolution<
  Size extends FilterSize,
  P = 'valid',
  S = 1,
  D = 1,
  M extends number = 1,
  B = number,
  Name extends string = 'separable-convolution-{}',
> extends Leaf<Name, 'params'>,
    Separable {
  readonly kind: 'SeparableConvolution'
  readonly size: Size
  readonly padding: Padding
  readonly stride: Pair
  readonly dilation: Pair
  readonly multiplier: M
  readonly ' out': Slid2D<this[' in'], 'SeparableConvolution', Size, P, S, D, Size[2]>
  readonly ' params': [B] extends [null]
    ? SeparableWeights<ChannelsOf<this[' in']>, Size, M>
    : SeparableWeights<ChannelsOf<this[' in']>, Size, M> & { readonly [_ in 'bias']: Tensor<[Size[2]]> }
}
type SeparableWeights<C extends number, Size extends FilterSize, M extends number> = {
  readonly depthwiseWeight: Tensor<[Size[0], Size[1], C, M]>
  readonly pointwiseWeight: Tensor<[1, 1, Multiply<C, M>, Size[2]]>
}

interface SeparableConvolutionRow extends Row {
  readonly ' limits': DepthLimits
  readonly ' makes': Together<this[' given']> extends infer Size extends FilterSize
    ? With<
        this[' options'],
        SeparableConvolutionOptions,
        SeparableConvolution<
          Size,
          OptionOf<this[' options'], 'padding', 'valid'>,
          OptionOf<this[' options'], 'stride', 1>,
          OptionOf<this[' options'], 'dilation', 1>,
          OptionAs<this[' options'], 'multiplier', number, 1>,
          InitialOf<this[' options'], 'bias'>,
          NameOf<this[' options'], 'separable-convolution-{}'>
        >
      >
    : WrongArguments
}
/** The constructor of {@link SeparableConvolution}. */
export interface SeparableConvolutionConstructor {
  readonly ' row'?: SeparableConvolutionRow
  <
    const Size extends [rows: number, cols: number, channels: number] | FilterSize,
    const P extends PaddingOption = 'valid',
    const S extends PairOption = 1,
    const D extends PairOption = 1,
    const M extends number = 1,
    B extends ParameterSource | null = number,
    const Name extends string = 'separable-convolution-{}',
  >(
    /** [rows, cols, channels] of the filter */
    size: FilterWithin<Size, SeparableWords>,
    /** the padding, stride, dilation and multiplier, the initial filters and bias, and the name */
    options?: SeparableConvolutionOptions<P, S, D, M, B, Name, SeparableWords>,
  ): SeparableConvolution<Size, P, S, D, M, B, Name>
}

/**
 * A depthwise convolution, then a pointwise one that mixes the channels: `Convolution([1, 1, channels])` of
 * `DepthwiseConvolution([rows, cols])`, with one bias at the end. It takes far fewer multiplications than a convolution
 * of the same size. (Chollet 2017.)
 *
 * Shape: [batch, rows, cols, input channels] → [batch, rows', cols', channels].
 *
 * Variables: `depthwiseWeight` [rows, cols, input channels, multiplier], `pointwiseWeight`
 * [1, 1, input channels · multiplier, channels] and, unless it is `null`, `bias` [channels].
 *
 * @param size [rows, cols, channels] of the filter
 * @param options the padding, stride, dilation and multiplier, the initial filters and bias, and the name
 * @throws as {@link DepthwiseConvolution}
 * @see `SeparableConv2D` in Keras; two `Conv2d` in PyTorch
 * @example
 * ```ts
 * const network = join(Input([28, 28, 8]), SeparableConvolution([3, 3, 16], { padding: 'same' }))
 * String(network) // (?, 28, 28, 8) -> [... 2 layers ...] -> (?, 28, 28, 16)
 * ```
 */
export const SeparableConvolution: SeparableConvolutionConstructor = defineLayer({
  kind: separable.kind,
  example: separable.example,
  positional: ['size'],
  notation: { together: true },
  options: {
    ...filterOptions(2),
    ...shared,
    depthwiseWeight: initialFilter,
    pointwiseWeight: initialFilter,
  },
  shape: (options: Separable, input) => slid(input, windowsOf(2, options), made(options)),
  variables: {
    depthwiseWeight: (options: Separable, input) => filters(options, options.depthwiseWeight, input),
    pointwiseWeight: (options: Separable, input) =>
      withChannels(input, n => ({
        shape: [1, 1, n * options.multiplier, made(options)],
        initial: options.pointwiseWeight,
      })),
    bias: (options: Separable) =>
      right(options.bias === null ? null : { shape: [made(options)], initial: options.bias }),
  },
  forward: (options: Separable, ops, x, { depthwiseWeight, pointwiseWeight, bias }) => {
    const deep = eachChannel('SeparableConvolution', ops, x, depthwiseWeight, options)
    const y = convolve('SeparableConvolution', ops, deep, pointwiseWeight, [point, point])
    return [options.bias === null ? y : ops.add(y, bias), {}]
  },
})
