import { right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import type { Pair } from '../core/ops.ts'
import { codec, integer, optionalParameter, parameter } from '../core/options.ts'
import type { Parameter, ParameterSource, Weight, WeightAndBias } from '../core/variables.ts'
import { heNormal } from '../initializers/index.ts'
import { channelsPerGroup, checkGroups, type Grouped, groupedShape, type PerGroup } from './groups.ts'
import {
  type ChannelsOf,
  margins,
  type Padding,
  type PaddingOption,
  type PairOption,
  padding,
  pair,
  type Slid,
  slideShape,
} from './spatial.ts'

/** The filter: its rows and columns, and how many output channels it makes. */
export type FilterSize = readonly [rows: number, cols: number, channels: number]

/** The options of {@link Convolution}. */
export interface ConvolutionOptions<
  P extends PaddingOption = PaddingOption,
  S extends PairOption = PairOption,
  D extends PairOption = PairOption,
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
  G extends number = number,
> extends NameOption<Name> {
  /**
   * Zeros around the input: 'valid' for none; 'same' for as many as keep rows and columns at stride 1 (an odd one goes
   * to the bottom or right); a number for each side, or [rows, cols]. Default: 'valid'.
   */
  readonly padding?: P
  /** The step of the filter, or [rows, cols]. Default: 1. */
  readonly stride?: S
  /** The distance between the filter's elements, or [rows, cols]; with a stride as well. Default: 1. */
  readonly dilation?: D
  /** In how many parts the channels are taken, each of which makes its own part of the output. Default: 1. */
  readonly groups?: G
  /** The initial filter, of shape [rows, cols, input channels / groups, channels]. Default: `heNormal({ gain: 2 })`. */
  readonly weight?: ParameterSource
  /** The initial bias, of shape [channels], or `null` for none. Default: 0. */
  readonly bias?: B
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
> extends Leaf<Name, 'params'> {
  readonly kind: 'Convolution'
  readonly size: Size
  readonly padding: Padding
  readonly stride: Pair
  readonly dilation: Pair
  readonly groups: number
  readonly weight: Parameter
  readonly bias: Parameter | null
  readonly '~out': G extends 1
    ? Slid<this['~in'], 'Convolution', Size, P, S, D, Size[2]>
    : Grouped<
        'Convolution',
        ChannelsOf<this['~in']>,
        G,
        Slid<this['~in'], 'Convolution', Size, P, S, D, Size[2]>,
        this['~in']
      >
  readonly '~params': [B] extends [null]
    ? Weight<[Size[0], Size[1], PerGroup<ChannelsOf<this['~in']>, G>, Size[2]]>
    : WeightAndBias<[Size[0], Size[1], PerGroup<ChannelsOf<this['~in']>, G>, Size[2]], [Size[2]]>
}

/** The constructor of {@link Convolution}. */
export type ConvolutionConstructor = <
  const Size extends [number, number, number] | FilterSize,
  const P extends PaddingOption = 'valid',
  const S extends PairOption = 1,
  const D extends PairOption = 1,
  B extends ParameterSource | null = number,
  const Name extends string = 'convolution-{}',
  const G extends number = 1,
>(
  size: Size,
  options?: ConvolutionOptions<P, S, D, B, Name, G>,
) => Convolution<Size, P, S, D, B, Name, G>

/** How a filter's size is read. */
export const filterSize: t.Type<FilterSize, unknown, unknown> = codec(
  '[rows, cols, channels], three positive integers',
  value =>
    Array.isArray(value) && value.length === 3 && value.every(n => Number.isSafeInteger(n) && n > 0)
      ? Object.freeze([value[0], value[1], value[2]] as const)
      : undefined,
)

/**
 * Convolution over rows and columns. Every output element is the sum, over the filter's window and the input channels of
 * its group, of input times weight, plus the channel's bias:
 *
 * `y[b, i, j, f] = bias[f] + sum(x[b, i·stride + r·dilation, j·stride + c·dilation, k] · weight[r, c, k, f])`
 *
 * Rows and columns come out as `ceil((n + padding - (size - 1)·dilation) / stride)`, with 'same' as `ceil(n / stride)`.
 * (LeCun et al. 1989; dilation: Yu and Koltun 2016; groups: Krizhevsky et al. 2012.)
 *
 * Variables: `weight` [rows, cols, input channels / groups, channels] and, unless it is `null`, `bias` [channels].
 *
 * @param size [rows, cols, channels] of the filter
 * @throws InvalidOption if an option is invalid, or the groups do not divide the channels
 * @throws LayerConnectionError, from `join`, when the input is not 4-dimensional or smaller than the filter, or the
 *   groups do not divide its channels
 * @throws WeightInitializationError, from `init`, when the number of input channels is unknown
 * @example
 * ```ts
 * const network = join(Input([28, 28, 3]), Convolution([3, 3, 16]))
 * String(network) // (?, 28, 28, 3) -> [... 2 layers ...] -> (?, 26, 26, 16)
 * ```
 */
export const Convolution: ConvolutionConstructor = defineLayer({
  kind: 'Convolution',
  example: 'Convolution([3, 3, 16], { padding: 1, stride: 2 })',
  positional: ['size'],
  options: {
    size: { codec: filterSize },
    padding: { codec: padding, default: 'valid' },
    stride: { codec: pair, default: 1 },
    dilation: { codec: pair, default: 1 },
    groups: { codec: integer(1), default: 1 },
    weight: { codec: parameter, default: heNormal({ gain: 2 }) },
    bias: { codec: optionalParameter, default: 0 },
  },

  check: ({ groups, size }) => checkGroups(groups, size[2]),
  shape: (options, input) => groupedShape(input, options.groups, slideShape(input, options, options.size[2])),

  variables: {
    weight: ({ size: [rows, cols, channels], groups, weight }, input) => {
      const own = channelsPerGroup(input, groups)
      return own._tag === 'Left' ? own : right({ shape: [rows, cols, own.right, channels], initial: weight })
    },
    bias: ({ size, bias }) => right(bias === null ? null : { shape: [size[2]], initial: bias }),
  },

  forward: (options, ops, x, { weight, bias }) => {
    const { stride, dilation, groups } = options
    const y = ops.convolve(x, weight, {
      padding: margins('Convolution', ops.shape(x), options),
      stride,
      dilation,
      groups,
    })
    return [options.bias === null ? y : ops.add(y, bias), {}]
  },
})

/** Short for {@link Convolution}. */
export const Conv: ConvolutionConstructor = Convolution
