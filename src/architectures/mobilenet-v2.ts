import { integer, number, type Options } from '../base/options.ts'
import { block } from '../combinators/block.ts'
import { residual } from '../combinators/residual.ts'
import type { AnyLayer } from '../core/layer.ts'
import { Relu6 } from '../layers/activations.ts'
import { Convolution } from '../layers/convolution.ts'
import { type Activation, type Dense, Softmax } from '../layers/dense.ts'
import { DepthwiseConvolution } from '../layers/depthwise.ts'
import { type Identity, Input } from '../layers/input.ts'
import type { Elementwise } from '../layers/merge.ts'
import { BatchNorm } from '../layers/normalization.ts'
import { GlobalPooling } from '../layers/pooling.ts'
import type { Block } from '../network-types/blocks.ts'
import type { Network, Parallel, Sequence } from '../network-types/compose.ts'
import type { Hiding } from '../network-types/hidden.ts'
import type { Multiply } from '../type-arithmetic/digits.ts'
import { type ImageShape, imageShape } from './image.ts'
import { model, type OutputFor, sequence } from './model.ts'
import { architectureOptions } from './options.ts'

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
const channelsOf = (width: number): Channels => {
  const times = (channels: number): number => nearbyEight(channels * width)
  return [
    ...([times(32), times(16), times(24), times(32), times(64), times(96), times(160), times(320)] as const),
    Math.max(1280, times(1280)),
  ]
}

type Conv<Size extends number, C extends number, Name extends string, S = 1> = Convolution<
  [Size, Size, C],
  'same',
  S,
  1,
  null,
  Name
>
type Norm<Name extends string> = BatchNorm<null, Name>
type Rectifier = Activation<'Relu6', 'relu6-{}'>
type Filter<C extends number, S> = [
  DepthwiseConvolution<[3, 3], 'same', S, 1, 1, null, 'depthwise'>,
  Norm<'depthwise_BN'>,
  Rectifier,
  Conv<1, C, 'project'>,
  Norm<'project_BN'>,
]
interface Bottleneck<in out In extends number, in out C extends number, in out S>
  extends Sequence<readonly [Conv<1, Multiply<6, In>, 'expand'>, Norm<'expand_BN'>, Rectifier, ...Filter<C, S>]> {}
/** A block after which channels or size are others. */
type Step<N extends number, In extends number, C extends number, S> = Block<`block_${N}`, Bottleneck<In, C, S>>
/** A block that is added to what comes in. */
type Stay<N extends number, C extends number> = Block<
  `block_${N}`,
  Sequence<[Parallel<[Identity, Bottleneck<C, C, 1>]>, Elementwise]>
>

interface Layers<in out S extends ImageShape, in out C extends Channels, in out Classes extends number>
  extends Sequence<
    readonly [
      Input<S, 'input-{}'>,
      Conv<3, C[0], 'Conv1', 2>,
      Norm<'bn_Conv1'>,
      Rectifier,
      Block<'expanded_conv', Sequence<readonly [...Filter<C[1], 1>]>>,
      Step<1, C[1], C[2], 2>,
      Stay<2, C[2]>,
      Step<3, C[2], C[3], 2>,
      Stay<4, C[3]>,
      Stay<5, C[3]>,
      Step<6, C[3], C[4], 2>,
      Stay<7, C[4]>,
      Stay<8, C[4]>,
      Stay<9, C[4]>,
      Step<10, C[4], C[5], 1>,
      Stay<11, C[5]>,
      Stay<12, C[5]>,
      Step<13, C[5], C[6], 2>,
      Stay<14, C[6]>,
      Stay<15, C[6]>,
      Step<16, C[6], C[7], 1>,
      Conv<1, C[8], 'Conv_1'>,
      Norm<'Conv_1_bn'>,
      Rectifier,
      GlobalPooling<'global-pooling-{}'>,
      Dense<'Softmax', Classes, number, 'predictions'>,
    ]
  > {}
/** What {@link mobilenetV2} does with an image of shape `S`. */
export interface MobileNetV2<in out S extends ImageShape, in out W extends number, in out Classes extends number>
  extends Layers<S, ChannelsOf<W>, Classes> {}

// As in the published network, whose running statistics move slowly.
const norm = (name: string): AnyLayer => BatchNorm({ alpha: 0.001, epsilon: 1e-3, name })
const filter = (channels: number, stride: number): readonly AnyLayer[] => [
  DepthwiseConvolution([3, 3], { padding: 'same', stride, bias: null, name: 'depthwise' }),
  norm('depthwise_BN'),
  Relu6(),
  Convolution([1, 1, channels], { padding: 'same', bias: null, name: 'project' }),
  norm('project_BN'),
]
const bottleneck = (from: number, channels: number, stride: number): AnyLayer =>
  sequence(
    Convolution([1, 1, 6 * from], { padding: 'same', bias: null, name: 'expand' }),
    norm('expand_BN'),
    Relu6(),
    ...filter(channels, stride),
  )
/** The blocks of a group, of which the first changes channels and size and the others are added to what comes in. */
const group = (first: number, blocks: number, from: number, channels: number, stride: number): readonly AnyLayer[] =>
  Array.from({ length: blocks }, (_, i) => {
    const name = `block_${first + i}`
    return i === 0
      ? block(name, bottleneck(from, channels, stride))
      : (residual(bottleneck(channels, channels, 1), { name }) as unknown as AnyLayer)
  })

interface Normal {
  readonly inputShape: ImageShape
  readonly width: number
  readonly classes: number
}
const options: Options<Normal> = {
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
 * @throws WeightInitializationError, from `init`, when the number of channels is unknown
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
): Network<
  Input<S, 'input-{}'>['~source'],
  OutputFor<S, MobileNetV2<S, W, Classes>>,
  Hiding<readonly [MobileNetV2<S, W, Classes>]>['hidden']
> => {
  const example = 'mobilenetV2({ inputShape: [96, 96, 3], width: 0.5, classes: 10 })'
  const { inputShape, width, classes } = architectureOptions('mobilenetV2', example, options, given)
  const c = channelsOf(width)
  const layers: readonly AnyLayer[] = [
    Input(inputShape),
    Convolution([3, 3, c[0]], { padding: 'same', stride: 2, bias: null, name: 'Conv1' }),
    norm('bn_Conv1'),
    Relu6(),
    block('expanded_conv', sequence(...filter(c[1], 1))),
    ...group(1, 2, c[1], c[2], 2),
    ...group(3, 3, c[2], c[3], 2),
    ...group(6, 4, c[3], c[4], 2),
    ...group(10, 3, c[4], c[5], 1),
    ...group(13, 3, c[5], c[6], 2),
    ...group(16, 1, c[6], c[7], 1),
    Convolution([1, 1, c[8]], { padding: 'same', bias: null, name: 'Conv_1' }),
    norm('Conv_1_bn'),
    Relu6(),
    GlobalPooling('avg'),
    Softmax(classes, { name: 'predictions' }),
  ]
  // The type says of the options what the lines above do with them.
  return model('mobilenetV2', ...layers) as never
}
