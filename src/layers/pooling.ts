import { left, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import type { Ops, Pair, Window } from '../core/ops.ts'
import { codec, isFunction } from '../core/options.ts'
import { type RefusedInput, showShape } from '../core/shape.ts'
import {
  type ChannelsOf,
  margins,
  type PairOption,
  pair,
  poolingPadding,
  type Slid,
  slideShape,
  windowSize,
} from './spatial.ts'

/** Rows and columns of the pooled window. */
export type WindowSize = readonly [rows: number, cols: number]

/** The options of {@link MaxPooling} and {@link AveragePooling}. */
export interface PoolingOptions<
  P extends 'valid' | 'same' = 'valid' | 'same',
  S extends PairOption | null = PairOption | null,
  Name extends string = string,
> extends NameOption<Name> {
  /** The step of the window, or [rows, cols]; it may exceed the window. Default: the size of the window. */
  readonly stride?: S
  /** 'valid': windows stay inside; 'same': rows and columns come out as `ceil(n / stride)`. Default: 'valid'. */
  readonly padding?: P
}

/** A pooling as a type: [batch, rows, cols, channels] in, [batch, rows', cols', channels] out. */
export interface Pooling<Kind extends string, Size extends WindowSize, P, S, Name extends string> extends Plain<Name> {
  readonly kind: Kind
  readonly size: Pair
  readonly stride: Pair | null
  readonly padding: 'valid' | 'same'
  readonly '~out': Slid<this['~in'], Kind, Size, P, S extends null ? Size : S, 1, ChannelsOf<this['~in']>>
}

/** The constructor of a pooling layer. */
export type PoolingConstructor<Kind extends string, Base extends string> = <
  const Size extends [number, number] | WindowSize,
  const P extends 'valid' | 'same' = 'valid',
  const S extends PairOption | null = null,
  const Name extends string = `${Base}-{}`,
>(
  size: Size,
  options?: PoolingOptions<P, S, Name>,
) => Pooling<Kind, Size, P, S, Name>

interface NormalPooling {
  readonly size: Pair
  readonly stride: Pair | null
  readonly padding: 'valid' | 'same'
}

const ownStride: t.Type<Pair | null, unknown, unknown> = codec(
  `${pair.name}, or null for the size of the window`,
  value => {
    if (value === null) return null
    const parsed = pair.decode(value)
    return parsed._tag === 'Right' ? parsed.right : undefined
  },
  stride => (stride === null ? null : pair.encode(stride)),
)

const sliding = ({ size, stride, padding }: NormalPooling) => ({
  size,
  stride: stride ?? size,
  dilation: [1, 1] as const,
  padding,
})

const pooling = <Kind extends string, Base extends string>(
  kind: Kind,
  pool: <T>(ops: Ops<T>, x: T, window: Window) => T,
): PoolingConstructor<Kind, Base> =>
  defineLayer({
    kind,
    example: `${kind}([2, 2], { padding: 'same' })`,
    positional: ['size'],
    options: {
      size: { codec: windowSize },
      stride: { codec: ownStride, default: null },
      padding: { codec: poolingPadding, default: 'valid' },
    },
    shape: (options: NormalPooling, input) => slideShape(input, sliding(options), input?.[3] ?? null),
    forward: (options, ops, x) => {
      const { size, stride } = sliding(options)
      return [pool(ops, x, { size, stride, padding: margins(kind, ops.shape(x), sliding(options)) }), {}]
    },
  })

/**
 * The largest element of each window. What padding adds never wins.
 *
 * @param size [rows, cols] of the window
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, when the input is not 4-dimensional or smaller than the window
 * @example
 * ```ts
 * String(join(Input([28, 28, 16]), MaxPooling([2, 2]))) // (?, 28, 28, 16) -> [... 2 layers ...] -> (?, 14, 14, 16)
 * ```
 */
export const MaxPooling: PoolingConstructor<'MaxPooling', 'max-pooling'> = pooling('MaxPooling', (ops, x, window) =>
  ops.maxPool(x, window),
)

/** The mean of each window. What padding adds does not count. Otherwise as {@link MaxPooling}. */
export const AveragePooling: PoolingConstructor<'AveragePooling', 'average-pooling'> = pooling(
  'AveragePooling',
  (ops, x, window) => ops.averagePool(x, window),
)

/** Short for {@link MaxPooling}. */
export const MaxPool: PoolingConstructor<'MaxPooling', 'max-pooling'> = MaxPooling
/** Short for {@link AveragePooling}. */
export const AvgPool: PoolingConstructor<'AveragePooling', 'average-pooling'> = AveragePooling

/** Reduces the given axes of a tensor, in any interpretation of the operations. */
export type Reduction = <T>(ops: Ops<T>, x: T, axes: readonly number[]) => T

/** A global pooling as a type: [batch, ..., channels] in, [batch, channels] out. */
export interface GlobalPooling<Name extends string> extends Plain<Name> {
  readonly kind: 'GlobalPooling'
  readonly function: 'avg' | 'max' | 'sum' | Reduction
  readonly '~out': this['~in'] extends readonly [infer B, ...unknown[], infer C]
    ? [B, C]
    : number[] extends this['~in']
      ? [number, number]
      : RefusedInput<
          'GlobalPooling',
          'an input of at least two dimensions [batch, ..., channels]',
          this['~in'],
          'Give the Input a number of channels.'
        >
}

const reductions: Readonly<Record<'avg' | 'max' | 'sum', Reduction>> = {
  avg: (ops, x, axes) => ops.mean(x, axes),
  max: (ops, x, axes) => ops.max(x, axes),
  sum: (ops, x, axes) => ops.sum(x, axes),
}

/** The constructor of {@link GlobalPooling}. */
export interface GlobalPoolingConstructor {
  <const Name extends string = 'global-pooling-{}'>(options?: NameOption<Name>): GlobalPooling<Name>
  <const Name extends string = 'global-pooling-{}'>(
    reduction?: 'avg' | 'max' | 'sum' | Reduction,
    options?: NameOption<Name>,
  ): GlobalPooling<Name>
}

/**
 * Reduces every axis but the batch and the channels; an input of two dimensions stays as it is.
 *
 * @param reduction 'avg', 'max', 'sum', or a function of (ops, x, axes). Default: 'avg'.
 * @throws InvalidOption when the reduction is none of these
 * @throws LayerConnectionError, from `join`, when the input has fewer than two dimensions
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

/** Short for {@link GlobalPooling}. */
export const GlobalPool: GlobalPoolingConstructor = GlobalPooling
