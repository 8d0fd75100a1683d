import { left, right } from 'fp-ts/lib/Either.js'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import type { Add, Multiply, Subtract } from '../core/digits.ts'
import type { Margin, Pair } from '../core/ops.ts'
import { optionalParameter, parameter } from '../core/options.ts'
import { type Refusal, showShape } from '../core/shape.ts'
import { spread } from '../core/spread.ts'
import type { Parameter, ParameterSource, Weight, WeightAndBias } from '../core/variables.ts'
import { heNormal } from '../initializers/index.ts'
import { type FilterSize, filterSize } from './convolution.ts'
import {
  type Axis,
  type ChannelsOf,
  knownRowsAndCols,
  type NoImage,
  type OfAxis,
  type Padding,
  type PaddingOfAxis,
  type PaddingOption,
  type PairOption,
  padding,
  pair,
} from './spatial.ts'

/** The options of {@link Deconvolution}. */
export interface DeconvolutionOptions<
  P extends PaddingOption = PaddingOption,
  S extends PairOption = PairOption,
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
> extends NameOption<Name> {
  /**
   * What the convolution that this one reverses would add around its input: 'valid' for nothing, 'same' for as much as
   * makes rows and columns `n · stride`, a number for each side, or [rows, cols]. Default: 'valid'.
   */
  readonly padding?: P
  /** How far apart the input's elements come to stand, or [rows, cols]. Default: 1. */
  readonly stride?: S
  /** The initial filter, of shape [rows, cols, channels, input channels]. Default: `heNormal({ gain: 2 })`. */
  readonly weight?: ParameterSource
  /** The initial bias, of shape [channels], or `null` for none. Default: 0. */
  readonly bias?: B
}

/** A transposed convolution as a type: [batch, rows, cols, channels] in, [batch, rows', cols', Size[2]] out. */
export interface Deconvolution<Size extends FilterSize, P, S, B, Name extends string> extends Leaf<Name, 'params'> {
  readonly kind: 'Deconvolution'
  readonly size: Size
  readonly padding: Padding
  readonly stride: Pair
  readonly weight: Parameter
  readonly bias: Parameter | null
  readonly '~out': Spread<this['~in'], Size, P, S>
  readonly '~params': [B] extends [null]
    ? Weight<[Size[0], Size[1], Size[2], ChannelsOf<this['~in']>]>
    : WeightAndBias<[Size[0], Size[1], Size[2], ChannelsOf<this['~in']>], [Size[2]]>
}
type Spread<I, Size extends FilterSize, P, S> = I extends readonly [
  infer B,
  infer H extends number,
  infer W extends number,
  unknown,
]
  ? SpreadTo<I, B, SpreadAxis<H, Size[0], P, S, 0>, SpreadAxis<W, Size[1], P, S, 1>, Size[2]>
  : number[] extends I
    ? [number, number, number, Size[2]]
    : NoImage<'Deconvolution', I>
type SpreadTo<I, B, Rows, Cols, Channels> = Rows extends 0 | '-'
  ? TooMuchPadding<I>
  : Cols extends 0 | '-'
    ? TooMuchPadding<I>
    : [B, Rows, Cols, Channels]
type TooMuchPadding<I> = Refusal<
  'Deconvolution',
  'a padding that leaves something of the output',
  I,
  'Use less padding, or a larger filter.'
>
type SpreadAxis<N extends number, K extends number, P, S, A extends Axis> = SpreadOut<
  N,
  K,
  OfAxis<S, A>,
  PaddingOfAxis<P, A>,
  P
>
/** 'same': n s. 'valid': n s + max(k - s, 0). A number p: (n - 1) s + k - 2 p. */
type SpreadOut<N extends number, K extends number, S extends number, P, Option> = number extends N | K | S
  ? number
  : P extends 'same'
    ? Multiply<N, S>
    : Option extends 'valid'
      ? Subtract<K, S> extends infer More
        ? More extends number
          ? Add<Multiply<N, S>, More>
          : Multiply<N, S>
        : never
      : P extends number
        ? number extends P
          ? number
          : Subtract<Add<Multiply<N, S>, K>, Add<S, Multiply<P, 2>>>
        : number

/** The constructor of {@link Deconvolution}. */
export type DeconvolutionConstructor = <
  const Size extends [number, number, number] | FilterSize,
  const P extends PaddingOption = 'valid',
  const S extends PairOption = 1,
  B extends ParameterSource | null = number,
  const Name extends string = 'deconvolution-{}',
>(
  size: Size,
  options?: DeconvolutionOptions<P, S, B, Name>,
) => Deconvolution<Size, P, S, B, Name>

interface Normal {
  readonly size: FilterSize
  readonly padding: Padding
  readonly stride: Pair
}

/** What the convolution that this one reverses adds before and after its input; a negative number cuts off. */
const added = ({ size, padding, stride }: Normal, axis: Axis): Margin => {
  const beyond = size[axis] - stride[axis]
  if (padding === 'valid') return [0, Math.min(beyond, 0)]
  if (padding !== 'same') return [padding[axis], padding[axis]]
  const before = Math.floor(Math.max(beyond, 0) / 2)
  return [before, beyond - before]
}

const spreadOut = (n: number | null, options: Normal, axis: Axis): number | null => {
  const [before, after] = added(options, axis)
  return n === null ? null : (n - 1) * options.stride[axis] + options.size[axis] - before - after
}

/**
 * Transposed convolution over rows and columns, the gradient of a convolution's input: every element of the input adds
 * the filter, times itself, to the output, `stride` apart from the next one's. (Zeiler et al. 2010.)
 *
 * Rows and columns come out as `n · stride + max(size - stride, 0)` with 'valid', `n · stride` with 'same', and
 * `(n - 1) · stride + size - 2 · padding` with a number.
 *
 * Variables: `weight` [rows, cols, channels, input channels] and, unless it is `null`, `bias` [channels].
 *
 * @param size [rows, cols, channels] of the filter
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, when the input is not 4-dimensional, or padding leaves nothing of it
 * @throws WeightInitializationError, from `init`, when the number of input channels is unknown
 * @example
 * ```ts
 * const network = join(Input([7, 7, 16]), Deconvolution([3, 3, 8], { padding: 'same', stride: 2 }))
 * String(network) // (?, 7, 7, 16) -> [... 2 layers ...] -> (?, 14, 14, 8)
 * ```
 */
export const Deconvolution: DeconvolutionConstructor = defineLayer({
  kind: 'Deconvolution',
  example: "Deconvolution([3, 3, 16], { padding: 'same', stride: 2 })",
  positional: ['size'],
  options: {
    size: { codec: filterSize },
    padding: { codec: padding, default: 'valid' },
    stride: { codec: pair, default: 1 },
    weight: { codec: parameter, default: heNormal({ gain: 2 }) },
    bias: { codec: optionalParameter, default: 0 },
  },

  shape: (options, input) => {
    if (input !== null && input.length !== 4)
      return left({
        expected: 'a 4-dimensional input [batch, rows, cols, channels]',
        got: showShape(input),
        remedy: 'Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.',
      })
    const [batch = null, rows = null, cols = null] = input ?? []
    const out = [spreadOut(rows, options, 0), spreadOut(cols, options, 1)]
    if (out.some(n => n !== null && n <= 0))
      return left({
        expected: 'a padding that leaves something of the output',
        got: showShape(input),
        remedy: 'Use less padding, or a larger filter.',
      })
    return right([batch, ...out, options.size[2]])
  },

  variables: {
    weight: ({ size: [rows, cols, channels], weight }, input) => {
      const inputChannels = input?.[3] ?? null
      return inputChannels === null
        ? left({
            expected: 'a known number of input channels',
            got: showShape(input),
            remedy: 'Start the network with an Input whose channels are given, such as Input([7, 7, 16]).',
          })
        : right({
            shape: [rows, cols, channels, inputChannels],
            initial: weight,
            // The filter's axes stand the other way round than those of a convolution.
            fans: { in: rows * cols * inputChannels, out: rows * cols * channels },
          })
    },
    bias: ({ size, bias }) => right(bias === null ? null : { shape: [size[2]], initial: bias }),
  },

  forward: (options, ops, x, { weight, bias }) => {
    const { size, stride } = options
    if (Math.max(...stride) > 1) knownRowsAndCols('Deconvolution', ops.shape(x))
    const spaced = spread(ops, spread(ops, x, 1, stride[0]), 2, stride[1])
    const flipped = ops.transpose(ops.reverse(weight, [0, 1]), [0, 1, 3, 2])
    const margin = (axis: Axis): Margin => {
      const [before, after] = added(options, axis)
      return [size[axis] - 1 - before, size[axis] - 1 - after]
    }
    const y = ops.convolve(spaced, flipped, {
      stride: [1, 1],
      dilation: [1, 1],
      groups: 1,
      padding: [margin(0), margin(1)],
    })
    return [options.bias === null ? y : ops.add(y, bias), {}]
  },
})
