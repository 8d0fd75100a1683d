import { join } from '../combinators/join.ts'
import { Convolution } from '../layers/convolution.ts'
import { type Activation, type Dense, Linear, Relu, Softmax } from '../layers/dense.ts'
import { Input } from '../layers/input.ts'
import { MaxPooling, type Pooling } from '../layers/pooling.ts'
import { Reshape } from '../layers/reshape.ts'
import { Dropout } from '../layers/stochastic.ts'
import type { Network, Sequence } from '../network-types/compose.ts'
import type { Hiding } from '../network-types/hidden.ts'
import { model } from './model.ts'

// VGG: small filters, many layers, and two wide dense layers at the end.

type Image = Input<[224, 224, 3], 'input-{}'>
type Rectifier = Activation<'Relu', 'relu-{}'>
type Filtered<Channels extends number, Name extends string> = [
  Convolution<[3, 3, Channels], 'same', 1, 1, number, Name>,
  Rectifier,
]
type Halved = Pooling<'MaxPooling', [2, 2], 'valid', null, 'max-pooling-{}'>
type Classes = [
  Reshape<[-1], 'reshape-{}'>,
  ...DenseLayer<4096, 'dense_1'>,
  Dropout<'dropout-{}'>,
  ...DenseLayer<4096, 'dense_2'>,
  Dropout<'dropout-{}'>,
  Dense<'Linear', 1000, number, 'dense_3'>,
  Activation<'Softmax', 'softmax-{}'>,
]
type DenseLayer<Units extends number, Name extends string> = [Dense<'Linear', Units, number, Name>, Rectifier]

/** What {@link vgg16} does with an image. */
export interface VGG16
  extends Sequence<
    readonly [
      ...Filtered<64, 'conv1_1'>,
      ...Filtered<64, 'conv1_2'>,
      Halved,
      ...Filtered<128, 'conv2_1'>,
      ...Filtered<128, 'conv2_2'>,
      Halved,
      ...Filtered<256, 'conv3_1'>,
      ...Filtered<256, 'conv3_2'>,
      ...Filtered<256, 'conv3_3'>,
      Halved,
      ...Filtered<512, 'conv4_1'>,
      ...Filtered<512, 'conv4_2'>,
      ...Filtered<512, 'conv4_3'>,
      Halved,
      ...Filtered<512, 'conv5_1'>,
      ...Filtered<512, 'conv5_2'>,
      ...Filtered<512, 'conv5_3'>,
      Halved,
      ...Classes,
    ]
  > {}

/** What {@link vgg19} does with an image. */
export interface VGG19
  extends Sequence<
    readonly [
      ...Filtered<64, 'conv1_1'>,
      ...Filtered<64, 'conv1_2'>,
      Halved,
      ...Filtered<128, 'conv2_1'>,
      ...Filtered<128, 'conv2_2'>,
      Halved,
      ...Filtered<256, 'conv3_1'>,
      ...Filtered<256, 'conv3_2'>,
      ...Filtered<256, 'conv3_3'>,
      ...Filtered<256, 'conv3_4'>,
      Halved,
      ...Filtered<512, 'conv4_1'>,
      ...Filtered<512, 'conv4_2'>,
      ...Filtered<512, 'conv4_3'>,
      ...Filtered<512, 'conv4_4'>,
      Halved,
      ...Filtered<512, 'conv5_1'>,
      ...Filtered<512, 'conv5_2'>,
      ...Filtered<512, 'conv5_3'>,
      ...Filtered<512, 'conv5_4'>,
      Halved,
      ...Classes,
    ]
  > {}

const filtered = <const C extends number, const Name extends string>(channels: C, name: Name): Filtered<C, Name> => [
  Convolution([3, 3, channels], { padding: 'same', name }),
  Relu(),
]
const halved = (): Halved => MaxPooling([2, 2])
const classes = (): Classes => [
  Reshape(),
  Linear(4096, { name: 'dense_1' }),
  Relu(),
  Dropout(0.5),
  Linear(4096, { name: 'dense_2' }),
  Relu(),
  Dropout(0.5),
  Linear(1000, { name: 'dense_3' }),
  Softmax(),
]

const layers16 = (): VGG16 =>
  join(
    ...filtered(64, 'conv1_1'),
    ...filtered(64, 'conv1_2'),
    halved(),
    ...filtered(128, 'conv2_1'),
    ...filtered(128, 'conv2_2'),
    halved(),
    ...filtered(256, 'conv3_1'),
    ...filtered(256, 'conv3_2'),
    ...filtered(256, 'conv3_3'),
    halved(),
    ...filtered(512, 'conv4_1'),
    ...filtered(512, 'conv4_2'),
    ...filtered(512, 'conv4_3'),
    halved(),
    ...filtered(512, 'conv5_1'),
    ...filtered(512, 'conv5_2'),
    ...filtered(512, 'conv5_3'),
    halved(),
    ...classes(),
  )
const layers19 = (): VGG19 =>
  join(
    ...filtered(64, 'conv1_1'),
    ...filtered(64, 'conv1_2'),
    halved(),
    ...filtered(128, 'conv2_1'),
    ...filtered(128, 'conv2_2'),
    halved(),
    ...filtered(256, 'conv3_1'),
    ...filtered(256, 'conv3_2'),
    ...filtered(256, 'conv3_3'),
    ...filtered(256, 'conv3_4'),
    halved(),
    ...filtered(512, 'conv4_1'),
    ...filtered(512, 'conv4_2'),
    ...filtered(512, 'conv4_3'),
    ...filtered(512, 'conv4_4'),
    halved(),
    ...filtered(512, 'conv5_1'),
    ...filtered(512, 'conv5_2'),
    ...filtered(512, 'conv5_3'),
    ...filtered(512, 'conv5_4'),
    halved(),
    ...classes(),
  )

/**
 * VGG-16 (Simonyan and Zisserman 2015, configuration D): an image [224, 224, 3] in, the probabilities of 1000 classes out.
 * 138,357,544 parameters, all trained. The layers with weights are `conv1_1` to `conv5_3`, `dense_1`, `dense_2` and
 * `dense_3`, the last of which gives the logits.
 *
 * @example
 * ```ts
 * const network = vgg16()
 * String(network) // (?, 224, 224, 3) -> [... 41 layers ...] -> (?, 1000)
 * countParameters(network).total // 138357544
 * ```
 */
export const vgg16 = (): Network<[number, 224, 224, 3], [number, 1000], Hiding<readonly [Image, VGG16]>['hidden']> =>
  model('vgg16', Input([224, 224, 3]), layers16())

/**
 * VGG-19 (Simonyan and Zisserman 2015, configuration E): {@link vgg16} with a fourth convolution in each of the last three
 * groups, `conv3_4`, `conv4_4` and `conv5_4`. 143,667,240 parameters, all trained.
 *
 * @example
 * ```ts
 * const network = vgg19()
 * String(network) // (?, 224, 224, 3) -> [... 47 layers ...] -> (?, 1000)
 * countParameters(network).total // 143667240
 * ```
 */
export const vgg19 = (): Network<[number, 224, 224, 3], [number, 1000], Hiding<readonly [Image, VGG19]>['hidden']> =>
  model('vgg19', Input([224, 224, 3]), layers19())
