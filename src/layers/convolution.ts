import { map, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type * as t from 'io-ts/lib/index.js'
import type { Limited, Offered } from '../base/limits.ts'
import { integer, type Options, optionalParameter, type Parsed, parameter } from '../base/options.ts'
import type { Parameter, ParameterSource } from '../base/parameters.ts'
import { undecodable } from '../core/decoding.ts'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import type {
  InitialOf,
  Limits,
  NameOf,
  OptionAs,
  OptionOf,
  Row,
  Together,
  With,
  WrongArguments,
} from '../core/notated.ts'
import type { Weight, WeightAndBias } from '../core/variables.ts'
import { heNormal } from '../initializers/index.ts'
import type { Pair } from '../ops/ops.ts'
import { backwards, decodeWindow } from './causal.ts'
import { checkGroups, type Grouped, groupedShape, type PerGroup } from './groups.ts'
import { convolve } from './sliding.ts'
import {
  type AnyWords,
  type ChannelsOf,
  type EachWithin,
  type FilterWithin,
  filterSize,
  knownChannels,
  numbers,
  type Padding,
  type Padding1D,
  type PaddingOption,
  type Paddings,
  type PairOption,
  type PerAxis,
  padding,
  point,
  type Rank,
  type Slid1D,
  type Slid2D,
  type Slid3D,
  slid,
  type WindowValues,
  type WindowWords,
  windowsOf,
} from './window.ts'

/** The filter: its rows and columns, and the number of output channels. */
export type FilterSize = readonly [rows: number, cols: number, channels: number]
/** The filter: its steps, and the number of output channels. */
export type FilterSize1D = readonly [steps: number, channels: number]
/** The filter: its depth, rows and columns, and the number of output channels. */
export type FilterSize3D = readonly [depth: number, rows: number, cols: number, channels: number]

/** Options of convolutions that shape no types. */
export interface ConvolutionValues {
  /** The initial filter, of shape [...axes, input channels / groups, channels]. Default: `heNormal({ gain: 2 })`. */
  readonly weight?: ParameterSource
}
/** The options of layers with filters: `W` are the words of messages, `All` all paddings. */
export interface LimitedOptions<
  P,
  S extends PerAxis[Rank],
  D extends PerAxis[Rank],
  B extends ParameterSource | null,
  Name extends string,
  G extends number,
  W extends AnyWords,
  All = PaddingOption,
> extends NameOption<Name>,
    ConvolutionValues {
  // Conditions stand in the options and not in arguments of types: so only those of options that are given are evaluated.
  /**
   * Zeros around the input: 'valid' for none; 'same' for as many as keep the size at stride 1 (an odd one at the end:
   * bottom or right); a number per side, or one for each axis. Over a sequence also 'causal': as many as 'same', all
   * before the first step, so that no output depends on a later step. Default: 'valid'.
   */
  readonly padding?: Offered<EachWithin<P, 'whole', W, 'padding'>, All>
  /** The stride of the filter, or one for each axis. Default: 1. */
  readonly stride?: EachWithin<S, 'count', W, 'stride'>
  /** The spacing between the filter's elements, or one for each axis; may be combined with a stride. Default: 1. */
  readonly dilation?: EachWithin<D, 'count', W, 'dilation'>
  /** The number of groups: each group of input channels gives its own group of output channels. Default: 1. */
  readonly groups?: Limited<G, 'count', W['callee'], 'groups'>
  /** The initial bias, of shape [output channels], or `null` for none. Default: 0. */
  readonly bias?: B
}
/** The options of {@link Convolution}. */
export interface ConvolutionOptions<
  P extends PaddingOption = PaddingOption,
  S extends PairOption = PairOption,
  D extends PairOption = PairOption,
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
  G extends number = number,
> extends LimitedOptions<P, S, D, B, Name, G, ImageWords> {}
/** The options of convolutions over one axis and three. */
interface OtherOptions<
  R extends 1 | 3,
  P extends Paddings[R] = Paddings[R],
  S extends PerAxis[R] = PerAxis[R],
  D extends PerAxis[R] = PerAxis[R],
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
  G extends number = number,
> extends LimitedOptions<P, S, D, B, Name, G, Words[R], Paddings[R]> {}
/** The options of {@link Convolution1D}. */
export interface Convolution1DOptions extends OtherOptions<1> {}
/** The options of {@link Convolution3D}. */
export interface Convolution3DOptions extends OtherOptions<3> {}

/** The options of layers with filters, in their normal form. */
export interface Filtering extends WindowValues {
  readonly size: readonly number[]
}
interface Normal extends Filtering, Parsed<ConvolutionValues> {
  readonly groups: number
  readonly bias: Parameter | null
}

/** A convolution as a type: [batch, rows, cols, channels] in, [batch, rows', cols', Size[2]] out. */
export interface Convolution<
  Size extends FilterSize,
  P = 'valid',
  S = 1,
  D = 1,
  B = number,
  Name extends string = 'convolution-{}',
  G extends number = 1,
> extends Leaf<Name, 'params'>,
    Normal {
  readonly kind: 'Convolution'
  readonly size: Size
  readonly padding: Padding
  readonly stride: Pair
  readonly dilation: Pair
  readonly ' out': Grouped<'Convolution', this[' in'], G, Slid2D<this[' in'], 'Convolution', Size, P, S, D, Size[2]>>
  readonly ' params': [B] extends [null]
    ? Weight<[Size[0], Size[1], PerGroup<ChannelsOf<this[' in']>, G>, Size[2]]>
    : WeightAndBias<[Size[0], Size[1], PerGroup<ChannelsOf<this[' in']>, G>, Size[2]], [Size[2]]>
}
/** A convolution as a type: [batch, steps, channels] in, [batch, steps', Size[1]] out. */
export interface Convolution1D<
  Size extends readonly number[],
  P = 'valid',
  S = 1,
  D = 1,
  B = number,
  Name extends string = 'convolution1d-{}',
  G extends number = 1,
> extends Leaf<Name, 'params'>,
    Normal {
  readonly kind: 'Convolution1D'
  readonly size: Size
  readonly padding: Padding1D
  readonly stride: number
  readonly dilation: number
  readonly ' out': Grouped<
    'Convolution1D',
    this[' in'],
    G,
    Slid1D<this[' in'], 'Convolution1D', Size, P, S, D, Size[1]>
  >
  readonly ' params': [B] extends [null]
    ? Weight<[Size[0], PerGroup<ChannelsOf<this[' in']>, G>, Size[1]]>
    : WeightAndBias<[Size[0], PerGroup<ChannelsOf<this[' in']>, G>, Size[1]], [Size[1]]>
}
/** A convolution as a type: [batch, depth, rows, cols, channels] in, [batch, depth', rows', cols', Size[3]] out. */
export interface Convolution3D<
  Size extends readonly number[],
  P = 'valid',
  S = 1,
  D = 1,
  B = number,
  Name extends string = 'convolution3d-{}',
  G extends number = 1,
> extends Leaf<Name, 'params'>,
    Normal {
  readonly kind: 'Convolution3D'
  readonly size: Size
  readonly padding: 'valid' | 'same' | readonly number[]
  readonly stride: readonly number[]
  readonly dilation: readonly number[]
  readonly ' out': Grouped<
    'Convolution3D',
    this[' in'],
    G,
    Slid3D<this[' in'], 'Convolution3D', Size, P, S, D, Size[3]>
  >
  readonly ' params': [B] extends [null]
    ? Weight<[Size[0], Size[1], Size[2], PerGroup<ChannelsOf<this[' in']>, G>, Size[3]]>
    : WeightAndBias<[Size[0], Size[1], Size[2], PerGroup<ChannelsOf<this[' in']>, G>, Size[3]], [Size[3]]>
}

/**
 * The rules of the options of layers with filters. Every text with groups is looked at, because they have to divide the
 * channels.
 */
export interface FilterLimits extends Limits<'count', unknown, `${string}groups${string}`> {
  readonly padding: 'whole'
  readonly stride: 'count'
  readonly dilation: 'count'
  readonly groups: 'groups'
  readonly weight: 'values'
  readonly bias: 'values'
}
interface ConvolutionRow extends Row {
  readonly ' limits': FilterLimits
  readonly ' makes': Together<this[' given']> extends infer Size extends FilterSize
    ? With<
        this[' options'],
        ConvolutionOptions,
        Convolution<
          Size,
          OptionOf<this[' options'], 'padding', 'valid'>,
          OptionOf<this[' options'], 'stride', 1>,
          OptionOf<this[' options'], 'dilation', 1>,
          InitialOf<this[' options'], 'bias'>,
          NameOf<this[' options'], 'convolution-{}'>,
          OptionAs<this[' options'], 'groups', number, 1>
        >
      >
    : WrongArguments
}
/** The constructor of {@link Convolution}. */
export interface ConvolutionConstructor {
  readonly ' row'?: ConvolutionRow
  // The mutable tuple in the constraint lets the compiler infer [3, 3, 16], and not readonly [3, 3, 16].
  <
    const Size extends [rows: number, cols: number, channels: number] | FilterSize,
    const P extends PaddingOption = 'valid',
    const S extends PairOption = 1,
    const D extends PairOption = 1,
    B extends ParameterSource | null = number,
    const Name extends string = 'convolution-{}',
    const G extends number = 1,
  >(
    /** [rows, cols, channels] of the filter */
    size: FilterWithin<Size, ImageWords>,
    /** the padding, stride, dilation and groups, the initial filter and bias, and the name */
    options?: ConvolutionOptions<P, S, D, B, Name, G>,
  ): Convolution<Size, P, S, D, B, Name, G>
}

// Over one axis and three; a type for all ranks would cost a program of convolutions over rows and columns 1 to 3 % more.

interface Others<Size extends readonly number[], P, S, D, B, Name extends string, G extends number> {
  readonly 1: Convolution1D<Size, P, S, D, B, Name, G>
  readonly 3: Convolution3D<Size, P, S, D, B, Name, G>
}
interface OtherSizes {
  readonly 1: [steps: number, channels: number] | FilterSize1D
  readonly 3: [depth: number, rows: number, cols: number, channels: number] | FilterSize3D
}
interface OtherConvolutionRow<R extends 1 | 3> extends Row {
  readonly ' limits': FilterLimits
  readonly ' makes': Together<this[' given']> extends infer Size extends OtherSizes[R]
    ? With<
        this[' options'],
        OtherOptions<R>,
        Others<
          Size,
          OptionOf<this[' options'], 'padding', 'valid'>,
          OptionOf<this[' options'], 'stride', 1>,
          OptionOf<this[' options'], 'dilation', 1>,
          InitialOf<this[' options'], 'bias'>,
          NameOf<this[' options'], `convolution${R}d-{}`>,
          OptionAs<this[' options'], 'groups', number, 1>
        >[R]
      >
    : WrongArguments
}

interface OtherConvolutionConstructor<R extends 1 | 3> {
  readonly ' row'?: OtherConvolutionRow<R>
  <
    const Size extends OtherSizes[R],
    const P extends Paddings[R] = 'valid',
    const S extends PerAxis[R] = 1,
    const D extends PerAxis[R] = 1,
    B extends ParameterSource | null = number,
    const Name extends string = `convolution${R}d-{}`,
    const G extends number = 1,
  >(
    /** the size of the filter along each axis, then the number of output channels */
    size: EachWithin<Size, 'count', Words[R], 'filter'>,
    /** the padding, stride, dilation and groups, the initial filter and bias, and the name */
    options?: OtherOptions<R, P, S, D, B, Name, G>,
  ): Others<Size, P, S, D, B, Name, G>[R]
}
/** The constructor of {@link Convolution1D}. */
export type Convolution1DConstructor = OtherConvolutionConstructor<1>
/** The constructor of {@link Convolution3D}. */
export type Convolution3DConstructor = OtherConvolutionConstructor<3>

const callees = {
  1: { kind: 'Convolution1D', rank: 1, example: 'Convolution1D([5, 16], { padding: 2, stride: 2 })' },
  2: { kind: 'Convolution', rank: 2, example: 'Convolution([3, 3, 16], { padding: 1, stride: 2 })' },
  3: { kind: 'Convolution3D', rank: 3, example: 'Convolution3D([3, 3, 3, 16], { padding: 1, stride: 2 })' },
} as const

// Interfaces, which the compiler does not instantiate again with every call.
interface SequenceWords extends WindowWords<(typeof callees)[1]> {}
interface ImageWords extends WindowWords<(typeof callees)[2]> {}
interface VolumeWords extends WindowWords<(typeof callees)[3]> {}
interface Words {
  readonly 1: SequenceWords
  readonly 2: ImageWords
  readonly 3: VolumeWords
}

/** How the options that layers with filters have in common are read; `size` says how that of a filter is. */
export const filterOptions = (
  rank: Rank,
  size: t.Type<readonly number[], unknown, unknown> = filterSize(rank),
): Options<Filtering> => ({
  size: { codec: size },
  padding: { codec: padding(rank), default: 'valid' },
  stride: { codec: numbers(rank, 1), default: 1 },
  dilation: { codec: numbers(rank, 1), default: 1 },
})
/** How an initial filter is read. */
export const initialFilter: Options<Parsed<ConvolutionValues>>['weight'] = {
  codec: parameter,
  default: heNormal({ gain: 2 }),
}

const convolution = <Constructor>(rank: Rank): Constructor => {
  const { kind, example } = callees[rank]
  const channels = ({ size }: Normal): number => size[rank] as number
  return defineLayer({
    kind,
    example,
    positional: ['size'],
    notation: { together: true },
    options: {
      ...filterOptions(rank),
      groups: { codec: integer(1), default: 1 },
      weight: initialFilter,
      bias: { codec: optionalParameter, default: 0 },
    },
    check: (options: Normal) => checkGroups(options.groups, channels(options)),
    shape: (options: Normal, input) =>
      groupedShape(input, options.groups, slid(input, windowsOf(rank, options), channels(options))),
    variables: {
      weight: ({ size, groups, weight }: Normal, input) =>
        pipe(
          knownChannels(rank, input),
          map(own => ({ shape: [...size.slice(0, rank), own / groups, ...size.slice(rank)], initial: weight })),
        ),
      bias: (options: Normal) =>
        right(options.bias === null ? null : { shape: [channels(options)], initial: options.bias }),
    },
    decode: (options: Normal, inputs, steps) =>
      rank === 1
        ? decodeWindow(windowsOf(1, options)[0] ?? point, options, inputs, steps)
        : undecodable(inputs, backwards),
    forward: (options: Normal, ops, x, { weight, bias }) => {
      const y = convolve(kind, ops, x, weight, windowsOf(rank, options), options.groups)
      return [options.bias === null ? y : ops.add(y, bias), {}]
    },
  })
}

/**
 * Convolution over rows and columns. Every output element is the sum, over the filter's window and the input channels of
 * its group, of input times weight, plus the channel's bias:
 *
 * `y[b, i, j, f] = bias[f] + sum(x[b, i·stride + r·dilation, j·stride + c·dilation, k] · weight[r, c, k, f])`
 *
 * The output has `ceil((n + padding - (size - 1)·dilation) / stride)` rows and columns, with 'same' `ceil(n / stride)`.
 * (LeCun et al. 1989; dilation: Yu and Koltun 2016; groups: Krizhevsky et al. 2012.)
 *
 * Shape: [batch, rows, cols, input channels] → [batch, rows', cols', channels].
 *
 * Variables: `weight` [rows, cols, input channels / groups, channels] and, unless it is `null`, `bias` [channels].
 *
 * @param size [rows, cols, channels] of the filter
 * @param options the padding, stride, dilation and groups, the initial filter and bias, and the name
 * @throws InvalidOption if an option is invalid, or the groups do not divide the channels
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional or smaller than the filter, or the
 *   groups do not divide its channels
 * @throws WeightInitializationError, from `init`, if the number of input channels is unknown
 * @category Convolution
 * @see `Conv2D` in Keras; `Conv2d` in PyTorch; `Convolution` in NeuPy
 * @example
 * ```ts
 * const network = join(Input([28, 28, 3]), Convolution([3, 3, 16]))
 * String(network) // (?, 28, 28, 3) -> [... 2 layers ...] -> (?, 26, 26, 16)
 * ```
 */
export const Convolution: ConvolutionConstructor = convolution(2)

/**
 * Convolution over the steps of a sequence:
 *
 * `y[b, i, f] = bias[f] + sum(x[b, i·stride + s·dilation, k] · weight[s, k, f])`
 *
 * The output has `ceil((n + padding - (size - 1)·dilation) / stride)` steps, with 'same' and 'causal'
 * `ceil(n / stride)`. Otherwise like {@link Convolution}. (Waibel et al. 1989; 'causal': van den Oord et al. 2016.)
 *
 * Shape: [batch, steps, input channels] → [batch, steps', channels].
 *
 * Variables: `weight` [steps, input channels / groups, channels] and, unless it is `null`, `bias` [channels].
 *
 * @param size [steps, channels] of the filter
 * @param options the padding, stride, dilation and groups, the initial filter and bias, and the name
 * @throws as {@link Convolution}, for an input that is not 3-dimensional
 * @see `Conv1D` in Keras; `Conv1d` in PyTorch
 * @example
 * ```ts
 * const network = join(Input([100, 8]), Convolution1D([5, 16], { stride: 2 }))
 * String(network) // (?, 100, 8) -> [... 2 layers ...] -> (?, 48, 16)
 * ```
 */
export const Convolution1D: Convolution1DConstructor = convolution(1)

/**
 * Convolution over depth, rows and columns: {@link Convolution} over one more axis. (Ji et al. 2013.)
 *
 * Shape: [batch, depth, rows, cols, input channels] → [batch, depth', rows', cols', channels].
 *
 * Variables: `weight` [depth, rows, cols, input channels / groups, channels] and, unless it is `null`, `bias` [channels].
 *
 * @param size [depth, rows, cols, channels] of the filter
 * @param options the padding, stride, dilation and groups, the initial filter and bias, and the name
 * @throws as {@link Convolution}, for an input that is not 5-dimensional
 * @see `Conv3D` in Keras; `Conv3d` in PyTorch
 * @example
 * ```ts
 * const network = join(Input([16, 28, 28, 1]), Convolution3D([3, 3, 3, 8]))
 * String(network) // (?, 16, 28, 28, 1) -> [... 2 layers ...] -> (?, 14, 26, 26, 8)
 * ```
 */
export const Convolution3D: Convolution3DConstructor = convolution(3)
