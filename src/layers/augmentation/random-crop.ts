import { flatMap, right } from 'fp-ts/lib/Either.js'
import { foldIn } from '../../base/random.ts'
import { defineLayer, type NameOption, type Plain } from '../../core/define.ts'
import { ofRank, type Refuses, refusal } from '../../core/expects.ts'
import type { Limits, NameOf, OptionAs, Row, Together, With, WrongArguments } from '../../core/notated.ts'
import type { Pair } from '../../ops/ops.ts'
import { image } from '../inputs.ts'
import { knownRowsAndCols } from '../known.ts'
import { drawingKey, type Holds } from '../stochastic.ts'
import { type EachWithin, type EachWords, numbers, type OfAxis, type PairOption } from '../window.ts'
import { along, drawEach, floorOf, pixelsAt } from './images.ts'

const callee = { kind: 'RandomCrop', rank: 2, example: 'RandomCrop([28, 28], { padding: 4 })' } as const

/** The options of {@link RandomCrop}. */
export interface RandomCropOptions<Padding extends PairOption = PairOption, Name extends string = string>
  extends NameOption<Name> {
  /** Zeros around rows and columns, added before cropping: one number for both, or [rows, cols]. Default: 0. */
  readonly padding?: EachWithin<Padding, 'whole', EachWords<typeof callee, 'padding', 'whole'>, 'before'>
}

const roomy = {
  expected: 'an input of at least {rows} rows and {cols} columns, with padding of {around} and {beside}',
  remedy: 'Crop to a smaller size, or give more padding.',
} as const

type TooSmall<I, Size, P> = Refuses<
  'RandomCrop',
  typeof roomy,
  I,
  { rows: OfAxis<Size, 0>; cols: OfAxis<Size, 1>; around: OfAxis<P, 0>; beside: OfAxis<P, 1> }
>

/** The type of {@link RandomCrop}: [batch, rows, cols, channels] → the rows and columns of the crop. */
export interface RandomCrop<Size extends PairOption, Padding extends PairOption, Name extends string>
  extends Plain<Name> {
  readonly kind: 'RandomCrop'
  readonly size: Pair
  readonly padding: Pair
  readonly ' out': this[' in'] extends readonly [
    infer B,
    infer H extends number,
    infer W extends number,
    infer C extends number,
  ]
    ? false extends Holds<H, OfAxis<Size, 0>, OfAxis<Padding, 0>> | Holds<W, OfAxis<Size, 1>, OfAxis<Padding, 1>>
      ? TooSmall<this[' in'], Size, Padding>
      : [B, OfAxis<Size, 0>, OfAxis<Size, 1>, C]
    : number[] extends this[' in']
      ? [number, OfAxis<Size, 0>, OfAxis<Size, 1>, number]
      : Refuses<'RandomCrop', typeof image, this[' in']>
}

interface RandomCropRow extends Row {
  readonly ' limits': Limits<'count', { padding: 'whole' }>
  readonly ' makes': Together<this[' given']> extends infer Size extends PairOption
    ? With<
        this[' options'],
        RandomCropOptions,
        RandomCrop<
          Size,
          OptionAs<this[' options'], 'padding', PairOption, 0>,
          NameOf<this[' options'], 'random-crop-{}'>
        >
      >
    : WrongArguments
}
/** The constructor of {@link RandomCrop}. */
export interface RandomCropConstructor {
  readonly ' row'?: RandomCropRow
  <
    const Size extends number | [rows: number, cols: number] | PairOption,
    const Padding extends number | [rows: number, cols: number] | PairOption = 0,
    const Name extends string = 'random-crop-{}',
  >(
    /** the rows and columns of the crop, or one number for both */
    size: EachWithin<Size, 'count', EachWords<typeof callee, 'size', 'count'>, 'before'>,
    /** zeros around the images before they are cropped, and the name */
    options?: RandomCropOptions<Padding, Name>,
  ): RandomCrop<Size, Padding, Name>
}

/**
 * Crops each image: in training at a random position, otherwise in the center.
 *
 * Shape: [batch, ..., ..., channels] → [batch, rows, cols, channels].
 *
 * @param size the rows and columns of the crop, or one number for both
 * @param options zeros around the images before they are cropped, and the name
 * @throws InvalidOption if an option is invalid, or in training without a key
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional, or smaller than the crop, padding
 *   included
 * @category Augmentation
 * @see `RandomCrop` in Keras; `RandomCrop` (torchvision) in PyTorch
 * @example
 * ```ts
 * const network = join(Input([32, 32, 3]), RandomCrop([32, 32], { padding: 4 }), Convolution([3, 3, 16]), Relu())
 * String(join(Input([256, 256, 3]), RandomCrop(224))) // (?, 256, 256, 3) -> [... 2 layers ...] -> (?, 224, 224, 3)
 * ```
 */
export const RandomCrop: RandomCropConstructor = defineLayer({
  kind: callee.kind,
  example: callee.example,
  positional: ['size'],
  notation: { together: true },
  options: { size: { codec: numbers<Pair>(2, 1) }, padding: { codec: numbers<Pair>(2, 0), default: 0 } },
  shape: ({ size, padding }, input) => {
    const [[rows, cols], [around, beside]] = [size, padding]
    return flatMap(ofRank(image, input), ([batch = null, height, width, channels = null]) =>
      (height ?? rows) + 2 * around < rows || (width ?? cols) + 2 * beside < cols
        ? refusal(roomy, input, { rows, cols, around, beside })
        : right([batch, rows, cols, channels]),
    )
  },
  forward: ({ size, padding }, ops, x, _, mode) => {
    const [rows, cols] = knownRowsAndCols('RandomCrop', ops.shape(x))
    const [around, beside] = padding
    const none = [0, 0] as const
    const padded = around + beside === 0 ? x : ops.pad(x, [none, [around, around], [beside, beside], none])
    const spare = [rows + 2 * around - size[0], cols + 2 * beside - size[1]] as const
    if (spare[0] + spare[1] === 0) return [padded, {}]
    if (!mode.training) {
      const [top, start] = spare.map(n => Math.floor(n / 2)) as [number, number]
      return [ops.slice(padded, [0, top, start, 0], [null, size[0], size[1], null]), {}]
    }
    const key = drawingKey('RandomCrop', mode)
    const placeOn = (axis: 0 | 1) => {
      const places = spare[axis] + 1
      const first = ops.multiply(drawEach(ops, foldIn(key, axis), x), ops.constant(places))
      return ops.add(floorOf(ops, first, 0, spare[axis]), along(ops, axis === 0 ? 1 : 2, size[axis]))
    }
    return [pixelsAt(ops, 'RandomCrop', padded, placeOn(0), placeOn(1)), {}]
  },
})
