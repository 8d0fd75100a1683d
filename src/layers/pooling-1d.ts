import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import type { Ops, Window } from '../core/ops.ts'
import { codec, integer } from '../core/options.ts'
import { type AxisWindow, knownDimensions, marginOf } from './axis.ts'
import { type SlidSteps, slideSteps } from './convolution-1d.ts'
import { poolingPadding } from './spatial.ts'

/** The options of {@link MaxPooling1D} and {@link AveragePooling1D}. */
export interface Pooling1DOptions<
  P extends 'valid' | 'same' = 'valid' | 'same',
  S extends number | null = number | null,
  Name extends string = string,
> extends NameOption<Name> {
  /** The step of the window; it may exceed the window. Default: the size of the window. */
  readonly stride?: S
  /** 'valid': windows stay inside; 'same': steps come out as `ceil(n / stride)`. Default: 'valid'. */
  readonly padding?: P
}

/** A pooling as a type: [batch, steps, channels] in, [batch, steps', channels] out. */
export interface Pooling1D<Kind extends string, Size extends number, P, S extends number | null, Name extends string>
  extends Plain<Name> {
  readonly kind: Kind
  readonly size: Size
  readonly stride: number | null
  readonly padding: 'valid' | 'same'
  readonly '~out': SlidSteps<this['~in'], Kind, Size, P, S extends number ? S : Size, 1, Channels<this['~in']>>
}
type Channels<I> = I extends readonly [unknown, unknown, infer C] ? C : number

/** The constructor of a pooling layer over one axis. */
export type Pooling1DConstructor<Kind extends string, Base extends string> = <
  const Size extends number,
  const P extends 'valid' | 'same' = 'valid',
  const S extends number | null = null,
  const Name extends string = `${Base}-{}`,
>(
  size: Size,
  options?: Pooling1DOptions<P, S, Name>,
) => Pooling1D<Kind, Size, P, S, Name>

interface Normal {
  readonly size: number
  readonly stride: number | null
  readonly padding: 'valid' | 'same'
}

const windowOf = ({ size, stride, padding }: Normal): AxisWindow => ({
  size,
  stride: stride ?? size,
  dilation: 1,
  padding,
})

// A pooling over an image of one row.
const pooling = <Kind extends string, Base extends string>(
  kind: Kind,
  pool: <T>(ops: Ops<T>, x: T, window: Window) => T,
): Pooling1DConstructor<Kind, Base> =>
  defineLayer({
    kind,
    example: `${kind}(2, { padding: 'same' })`,
    positional: ['size'],
    options: {
      size: { codec: integer(1) },
      stride: {
        codec: codec<number | null>('a positive integer, or null for the size of the window', value =>
          value === null || integer(1).is(value) ? value : undefined,
        ),
        default: null,
      },
      padding: { codec: poolingPadding, default: 'valid' },
    },
    shape: (options: Normal, input) => slideSteps(input, windowOf(options), input?.[2] ?? null),
    forward: (options, ops, x) => {
      const [batch = null, , channels = null] = ops.shape(x)
      const [steps = 0] = knownDimensions(kind, ops.shape(x), [1])
      const { size, stride } = windowOf(options)
      const none = [0, 0] as const
      const y = pool(ops, ops.reshape(x, [batch, 1, steps, channels]), {
        size: [1, size],
        stride: [1, stride],
        padding: [none, marginOf(steps, windowOf(options))],
      })
      return [ops.reshape(y, [batch, ops.shape(y)[2] ?? null, channels]), {}]
    },
  })

/**
 * The largest element of each window of a sequence. What padding adds never wins.
 *
 * @param size the steps of the window
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, when the input is not 3-dimensional or smaller than the window
 * @example
 * ```ts
 * String(join(Input([100, 8]), MaxPooling1D(2))) // (?, 100, 8) -> [... 2 layers ...] -> (?, 50, 8)
 * ```
 */
export const MaxPooling1D: Pooling1DConstructor<'MaxPooling1D', 'max-pooling1d'> = pooling(
  'MaxPooling1D',
  (ops, x, window) => ops.maxPool(x, window),
)

/**
 * The mean of each window of a sequence. What padding adds does not count. Otherwise as {@link MaxPooling1D}.
 *
 * @example
 * ```ts
 * String(join(Input([5, 8]), AveragePooling1D(2, { padding: 'same' }))) // (?, 5, 8) -> [... 2 layers ...] -> (?, 3, 8)
 * ```
 */
export const AveragePooling1D: Pooling1DConstructor<'AveragePooling1D', 'average-pooling1d'> = pooling(
  'AveragePooling1D',
  (ops, x, window) => ops.averagePool(x, window),
)
