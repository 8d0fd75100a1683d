import { chain, type Either, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type * as t from 'io-ts/lib/index.js'
import type { Fault } from '../base/errors.ts'
import { type Callee, expectedNumbers, type RefusedLists, type SaidAfter, type SaidBefore } from '../base/limits.ts'
import { codec, integer, listOf, parsed } from '../base/options.ts'
import type { Shape } from '../base/shape.ts'
import { knownSize, ofRank, type Refuses, refusal } from '../core/expects.ts'
import type { Margin, Pair } from '../ops/ops.ts'
import type { Add, Ceil, Floor, Multiply, Subtract } from '../type-arithmetic/digits.ts'
import { image, sequence, volume } from './inputs.ts'

// Windows that slide along the axes between batch and channels: what convolutions and poolings have in common. A window
// of any rank is a list of windows along one axis.

/** How many axes a window has: steps; rows and columns; depth, rows and columns. */
export type Rank = 1 | 2 | 3
/** One number for rows and columns, or one for each. */
export type PairOption = number | readonly [rows: number, cols: number]
/** One number for depth, rows and columns, or one for each. */
export type TripleOption = number | readonly [depth: number, rows: number, cols: number]
/** Zeros around a sequence; 'causal': before it only. */
export type Padding1D = 'valid' | 'same' | 'causal' | number
/** Zeros around the input: none, as many as keep the size at stride 1, or a number of rows and columns. */
export type PaddingOption = 'valid' | 'same' | PairOption
/** Zeros around a volume. */
export type Padding3D = 'valid' | 'same' | TripleOption
/** A number for each axis, or one for all, by rank. */
export interface PerAxis {
  readonly 1: number
  readonly 2: PairOption
  readonly 3: TripleOption
}
/** Zeros around the input, by rank. */
export interface Paddings {
  readonly 1: Padding1D
  readonly 2: PaddingOption
  readonly 3: Padding3D
}
/** A padding of rows and columns in its normal form. */
export type Padding = 'valid' | 'same' | Pair

/** What a window of each rank expects. */
const inputs = { 1: sequence, 2: image, 3: volume } as const
/** What the axes of each rank are called. */
export const axes: Readonly<Record<Rank, readonly string[]>> = {
  1: ['steps'],
  2: ['rows', 'cols'],
  3: ['depth', 'rows', 'cols'],
}
const roomy = {
  expected: 'an input of at least {extent}, padding included',
  remedy: "Use a smaller window, less dilation, or padding: 'same'.",
} as const

// The type-level rule.

/** The axes of a window. */
export type Axis = 0 | 1 | 2
/** The part of an option that belongs to an axis. */
export type OfAxis<X, A extends Axis> = X extends readonly number[] ? X[A] : X extends number ? X : number
/** The padding of an axis: a number, 'same' or 'causal'. */
export type PaddingOfAxis<P, A extends Axis> = P extends 'valid' ? 0 : P extends 'same' | 'causal' ? P : OfAxis<P, A>
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
/** The padding that keeps the size at stride 1, for the most frequent windows; else `number`, and it is computed. */
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
type SlideAxis<N extends number, K extends number, S extends number, P, D extends number> = P extends 'same' | 'causal'
  ? Ceil<N, S>
  : number extends N | K | S | D
    ? Unmoved<N, K, S, P, D>
    : P extends 0
      ? Slide<N, Extent<K, D>, S>
      : P extends number
        ? number extends P
          ? number
          : Keeping<K, D> extends P
            ? Ceil<N, S>
            : Slide<Add<N, Multiply<P, 2>>, Extent<K, D>, S>
        : number
/** `N` of an unknown size if the window keeps it. */
export type Unmoved<N extends number, K extends number, S extends number, P, D extends number> = S extends 1
  ? P extends 0
    ? K extends 1
      ? N
      : number
    : number extends P
      ? number
      : Keeping<K, D> extends P
        ? N
        : number
  : number
// The shapes that come out, one rule for each rank. Each axis is asked by itself: of several together the compiler would
// work out what they could be while they are not known yet.

/** [batch, steps, channels] after a window has slid over it. */
export type Slid1D<I, Kind extends string, Size, P, S, D, Channels> = I extends readonly [
  infer B,
  infer N extends number,
  unknown,
]
  ? SlidTo1D<
      I,
      Kind,
      Size,
      D,
      B,
      SlideAxis<N, OfAxis<Size, 0>, OfAxis<S, 0>, PaddingOfAxis<P, 0>, OfAxis<D, 0>>,
      Channels
    >
  : number[] extends I
    ? [number, number, Channels]
    : Refuses<Kind, typeof sequence, I>
type SlidTo1D<I, Kind extends string, Size, D, B, Steps, Channels> = Steps extends 0 | '-'
  ? TooLarge<I, Kind, 1, Size, D>
  : [B, Steps, Channels]

/** [batch, rows, cols, channels] after a window has slid over it. */
export type Slid2D<I, Kind extends string, Size, P, S, D, Channels> = I extends readonly [
  infer B,
  infer H extends number,
  infer W extends number,
  unknown,
]
  ? Keeps<P, S, Size> extends true
    ? [B, H, W, Channels]
    : SlidTo2D<
        I,
        Kind,
        Size,
        D,
        B,
        SlideAxis<H, OfAxis<Size, 0>, OfAxis<S, 0>, PaddingOfAxis<P, 0>, OfAxis<D, 0>>,
        SlideAxis<W, OfAxis<Size, 1>, OfAxis<S, 1>, PaddingOfAxis<P, 1>, OfAxis<D, 1>>,
        Channels
      >
  : number[] extends I
    ? [number, number, number, Channels]
    : Refuses<Kind, typeof image, I>
/** Whether rows and columns stay as they are: so frequent that it is not computed. */
type Keeps<P, S, Size> = S extends 1
  ? P extends 'same'
    ? true
    : [P, Size] extends ['valid', readonly [1, 1, unknown]]
      ? true
      : false
  : false
type SlidTo2D<I, Kind extends string, Size, D, B, Rows, Cols, Channels> = Rows extends 0 | '-'
  ? TooLarge<I, Kind, 2, Size, D>
  : Cols extends 0 | '-'
    ? TooLarge<I, Kind, 2, Size, D>
    : [B, Rows, Cols, Channels]

/** [batch, depth, rows, cols, channels] after a window has slid over it. */
export type Slid3D<I, Kind extends string, Size, P, S, D, Channels> = I extends readonly [
  infer B,
  infer L extends number,
  infer H extends number,
  infer W extends number,
  unknown,
]
  ? SlidTo3D<
      I,
      Kind,
      Size,
      D,
      B,
      SlideAxis<L, OfAxis<Size, 0>, OfAxis<S, 0>, PaddingOfAxis<P, 0>, OfAxis<D, 0>>,
      SlideAxis<H, OfAxis<Size, 1>, OfAxis<S, 1>, PaddingOfAxis<P, 1>, OfAxis<D, 1>>,
      SlideAxis<W, OfAxis<Size, 2>, OfAxis<S, 2>, PaddingOfAxis<P, 2>, OfAxis<D, 2>>,
      Channels
    >
  : number[] extends I
    ? [number, number, number, number, Channels]
    : Refuses<Kind, typeof volume, I>
type SlidTo3D<I, Kind extends string, Size, D, B, Depth, Rows, Cols, C> = Depth extends 0 | '-'
  ? TooLarge<I, Kind, 3, Size, D>
  : Rows extends 0 | '-'
    ? TooLarge<I, Kind, 3, Size, D>
    : Cols extends 0 | '-'
      ? TooLarge<I, Kind, 3, Size, D>
      : [B, Depth, Rows, Cols, C]

type TooLarge<I, Kind extends string, N extends Rank, Size, D> = Refuses<
  Kind,
  typeof roomy,
  I,
  { extent: Extents<Size, D>[N] }
>
interface Extents<Size, D> {
  readonly 1: `${Spanned<Size, D, 0>} elements`
  readonly 2: `${Spanned<Size, D, 0>} rows and ${Spanned<Size, D, 1>} columns`
  readonly 3: `${Spanned<Size, D, 0>}x${Spanned<Size, D, 1>}x${Spanned<Size, D, 2>} elements`
}
type Spanned<Size, D, A extends Axis> = Extent<OfAxis<Size, A>, OfAxis<D, A>> & number

/** The channels of [batch, ..., channels]. */
export type ChannelsOf<I> = I extends readonly [...unknown[], infer C extends number] ? C : number

// The run-time rule.

/** A window along one axis. */
export interface AxisWindow {
  readonly size: number
  readonly stride: number
  readonly dilation: number
  /** 'causal': zeros before the axis only, so that nothing depends on what comes later. */
  readonly padding: 'valid' | 'same' | 'causal' | number
}

/** Numbers of a window in normal form: a number for one axis, a list for several. */
export type Numbers = number | readonly number[]
/** The options of a window in normal form. */
export interface WindowValues {
  readonly size: Numbers
  readonly stride: Numbers
  readonly dilation: Numbers
  readonly padding: 'valid' | 'same' | 'causal' | Numbers
}

/** The windows of the axes. */
export const windowsOf = (rank: Rank, { size, stride, dilation, padding }: WindowValues): readonly AxisWindow[] =>
  Array.from({ length: rank }, (_, axis) => {
    const at = (values: Numbers): number => (typeof values === 'number' ? values : (values[axis] as number))
    return {
      size: at(size),
      stride: at(stride),
      dilation: at(dilation),
      padding: typeof padding === 'string' ? padding : at(padding),
    }
  })

/** A window that leaves its axis as it is. */
export const point: AxisWindow = { size: 1, stride: 1, dilation: 1, padding: 'valid' }

/** The steps from the first to the last element of a window. */
export const extent = ({ size, dilation }: AxisWindow): number => (size - 1) * dilation + 1

const extents = (windows: readonly AxisWindow[]): string => {
  const all = windows.map(extent)
  return all.length === 2 ? `${all[0]} rows and ${all[1]} columns` : `${all.join('x')} elements`
}

/** How many places a window has along `n` elements; not positive where it does not fit. */
export const places = (n: number, window: AxisWindow): number => {
  const { stride, padding } = window
  if (padding === 'same' || padding === 'causal') return Math.ceil(n / stride)
  const added = padding === 'valid' ? 0 : 2 * padding
  return Math.ceil((n + added - extent(window) + 1) / stride)
}

/** Zeros before and after an axis of `n`; with 'same' an odd one comes after, as in TensorFlow. */
export const marginOf = (n: number, window: AxisWindow): Margin => {
  const { stride, padding } = window
  if (padding === 'valid') return [0, 0]
  if (padding === 'causal') return [extent(window) - 1, 0]
  if (padding !== 'same') return [padding, padding]
  const total = Math.max(0, (Math.ceil(n / stride) - 1) * stride + extent(window) - n)
  return [Math.floor(total / 2), total - Math.floor(total / 2)]
}

/** The output shape of windows that slide over the axes of [batch, ..., channels]. */
export const slid = (
  input: Shape | null,
  windows: readonly AxisWindow[],
  channels: number | null,
): Either<Fault, Shape> =>
  pipe(
    ofRank(inputs[windows.length as Rank], input),
    chain(([batch = null, ...dimensions]) => {
      const out = windows.map((window, axis) => {
        const n = dimensions[axis] ?? null
        return n === null ? null : places(n, window)
      })
      return out.some(n => n !== null && n <= 0)
        ? refusal(roomy, input, { extent: extents(windows) })
        : right([batch, ...out, channels])
    }),
  )

/** The channels of an input, on which the shape of a filter depends. */
export const knownChannels = (rank: Rank, input: Shape | null): Either<Fault, number> =>
  knownSize(input, rank + 1, 'channels', `Input([${[...axes[rank].map(() => 28), 3].join(', ')}])`)

// How options are read, and what is expected of them, for the compiler and the run time.

/** What is expected of sizes. */
export const expectedSizes = {
  window: {
    1: 'a positive integer',
    2: '[rows, cols], two positive integers',
    3: '[depth, rows, cols], three positive integers',
  },
  filter: {
    1: '[steps, channels], two positive integers',
    2: '[rows, cols, channels], three positive integers',
    3: '[depth, rows, cols, channels], four positive integers',
  },
} as const
/** That there may be a number for each axis. */
const orEach = { 1: '', 2: ' or a pair of them', 3: ' or [depth, rows, cols] of them' } as const
/** What a padding may be instead of numbers. */
const namedPaddings = { 1: "'valid', 'same', 'causal' or ", 2: "'valid', 'same', ", 3: "'valid', 'same', " } as const

/** A layer with windows. */
export interface WindowCallee<R extends Rank = Rank> extends Callee {
  readonly rank: R
}
/**
 * What messages about a layer with windows say before a value and after it. Most programs have many such layers; so these
 * texts are made once for a layer, and not with each call.
 */
export interface WindowWords<C extends WindowCallee> {
  readonly callee: C
  readonly filter: SaidBefore<C, 'size', (typeof expectedSizes)['filter'][C['rank']]>
  readonly window: SaidBefore<C, 'size', (typeof expectedSizes)['window'][C['rank']]>
  readonly stride: SaidBefore<C, 'stride', ExpectedEach<'count', C>>
  readonly dilation: SaidBefore<C, 'dilation', ExpectedEach<'count', C>>
  readonly padding: SaidBefore<C, 'padding', `${(typeof namedPaddings)[C['rank']]}${ExpectedEach<'whole', C>}`>
  readonly after: SaidAfter<C>
}
type ExpectedEach<
  Rule extends EachRule,
  C extends WindowCallee,
> = `${(typeof expectedNumbers)[Rule]}${(typeof orEach)[C['rank']]}`
type EachRule = keyof RefusedLists

/** What such a message says before numbers for each axis; `Or` is what else may be given. */
export type BeforeEach<
  C extends WindowCallee,
  Option extends string,
  Rule extends EachRule,
  Or extends string = '',
> = SaidBefore<C, Option, `${ExpectedEach<Rule, C>}${Or}`>

/** The words of any layer. */
export interface AnyWords {
  readonly callee: Callee
  readonly filter: string
  readonly window: string
  readonly stride: string
  readonly dilation: string
  readonly padding: string
  readonly after: string
}
/** The same of one option. */
export interface EachWords<C extends WindowCallee, Option extends string, Rule extends EachRule> {
  readonly before: BeforeEach<C, Option, Rule>
  readonly after: SaidAfter<C>
}
/**
 * A number, or one for each axis, as a parameter: the value, or the sentence of the error at run time, whose words before the
 * value are `W[K]`.
 */
export type EachWithin<
  V,
  Rule extends EachRule,
  W extends { readonly after: string },
  K extends keyof W,
> = `,${V extends string | number | null ? V : V extends readonly unknown[] ? Commas<V> : ''}` extends RefusedLists[Rule]
  ? `${W[K] & string}${V extends readonly unknown[] ? `[${Commas<V, ' '>}]` : V & (string | number | null)}${W['after']}`
  : V
/** The numbers of a list with commas between them. */
type Commas<V extends readonly unknown[], Space extends string = ''> = V['length'] extends 2
  ? `${V[0] & number},${Space}${V[1] & number}`
  : V['length'] extends 3
    ? `${V[0] & number},${Space}${V[1] & number},${Space}${V[2] & number}`
    : `${V[0] & number},${Space}${V[1] & number},${Space}${V[2] & number},${Space}${V[3] & number}`
/** The same for the size of a filter over rows and columns, which is the most frequent one. */
export type FilterWithin<
  Size extends readonly [number, number, number],
  W extends AnyWords,
> = `,${Size[0]},${Size[1]},${Size[2]}` extends RefusedLists['count']
  ? `${W['filter']}[${Size[0]}, ${Size[1]}, ${Size[2]}]${W['after']}`
  : Size

const integers = <N extends Numbers>(n: number, least: number, value: unknown): N | undefined =>
  parsed(listOf<number>('', integer(least).is, { check: all => all.length === n }), value) as N | undefined

/** The size of a window: a number for each axis, of one axis a number. */
export const windowSize = <N extends Numbers = readonly number[]>(rank: Rank): t.Type<N, unknown, unknown> =>
  rank === 1 ? numbers<N>(1, 1) : codec<N>(expectedSizes.window[rank], value => integers(rank, 1, value))
/** The size of a filter: that of its window, and the channels that come out. */
export const filterSize = (rank: Rank): t.Type<readonly number[], unknown, unknown> =>
  codec(expectedSizes.filter[rank], value => integers(rank + 1, 1, value))

/** An integer from `least` on for each axis, or one for all of them; a single axis has a single one. */
export const numbers = <N extends Numbers = Numbers>(rank: Rank, least: 0 | 1): t.Type<N, unknown, unknown> => {
  const one: t.Type<number, unknown, unknown> = integer(least)
  return codec<N>(
    `${expectedNumbers[least === 0 ? 'whole' : 'count']}${orEach[rank]}`,
    value => {
      if (rank === 1) return parsed(one, value) as N | undefined
      return integers<N>(rank, least, typeof value === 'number' ? Array(rank).fill(value) : value)
    },
    all => (typeof all !== 'number' && all.every(d => d === all[0]) ? all[0] : all),
  )
}

const named = (value: unknown): 'valid' | 'same' | undefined => {
  // The original takes upper case as well.
  const name = typeof value === 'string' ? value.toLowerCase() : undefined
  return name === 'valid' || name === 'same' ? name : undefined
}

/** The padding of a pooling. */
export const poolingPadding: t.Type<'valid' | 'same', unknown, unknown> = codec("'valid' or 'same'", named)

/** The padding of a convolution. */
export const padding = (rank: Rank): t.Type<WindowValues['padding'], unknown, unknown> => {
  const zeros = numbers(rank, 0)
  return codec<WindowValues['padding']>(
    `${namedPaddings[rank]}${zeros.name}`,
    value => named(value) ?? (rank === 1 && value === 'causal' ? value : parsed(zeros, value)),
    value => (typeof value === 'string' ? value : zeros.encode(value)),
  )
}
