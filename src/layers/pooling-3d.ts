import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import type { Margin, Ops, Window } from '../core/ops.ts'
import { codec } from '../core/options.ts'
import { type AxisWindow, knownDimensions, marginOf, sizes, times } from './axis.ts'
import {
  type SlidVolume,
  slideVolume,
  type TripleOption,
  triple,
  type VolumeChannels,
  volumeWindows,
} from './convolution-3d.ts'
import { poolingPadding } from './spatial.ts'

/** Depth, rows and columns of a window. */
export type WindowSize3D = readonly [depth: number, rows: number, cols: number]

/** The options of {@link MaxPooling3D} and {@link AveragePooling3D}. */
export interface Pooling3DOptions<
  P extends 'valid' | 'same' = 'valid' | 'same',
  S extends TripleOption | null = TripleOption | null,
  Name extends string = string,
> extends NameOption<Name> {
  /** The step of the window, or [depth, rows, cols]; it may exceed the window. Default: the size of the window. */
  readonly stride?: S
  /** 'valid': windows stay inside; 'same': each axis comes out as `ceil(n / stride)`. Default: 'valid'. */
  readonly padding?: P
}

/** A pooling as a type: [batch, depth, rows, cols, channels] in, [batch, depth', rows', cols', channels] out. */
export interface Pooling3D<Kind extends string, Size extends WindowSize3D, P, S, Name extends string>
  extends Plain<Name> {
  readonly kind: Kind
  readonly size: readonly number[]
  readonly stride: readonly number[] | null
  readonly padding: 'valid' | 'same'
  readonly '~out': SlidVolume<this['~in'], Kind, Size, P, S extends null ? Size : S, 1, VolumeChannels<this['~in']>>
}

/** The constructor of a pooling layer over three axes. */
export type Pooling3DConstructor<Kind extends string, Base extends string> = <
  const Size extends [number, number, number] | WindowSize3D,
  const P extends 'valid' | 'same' = 'valid',
  const S extends TripleOption | null = null,
  const Name extends string = `${Base}-{}`,
>(
  size: Size,
  options?: Pooling3DOptions<P, S, Name>,
) => Pooling3D<Kind, Size, P, S, Name>

interface Normal {
  readonly size: readonly number[]
  readonly stride: readonly number[] | null
  readonly padding: 'valid' | 'same'
}

const windowsOf = ({ size, stride, padding }: Normal): readonly AxisWindow[] =>
  volumeWindows({ size, padding, stride: stride ?? size, dilation: [1, 1, 1] })

type Pool = <T>(ops: Ops<T>, x: T, window: Window) => T

/**
 * Rows and columns first, then the depth. Largest elements and, as every window counts alike along each axis, means are
 * those of the whole window.
 */
const poolVolume = <T>(kind: string, ops: Ops<T>, x: T, windows: readonly AxisWindow[], pool: Pool): T => {
  const [deep, high, wide] = windows as [AxisWindow, AxisWindow, AxisWindow]
  const [batch = null] = ops.shape(x)
  const [depth = 0, rows = 0, cols = 0, channels = 0] = knownDimensions(kind, ops.shape(x), [1, 2, 3, 4])
  const slices = pool(ops, ops.reshape(x, [times(batch, depth), rows, cols, channels]), {
    size: [high.size, wide.size],
    stride: [high.stride, wide.stride],
    padding: [marginOf(rows, high), marginOf(cols, wide)],
  })
  const [, outRows = null, outCols = null] = ops.shape(slices)
  const none: Margin = [0, 0]
  const y = pool(ops, ops.reshape(slices, [batch, depth, times(outRows, outCols), channels]), {
    size: [deep.size, 1],
    stride: [deep.stride, 1],
    padding: [marginOf(depth, deep), none],
  })
  return ops.reshape(y, [batch, ops.shape(y)[1] ?? null, outRows, outCols, channels])
}

const pooling = <Kind extends string, Base extends string>(kind: Kind, pool: Pool): Pooling3DConstructor<Kind, Base> =>
  defineLayer({
    kind,
    example: `${kind}([2, 2, 2], { padding: 'same' })`,
    positional: ['size'],
    options: {
      size: { codec: sizes(3, '[depth, rows, cols]') },
      stride: {
        codec: codec<readonly number[] | null>(
          `${triple.name}, or null for the size of the window`,
          value => {
            if (value === null) return null
            const parsed = triple.decode(value)
            return parsed._tag === 'Right' ? parsed.right : undefined
          },
          stride => (stride === null ? null : triple.encode(stride)),
        ),
        default: null,
      },
      padding: { codec: poolingPadding, default: 'valid' },
    },
    shape: (options: Normal, input) => slideVolume(input, windowsOf(options), input?.[4] ?? null),
    forward: (options, ops, x) => [poolVolume(kind, ops, x, windowsOf(options), pool), {}],
  })

/**
 * The largest element of each window of a volume. What padding adds never wins.
 *
 * @param size [depth, rows, cols] of the window
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, when the input is not 5-dimensional or smaller than the window
 * @example
 * ```ts
 * const network = join(Input([8, 28, 28, 4]), MaxPooling3D([2, 2, 2]))
 * String(network) // (?, 8, 28, 28, 4) -> [... 2 layers ...] -> (?, 4, 14, 14, 4)
 * ```
 */
export const MaxPooling3D: Pooling3DConstructor<'MaxPooling3D', 'max-pooling3d'> = pooling(
  'MaxPooling3D',
  (ops, x, window) => ops.maxPool(x, window),
)

/**
 * The mean of each window of a volume. What padding adds does not count. Otherwise as {@link MaxPooling3D}.
 *
 * @example
 * ```ts
 * const network = join(Input([8, 28, 28, 4]), AveragePooling3D([2, 4, 4]))
 * String(network) // (?, 8, 28, 28, 4) -> [... 2 layers ...] -> (?, 4, 7, 7, 4)
 * ```
 */
export const AveragePooling3D: Pooling3DConstructor<'AveragePooling3D', 'average-pooling3d'> = pooling(
  'AveragePooling3D',
  (ops, x, window) => ops.averagePool(x, window),
)
