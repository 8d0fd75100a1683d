import { map } from 'fp-ts/lib/Either.js'
import { type Shape, sizeOf } from '../base/shape.ts'
import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import { ofRank, type Refuses } from '../core/expects.ts'
import type { Limits, NameOf, Row, Together, With, WrongArguments } from '../core/notated.ts'
import type { Pair } from '../ops/ops.ts'
import type { Multiply } from '../type-arithmetic/digits.ts'
import { image } from './inputs.ts'
import { knownRowsAndCols } from './known.ts'
import { type EachWithin, type EachWords, numbers, type OfAxis, type PairOption } from './window.ts'

const callee = { kind: 'Upscale', rank: 2, example: 'Upscale(2)' } as const

/** An upscaling as a type: [batch, rows, cols, channels] in, rows and columns times the scale out. */
export interface Upscale<Scale extends PairOption, Name extends string> extends Plain<Name> {
  readonly kind: 'Upscale'
  readonly scale: Pair
  readonly ' out': this[' in'] extends readonly [infer B, infer H extends number, infer W extends number, infer C]
    ? [B, Multiply<H, OfAxis<Scale, 0>>, Multiply<W, OfAxis<Scale, 1>>, C]
    : number[] extends this[' in']
      ? [number, number, number, number]
      : Refuses<'Upscale', typeof image, this[' in']>
}
interface UpscaleRow extends Row {
  readonly ' limits': Limits<'count'>
  readonly ' makes': Together<this[' given']> extends infer Scale extends PairOption
    ? With<this[' options'], NameOption, Upscale<Scale, NameOf<this[' options'], 'upscale-{}'>>>
    : WrongArguments
}
/** The constructor of {@link Upscale}. */
export interface UpscaleConstructor {
  readonly ' row'?: UpscaleRow
  <const Scale extends number | [rows: number, cols: number] | PairOption, const Name extends string = 'upscale-{}'>(
    /** the number of repetitions, or [rows, cols] */
    scale: EachWithin<Scale, 'count', EachWords<typeof callee, 'scale', 'count'>, 'before'>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Upscale<Scale, Name>
}

/**
 * Repeats rows and columns: each pixel becomes a block of equal pixels (nearest-neighbor interpolation).
 *
 * Shape: [batch, rows, cols, channels] → [batch, rows · scale, cols · scale, channels].
 *
 * @param scale the number of repetitions, or [rows, cols]
 * @param options the name of the layer
 * @throws InvalidOption if the scale is not a positive integer or a pair of them
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional
 * @category Shapes
 * @see `UpSampling2D` in Keras; `Upsample` in PyTorch; `Upscale` in NeuPy
 * @example
 * ```ts
 * String(join(Input([7, 7, 16]), Upscale(2))) // (?, 7, 7, 16) -> [... 2 layers ...] -> (?, 14, 14, 16)
 * ```
 */
export const Upscale: UpscaleConstructor = defineLayer({
  kind: callee.kind,
  example: callee.example,
  positional: ['scale'],
  notation: { together: true },
  options: { scale: { codec: numbers<Pair>(2, 1) } },
  shape: ({ scale }, input) =>
    map(([batch = null, rows = null, cols = null, channels = null]: Shape) => [
      batch,
      sizeOf([rows, scale[0]]),
      sizeOf([cols, scale[1]]),
      channels,
    ])(ofRank(image, input)),
  forward: ({ scale }, ops, x) => {
    const [batch = null, , , channels] = ops.shape(x)
    const [rows, cols] = knownRowsAndCols('Upscale', ops.shape(x))
    const features = cols * (channels as number)
    const tall = ops.broadcast(ops.reshape(x, [batch, rows, 1, features]), [batch, rows, scale[0], features])
    const pixels = rows * scale[0] * cols
    const shape = [batch, pixels, scale[1], channels as number]
    const wide = ops.broadcast(ops.reshape(tall, [batch, pixels, 1, channels as number]), shape)
    return [ops.reshape(wide, [batch, rows * scale[0], cols * scale[1], channels as number]), {}]
  },
})
