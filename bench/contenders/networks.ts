import {
  adam,
  type BackendOption,
  Convolution,
  gpt,
  Input,
  join,
  type Layer,
  LSTM,
  MaxPooling,
  type Optimizer,
  Relu,
  Reshape,
  Softmax,
} from '../../src/index.ts'

/** The networks that are trained, by work. */
const networks: Readonly<Record<string, () => Layer>> = {
  'train-mlp': () => join(Input(784), Relu(512), Relu(512), Softmax(10)),
  'train-cnn': () =>
    join(
      ...[Input([28, 28, 1]), Convolution([3, 3, 32]), Relu(), Convolution([3, 3, 64]), Relu()],
      ...[MaxPooling([2, 2]), Reshape(), Relu(128), Softmax(10)],
    ),
  'train-lstm': () => join(Input([40, 32]), LSTM(64), Softmax(10)),
  'train-gpt': () => gpt({ vocabulary: 65, dropout: 0 }),
  'train-gpt-dropout': () => gpt({ vocabulary: 65 }),
  // That of examples/research/character-gpt.ts.
  gpt: () => gpt({ vocabulary: 18, length: 64, width: 32, heads: 4, layers: 2, dropout: 0 }),
  'train-tiny': () => join(Input(4), Relu(8), Softmax(3)),
}

/** How they are trained. */
export const rule = (
  backend: BackendOption,
): { readonly loss: string; readonly optimizer: Optimizer; readonly backend: BackendOption } => ({
  loss: 'categoricalCrossentropy',
  optimizer: adam(),
  backend,
})

/** A network by the name of its work. */
export const networkOf = (work: string): Layer => {
  const network = networks[work]?.()
  if (network === undefined) throw new Error(`no network is called ${work}`)
  return network
}
