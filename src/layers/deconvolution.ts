import { chain, map, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Offered } from '../base/limits.ts'
import { optionalParameter } from '../base/options.ts'
import type { Parameter, ParameterSource } from '../base/parameters.ts'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import { ofRank, type Refuses, refusal } from '../core/expects.ts'
import type { InitialOf, NameOf, OptionOf, Row, Together, With, WrongArguments } from '../core/notated.ts'
import type { Weight, WeightAndBias } from '../core/variables.ts'
import type { Margin, Pair } from '../ops/ops.ts'
import { spread } from '../ops/spread.ts'
import type { Add, Multiply, Subtract } from '../type-arithmetic/digits.ts'
import { type Filtering, type FilterLimits, type FilterSize, filterOptions, initialFilter } from './convolution.ts'
import { image } from './inputs.ts'
import { knownRowsAndCols } from './known.ts'
import {
  type Axis,
  type AxisWindow,
  windowsOf as axisWindows,
  type ChannelsOf,
  type EachWithin,
  type FilterWithin,
  knownChannels,
  type OfAxis,
  type Padding,
  type PaddingOfAxis,
  type PaddingOption,
  type PairOption,
  type Unmoved,
  type WindowWords,
} from './window.ts'

const callee = {
  kind: 'Deconvolution',
  rank: 2,
  example: "Deconvolution([3, 3, 16], { padding: 'same', stride: 2 })",
} as const
type Words = WindowWords<typeof callee>

/** The options of {@link Deconvolution}. */
export interface DeconvolutionOptions<
  P extends PaddingOption = PaddingOption,
  S extends PairOption = PairOption,
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
> extends NameOption<Name> {
  /**
   * The padding of the convolution that this one transposes: 'valid' for none, 'same' for as much as gives `n · stride`
   * rows and columns, a number per side, or [rows, cols]. Default: 'valid'.
   */
  readonly padding?: Offered<EachWithin<P, 'whole', Words, 'padding'>, PaddingOption>
  /** The distance in the output between neighboring input elements, or [rows, cols]. Default: 1. */
  readonly stride?: EachWithin<S, 'count', Words, 'stride'>
  /** The initial filter, of shape [rows, cols, channels, input channels]. Default: `heNormal({ gain: 2 })`. */
  readonly weight?: ParameterSource
  /** The initial bias, of shape [channels], or `null` for none. Default: 0. */
  readonly bias?: B
}

/** A transposed convolution as a type: [batch, rows, cols, channels] in, [batch, rows', cols', Size[2]] out. */
export interface Deconvolution<Size extends FilterSize, P, S, B, Name extends string>
  extends Leaf<Name, 'params'>,
    Normal {
  readonly kind: 'Deconvolution'
  readonly size: Size
  readonly padding: Padding
  readonly stride: Pair
  readonly ' out': Spread<this[' in'], Size, P, S>
  readonly ' params': [B] extends [null]
    ? Weight<[Size[0], Size[1], Size[2], ChannelsOf<this[' in']>]>
    : WeightAndBias<[Size[0], Size[1], Size[2], ChannelsOf<this[' in']>], [Size[2]]>
}
const leaving = {
  expected: 'a padding that leaves something of the output',
  remedy: 'Use less padding, or a larger filter.',
} as const
type Spread<I, Size extends FilterSize, P, S> = I extends readonly [
  infer B,
  infer H extends number,
  infer W extends number,
  unknown,
]
  ? SpreadTo<I, B, SpreadAxis<H, Size[0], P, S, 0>, SpreadAxis<W, Size[1], P, S, 1>, Size[2]>
  : number[] extends I
    ? [number, number, number, Size[2]]
    : Refuses<'Deconvolution', typeof image, I>
type SpreadTo<I, B, Rows, Cols, Channels> = Rows extends 0 | '-'
  ? Refuses<'Deconvolution', typeof leaving, I>
  : Cols extends 0 | '-'
    ? Refuses<'Deconvolution', typeof leaving, I>
    : [B, Rows, Cols, Channels]
type SpreadAxis<N extends number, K extends number, P, S, A extends Axis> = SpreadOut<
  N,
  K,
  OfAxis<S, A>,
  PaddingOfAxis<P, A>,
  P
>
/** 'same': n s. 'valid': n s + max(k - s, 0). A number p: (n - 1) s + k - 2 p. */
type SpreadOut<N extends number, K extends number, S extends number, P, Option> = number extends N | K | S
  ? P extends 'same'
    ? Multiply<N, S>
    : Unmoved<N, K, S, P, 1>
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

interface DeconvolutionRow extends Row {
  readonly ' limits': FilterLimits
  readonly ' makes': Together<this[' given']> extends infer Size extends FilterSize
    ? With<
        this[' options'],
        DeconvolutionOptions,
        Deconvolution<
          Size,
          OptionOf<this[' options'], 'padding', 'valid'>,
          OptionOf<this[' options'], 'stride', 1>,
          InitialOf<this[' options'], 'bias'>,
          NameOf<this[' options'], 'deconvolution-{}'>
        >
      >
    : WrongArguments
}
/** The constructor of {@link Deconvolution}. */
export interface DeconvolutionConstructor {
  readonly ' row'?: DeconvolutionRow
  <
    const Size extends [rows: number, cols: number, channels: number] | FilterSize,
    const P extends PaddingOption = 'valid',
    const S extends PairOption = 1,
    B extends ParameterSource | null = number,
    const Name extends string = 'deconvolution-{}',
  >(
    /** [rows, cols, channels] of the filter */
    size: FilterWithin<Size, Words>,
    /** the padding and stride, the initial filter and bias, and the name */
    options?: DeconvolutionOptions<P, S, B, Name>,
  ): Deconvolution<Size, P, S, B, Name>
}

interface Normal extends Omit<Filtering, 'dilation'> {
  readonly weight: Parameter
  readonly bias: Parameter | null
}

const { size, padding, stride } = filterOptions(2)
const windowsOf = (options: Normal): readonly AxisWindow[] => axisWindows(2, { ...options, dilation: 1 })

/** What the convolution that this one reverses adds before and after its input; a negative number cuts off. */
const added = ({ size, padding, stride }: AxisWindow): Margin => {
  const beyond = size - stride
  if (typeof padding === 'number') return [padding, padding]
  if (padding === 'valid') return [0, Math.min(beyond, 0)]
  const before = Math.floor(Math.max(beyond, 0) / 2)
  return [before, beyond - before]
}

const spreadOut = (n: number | null, window: AxisWindow): number | null => {
  const [before, after] = added(window)
  return n === null ? null : (n - 1) * window.stride + window.size - before - after
}

/**
 * Transposed convolution over rows and columns, the gradient of a convolution with respect to its input: each input
 * element adds the filter, times itself, to the output, at positions `stride` apart. (Zeiler et al. 2010.)
 *
 * The output has `n · stride + max(size - stride, 0)` rows and columns with 'valid', `n · stride` with 'same', and
 * `(n - 1) · stride + size - 2 · padding` with a number.
 *
 * Shape: [batch, rows, cols, input channels] → [batch, rows', cols', channels].
 *
 * Variables: `weight` [rows, cols, channels, input channels] and, unless it is `null`, `bias` [channels].
 *
 * @param size [rows, cols, channels] of the filter
 * @param options the padding and stride, the initial filter and bias, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional, or padding removes all of it
 * @throws WeightInitializationError, from `init`, if the number of input channels is unknown
 * @category Convolution
 * @see `Conv2DTranspose` in Keras; `ConvTranspose2d` in PyTorch; `Deconvolution` in NeuPy
 * @example
 * ```ts
 * const network = join(Input([7, 7, 16]), Deconvolution([3, 3, 8], { padding: 'same', stride: 2 }))
 * String(network) // (?, 7, 7, 16) -> [... 2 layers ...] -> (?, 14, 14, 8)
 * ```
 */
export const Deconvolution: DeconvolutionConstructor = defineLayer({
  kind: callee.kind,
  example: callee.example,
  positional: ['size'],
  notation: { together: true },
  options: {
    size,
    padding,
    stride,
    weight: initialFilter,
    bias: { codec: optionalParameter, default: 0 },
  },

  shape: (options: Normal, input) =>
    pipe(
      ofRank(image, input),
      chain(([batch = null, ...dimensions]) => {
        const out = windowsOf(options).map((window, axis) => spreadOut(dimensions[axis] ?? null, window))
        return out.some(n => n !== null && n <= 0)
          ? refusal(leaving, input)
          : right([batch, ...out, options.size[2] ?? null])
      }),
    ),

  variables: {
    weight: ({ size: [rows = 0, cols = 0, channels = 0], weight }: Normal, input) =>
      pipe(
        knownChannels(2, input),
        map(own => ({
          shape: [rows, cols, channels, own],
          initial: weight,
          // The filter's axes stand the other way round than those of a convolution.
          fans: { in: rows * cols * own, out: rows * cols * channels },
        })),
      ),
    bias: ({ size: [, , channels = 0], bias }: Normal) =>
      right(bias === null ? null : { shape: [channels], initial: bias }),
  },

  forward: (options: Normal, ops, x, { weight, bias }) => {
    const windows = windowsOf(options)
    if (windows.some(({ stride }) => stride > 1)) knownRowsAndCols('Deconvolution', ops.shape(x))
    const spaced = windows.reduce((x, { stride }, axis) => spread(ops, x, axis + 1, stride), x)
    const flipped = ops.transpose(ops.reverse(weight, [0, 1]), [0, 1, 3, 2])
    const [rows = [0, 0], cols = [0, 0]] = windows.map((window): Margin => {
      const [before, after] = added(window)
      return [window.size - 1 - before, window.size - 1 - after]
    })
    const y = ops.convolve(spaced, flipped, { stride: [1, 1], dilation: [1, 1], groups: 1, padding: [rows, cols] })
    return [options.bias === null ? y : ops.add(y, bias), {}]
  },
})
