import {
  BatchNorm,
  block,
  branch,
  Concatenate,
  Convolution,
  Dropout,
  Embedding,
  Identity,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  LSTM,
  type Network,
  net,
  parallel,
  Relu,
  Reshape,
  repeat,
  residual,
  Softmax,
  shared,
  start,
  Tanh,
  type Tensor,
  TimeDistributed,
} from '../../../src/index.ts'

// Layers whose variables depend on the input have none before they know it.

init(join(Relu(8), Softmax(3)), key(1))
//   ~~~~~~~~~~~~~~~~~~~~~~~~~ init expects a network that starts with Input: the shapes of its variables depend on that of its input. For example: join(Input(10), Relu(8)).
init(join(Relu(), LSTM(4)), key(1))
//   ~~~~~~~~~~~~~~~~~~~~~ init expects a network that starts with Input
init(join(Convolution([3, 3, 8]), Relu(), Reshape(), Softmax(3)), key(1))
//   ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ init expects a network that starts with Input
init(branch(Relu(3), Tanh(4)), key(1))
//   ~~~~~~~~~~~~~~~~~~~~~~~~ init expects a network that starts with Input
init(parallel(Relu(3), Relu(4)), key(1))
//   ~~~~~~~~~~~~~~~~~~~~~~~~~~ init expects a network that starts with Input
init(repeat(Relu(8), 3), key(1))
//   ~~~~~~~~~~~~~~~~~~ init expects a network that starts with Input
init(block('tower', join(Relu(), Relu(8))), key(1))
//   ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ init expects a network that starts with Input
init(shared('encoder', Relu(8)), key(1))
//   ~~~~~~~~~~~~~~~~~~~~~~~~~~ init expects a network that starts with Input
init(net('Relu(8) >> Softmax(3)'), key(1))
//   ~~~~~~~~~~~~~~~~~~~~~~~~~~~~ init expects a network that starts with Input
init(Relu(8), key(1))
//   ~~~~~~~ init expects a network that starts with Input: the shapes of its variables depend on that of its input. For example: join(Input(10), Relu(8)).
init(Convolution([3, 3, 8]), key(1))
//   ~~~~~~~~~~~~~~~~~~~~~~ init expects a network that starts with Input
init(LSTM(4), key(1))
//   ~~~~~~~ init expects a network that starts with Input
init(BatchNorm(), key(1))
//   ~~~~~~~~~~~ init expects a network that starts with Input
init(TimeDistributed(Relu(3)), key(1))
//   ~~~~~~~~~~~~~~~~~~~~~~~~ init expects a network that starts with Input

// Others have some, or none, and a layer may take an input of one size alone.
init(residual(Relu(8)), key(1))
init(Embedding(9, 2), key(1))
init(join(Dropout(0.5), Embedding(9, 2)), key(1))
init(Identity(), key(1))
init(Relu(), key(1))
init(Dropout(0.5), key(1))
init(join(Relu(), Dropout(0.5), branch(Identity(), Relu()), Concatenate()), key(1))
init(join(Input(4), Relu(8)), key(1))
init(join(Input(null), Embedding(9, 2)), key(1))
init(start(join(Input(4), Relu(8), Softmax(3)), 'softmax-1'), key(1))
declare const text: string
init(net(text), key(1))
declare const network: Network<[number, 4], [number, 3]>
init(network, key(1))
declare const layer: Layer
init(layer, key(1))
export const any = <N extends Layer>(given: N) => init(given, key(1))
export const shaped = <const N extends Layer<[number, 4], [number, 3]>>(given: N) => init(join(Input(4), given), key(1))
export const width = <const W extends number>(units: W) => init(join(Input(4), Linear(units)), key(1))
const made = width(8).params['linear-1'].weight
export const weight: Tensor<[4, 8]> = made
