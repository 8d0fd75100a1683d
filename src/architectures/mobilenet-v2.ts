import { integer, number, type Options } from '../base/options.ts'
import { sequence, times, unchecked } from '../blocks/unchecked.ts'
import { block } from '../combinators/block.ts'
import { residual } from '../combinators/residual.ts'
import { Relu6 } from '../layers/activations.ts'
import { Convolution } from '../layers/convolution.ts'
import { type Activation, type Dense, Softmax } from '../layers/dense.ts'
import { DepthwiseConvolution } from '../layers/depthwise.ts'
import { type Identity, Input } from '../layers/input.ts'
import type { Elementwise } from '../layers/merge.ts'
import { BatchNorm } from '../layers/normalization.ts'
import { GlobalPooling } from '../layers/pooling.ts'
import type { Block } from '../network-types/blocks.ts'
import type { Parallel, Sequence } from '../network-types/compose.ts'
import type { Multiply } from '../type-arithmetic/digits.ts'
import { type ImageShape, imageShape } from './image.ts'
import { type Listed, type Model, model, optionsOf } from './model.ts'

/** The options of {@link mobilenetV2}. */
export interface MobileNetV2Options<
  S extends ImageShape = ImageShape,
  W extends number = number,
  Classes extends number = number,
> {
  /** [rows, cols, channels] of an image; rows and columns may be `null`, unknown. Default: [224, 224, 3]. */
  readonly inputShape?: S
  /**
   * By how much the channels of every layer are multiplied, then rounded to a multiple of 8. The compiler knows those of
   * 0.35, 0.5, 0.75, 1, 1.3 and 1.4. Default: 1.
   */
  readonly width?: W
  /** How many classes there are. Default: 1000. */
  readonly classes?: Classes
}

/** The channels of the first convolution, of the seven groups, and of the last convolution. */
type Channels = readonly [number, number, number, number, number, number, number, number, number]
interface ChannelsByWidth {
  readonly 0.35: readonly [16, 8, 8, 16, 24, 32, 56, 112, 1280]
  readonly 0.5: readonly [16, 8, 16, 16, 32, 48, 80, 160, 1280]
  readonly 0.75: readonly [24, 16, 24, 24, 48, 72, 120, 240, 1280]
  readonly 1: readonly [32, 16, 24, 32, 64, 96, 160, 320, 1280]
  readonly 1.3: readonly [40, 24, 32, 40, 80, 128, 208, 416, 1664]
  readonly 1.4: readonly [48, 24, 32, 48, 88, 136, 224, 448, 1792]
}
type ChannelsOf<W extends number> = W extends keyof ChannelsByWidth ? ChannelsByWidth[W] : Channels

/** A multiple of 8 that is near, and not less than 0.9 times as much. */
const nearbyEight = (channels: number): number => {
  const rounded = Math.max(8, 8 * Math.floor(channels / 8 + 0.5))
  return rounded < 0.9 * channels ? rounded + 8 : rounded
}
const channelsOf = <W extends number>(width: W): ChannelsOf<W> => {
  const rounded = [32, 16, 24, 32, 64, 96, 160, 320].map(channels => nearbyEight(channels * width))
  return unchecked([...rounded, Math.max(1280, nearbyEight(1280 * width))])
}

type Conv<Size extends number, C extends number, S, Name extends string> = Convolution<
  readonly [Size, Size, C],
  'same',
  S,
  1,
  null,
  Name
>
const conv = <const Size extends number, const C extends number, const Name extends string, const S extends number>(
  size: Size,
  channels: C,
  stride: S,
  name: Name,
): Conv<Size, C, S, Name> => Convolution([size, size, channels] as const, { padding: 'same', stride, bias: null, name })

type Norm<Name extends string> = BatchNorm<null, Name>
// As in the published network, whose running statistics move slowly.
const norm = <const Name extends string>(name: Name): Norm<Name> => BatchNorm({ alpha: 0.001, epsilon: 1e-3, name })

type Rectifier = Activation<'Relu6', 'relu6-{}'>
type Filter<C extends number, S> = [
  DepthwiseConvolution<[3, 3], 'same', S, 1, 1, null, 'depthwise'>,
  Norm<'depthwise_BN'>,
  Rectifier,
  Conv<1, C, 1, 'project'>,
  Norm<'project_BN'>,
]
const filter = <const C extends number, const S extends number>(channels: C, stride: S): Filter<C, S> => [
  DepthwiseConvolution([3, 3], { padding: 'same', stride, bias: null, name: 'depthwise' }),
  norm('depthwise_BN'),
  Relu6(),
  conv(1, channels, 1, 'project'),
  norm('project_BN'),
]

type Bottleneck<In extends number, C extends number, S> = Sequence<
  [Conv<1, Multiply<6, In>, 1, 'expand'>, Norm<'expand_BN'>, Rectifier, ...Filter<C, S>]
>
const bottleneck = <const In extends number, const C extends number, const S extends number>(
  from: In,
  channels: C,
  stride: S,
): Bottleneck<In, C, S> =>
  sequence(conv(1, times(6, from), 1, 'expand'), norm('expand_BN'), Relu6(), ...filter(channels, stride))

/** Blocks: `First` changes channels and size, those in `Further` are added to what comes in. */
type Group<
  First extends number,
  Further extends readonly number[],
  In extends number,
  C extends number,
  S extends number,
> = readonly [
  Block<`block_${First}`, Bottleneck<In, C, S>>,
  ...{
    readonly [K in keyof Further]: Block<
      `block_${Further[K]}`,
      Sequence<[Parallel<[Identity, Bottleneck<C, C, 1>]>, Elementwise]>
    >
  },
]
const group = <
  const First extends number,
  const Further extends readonly number[],
  const In extends number,
  const C extends number,
  const S extends number,
>(
  first: First,
  further: Further,
  from: In,
  channels: C,
  stride: S,
): Group<First, Further, In, C, S> =>
  unchecked([
    block(`block_${first}`, bottleneck(from, channels, stride)),
    ...further.map(n => residual(bottleneck(channels, channels, 1), { name: `block_${n}` })),
  ])

type Layers<S extends ImageShape, C extends Channels, Classes extends number> = Listed<
  readonly [
    Input<S, 'input-{}'>,
    Conv<3, C[0], 2, 'Conv1'>,
    Norm<'bn_Conv1'>,
    Rectifier,
    Block<'expanded_conv', Sequence<Filter<C[1], 1>>>,
    ...Group<1, [2], C[1], C[2], 2>,
    ...Group<3, [4, 5], C[2], C[3], 2>,
    ...Group<6, [7, 8, 9], C[3], C[4], 2>,
    ...Group<10, [11, 12], C[4], C[5], 1>,
    ...Group<13, [14, 15], C[5], C[6], 2>,
    ...Group<16, [], C[6], C[7], 1>,
    Conv<1, C[8], 1, 'Conv_1'>,
    Norm<'Conv_1_bn'>,
    Rectifier,
    GlobalPooling<'global-pooling-{}'>,
    Dense<'Softmax', Classes, number, 'predictions'>,
  ]
>
/** What {@link mobilenetV2} does with an image of shape `S`. */
export type MobileNetV2<S extends ImageShape, W extends number, Classes extends number> = Sequence<
  Layers<S, ChannelsOf<W>, Classes>
>

const options: Options<Required<MobileNetV2Options>> = {
  inputShape: { codec: imageShape, default: [224, 224, 3] },
  width: { codec: number('a number > 0', width => width > 0), default: 1 },
  classes: { codec: integer(1), default: 1000 },
}

/**
 * MobileNetV2 (Sandler et al. 2018): an image in, the probabilities of classes out; few operations, as its 3 by 3 filters
 * see one channel each. 3,538,984 parameters, 3,504,872 of them trained. The layers with parameters are `Conv1` and
 * `bn_Conv1`, in each of the blocks `expanded_conv` and `block_1` to `block_16` `expand`, `depthwise` and `project` with
 * their norms `expand_BN`, `depthwise_BN` and `project_BN` (the first block has no `expand`), as in `block_1/expand`,
 * `Conv_1` and `Conv_1_bn`, and `predictions`. Names, norms and rounding are those of the network as Keras has it.
 *
 * @throws InvalidOption if an option is invalid
 * @throws WeightInitializationError, from `init`, if the number of channels is unknown
 * @example
 * ```ts
 * const network = mobilenetV2()
 * countParameters(network).trainable // 3504872
 * const small = mobilenetV2({ inputShape: [96, 96, 3], width: 0.35, classes: 10 })
 * String(small) // (?, 96, 96, 3) -> [... 162 layers ...] -> (?, 10)
 * ```
 */
export const mobilenetV2 = <
  const S extends ImageShape = [224, 224, 3],
  const W extends number = 1,
  const Classes extends number = 1000,
>(
  given: MobileNetV2Options<S, W, Classes> = {},
): Model<S, Layers<S, ChannelsOf<W>, Classes>>['network'] => {
  const example = 'mobilenetV2({ inputShape: [96, 96, 3], width: 0.5, classes: 10 })'
  const { inputShape, width, classes } = optionsOf('mobilenetV2', example, options, given)
  const channels = channelsOf(width)
  const c = <const I extends keyof Channels>(i: I): ChannelsOf<W>[I] => channels[i]
  const layers = [
    Input(inputShape),
    conv(3, c(0), 2, 'Conv1'),
    norm('bn_Conv1'),
    Relu6(),
    block('expanded_conv', sequence(...filter(c(1), 1))),
    ...group(1, [2], c(1), c(2), 2),
    ...group(3, [4, 5], c(2), c(3), 2),
    ...group(6, [7, 8, 9], c(3), c(4), 2),
    ...group(10, [11, 12], c(4), c(5), 1),
    ...group(13, [14, 15], c(5), c(6), 2),
    ...group(16, [], c(6), c(7), 1),
    conv(1, c(8), 1, 'Conv_1'),
    norm('Conv_1_bn'),
    Relu6(),
    GlobalPooling('avg'),
    Softmax(classes, { name: 'predictions' }),
  ] as const
  return model('mobilenetV2', layers)
}
