import { oneOf } from '../../base/options.ts'
import { foldIn } from '../../base/random.ts'
import { defineLayer, type NameOption, type Plain } from '../../core/define.ts'
import type { NameOf, Takes } from '../../core/notated.ts'
import { type SameImage, sameImage } from '../inputs.ts'
import { drawingKey } from '../stochastic.ts'
import { asWholes, drawEach } from './images.ts'

/** The direction of a flip: left-right, top-bottom, or both independently. */
export type FlipDirection = 'horizontal' | 'vertical' | 'horizontalAndVertical'

/** The type of {@link RandomFlip}: [batch, rows, cols, channels] → the same. */
export interface RandomFlip<Name extends string> extends Plain<Name> {
  readonly kind: 'RandomFlip'
  readonly direction: FlipDirection
  readonly ' out': SameImage<'RandomFlip', this[' in']>
}

interface RandomFlipRow extends Takes<readonly [FlipDirection?], NameOption> {
  readonly ' made': RandomFlip<NameOf<this[' options'], 'random-flip-{}'>>
}
/** The constructor of {@link RandomFlip}. */
export interface RandomFlipConstructor {
  readonly ' row'?: RandomFlipRow
  <const Name extends string = 'random-flip-{}'>(
    /** the name of the layer */
    options?: NameOption<Name>,
  ): RandomFlip<Name>
  <const Name extends string = 'random-flip-{}'>(
    /** `'horizontal'` (left and right; the default), `'vertical'` or `'horizontalAndVertical'` */
    direction: FlipDirection,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): RandomFlip<Name>
}

/**
 * In training, flips each image with probability 0.5; otherwise it changes nothing. The draws are independent for each
 * image of a batch, and for each of two directions.
 *
 * Shape: [batch, rows, cols, channels] → the same.
 *
 * @param direction `'horizontal'` (left and right; the default), `'vertical'` or `'horizontalAndVertical'`
 * @param options the name of the layer
 * @throws InvalidOption if the direction is invalid, or in training without a key
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional
 * @category Augmentation
 * @see `RandomFlip` (both directions by default) in Keras; `RandomHorizontalFlip`, `RandomVerticalFlip` (torchvision)
 *   in PyTorch
 * @example
 * ```ts
 * const network = join(Input([32, 32, 3]), RandomFlip(), Convolution([3, 3, 16]), Relu())
 * ```
 */
export const RandomFlip: RandomFlipConstructor = defineLayer({
  kind: 'RandomFlip',
  example: "RandomFlip('horizontal')",
  positional: ['direction'],
  options: {
    direction: { codec: oneOf(['horizontal', 'vertical', 'horizontalAndVertical']), default: 'horizontal' },
  },
  shape: (_, input) => sameImage(input),
  forward: ({ direction }, ops, x, _, mode) => {
    type T = typeof x
    if (!mode.training) return [x, {}]
    const key = drawingKey('RandomFlip', mode)
    const flipped = (images: T, axis: 1 | 2): T => {
      const isMeant = ops.greater(ops.constant(0.5), drawEach(ops, foldIn(key, axis), images))
      return asWholes(ops, images, whole => ops.where(isMeant, whole(ops.reverse(images, [axis])), whole(images)))
    }
    const once = direction === 'vertical' ? x : flipped(x, 2)
    return [direction === 'horizontal' ? once : flipped(once, 1), {}]
  },
})
