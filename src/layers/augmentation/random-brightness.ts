import { defineLayer, type NameOption, type Plain } from '../../core/define.ts'
import type { NameOf, Takes } from '../../core/notated.ts'
import { type SameImage, sameImage } from '../inputs.ts'
import { drawingKey } from '../stochastic.ts'
import { asWholes, clamped, drawBetween } from './images.ts'
import { type FactorLimits, type FactorOption, type FactorWithin, factor, type RangeOption, range } from './ranges.ts'

const callee = { kind: 'RandomBrightness', example: 'RandomBrightness(0.2, { valueRange: [0, 255] })' } as const

/** The options of {@link RandomBrightness}. */
export interface RandomBrightnessOptions<Name extends string = string> extends NameOption<Name> {
  /** The values of black and white; results are clipped to them. Default: [0, 1]. */
  readonly valueRange?: RangeOption
}

/** The type of {@link RandomBrightness}: [batch, rows, cols, channels] → the same. */
export interface RandomBrightness<Name extends string> extends Plain<Name> {
  readonly kind: 'RandomBrightness'
  readonly factor: RangeOption
  readonly valueRange: RangeOption
  readonly ' out': SameImage<'RandomBrightness', this[' in']>
}

interface RandomBrightnessRow extends Takes<readonly [FactorOption], RandomBrightnessOptions, FactorLimits> {
  readonly ' made': RandomBrightness<NameOf<this[' options'], 'random-brightness-{}'>>
}
/** The constructor of {@link RandomBrightness}. */
export interface RandomBrightnessConstructor {
  readonly ' row'?: RandomBrightnessRow
  <const F extends FactorOption, const Name extends string = 'random-brightness-{}'>(
    /** the largest fraction in either direction, or [from, to]; -1 makes an image black, 1 white */
    factor: FactorWithin<F, typeof callee>,
    /** the range of the values, and the name */
    options?: RandomBrightnessOptions<Name>,
  ): RandomBrightness<Name>
}

/**
 * In training, makes each image brighter or darker: adds a random fraction of the range from black to white, and clips
 * the result to the range. Otherwise it changes nothing.
 *
 * Shape: [batch, rows, cols, channels] → the same.
 *
 * @param factor the largest fraction in either direction, or [from, to]; -1 makes an image black, 1 white
 * @param options the range of the values, and the name
 * @throws InvalidOption if an option is invalid, or in training without a key
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional
 * @category Augmentation
 * @see `RandomBrightness` (values from 0 to 255 by default) in Keras; `ColorJitter` (torchvision, a factor) in PyTorch
 * @example
 * ```ts
 * const network = join(Input([32, 32, 3]), RandomBrightness(0.2, { valueRange: [0, 255] }), Convolution([3, 3, 16]))
 * ```
 */
export const RandomBrightness: RandomBrightnessConstructor = defineLayer({
  ...callee,
  positional: ['factor'],
  options: {
    factor: { codec: factor },
    valueRange: { codec: range('two numbers, the values of black and white', () => true), default: [0, 1] },
  },
  shape: (_, input) => sameImage(input),
  forward: ({ factor: [from, to], valueRange: [black, white] }, ops, x, _, mode) => {
    if (!mode.training || (from === 0 && to === 0)) return [x, {}]
    const span = white - black
    const added = drawBetween(ops, drawingKey('RandomBrightness', mode), x, [from * span, to * span])
    return [asWholes(ops, x, whole => clamped(ops, ops.add(whole(x), added), black, white)), {}]
  },
})
