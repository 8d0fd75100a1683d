import fc from 'fast-check'
import {
  AveragePooling3D,
  BatchNorm,
  Bidirectional,
  block,
  branch,
  Concatenate,
  Convolution,
  Elementwise,
  end,
  Gelu,
  GlobalPooling,
  GRU,
  gpt,
  Identity,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  LowRank,
  LSTM,
  MaxPooling,
  MultiHeadAttention,
  mixtureOfExperts,
  mobilenetV2,
  parallel,
  Relu,
  repeat,
  residual,
  resnet50,
  Select,
  SimpleRNN,
  Softmax,
  SpectralNorm,
  shared,
  Tanh,
  TimeDistributed,
  TransformerDecoder,
  TransformerEncoder,
  unet,
  WeightNorm,
} from '../../src/index.ts'
import type { LayerValue } from '../../src/network/parts.ts'
import { type Drawn, drawnWith, initial, layerOf } from '../drawn.ts'
import { untyped } from '../running.ts'

// Networks that PyTorch has to compute alike.

export interface Case {
  readonly name: string
  readonly network: Layer
  /**
   * Whether the step is compared with running statistics alone. With those of a batch, rounding grows through 50
   * normalizations of few numbers: PyTorch's own gradients of ResNet-50 in 32 bits are 4 % beside those in 64.
   */
  readonly isDeep?: boolean
}

interface Nodes {
  readonly inputs: readonly (readonly (number | null)[])[]
  readonly nodes: readonly { readonly layer: LayerValue & Readonly<Record<string, unknown>> }[]
}
export const nodesOf = (network: Layer): Nodes => network as unknown as Nodes

const whole = (drawn: Drawn): Layer => {
  const layer = layerOf(drawn)
  const starts = drawn.inputs.map(shape => untyped.Input([...shape]))
  if (drawn.name === 'Input') return untyped.join(layer)
  return untyped.join(starts.length === 1 ? starts[0] : untyped.parallel(...starts), layer)
}

/** Some networks of each kind of layer, with random options. */
export const drawnCases = (count: number, seed: number): readonly Case[] =>
  Object.entries(drawnWith(initial)).flatMap(([kind, draw]) => {
    const found: Case[] = []
    for (const drawn of fc.sample(draw, { numRuns: 60, seed })) {
      if (found.length === count) break
      try {
        const network = whole(drawn)
        init(network as never, key(1))
        found.push({ name: `${kind}: ${JSON.stringify([drawn.given, drawn.inputs])}`, network })
      } catch {
        // It does not fit its input.
      }
    }
    return found
  })

const images = [8, 8, 3] as const
const experts = [join(Input(10), Relu(5)), join(Input(10), Tanh(5))] as const
const unit = join(Convolution([3, 3, 3], { padding: 'same' }), BatchNorm(), Relu())
const tower = shared('tower', join(Relu(4), Tanh(4)))
const compositions: Readonly<Record<string, () => Layer>> = {
  'blocks in blocks': () =>
    join(Input(images), block('outer', join(unit, block('inner{}', unit), block('inner{}', unit))), GlobalPooling()),
  residuals: () =>
    join(
      Input(images),
      repeat(residual(unit, { name: 'unit{}' }), 3),
      MaxPooling([2, 2]),
      GlobalPooling('max'),
      Softmax(3),
    ),
  'a shared composition': () => join(Input(4), tower, tower, Softmax(3)),
  'a shared layer in two blocks': () =>
    join(Input(4), block('a', shared('one', Relu(4))), block('b', shared('one', Relu(4)))),
  'several inputs and outputs': () =>
    join(
      parallel(Input(4), Input(3)),
      parallel(Relu(2), block('b', parallel(Linear(2), Tanh(2)))),
      Concatenate(),
      parallel(Identity(), Linear(2)),
    ),
  'channels in different places': () =>
    join(
      Input(images),
      parallel(Identity(), Convolution([1, 1, 3]), join(Convolution([3, 3, 3], { padding: 1 }), Gelu())),
      Elementwise('add'),
      parallel(Identity(), BatchNorm()),
      Concatenate(),
      GlobalPooling(),
    ),
  'a block that changes nothing': () => join(Input(4), block('nothing', Identity()), Relu(2), block('end', Identity())),
  'a mean beyond the edges': () =>
    join(Input([5, 5, 1, 4]), AveragePooling3D([2, 2, 3], { stride: 3, padding: 'same' })),
  'a slice': () =>
    end(
      join(Input(4), Relu(3, { name: 'a b' }), Relu(2, { name: 'a-b' }), Softmax(2, { name: 'for' })),
      'a-b',
    ) as Layer,
  'names of Python': () =>
    join(
      Input(4),
      Relu(3, { name: 'for' }),
      Relu(3, { name: '3' }),
      Relu(3, { name: 'forward' }),
      Relu(2, { name: 'Ω' }),
    ),
  'low rank around attention': () => join(Input([4, 6]), LowRank(MultiHeadAttention(2), 2)),
  'low rank around an LSTM': () =>
    join(Input([4, 6]), Bidirectional(LowRank(LSTM(3), 2, { weights: ['inputWeights', 'hiddenWeights'] }))),
  'states that a decoder begins with': () =>
    join(
      parallel(Input([3, 5]), [Input([4, 2]), LSTM(4, { returnState: true }), branch(Select(1), Select(2))]),
      LSTM(4, { initial: true, onlyReturnFinal: false, returnState: true }),
      branch(Select(0), [branch(Select(1), Select(2)), Elementwise('add')]),
      parallel(TimeDistributed(Linear(2)), Linear(3)),
    ),
  'states against the sequence': () =>
    join(
      parallel(Input([3, 5]), Input(4)),
      GRU(4, { initial: true, onlyReturnFinal: false, returnState: true, backwards: true }),
      parallel(TimeDistributed(Tanh(2)), Linear(3)),
    ),
  'states of a block': () =>
    join(
      Input([4, 2]),
      block('encoder', join(GRU(3, { returnState: true }), parallel(Identity(), block('inner', Identity())))),
      parallel(Relu(2), Tanh(2)),
    ),
  'states of both directions': () =>
    join(
      parallel(Input([3, 5]), [
        Input([4, 2]),
        Bidirectional(LSTM(4, { returnState: true })),
        branch(Select(1), Select(2), Select(3), Select(4)),
      ]),
      Bidirectional(LSTM(4, { initial: true, onlyReturnFinal: false, returnState: true }), { merge: 'sum' }),
    ),
  'states of a network alone': () => join(Input([4, 2]), SimpleRNN(3, { returnState: true })),
  'two outputs of every step': () =>
    join(Input([4, 3, 2]), TimeDistributed(join(GRU(3, { returnState: true }), parallel(Relu(2), Identity())))),
  'low rank around an LSTM with its state': () =>
    join(Input([4, 6]), LowRank(LSTM(3, { returnState: true }), 2, { weights: ['inputWeights'] })),
  'norms of convolutions': () =>
    join(Input(images), WeightNorm(Convolution([3, 3, 4])), SpectralNorm(Convolution([3, 3, 4])), GlobalPooling()),
  resnet50: () => resnet50({ inputShape: [32, 32, 3], inOutRatio: 16 }),
  mobilenetV2: () => mobilenetV2({ inputShape: [32, 32, 3], width: 0.35, classes: 7 }),
  unet: () => unet({ inputShape: [16, 16, 3], depth: 2, channels: 4, classes: 5 }),
  gpt: () => gpt({ vocabulary: 50, length: 12, width: 24, heads: 3, layers: 2, dropout: 0 }),
  mixtureOfExperts: () => mixtureOfExperts(experts),
  'an encoder': () => join(Input([6, 8]), TransformerEncoder(8, 2)),
  'a decoder': () => join(parallel(Input([6, 8]), Input([5, 8])), TransformerDecoder(8, 2)),
}
export const composedCases = (): readonly Case[] =>
  Object.entries(compositions).map(([name, make]) => ({
    name,
    network: make(),
    isDeep: name === 'resnet50' || name === 'mobilenetV2',
  }))
