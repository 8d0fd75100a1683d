import { right } from 'fp-ts/lib/Either.js'
import type { AnyLayer } from '../../src/core/layer.ts'
import {
  BatchNorm,
  branch,
  Concatenate,
  Convolution1D,
  Dropout,
  defineLayer,
  Elementwise,
  Embedding,
  GRU,
  gpt,
  Identity,
  Input,
  join,
  LayerNorm,
  Linear,
  LSTM,
  Masking,
  MultiHeadAttention,
  type Plain,
  PositionalEncoding,
  PRelu,
  parallel,
  Relu,
  RMSNorm,
  repeat,
  residual,
  Select,
  SimpleRNN,
  Softmax,
  Tanh,
  TimeDistributed,
  TransformerDecoder,
  TransformerEncoder,
} from '../../src/index.ts'

// Networks that read sequences part by part, of 11 tokens.

const tokens = join(Input([null]), Embedding(11, 8))
const next = TimeDistributed(Softmax(11))

/** A layer of a user's: the mean of all steps so far, which it keeps as their sum. */
interface RunningMean extends Plain<'running-mean-{}'> {
  readonly ' out': this[' in']
}
export const RunningMean: () => RunningMean = defineLayer({
  kind: 'RunningMean',
  example: 'RunningMean()',
  options: {},
  shape: (_, input) => right(input),
  decode: (_, [input = null]) =>
    right({
      start: (ops, __, ___, { batch }) => ({ sum: ops.constant(0, [batch, 1, input?.[2] ?? 0]) }),
      step: (ops, __, [x], { sum }, { position }) => {
        type T = typeof position
        const all = ops.add(ops.cumsum(x as T, 1), sum as T)
        const count = ops.shape(all)[1] as number
        const places = Float32Array.from({ length: count }, (____, i) => i + 1)
        const read = ops.add(ops.constant(places, [1, count, 1]), position)
        return [ops.divide(all, read), { sum: ops.slice(all, [0, count - 1, 0], [null, 1, null]) }]
      },
    }),
  forward: (_, ops, x) => {
    const count = ops.shape(x)[1] as number
    const places = Float32Array.from({ length: count }, (__, i) => i + 1)
    return [ops.divide(ops.cumsum(x, 1), ops.constant(places, [1, count, 1])), {}]
  },
})

/** Networks of one input. */
export const networks: Readonly<Record<string, AnyLayer>> = {
  gpt: gpt({ vocabulary: 11, length: 27, width: 8, heads: 2, layers: 2 }),
  'attention with sizes of its own': join(
    tokens,
    PositionalEncoding('sinusoidal', { base: 50 }),
    MultiHeadAttention(3, { keySize: 5, valueSize: 4, outputSize: 7, causal: true, bias: null }),
    next,
  ),
  'an encoder with norms behind': join(
    tokens,
    repeat(TransformerEncoder(8, 2, { causal: true }), 2),
    Dropout(0.5),
    next,
  ),
  LSTM: join(
    tokens,
    repeat(LSTM(8, { onlyReturnFinal: false, peepholes: true, hiddenInit: 0.3, cellInit: -0.2 }), 2),
    next,
  ),
  'recurrent layers beside each other': join(
    tokens,
    parallel(GRU(5, { onlyReturnFinal: false, hiddenInit: 0.5 }), SimpleRNN(3, { onlyReturnFinal: false })),
    Concatenate(),
    RMSNorm(),
    next,
  ),
  'a mask': join(tokens, parallel(Identity(), Masking()), LSTM(6, { mask: true, onlyReturnFinal: false }), next),
  'causal convolutions': join(
    tokens,
    residual(join(Convolution1D([3, 8], { padding: 'causal', dilation: 2, groups: 2 }), PRelu())),
    Convolution1D([2, 6], { padding: 'causal', bias: null }),
    Convolution1D([1, 6]),
    BatchNorm(),
    Relu(),
    next,
  ),
  'a layer of a user': join(tokens, RunningMean(), LayerNorm(), next),
}

/** A network that reads a memory [4, 6] beside the sequence. */
export const translating: AnyLayer = join(
  parallel([Input([null]), Embedding(11, 8), PositionalEncoding()], [Input([4, 6]), TimeDistributed(Tanh(8))]),
  branch(TransformerDecoder(8, 2), Select(1)),
  TransformerDecoder(8, 2, { norm: 'pre' }),
  next,
)
/** A network whose recurrent layer begins with a state that comes in. */
export const continued: AnyLayer = join(
  parallel([Input([null]), Embedding(11, 8)], Input(6), Input(6)),
  LSTM(6, { initial: true, onlyReturnFinal: false }),
  next,
)
/** A network that begins with both states of an encoder of another input [5, 3]. */
export const encoded: AnyLayer = join(
  parallel(
    [Input([null]), Embedding(11, 8)],
    [Input([5, 3]), LSTM(6, { returnState: true }), branch(Select(1), Select(2))],
  ),
  LSTM(6, { initial: true, onlyReturnFinal: false }),
  next,
)
/** Attention to a memory with a mask. */
export const masked: AnyLayer = join(
  parallel([Input([null]), Embedding(11, 8)], [Input([4, 8])], [Input(4)]),
  branch(Select(0), [branch(Select(0), Select(1), Select(2)), MultiHeadAttention(2, { mask: true })]),
  Elementwise('add'),
  TimeDistributed(Linear(11)),
)
