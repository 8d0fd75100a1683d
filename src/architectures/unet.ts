import { InvalidOption, show } from '../base/errors.ts'
import { integer, type Options } from '../base/options.ts'
import { sequence, sides, unchecked } from '../blocks/unchecked.ts'
import { block } from '../combinators/block.ts'
import type { AnyLayer, Typed } from '../core/layer.ts'
import { Convolution } from '../layers/convolution.ts'
import { Deconvolution } from '../layers/deconvolution.ts'
import { type Activation, Relu, Softmax } from '../layers/dense.ts'
import { Identity, Input } from '../layers/input.ts'
import { Concatenate } from '../layers/merge.ts'
import { MaxPooling, type Pooling } from '../layers/pooling.ts'
import type { Block } from '../network-types/blocks.ts'
import type { Parallel, Sequence } from '../network-types/compose.ts'
import type { Slice } from '../network-types/slices.ts'
import type { Multiply } from '../type-arithmetic/digits.ts'
import { type ImageShape, imageShape } from './image.ts'
import { type Listed, type Model, model, optionsOf } from './model.ts'

/** The options of {@link unet}. */
export interface UNetOptions<
  S extends ImageShape = ImageShape,
  Classes extends number = number,
  Depth extends number = number,
  C extends number = number,
> {
  /**
   * [rows, cols, channels] of an image; rows and columns are multiples of 2 ** depth, or `null`, unknown. Default:
   * [256, 256, 1].
   */
  readonly inputShape?: S
  /** How many classes there are. Default: 2. */
  readonly classes?: Classes
  /** How many times rows and columns are halved, and doubled again; the compiler knows up to 6. Default: 4. */
  readonly depth?: Depth
  /** The channels of the first convolutions; there are twice as many after each halving. Default: 64. */
  readonly channels?: C
}

type Rectifier = Activation<'Relu', 'relu-{}'>
type Conv<C extends number> = Convolution<[3, 3, C], 'same', 1, 1, number>
type Twice<Name extends string, C extends number> = Block<Name, Sequence<[Conv<C>, Rectifier, Conv<C>, Rectifier]>>
const twice = <const Name extends string, const C extends number>(name: Name, channels: C): Twice<Name, C> => {
  const conv = (): Conv<C> => Convolution([3, 3, channels], { padding: 'same' })
  return block(name, sequence(conv(), Relu(), conv(), Relu()))
}

/** Level `N`, counted from the image down, with all levels below it. */
type Level<N extends number, C extends number, Below extends AnyLayer> = Sequence<
  [
    Twice<`down${N}`, C>,
    Parallel<
      [
        Identity,
        Sequence<
          [
            Pooling<'MaxPooling', [2, 2], 'valid', null, 'max-pooling-{}'>,
            Below,
            Deconvolution<[2, 2, C], 'valid', 2, number, `up${N}`>,
          ]
        >,
      ]
    >,
    Concatenate<-1, 'concatenate-{}'>,
    Twice<`merge${N}`, C>,
  ]
>
const level = <const N extends number, const C extends number, Below extends AnyLayer>(
  n: N,
  channels: C,
  below: Below,
): Level<N, C, Below> => {
  const up = Deconvolution([2, 2, channels], { stride: 2, name: `up${n}` })
  return sequence(
    twice(`down${n}`, channels),
    sides(Identity(), sequence(MaxPooling([2, 2]), below, up)),
    Concatenate(),
    twice(`merge${n}`, channels),
  )
}

/** The channels of the levels: twice as many at each. */
type Channels<C extends number> = [
  C,
  Multiply<C, 2>,
  Multiply<C, 4>,
  Multiply<C, 8>,
  Multiply<C, 16>,
  Multiply<C, 32>,
  Multiply<C, 64>,
]
/**
 * All levels by depth, with channels `C`. A recursive type would not end for the compiler while it infers a call and does not
 * know the depth yet.
 */
interface ByDepth<C extends readonly number[]> {
  readonly [depth: number]: Typed
  readonly 1: Level<1, C[0], Twice<'bottom', C[1]>>
  readonly 2: Level<1, C[0], Level<2, C[1], Twice<'bottom', C[2]>>>
  readonly 3: Level<1, C[0], Level<2, C[1], Level<3, C[2], Twice<'bottom', C[3]>>>>
  readonly 4: Level<1, C[0], Level<2, C[1], Level<3, C[2], Level<4, C[3], Twice<'bottom', C[4]>>>>>
  readonly 5: Level<1, C[0], Level<2, C[1], Level<3, C[2], Level<4, C[3], Level<5, C[4], Twice<'bottom', C[5]>>>>>>
  readonly 6: Level<
    1,
    C[0],
    Level<2, C[1], Level<3, C[2], Level<4, C[3], Level<5, C[4], Level<6, C[5], Twice<'bottom', C[6]>>>>>>
  >
}
/**
 * The levels for a depth; of an unknown or a larger one, only the run time knows them. A look-up, because the compiler would
 * go through every branch of a condition while it infers a call.
 */
type Levels<Depth extends number, C extends number> = ByDepth<Channels<C>>[Depth] extends infer L extends Typed
  ? unknown extends L[' within']
    ? Slice
    : L
  : never

const levels = <Depth extends number, C extends number>(depth: Depth, channels: C): Levels<Depth, C> => {
  const from = (n: number, c: number): AnyLayer => (n > depth ? twice('bottom', c) : level(n, c, from(n + 1, 2 * c)))
  return unchecked(from(1, channels))
}

type Layers<S extends ImageShape, Classes extends number, Depth extends number, C extends number> = Listed<
  readonly [
    Input<S, 'input-{}'>,
    Levels<Depth, C>,
    Convolution<[1, 1, Classes], 'valid', 1, 1, number, 'classes'>,
    Activation<'Softmax', 'softmax-{}'>,
  ]
>
/** What {@link unet} does with an image of shape `S`. */
export type UNet<S extends ImageShape, Classes extends number, Depth extends number, C extends number> = Sequence<
  Layers<S, Classes, Depth, C>
>

const options: Options<Required<UNetOptions>> = {
  inputShape: { codec: imageShape, default: [256, 256, 1] },
  classes: { codec: integer(1), default: 2 },
  depth: { codec: integer(1), default: 4 },
  channels: { codec: integer(1), default: 64 },
}

/** Checks that rows and columns can be halved `depth` times. */
const checkSize = ({ inputShape, depth }: Required<UNetOptions>): void => {
  const factor = 2 ** depth
  if (inputShape.slice(0, 2).some(n => n !== null && n % factor !== 0))
    throw new InvalidOption({
      layer: 'unet',
      option: 'inputShape',
      expected: `rows and columns that are multiples of ${factor}, as they are halved ${depth} times`,
      got: show(inputShape),
      remedy: 'Pad or crop the images, or choose a smaller depth.',
    })
}

/**
 * U-Net (Ronneberger et al. 2015): an image in, the probabilities of classes for each pixel out. Images are halved `depth`
 * times and doubled again; each level of the way up is concatenated with that of the way down. Unlike in the paper,
 * convolutions keep rows and columns, so the output is as large as the image.
 *
 * The layers with parameters are `convolution-1` and `convolution-2` in each of the blocks `down1`, `down2` and so on,
 * `bottom`, and `merge1`, `merge2` and so on, as in `down1/convolution-1`; `up1`, `up2` and so on, which double; and
 * `classes`. 31,030,658 parameters, all trained.
 *
 * @throws InvalidOption if an option is invalid, or rows and columns cannot be halved so often
 * @throws WeightInitializationError, from `init`, if the number of channels is unknown
 * @example
 * ```ts
 * const network = unet({ inputShape: [64, 48, 3], classes: 5, depth: 3, channels: 16 })
 * String(network) // (?, 64, 48, 3) -> [... 43 layers ...] -> (?, 64, 48, 5)
 * ```
 */
export const unet = <
  const S extends ImageShape = [256, 256, 1],
  const Classes extends number = 2,
  const Depth extends number = 4,
  const C extends number = 64,
>(
  given: UNetOptions<S, Classes, Depth, C> = {},
): Model<S, Layers<S, Classes, Depth, C>>['network'] => {
  const example = 'unet({ inputShape: [256, 256, 3], classes: 2, depth: 4, channels: 64 })'
  const normal = optionsOf('unet', example, options, given)
  checkSize(normal)
  const { inputShape, classes, depth, channels } = normal
  const layers = [
    Input(inputShape),
    levels(depth, channels),
    Convolution([1, 1, classes], { name: 'classes' }),
    Softmax(),
  ] as const
  return model('unet', layers)
}
