import { left, right } from 'fp-ts/lib/Either.js'
import type { Offered, OrNullFor, SaidAfter, SaidBefore } from '../base/limits.ts'
import { codec, isFunction, orNull } from '../base/options.ts'
import { type RefusedInput, showShape } from '../base/shape.ts'
import { defineLayer, type Elsewhere, type NameOption, type Plain } from '../core/define.ts'
import type { Limits, NameOf, OptionOf, Row, Together, With, WrongArguments } from '../core/notated.ts'
import type { Ops, Pair } from '../ops/ops.ts'
import { type Pool, pool } from './sliding.ts'
import {
  type BeforeEach,
  type ChannelsOf,
  type EachWithin,
  type expectedSizes,
  type Numbers,
  numbers,
  type PairOption,
  type PerAxis,
  poolingPadding,
  type Rank,
  type Slid1D,
  type Slid2D,
  type Slid3D,
  slid,
  type TripleOption,
  type WindowCallee,
  windowSize,
  windowsOf,
} from './window.ts'

/** Rows and columns of the pooled window. */
export type WindowSize = readonly [rows: number, cols: number]
/** Depth, rows and columns of a window. */
export type WindowSize3D = readonly [depth: number, rows: number, cols: number]
/** The window by its rank. */
interface WindowSizes {
  readonly 1: number
  readonly 2: [rows: number, cols: number] | WindowSize
  readonly 3: [depth: number, rows: number, cols: number] | WindowSize3D
}

const strideMeaning = 'the size of the window'
const exampleSizes = { 1: '2', 2: '[2, 2]', 3: '[2, 2, 2]' } as const
/** A pooling over `R` axes, in messages. */
interface PoolingCallee<Kind extends string, R extends Rank> {
  readonly kind: Kind
  readonly rank: R
  readonly example: `${Kind}(${(typeof exampleSizes)[R]}, { padding: 'same' })`
}
/** What messages about poolings say before a value and after it. */
interface PoolingWords<C extends WindowCallee> {
  readonly window: SaidBefore<C, 'size', (typeof expectedSizes)['window'][C['rank']]>
  readonly stride: BeforeEach<C, 'stride', 'count', OrNullFor<typeof strideMeaning>>
  readonly after: SaidAfter<C>
}
interface AnyWords {
  readonly stride: string
  readonly after: string
}

/** The options of {@link MaxPooling} and {@link AveragePooling}, and of poolings over one axis and three. */
export interface PoolingOptions<
  P extends 'valid' | 'same' = 'valid' | 'same',
  S extends PerAxis[Rank] | null = PairOption | null,
  Name extends string = string,
  W extends AnyWords = AnyWords,
> extends NameOption<Name> {
  /**
   * The stride of the window, or one for each axis; it may be larger than the window. Default: the size of the window.
   */
  readonly stride?: EachWithin<S, 'count', W, 'stride'>
  /** 'valid': windows stay inside the input; 'same': each axis has `ceil(n / stride)` outputs. Default: 'valid'. */
  readonly padding?: Offered<P, 'valid' | 'same'>
}
/** The options of {@link MaxPooling1D} and {@link AveragePooling1D}. */
export interface Pooling1DOptions extends PoolingOptions<'valid' | 'same', number | null> {}
/** The options of {@link MaxPooling3D} and {@link AveragePooling3D}. */
export interface Pooling3DOptions extends PoolingOptions<'valid' | 'same', TripleOption | null> {}

/** A pooling as a type: [batch, rows, cols, channels] in, [batch, rows', cols', channels] out. */
export interface Pooling<Kind extends string, Size, P, S, Name extends string> extends Plain<Name> {
  readonly kind: Kind
  readonly size: Pair
  readonly stride: Pair | null
  readonly padding: 'valid' | 'same'
  readonly ' out': Slid2D<this[' in'], Kind, Size, P, S extends null ? Size : S, 1, ChannelsOf<this[' in']>>
}
/** A pooling as a type: [batch, steps, channels] in, [batch, steps', channels] out. */
export interface Pooling1D<Kind extends string, Size, P, S, Name extends string> extends Plain<Name> {
  readonly kind: Kind
  readonly size: number
  readonly stride: number | null
  readonly padding: 'valid' | 'same'
  readonly ' out': Slid1D<this[' in'], Kind, Size, P, S extends null ? Size : S, 1, ChannelsOf<this[' in']>>
}
/** A pooling as a type: [batch, depth, rows, cols, channels] in, [batch, depth', rows', cols', channels] out. */
export interface Pooling3D<Kind extends string, Size, P, S, Name extends string> extends Plain<Name> {
  readonly kind: Kind
  readonly size: readonly number[]
  readonly stride: readonly number[] | null
  readonly padding: 'valid' | 'same'
  readonly ' out': Slid3D<this[' in'], Kind, Size, P, S extends null ? Size : S, 1, ChannelsOf<this[' in']>>
}

/** A pooling by its rank. */
interface Poolings<Kind extends string, Size, P, S, Name extends string> {
  readonly 1: Pooling1D<Kind, Size, P, S, Name>
  readonly 2: Pooling<Kind, Size, P, S, Name>
  readonly 3: Pooling3D<Kind, Size, P, S, Name>
}

interface PoolingLimits extends Limits<'count'> {
  readonly stride: 'count'
}
interface PoolingRow<Kind extends string, Base extends string, R extends Rank> extends Row {
  readonly ' limits': PoolingLimits
  readonly ' makes': Together<this[' given']> extends infer Size extends WindowSizes[R]
    ? With<
        this[' options'],
        PoolingOptions<'valid' | 'same', PerAxis[R] | null>,
        Poolings<
          Kind,
          Size,
          OptionOf<this[' options'], 'padding', 'valid'>,
          OptionOf<this[' options'], 'stride', null>,
          NameOf<this[' options'], `${Base}-{}`>
        >[R]
      >
    : WrongArguments
}
/** The constructor of a pooling layer over `R` axes. */
export interface PoolingConstructor<Kind extends string, Base extends string, R extends Rank = 2> {
  readonly ' row'?: PoolingRow<Kind, Base, R>
  <
    const Size extends WindowSizes[R],
    const P extends 'valid' | 'same' = 'valid',
    const S extends PerAxis[R] | null = null,
    const Name extends string = `${Base}-{}`,
  >(
    /** the size of the window along each axis */
    size: EachWithin<Size, 'count', PoolingWords<PoolingCallee<Kind, R>>, 'window'>,
    /** the stride and padding, and the name */
    options?: PoolingOptions<P, S, Name, PoolingWords<PoolingCallee<Kind, R>>>,
  ): Poolings<Kind, Size, P, S, Name>[R]
}
/** The constructor of a pooling layer over one axis. */
export type Pooling1DConstructor<Kind extends string, Base extends string> = PoolingConstructor<Kind, Base, 1>
/** The constructor of a pooling layer over three axes. */
export type Pooling3DConstructor<Kind extends string, Base extends string> = PoolingConstructor<Kind, Base, 3>

interface Normal {
  readonly size: Numbers
  readonly stride: Numbers | null
  readonly padding: 'valid' | 'same'
}

const pooling = <Constructor>(kind: string, rank: Rank, by: Pool): Constructor => {
  const windows = ({ size, stride, padding }: Normal) =>
    windowsOf(rank, { size, stride: stride ?? size, dilation: 1, padding })
  return defineLayer({
    kind,
    example: `${kind}(${exampleSizes[rank]}, { padding: 'same' })`,
    positional: ['size'],
    notation: { together: rank > 1 },
    options: {
      size: { codec: windowSize<Numbers>(rank) },
      stride: { codec: orNull(numbers(rank, 1), strideMeaning), default: null },
      padding: { codec: poolingPadding, default: 'valid' },
    },
    shape: (options: Normal, input) => slid(input, windows(options), input?.at(-1) ?? null),
    forward: (options: Normal, ops, x) => [pool(kind, ops, x, windows(options), by), {}],
  })
}

const largest: Pool = (ops, x, window) => ops.maxPool(x, window)
const mean: Pool = (ops, x, window) => ops.averagePool(x, window)

/**
 * The maximum of each window. Padding is never the maximum.
 *
 * Shape: [batch, rows, cols, channels] → [batch, rows', cols', channels].
 *
 * @param size [rows, cols] of the window
 * @param options the stride and padding, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional or smaller than the window
 * @category Pooling
 * @see `MaxPooling2D` in Keras; `MaxPool2d` in PyTorch; `MaxPooling` in NeuPy
 * @example
 * ```ts
 * String(join(Input([28, 28, 16]), MaxPooling([2, 2]))) // (?, 28, 28, 16) -> [... 2 layers ...] -> (?, 14, 14, 16)
 * ```
 */
export const MaxPooling: PoolingConstructor<'MaxPooling', 'max-pooling'> = pooling('MaxPooling', 2, largest)

/**
 * The mean of each window. Padding does not count. Otherwise like {@link MaxPooling}.
 *
 * @param size [rows, cols] of the window
 * @param options the stride and padding, and the name
 * @see `AveragePooling2D` in Keras; `AvgPool2d` in PyTorch; `AveragePooling` in NeuPy
 * @example
 * ```ts
 * String(join(Input([28, 28, 16]), AveragePooling([2, 2]))) // (?, 28, 28, 16) -> [... 2 layers ...] -> (?, 14, 14, 16)
 * ```
 */
export const AveragePooling: PoolingConstructor<'AveragePooling', 'average-pooling'> = pooling(
  'AveragePooling',
  2,
  mean,
)

/**
 * The maximum of each window of a sequence, [batch, steps, channels]. Otherwise like {@link MaxPooling}.
 *
 * Shape: [batch, steps, channels] → [batch, steps', channels].
 *
 * @param size the steps of the window
 * @param options the stride and padding, and the name
 * @see `MaxPooling1D` in Keras; `MaxPool1d` in PyTorch
 * @example
 * ```ts
 * String(join(Input([100, 8]), MaxPooling1D(2))) // (?, 100, 8) -> [... 2 layers ...] -> (?, 50, 8)
 * ```
 */
export const MaxPooling1D: Pooling1DConstructor<'MaxPooling1D', 'max-pooling1d'> = pooling('MaxPooling1D', 1, largest)

/**
 * The mean of each window of a sequence. Padding does not count. Otherwise like {@link MaxPooling1D}.
 *
 * @param size the steps of the window
 * @param options the stride and padding, and the name
 * @see `AveragePooling1D` in Keras; `AvgPool1d` in PyTorch
 * @example
 * ```ts
 * String(join(Input([5, 8]), AveragePooling1D(2, { padding: 'same' }))) // (?, 5, 8) -> [... 2 layers ...] -> (?, 3, 8)
 * ```
 */
export const AveragePooling1D: Pooling1DConstructor<'AveragePooling1D', 'average-pooling1d'> = pooling(
  'AveragePooling1D',
  1,
  mean,
)

/**
 * The maximum of each window of a volume, [batch, depth, rows, cols, channels]. Otherwise like {@link MaxPooling}.
 *
 * Shape: [batch, depth, rows, cols, channels] → [batch, depth', rows', cols', channels].
 *
 * @param size [depth, rows, cols] of the window
 * @param options the stride and padding, and the name
 * @see `MaxPooling3D` in Keras; `MaxPool3d` in PyTorch
 * @example
 * ```ts
 * const network = join(Input([8, 28, 28, 4]), MaxPooling3D([2, 2, 2]))
 * String(network) // (?, 8, 28, 28, 4) -> [... 2 layers ...] -> (?, 4, 14, 14, 4)
 * ```
 */
export const MaxPooling3D: Pooling3DConstructor<'MaxPooling3D', 'max-pooling3d'> = pooling('MaxPooling3D', 3, largest)

/**
 * The mean of each window of a volume. Padding does not count. Otherwise like {@link MaxPooling3D}.
 *
 * @param size [depth, rows, cols] of the window
 * @param options the stride and padding, and the name
 * @see `AveragePooling3D` in Keras; `AvgPool3d` in PyTorch
 * @example
 * ```ts
 * const network = join(Input([8, 28, 28, 4]), AveragePooling3D([2, 4, 4]))
 * String(network) // (?, 8, 28, 28, 4) -> [... 2 layers ...] -> (?, 4, 7, 7, 4)
 * ```
 */
export const AveragePooling3D: Pooling3DConstructor<'AveragePooling3D', 'average-pooling3d'> = pooling(
  'AveragePooling3D',
  3,
  mean,
)

/** Reduces the given axes of a tensor, in any interpretation of the operations. */
export type Reduction = <T>(ops: Ops<T>, x: T, axes: readonly number[]) => T

/** A global pooling as a type: [batch, ..., channels] in, [batch, channels] out. */
export interface GlobalPooling<Name extends string> extends Plain<Name> {
  readonly kind: 'GlobalPooling'
  readonly function: 'avg' | 'max' | 'sum' | Reduction
  readonly ' out': this[' in'] extends readonly [infer B extends number, ...unknown[], infer C]
    ? [B, C]
    : number[] extends this[' in']
      ? [number, number]
      : RefusedInput<
          'GlobalPooling',
          'an input of at least two dimensions [batch, ..., channels]',
          this[' in'],
          'Give the Input a number of channels.'
        >
}

const reductions: Readonly<Record<'avg' | 'max' | 'sum', Reduction>> = {
  avg: (ops, x, axes) => ops.mean(x, axes),
  max: (ops, x, axes) => ops.max(x, axes),
  sum: (ops, x, axes) => ops.sum(x, axes),
}

interface GlobalPoolingRow extends Row {
  readonly ' limits': Limits
  readonly ' makes': this[' given'] extends readonly [] | readonly ['avg' | 'max' | 'sum']
    ? With<this[' options'], NameOption, GlobalPooling<NameOf<this[' options'], 'global-pooling-{}'>>>
    : WrongArguments
}
/** The constructor of {@link GlobalPooling}. */
export interface GlobalPoolingConstructor {
  readonly ' row'?: GlobalPoolingRow
  // In the order of those of Elementwise, for the same reasons.
  <const Name extends string = 'global-pooling-{}'>(
    /** 'avg', 'max', 'sum', or a function of (ops, x, axes). Default: 'avg'. */
    reduction: 'avg' | 'max' | 'sum' | Reduction | Elsewhere<NameOption>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): GlobalPooling<Name>
  <const Name extends string = 'global-pooling-{}'>(
    /** the name of the layer */
    options?: NameOption<Name> | 'avg' | 'max' | 'sum',
  ): GlobalPooling<Name>
}

/**
 * Reduces all axes but the batch and the channels; an input with two axes is unchanged. (Lin et al. 2014.)
 *
 * Shape: [batch, ..., channels] → [batch, channels].
 *
 * @param reduction 'avg', 'max', 'sum', or a function of (ops, x, axes). Default: 'avg'.
 * @param options the name of the layer
 * @throws InvalidOption if the reduction is none of these
 * @throws LayerConnectionError, from `join`, if the input has fewer than two dimensions
 * @category Pooling
 * @see `GlobalAveragePooling2D` and others in Keras; `AdaptiveAvgPool2d(1)` in PyTorch; `GlobalPooling` in NeuPy
 * @example
 * ```ts
 * String(join(Input([7, 7, 512]), GlobalPooling('avg'))) // (?, 7, 7, 512) -> [... 2 layers ...] -> (?, 512)
 * ```
 */
export const GlobalPooling: GlobalPoolingConstructor = defineLayer({
  kind: 'GlobalPooling',
  example: "GlobalPooling('avg')",
  positional: ['function'],
  options: {
    function: {
      codec: codec<keyof typeof reductions | Reduction>("'avg', 'max', 'sum' or a function", value =>
        isFunction(value) || (typeof value === 'string' && Object.hasOwn(reductions, value))
          ? (value as Reduction)
          : undefined,
      ),
      default: 'avg',
    },
  },
  shape: (_, input) =>
    input !== null && input.length < 2
      ? left({
          expected: 'an input of at least two dimensions [batch, ..., channels]',
          got: showShape(input),
          remedy: 'Give the Input a number of channels.',
        })
      : right(input === null ? [null, null] : [input[0] ?? null, input.at(-1) ?? null]),
  forward: ({ function: reduction }, ops, x) => {
    const axes = ops
      .shape(x)
      .slice(1, -1)
      .map((_, i) => i + 1)
    const reduce = typeof reduction === 'string' ? reductions[reduction] : reduction
    return [axes.length === 0 ? x : reduce(ops, x, axes), {}]
  },
})
