import { sequence, sides } from '../blocks/unchecked.ts'
import { block } from '../combinators/block.ts'
import { Convolution } from '../layers/convolution.ts'
import { type Activation, Relu, Softmax } from '../layers/dense.ts'
import { Input } from '../layers/input.ts'
import { Concatenate } from '../layers/merge.ts'
import { GlobalPooling, MaxPooling, type Pooling } from '../layers/pooling.ts'
import { Dropout } from '../layers/stochastic.ts'
import type { Block } from '../network-types/blocks.ts'
import type { Network, Parallel, Sequence } from '../network-types/compose.ts'
import type { Hiding } from '../network-types/hidden.ts'
import { model } from './model.ts'

type Rectifier = Activation<'Relu', 'relu-{}'>
type Filtered<Size extends number, Channels extends number, Name extends string> = [
  Convolution<readonly [Size, Size, Channels], 'same', 1, 1, number, Name>,
  Rectifier,
]
const filtered = <const S extends number, const C extends number, const Name extends string>(
  size: S,
  channels: C,
  name: Name,
): Filtered<S, C, Name> => [Convolution([size, size, channels] as const, { padding: 'same', name }), Relu()]

type Halved = Pooling<'MaxPooling', [3, 3], 'valid', 2, 'max-pooling-{}'>
const halved = (): Halved => MaxPooling([3, 3], { stride: 2 })

type Fire<Name extends string, Squeezed extends number, Expanded extends number> = Block<
  Name,
  Sequence<
    [
      ...Filtered<1, Squeezed, 'squeeze1x1'>,
      Parallel<[Sequence<Filtered<1, Expanded, 'expand1x1'>>, Sequence<Filtered<3, Expanded, 'expand3x3'>>]>,
      Concatenate<-1, 'concatenate-{}'>,
    ]
  >
>
const fire = <const Name extends string, const S extends number, const E extends number>(
  name: Name,
  squeezed: S,
  expanded: E,
): Fire<Name, S, E> => {
  const expand = sides(sequence(...filtered(1, expanded, 'expand1x1')), sequence(...filtered(3, expanded, 'expand3x3')))
  return block(name, sequence(...filtered(1, squeezed, 'squeeze1x1'), expand, Concatenate()))
}

type Layers = readonly [
  Input<[227, 227, 3], 'input-{}'>,
  Convolution<[7, 7, 96], 'valid', 2, 1, number, 'conv1'>,
  Rectifier,
  Halved,
  Fire<'fire2', 16, 64>,
  Fire<'fire3', 16, 64>,
  Fire<'fire4', 32, 128>,
  Halved,
  Fire<'fire5', 32, 128>,
  Fire<'fire6', 48, 192>,
  Fire<'fire7', 48, 192>,
  Fire<'fire8', 64, 256>,
  Halved,
  Fire<'fire9', 64, 256>,
  Dropout<'dropout-{}'>,
  ...Filtered<1, 1000, 'conv10'>,
  GlobalPooling<'global-pooling-{}'>,
  Activation<'Softmax', 'softmax-{}'>,
]
/** What {@link squeezenet} does. */
export interface SqueezeNet extends Sequence<Layers> {}

/**
 * SqueezeNet 1.0 (Iandola et al. 2016): an image [227, 227, 3] in, the probabilities of 1000 classes out. 1,248,424
 * parameters, all trained. The layers with parameters are `conv1`, in each of the blocks `fire2` to `fire9` `squeeze1x1`,
 * `expand1x1` and `expand3x3`, as in `fire2/squeeze1x1`, and `conv10`, which a rectifier follows, as in the paper.
 *
 * @example
 * ```ts
 * const network = squeezenet()
 * String(network) // (?, 227, 227, 3) -> [... 67 layers ...] -> (?, 1000)
 * countParameters(network).total // 1248424
 * ```
 */
export const squeezenet = (): Network<[number, 227, 227, 3], [number, 1000], Hiding<Layers>['hidden']> => {
  const layers = [
    Input([227, 227, 3]),
    Convolution([7, 7, 96], { stride: 2, name: 'conv1' }),
    Relu(),
    halved(),
    fire('fire2', 16, 64),
    fire('fire3', 16, 64),
    fire('fire4', 32, 128),
    halved(),
    fire('fire5', 32, 128),
    fire('fire6', 48, 192),
    fire('fire7', 48, 192),
    fire('fire8', 64, 256),
    halved(),
    fire('fire9', 64, 256),
    Dropout(0.5),
    ...filtered(1, 1000, 'conv10'),
    GlobalPooling('avg'),
    Softmax(),
  ] as const
  return model('squeezenet', layers)
}
