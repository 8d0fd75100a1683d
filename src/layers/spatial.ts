import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { Add, Ceil, Floor, Multiply, Subtract } from '../core/digits.ts'
import { type Fault, LayerConnectionError } from '../core/errors.ts'
import type { Margin, Pair } from '../core/ops.ts'
import { codec } from '../core/options.ts'
import { type Refusal, type RefusedInput, type Shape, showShape } from '../core/shape.ts'

// Windows that slide over rows and columns: what convolution and pooling have in common.

/** One number for rows and columns, or one for each. */
export type PairOption = number | readonly [rows: number, cols: number]
/** Zeros around the input: none, as many as keep the size at stride 1, or a number of rows and columns. */
export type PaddingOption = 'valid' | 'same' | PairOption
/** A padding in its normal form. */
export type Padding = 'valid' | 'same' | Pair

// The type-level rule.

/** Rows or columns. */
export type Axis = 0 | 1
/** The part of an option that belongs to an axis. */
export type OfAxis<X, A extends Axis> = X extends readonly [number, number] ? X[A] : X extends number ? X : number
/** The padding of an axis: a number, or 'same'. */
export type PaddingOfAxis<P, A extends Axis> = P extends 'valid' ? 0 : P extends 'same' ? P : OfAxis<P, A>
/** The extent of a window with its gaps: (k - 1) d + 1. */
type Extent<K extends number, D extends number> = D extends 1 ? K : K extends 1 ? 1 : Add<Multiply<Before<K>, D>, 1>
type Before<K extends number> = Subtract<K, 1> extends infer N extends number ? N : 0
/** ceil((n - k + 1) / s), which is floor((n - k) / s) + 1 where the window fits; else '-' or 0. */
type Slide<N extends number, K extends number, S extends number> = K extends 1
  ? Ceil<N, S>
  : S extends 1
    ? Subtract<N, Before<K>>
    : K extends S
      ? Floor<N, S>
      : Subtract<N, K> extends infer Rest
        ? Rest extends number
          ? Add<Floor<Rest, S>, 1>
          : '-'
        : never
/** The padding that keeps the size at stride 1, of windows so frequent that their output is not reckoned; else `number`. */
type Keeping<K extends number, D extends number> = K extends 3 ? D : D extends 1 ? Centre[K] : number
interface Centre {
  [odd: number]: number
  1: 0
  5: 2
  7: 3
  9: 4
  11: 5
}
/** One axis of `N` after a window of `K` elements. */
export type SlideAxis<N extends number, K extends number, S extends number, P, D extends number> = P extends 'same'
  ? Ceil<N, S>
  : number extends N | K | S | D
    ? number
    : P extends 0
      ? Slide<N, Extent<K, D>, S>
      : P extends number
        ? number extends P
          ? number
          : Keeping<K, D> extends P
            ? Ceil<N, S>
            : Slide<Add<N, Multiply<P, 2>>, Extent<K, D>, S>
        : number

/** [batch, rows, cols, channels] after a window has slid over it: `P` the padding, `S` the stride, `D` the dilation. */
export type Slid<I, Kind extends string, Size extends readonly number[], P, S, D, Channels> = I extends readonly [
  infer B,
  infer H extends number,
  infer W extends number,
  unknown,
]
  ? Keeps<P, S, Size> extends true
    ? [B, H, W, Channels]
    : SlidTo<
        I,
        Kind,
        Size,
        D,
        B,
        SlideAxis<H, Size[0] & number, OfAxis<S, 0>, PaddingOfAxis<P, 0>, OfAxis<D, 0>>,
        SlideAxis<W, Size[1] & number, OfAxis<S, 1>, PaddingOfAxis<P, 1>, OfAxis<D, 1>>,
        Channels
      >
  : number[] extends I
    ? [number, number, number, Channels]
    : NoImage<Kind, I>
/** The refusal of what is no image, or several of them. */
export type NoImage<Kind extends string, I> = RefusedInput<
  Kind,
  'a 4-dimensional input [batch, rows, cols, channels]',
  I,
  'Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.'
>
/** Whether rows and columns stay as they are: so frequent that it is not reckoned. */
type Keeps<P, S, Size> = S extends 1
  ? P extends 'same'
    ? true
    : [P, Size] extends ['valid', readonly [1, 1, unknown]]
      ? true
      : false
  : false
// Each axis is asked by itself: of a pair the compiler would reckon what it could be while it is not known yet.
type SlidTo<I, Kind extends string, Size extends readonly number[], D, B, Rows, Cols, Channels> = Rows extends 0 | '-'
  ? TooLarge<I, Kind, Size, D>
  : Cols extends 0 | '-'
    ? TooLarge<I, Kind, Size, D>
    : [B, Rows, Cols, Channels]
/** The channels of [batch, rows, cols, channels]. */
export type ChannelsOf<I> = I extends readonly [unknown, unknown, unknown, infer C extends number] ? C : number
type TooLarge<I, Kind extends string, Size extends readonly number[], D> = Refusal<
  Kind,
  `an input of at least ${Spanned<Size[0], OfAxis<D, 0>>} rows and ${Spanned<Size[1], OfAxis<D, 1>>} columns, padding included`,
  I,
  "Use a smaller window, less dilation, or padding: 'same'."
>
/** The extent of a window, for a text. */
export type Spanned<K, D> = Extent<K & number, D & number> & number

// The run-time rule.

const isInteger =
  (least: number) =>
  (value: unknown): value is number =>
    Number.isSafeInteger(value) && (value as number) >= least
/** Reads a number for rows and columns, or one for each. */
export const pairFrom =
  (least: number) =>
  (value: unknown): Pair | undefined => {
    if (isInteger(least)(value)) return Object.freeze([value, value] as const)
    if (!Array.isArray(value) || value.length !== 2) return undefined
    const [rows, cols]: readonly unknown[] = value
    return isInteger(least)(rows) && isInteger(least)(cols) ? Object.freeze([rows, cols] as const) : undefined
  }
/** The short form of a pair. */
export const short = ([rows, cols]: Pair): PairOption => (rows === cols ? rows : [rows, cols])

/** A stride or dilation. */
export const pair: t.Type<Pair, unknown, unknown> = codec('a positive integer or a pair of them', pairFrom(1), short)

/** Rows and columns of a window. */
export const windowSize: t.Type<Pair, unknown, unknown> = codec('[rows, cols], two positive integers', value =>
  Array.isArray(value) ? pairFrom(1)(value) : undefined,
)

const paddingName = (value: unknown): 'valid' | 'same' | undefined => {
  // The original takes upper case as well.
  const name = typeof value === 'string' ? value.toLowerCase() : undefined
  return name === 'valid' || name === 'same' ? name : undefined
}

/** The padding of a convolution. */
export const padding: t.Type<Padding, unknown, unknown> = codec<Padding>(
  "'valid', 'same', an integer >= 0 or a pair of them",
  value => paddingName(value) ?? pairFrom(0)(value),
  value => (typeof value === 'string' ? value : short(value)),
)

/** The padding of a pooling. */
export const poolingPadding: t.Type<'valid' | 'same', unknown, unknown> = codec("'valid' or 'same'", paddingName)

/** A window in normal form. */
export interface Sliding {
  readonly size: readonly [number, number, ...number[]]
  readonly stride: Pair
  readonly dilation: Pair
  readonly padding: Padding
}

const extent = ({ size, dilation }: Sliding, axis: Axis): number => (size[axis] - 1) * dilation[axis] + 1

/** The output rows (axis 0) or columns (axis 1) for an input of `n`; not positive where the window does not fit. */
const slide = (n: number | null, sliding: Sliding, axis: Axis): number | null => {
  if (n === null) return null
  const stride = sliding.stride[axis]
  if (sliding.padding === 'same') return Math.ceil(n / stride)
  const added = sliding.padding === 'valid' ? 0 : 2 * sliding.padding[axis]
  return Math.ceil((n + added - extent(sliding, axis) + 1) / stride)
}

/** The output shape of a window that slides over [batch, rows, cols, channels]. */
export const slideShape = (input: Shape | null, sliding: Sliding, channels: number | null): Either<Fault, Shape> => {
  const [batch, rows, cols] = input ?? [null, null, null, null]
  if (input !== null && input.length !== 4)
    return left({
      expected: 'a 4-dimensional input [batch, rows, cols, channels]',
      got: showShape(input),
      remedy: 'Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer.',
    })
  const out = [slide(rows ?? null, sliding, 0), slide(cols ?? null, sliding, 1)] as const
  if (out.some(n => n !== null && n <= 0))
    return left({
      expected: `an input of at least ${extent(sliding, 0)} rows and ${extent(sliding, 1)} columns, padding included`,
      got: showShape(input),
      remedy: "Use a smaller window, less dilation, or padding: 'same'.",
    })
  return right([batch ?? null, ...out, channels])
}

/**
 * The rows and columns of an input.
 *
 * @throws LayerConnectionError when they are not known, which can only be while tracing
 */
export const knownRowsAndCols = (layer: string, input: Shape): Pair => {
  const [, rows = null, cols = null] = input
  if (rows === null || cols === null)
    throw new LayerConnectionError({
      layer,
      expected: 'known rows and columns',
      got: showShape(input),
      remedy: 'Give the Input its rows and columns.',
    })
  return [rows, cols]
}

/** Zeros before and after rows and columns; TensorFlow's rule for 'same': an odd one goes to the bottom or right. */
export const margins = (layer: string, input: Shape, sliding: Sliding): readonly [Margin, Margin] => {
  const margin = (axis: Axis): Margin => {
    if (sliding.padding === 'valid') return [0, 0]
    if (sliding.padding !== 'same') return [sliding.padding[axis], sliding.padding[axis]]
    const n = input[axis + 1] ?? null
    const stride = sliding.stride[axis]
    if (n === null && stride > 1)
      throw new LayerConnectionError({
        layer,
        expected: "known rows and columns, on which padding: 'same' with a stride depends",
        got: showShape(input),
        remedy: 'Give the Input its rows and columns.',
      })
    const total =
      n === null ? extent(sliding, axis) - 1 : (Math.ceil(n / stride) - 1) * stride + extent(sliding, axis) - n
    const before = Math.max(0, Math.floor(total / 2))
    return [before, Math.max(0, total - before)]
  }
  return [margin(0), margin(1)]
}
