import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { defineLayer, type Leaf, type NameOption } from '../core/define.ts'
import type { Fault } from '../core/errors.ts'
import type { Ops } from '../core/ops.ts'
import { codec, integer, optionalParameter, parameter } from '../core/options.ts'
import { type RefusedInput, type Shape, showShape } from '../core/shape.ts'
import type { Parameter, ParameterSource, Weight, WeightAndBias } from '../core/variables.ts'
import { heNormal } from '../initializers/index.ts'
import {
  type AxisWindow,
  integers,
  knownDimensions,
  marginOf,
  type NoRoom,
  places,
  sizes,
  times,
  tooLarge,
} from './axis.ts'
import { channelsPerGroup, checkGroups, type Grouped, groupedShape, type PerGroup } from './groups.ts'
import type { SlideAxis, Spanned } from './spatial.ts'

/** The filter: its depth, rows and columns, and how many output channels it makes. */
export type FilterSize3D = readonly [depth: number, rows: number, cols: number, channels: number]
/** One number for depth, rows and columns, or one for each. */
export type TripleOption = number | readonly [depth: number, rows: number, cols: number]
/** Zeros around a volume. */
export type Padding3D = 'valid' | 'same' | TripleOption

/** The options of {@link Convolution3D}. */
export interface Convolution3DOptions<
  P extends Padding3D = Padding3D,
  S extends TripleOption = TripleOption,
  D extends TripleOption = TripleOption,
  G extends number = number,
  B extends ParameterSource | null = ParameterSource | null,
  Name extends string = string,
> extends NameOption<Name> {
  /**
   * Zeros around the volume: 'valid' for none; 'same' for as many as keep its size at stride 1 (an odd one goes to the
   * end); a number for each side, or [depth, rows, cols]. Default: 'valid'.
   */
  readonly padding?: P
  /** The step of the filter, or [depth, rows, cols]. Default: 1. */
  readonly stride?: S
  /** The distance between the filter's elements, or [depth, rows, cols]; with a stride as well. Default: 1. */
  readonly dilation?: D
  /** In how many parts the channels are taken, each of which makes its own part of the output. Default: 1. */
  readonly groups?: G
  /** The initial filter, [depth, rows, cols, input channels / groups, channels]. Default: `heNormal({ gain: 2 })`. */
  readonly weight?: ParameterSource
  /** The initial bias, of shape [channels], or `null` for none. Default: 0. */
  readonly bias?: B
}

/** A convolution as a type: [batch, depth, rows, cols, channels] in, [batch, depth', rows', cols', Size[3]] out. */
export interface Convolution3D<
  Size extends FilterSize3D,
  P = 'valid',
  S = 1,
  D = 1,
  G extends number = 1,
  B = number,
  Name extends string = 'convolution3d-{}',
> extends Leaf<Name, 'params'> {
  readonly kind: 'Convolution3D'
  readonly size: Size
  readonly padding: 'valid' | 'same' | readonly number[]
  readonly stride: readonly number[]
  readonly dilation: readonly number[]
  readonly groups: number
  readonly weight: Parameter
  readonly bias: Parameter | null
  readonly '~out': SlidVolume<this['~in'], 'Convolution3D', Size, P, S, D, Size[3], G>
  readonly '~params': [B] extends [null]
    ? Weight<[Size[0], Size[1], Size[2], PerGroup<VolumeChannels<this['~in']>, G>, Size[3]]>
    : WeightAndBias<[Size[0], Size[1], Size[2], PerGroup<VolumeChannels<this['~in']>, G>, Size[3]], [Size[3]]>
}
/** The channels of [batch, depth, rows, cols, channels]. */
export type VolumeChannels<I> = I extends readonly [unknown, unknown, unknown, unknown, infer C extends number]
  ? C
  : number

type Part<X, A extends 0 | 1 | 2> = X extends readonly [number, number, number] ? X[A] : X extends number ? X : number
type PaddingPart<P, A extends 0 | 1 | 2> = P extends 'valid' ? 0 : P extends 'same' ? P : Part<P, A>
/** [batch, depth, rows, cols, channels] after a window has slid over it. */
export type SlidVolume<
  I,
  Kind extends string,
  K extends readonly number[],
  P,
  S,
  D,
  Out,
  G extends number = 1,
> = I extends readonly [infer B, infer L extends number, infer H extends number, infer W extends number, infer C]
  ? [
      SlideAxis<L, K[0] & number, Part<S, 0>, PaddingPart<P, 0>, Part<D, 0>>,
      SlideAxis<H, K[1] & number, Part<S, 1>, PaddingPart<P, 1>, Part<D, 1>>,
      SlideAxis<W, K[2] & number, Part<S, 2>, PaddingPart<P, 2>, Part<D, 2>>,
    ] extends infer R
    ? R extends [0, unknown, unknown] | [unknown, 0, unknown] | [unknown, unknown, 0]
      ? TooLarge<I, Kind, K, D>
      : R extends [infer Depth extends number, infer Rows extends number, infer Cols extends number]
        ? Grouped<Kind, C, G, [B, Depth, Rows, Cols, Out], I>
        : TooLarge<I, Kind, K, D>
    : never
  : number[] extends I
    ? [number, number, number, number, Out]
    : RefusedInput<
        Kind,
        'a 5-dimensional input [batch, depth, rows, cols, channels]',
        I,
        'Give the Input four dimensions, [depth, rows, cols, channels], or put a Reshape before this layer.'
      >
type TooLarge<I, Kind extends string, K extends readonly number[], D> = NoRoom<
  Kind,
  `${Spanned<K[0], Part<D, 0>>}x${Spanned<K[1], Part<D, 1>>}x${Spanned<K[2], Part<D, 2>>}`,
  I
>

/** The constructor of {@link Convolution3D}. */
export type Convolution3DConstructor = <
  const Size extends [number, number, number, number] | FilterSize3D,
  const P extends Padding3D = 'valid',
  const S extends TripleOption = 1,
  const D extends TripleOption = 1,
  const G extends number = 1,
  B extends ParameterSource | null = number,
  const Name extends string = 'convolution3d-{}',
>(
  size: Size,
  options?: Convolution3DOptions<P, S, D, G, B, Name>,
) => Convolution3D<Size, P, S, D, G, B, Name>

/** Where a window of three axes stands. */
export interface VolumeWindow {
  readonly size: readonly number[]
  readonly padding: 'valid' | 'same' | readonly number[]
  readonly stride: readonly number[]
  readonly dilation: readonly number[]
}
interface Normal extends VolumeWindow {
  readonly groups: number
  readonly weight: Parameter
  readonly bias: Parameter | null
}

/** How options of three numbers are read. */
export const triple: t.Type<readonly number[], unknown, unknown> = integers(3, 1, '[depth, rows, cols]')
const zeros = integers(3, 0, '[depth, rows, cols]')
const padding = codec<Normal['padding']>(
  `'valid', 'same', ${zeros.name}`,
  value => {
    if (value === 'valid' || value === 'same') return value
    const parsed = zeros.decode(value)
    return parsed._tag === 'Right' ? parsed.right : undefined
  },
  value => (typeof value === 'string' ? value : zeros.encode(value)),
)

/** The windows of the three axes. */
export const volumeWindows = ({ size, padding, stride, dilation }: VolumeWindow): readonly AxisWindow[] =>
  [0, 1, 2].map(axis => ({
    size: size[axis] as number,
    stride: stride[axis] as number,
    dilation: dilation[axis] as number,
    padding: typeof padding === 'string' ? padding : (padding[axis] as number),
  }))

/** The output shape of a window that slides over [batch, depth, rows, cols, channels]. */
export const slideVolume = (
  input: Shape | null,
  windows: readonly AxisWindow[],
  channels: number | null,
): Either<Fault, Shape> => {
  if (input === null) return right([null, null, null, null, channels])
  if (input.length !== 5)
    return left({
      expected: 'a 5-dimensional input [batch, depth, rows, cols, channels]',
      got: showShape(input),
      remedy: 'Give the Input four dimensions, [depth, rows, cols, channels], or put a Reshape before this layer.',
    })
  const out = windows.map((window, axis) => places(input[axis + 1] ?? null, window))
  return out.some(n => n !== null && n <= 0)
    ? left(tooLarge(windows, input))
    : right([input[0] ?? null, ...out, channels])
}

/**
 * Every slice along the depth that a tap of the filter meets, the taps' channels side by side within each group:
 * [batch · depth', rows, cols, taps · channels].
 */
const gatherDepth = <T>(ops: Ops<T>, x: T, window: AxisWindow, groups: number): T => {
  const batch = ops.shape(x)[0] ?? null
  const [n, rows, cols, channels] = ops.shape(x).slice(1) as readonly number[] as [number, number, number, number]
  const { size, stride, dilation } = window
  const depth = places(n, window) as number
  const [before] = marginOf(n, window)
  const reach = (size - 1) * dilation + depth * stride
  const flat = ops.reshape(x, [batch, n, rows * cols * channels])
  const none = [0, 0] as const
  const padded = ops.pad(flat, [none, [before, Math.max(0, reach - before - n)], none])
  const taps = Array.from({ length: size }, (_, tap) => {
    const steps = ops.slice(padded, [0, tap * dilation, 0], [null, depth * stride, null])
    const apart = ops.reshape(steps, [batch, depth, stride, rows * cols * channels])
    const first = stride === 1 ? apart : ops.slice(apart, [0, 0, 0, 0], [null, null, 1, null])
    return ops.reshape(first, [times(batch, depth, rows, cols), groups, channels / groups])
  })
  return ops.reshape(ops.concatenate(taps, 2), [times(batch, depth), rows, cols, size * channels])
}

/**
 * Convolution over depth, rows and columns. Every output element is the sum, over the filter's window and the input
 * channels of its group, of input times weight, plus the channel's bias, as in `Convolution` with one axis more.
 *
 * Each axis comes out as `ceil((n + padding - (size - 1)·dilation) / stride)`, with 'same' as `ceil(n / stride)`.
 * (Ji et al. 2013.)
 *
 * Variables: `weight` [depth, rows, cols, input channels / groups, channels] and, unless it is `null`, `bias` [channels].
 *
 * @param size [depth, rows, cols, channels] of the filter
 * @throws InvalidOption if an option is invalid, or the groups do not divide the channels
 * @throws LayerConnectionError, from `join`, when the input is not 5-dimensional or smaller than the filter, or the
 *   groups do not divide its channels
 * @throws WeightInitializationError, from `init`, when the number of input channels is unknown
 * @example
 * ```ts
 * const network = join(Input([16, 28, 28, 1]), Convolution3D([3, 3, 3, 8]))
 * String(network) // (?, 16, 28, 28, 1) -> [... 2 layers ...] -> (?, 14, 26, 26, 8)
 * ```
 */
export const Convolution3D: Convolution3DConstructor = defineLayer({
  kind: 'Convolution3D',
  example: 'Convolution3D([3, 3, 3, 16], { padding: 1, stride: 2 })',
  positional: ['size'],
  options: {
    size: { codec: sizes(4, '[depth, rows, cols, channels]') },
    padding: { codec: padding, default: 'valid' },
    stride: { codec: triple, default: 1 },
    dilation: { codec: triple, default: 1 },
    groups: { codec: integer(1), default: 1 },
    weight: { codec: parameter, default: heNormal({ gain: 2 }) },
    bias: { codec: optionalParameter, default: 0 },
  },
  check: ({ groups, size }: Normal) => checkGroups(groups, size[3] as number),
  shape: (options: Normal, input) =>
    groupedShape(input, options.groups, slideVolume(input, volumeWindows(options), options.size[3] as number)),
  variables: {
    weight: ({ size, groups, weight }: Normal, input) => {
      const own = channelsPerGroup(input, groups)
      return own._tag === 'Left'
        ? own
        : right({ shape: [...size.slice(0, 3), own.right, size[3] as number], initial: weight })
    },
    bias: ({ bias, size }: Normal) => right(bias === null ? null : { shape: [size[3] as number], initial: bias }),
  },
  // One convolution over rows and columns, with what meets the taps of the depth as further channels.
  forward: (options: Normal, ops, x, { weight, bias }) => {
    const [depth = 0, rows = 0, cols = 0] = knownDimensions('Convolution3D', ops.shape(x), [1, 2, 3, 4])
    const [deep, high, wide] = volumeWindows(options) as [AxisWindow, AxisWindow, AxisWindow]
    const out = places(depth, deep) as number
    const gathered = gatherDepth(ops, x, deep, options.groups)
    const [taps = 1, r = null, c = null, each = 1, made = null] = ops.shape(weight)
    const filter = ops.reshape(ops.transpose(weight, [1, 2, 0, 3, 4]), [r, c, (taps ?? 1) * (each ?? 1), made])
    const y = ops.convolve(gathered, filter, {
      stride: [high.stride, wide.stride],
      dilation: [high.dilation, wide.dilation],
      padding: [marginOf(rows, high), marginOf(cols, wide)],
      groups: options.groups,
    })
    const volume = ops.reshape(y, [ops.shape(x)[0] ?? null, out, ...ops.shape(y).slice(1)])
    return [options.bias === null ? volume : ops.add(volume, bias), {}]
  },
})
