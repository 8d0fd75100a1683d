import { unchecked } from '../blocks/unchecked.ts'
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

type Rectifier = Activation<'Relu', 'relu-{}'>
type Filtered<Channels extends number, Name extends string> = [
  Convolution<[3, 3, Channels], 'same', 1, 1, number, Name>,
  Rectifier,
]
const filtered = <const C extends number, const Name extends string>(channels: C, name: Name): Filtered<C, Name> => [
  Convolution([3, 3, channels], { padding: 'same', name }),
  Relu(),
]

type Halved = Pooling<'MaxPooling', [2, 2], 'valid', null, 'max-pooling-{}'>
const halved = (): Halved => MaxPooling([2, 2])

/** A group of convolutions, by how many there are, and the pooling that ends it. */
interface Groups<N extends string, C extends number> {
  readonly 2: readonly [...Filtered<C, `${N}_1`>, ...Filtered<C, `${N}_2`>, Halved]
  readonly 3: readonly [...Filtered<C, `${N}_1`>, ...Filtered<C, `${N}_2`>, ...Filtered<C, `${N}_3`>, Halved]
  readonly 4: readonly [
    ...Filtered<C, `${N}_1`>,
    ...Filtered<C, `${N}_2`>,
    ...Filtered<C, `${N}_3`>,
    ...Filtered<C, `${N}_4`>,
    Halved,
  ]
}
const group = <const N extends string, const C extends number, const K extends 2 | 3 | 4>(
  name: N,
  channels: C,
  convolutions: K,
): Groups<N, C>[K] =>
  unchecked([
    ...Array.from({ length: convolutions }, (_, i) => filtered(channels, `${name}_${i + 1}`)).flat(),
    halved(),
  ])

type DenseLayer<Name extends string> = readonly [Dense<'Linear', 4096, number, Name>, Rectifier, Dropout<'dropout-{}'>]
const dense = <const Name extends string>(name: Name): DenseLayer<Name> => [
  Linear(4096, { name }),
  Relu(),
  Dropout(0.5),
]

/** `Deep` convolutions in each of the last three groups. */
type Layers<Deep extends 3 | 4> = readonly [
  ...Groups<'conv1', 64>[2],
  ...Groups<'conv2', 128>[2],
  ...Groups<'conv3', 256>[Deep],
  ...Groups<'conv4', 512>[Deep],
  ...Groups<'conv5', 512>[Deep],
  Reshape<[-1], 'reshape-{}'>,
  ...DenseLayer<'dense_1'>,
  ...DenseLayer<'dense_2'>,
  Dense<'Linear', 1000, number, 'dense_3'>,
  Activation<'Softmax', 'softmax-{}'>,
]
/** What {@link vgg16} does with an image. */
export interface VGG16 extends Sequence<Layers<3>> {}
/** What {@link vgg19} does with an image. */
export interface VGG19 extends Sequence<Layers<4>> {}

/** A VGG as a type, in the property `network`: an image in, the probabilities of 1000 classes out. */
interface VGG<Deep extends 3 | 4> {
  readonly network: Network<
    [number, 224, 224, 3],
    [number, 1000],
    Hiding<readonly [Input<[224, 224, 3], 'input-{}'>, ...Layers<Deep>]>['hidden']
  >
}
const vgg = <const Deep extends 3 | 4>(title: string, deep: Deep): VGG<Deep>['network'] => {
  const layers = [
    Input([224, 224, 3]),
    ...group('conv1', 64, 2),
    ...group('conv2', 128, 2),
    ...group('conv3', 256, deep),
    ...group('conv4', 512, deep),
    ...group('conv5', 512, deep),
    Reshape(),
    ...dense('dense_1'),
    ...dense('dense_2'),
    Linear(1000, { name: 'dense_3' }),
    Softmax(),
  ] as const
  return model(title, layers)
}

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
export const vgg16 = (): VGG<3>['network'] => vgg('vgg16', 3)

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
export const vgg19 = (): VGG<4>['network'] => vgg('vgg19', 4)
