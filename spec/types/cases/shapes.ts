import {
  AlphaDropout,
  AveragePooling,
  AveragePooling1D,
  AveragePooling3D,
  BatchNorm,
  Bidirectional,
  branch,
  Concatenate,
  Convolution,
  Convolution1D,
  Convolution3D,
  type ConvolutionOptions,
  Cropping,
  CutMix,
  Deconvolution,
  DepthwiseConvolution,
  Dot,
  DropBlock,
  Dropout,
  Elementwise,
  Elu,
  Embedding,
  GatedAverage,
  GaussianNoise,
  GlobalPooling,
  GRU,
  GroupNorm,
  HardSigmoid,
  Identity,
  Input,
  type InputOf,
  InstanceNorm,
  join,
  Lambda,
  LayerNorm,
  LeakyRelu,
  Linear,
  LocalResponseNorm,
  LSTM,
  Masking,
  MaxPooling,
  MaxPooling1D,
  MaxPooling3D,
  MixUp,
  MultiHeadAttention,
  type OutputOf,
  type ParamsOf,
  type Plain,
  PositionalEncoding,
  PRelu,
  parallel,
  RandomBrightness,
  RandomCrop,
  RandomErasing,
  RandomFlip,
  RandomRotation,
  Relu,
  RepeatVector,
  Reshape,
  RMSNorm,
  repeat,
  Select,
  SeparableConvolution,
  Sigmoid,
  SimpleRNN,
  Softmax,
  Softplus,
  SpatialDropout,
  SpectralNorm,
  shared,
  Tanh,
  type Tensor,
  TimeDistributed,
  TransformerDecoder,
  TransformerEncoder,
  Transpose,
  Upscale,
  WeightNorm,
  ZeroPadding,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// The shapes that come out of every layer.

const first = join(Input([28, 28, 1]), Convolution([3, 3, 16]))
holds<Same<OutputOf<typeof first>, [number, 26, 26, 16]>>()
holds<Same<InputOf<typeof first>, [number, 28, 28, 1]>>()

const input = Input([12, 15, 3])
holds<Same<OutputOf<typeof input>, [number, 12, 15, 3]>>()
const flat = Input(10)
holds<Same<OutputOf<typeof flat>, [number, 10]>>()

const same = join(input, Convolution([4, 3, 8], { padding: 'same', stride: [1, 2] }))
holds<Same<OutputOf<typeof same>, [number, 12, 8, 8]>>()
const padded = join(input, Convolution([3, 3, 8], { padding: [2, 0], stride: 2 }))
holds<Same<OutputOf<typeof padded>, [number, 7, 7, 8]>>()
const dilated = join(input, Convolution([3, 3, 8], { dilation: [2, 3], stride: 2 }))
holds<Same<OutputOf<typeof dilated>, [number, 4, 5, 8]>>()
const deconvolved = join(input, Deconvolution([3, 3, 8], { stride: 2 }))
holds<Same<OutputOf<typeof deconvolved>, [number, 25, 31, 8]>>()

const pooled = join(input, MaxPooling([2, 2]))
holds<Same<OutputOf<typeof pooled>, [number, 6, 7, 3]>>()
const averaged = join(input, AveragePooling([3, 3], { stride: 2, padding: 'same' }))
holds<Same<OutputOf<typeof averaged>, [number, 6, 8, 3]>>()
const global = join(input, GlobalPooling('avg'))
holds<Same<OutputOf<typeof global>, [number, 3]>>()
const cropped = join(input, RandomCrop([14, 8], { padding: [1, 0] }))
holds<Same<OutputOf<typeof cropped>, [number, 14, 8, 3]>>()
const upscaled = join(input, Upscale([2, 3]))
holds<Same<OutputOf<typeof upscaled>, [number, 24, 45, 3]>>()

const unchanged = join(
  input,
  Identity(),
  Linear(),
  Sigmoid(),
  HardSigmoid(),
  Tanh(),
  Relu(),
  LeakyRelu(),
  Softplus(),
  Softmax(),
  Elu(),
  PRelu(),
  BatchNorm(),
  GroupNorm(3),
  LocalResponseNorm({ depthRadius: 1 }),
  Dropout(0.5),
  GaussianNoise(),
  DropBlock(0.9, 3),
  RandomFlip('vertical'),
  RandomRotation(0.1),
  RandomBrightness(0.1),
  RandomErasing({ value: 'random' }),
  MixUp(),
  CutMix(),
)
holds<Same<OutputOf<typeof unchanged>, [number, 12, 15, 3]>>()

const dense = join(flat, Linear(2), Sigmoid(3), HardSigmoid(4), Tanh(5), Relu(6), LeakyRelu(7), Softplus(8), Elu(9))
holds<Same<OutputOf<typeof dense>, [number, 9]>>()
const classes = join(flat, PRelu(4), Softmax(3))
holds<Same<OutputOf<typeof classes>, [number, 3]>>()

const reshaped = join(input, Reshape())
holds<Same<OutputOf<typeof reshaped>, [number, 540]>>()
const image = join(Input([7, 7, 512]), Reshape())
holds<Same<OutputOf<typeof image>, [number, 25_088]>>()
const large = join(Input([105, 208, 3]), Reshape())
holds<Same<OutputOf<typeof large>, [number, 65_520]>>()
const zeros = join(Input([10, 100, 1000]), Reshape())
holds<Same<OutputOf<typeof zeros>, [number, 1_000_000]>>()
const split = join(input, Reshape([-1, 9]))
holds<Same<OutputOf<typeof split>, [number, 60, 9]>>()
const transposed = join(input, Transpose([0, 3, 1, 2]))
holds<Same<OutputOf<typeof transposed>, [number, 3, 12, 15]>>()

const sum = join(flat, parallel(Relu(4), [Tanh(8), Tanh(4)]), Elementwise('add'))
holds<Same<OutputOf<typeof sum>, [number, 4]>>()
const row = join(input, parallel(Convolution([1, 1, 4]), Convolution([3, 3, 5], { padding: 1 })), Concatenate())
holds<Same<OutputOf<typeof row>, [number, 12, 15, 9]>>()
const gated = join(flat, parallel(Softmax(2), Relu(4), Relu(4)), GatedAverage())
holds<Same<OutputOf<typeof gated>, [number, 4]>>()

const embedded = join(Input(7), Embedding(100, 16))
holds<Same<OutputOf<typeof embedded>, [number, 7, 16]>>()
const last = join(embedded, LSTM(32))
holds<Same<OutputOf<typeof last>, [number, 32]>>()
const every = join(embedded, GRU(32, { onlyReturnFinal: false }))
holds<Same<OutputOf<typeof every>, [number, 7, 32]>>()

// Compositions.

const nested = join(flat, join(Relu(5), join(Tanh(4), Relu(3))), repeat(Relu(3), 4), shared('s', Softmax(2)))
holds<Same<OutputOf<typeof nested>, [number, 2]>>()
const chained = flat.to(Relu(5))['>>'](Softmax(3))
holds<Same<OutputOf<typeof chained>, [number, 3]>>()
const several = parallel(join(Input(4), Relu(2)), join(Input([5, 5, 1]), Reshape()))
holds<Same<InputOf<typeof several>, [[number, 4], [number, 5, 5, 1]]>>()
holds<Same<OutputOf<typeof several>, [[number, 2], [number, 25]]>>()

// What is not known stays so.

const size: number = 8
const anySize = join(Input([size, size, 3]), Convolution([3, 3, 16]), MaxPooling([2, 2]))
holds<Same<OutputOf<typeof anySize>, [number, number, number, 16]>>()
const anyUnits = join(flat, Relu(size), Softmax(3))
holds<Same<OutputOf<typeof anyUnits>, [number, 3]>>()
const unknown = join(
  Input([null, null, 3]),
  Convolution([3, 3, 4]),
  parallel(Identity(), Identity()),
  Elementwise('add'),
)
holds<Same<OutputOf<typeof unknown>, [number, number, number, 4]>>()
const waiting = join(Convolution([3, 3, 4]), Relu())
holds<Same<OutputOf<typeof waiting>, [number, number, number, 4]>>()

// A dimension that is a type parameter passes through a function's own composition.

const block = <const N extends number>(n: N) => join(Convolution([3, 3, n], { padding: 'same' }), BatchNorm(), Relu())
const blocks = join(input, block(8), block(16))
holds<Same<OutputOf<typeof blocks>, [number, 12, 15, 16]>>()
const residual = <const N extends number>(n: N) => join(parallel(block(n), Identity()), Elementwise('add'), Relu())
const residuals = join(blocks, residual(16))
holds<Same<OutputOf<typeof residuals>, [number, 12, 15, 16]>>()

// Windows over one and three axes, in groups, and margins.

const sequence = Input([40, 6])
const volume = Input([9, 12, 15, 4])
const steps = join(sequence, Convolution1D([5, 8], { stride: 2, groups: 2 }))
holds<Same<OutputOf<typeof steps>, [number, 18, 8]>>()
const causal = join(sequence, Convolution1D([5, 8], { padding: 'causal', dilation: 3, stride: 3 }))
holds<Same<OutputOf<typeof causal>, [number, 14, 8]>>()
const deep = join(volume, Convolution3D([3, 3, 2, 8], { padding: [1, 0, 0], stride: [2, 1, 3], groups: 4 }))
holds<Same<OutputOf<typeof deep>, [number, 5, 10, 5, 8]>>()
const grouped = join(input, Convolution([3, 3, 9], { groups: 3 }))
holds<Same<OutputOf<typeof grouped>, [number, 10, 13, 9]>>()
const depthwise = join(input, DepthwiseConvolution([3, 3], { multiplier: 4, padding: 'same' }))
holds<Same<OutputOf<typeof depthwise>, [number, 12, 15, 12]>>()
const separable = join(input, SeparableConvolution([3, 3, 10], { stride: 3 }))
holds<Same<OutputOf<typeof separable>, [number, 4, 5, 10]>>()
const pooledSteps = join(sequence, MaxPooling1D(3), AveragePooling1D(2, { stride: 1, padding: 'same' }))
holds<Same<OutputOf<typeof pooledSteps>, [number, 13, 6]>>()
const pooledVolume = join(volume, MaxPooling3D([2, 3, 2]), AveragePooling3D([2, 2, 2], { stride: [1, 2, 1] }))
holds<Same<OutputOf<typeof pooledVolume>, [number, 3, 2, 6, 4]>>()
const around = join(sequence, ZeroPadding(2), ZeroPadding([[0, 3]]), Cropping([1]))
holds<Same<OutputOf<typeof around>, [number, 45, 6]>>()
const cut = join(input, ZeroPadding([1, [0, 2]]), Cropping(2))
holds<Same<OutputOf<typeof cut>, [number, 10, 13, 3]>>()
const normed = join(volume, LayerNorm(), LayerNorm({ axes: [1, -1] }), RMSNorm(), InstanceNorm())
holds<Same<OutputOf<typeof normed>, [number, 9, 12, 15, 4]>>()

// Sequences: masks, both directions, every step, attention.

const heeded = join(sequence, parallel(Identity(), Masking()), LSTM(8, { mask: true }))
holds<Same<OutputOf<typeof heeded>, [number, 8]>>()
const bothWays = join(
  sequence,
  Bidirectional(GRU(8, { onlyReturnFinal: false })),
  Bidirectional(SimpleRNN(5), { merge: 'sum' }),
)
holds<Same<OutputOf<typeof bothWays>, [number, 5]>>()
const steps16 = join(sequence, Bidirectional(GRU(8, { onlyReturnFinal: false })))
holds<Same<OutputOf<typeof steps16>, [number, 40, 16]>>()
const maskedBothWays = join(sequence, parallel(Identity(), Masking()), Bidirectional(LSTM(8, { mask: true })))
holds<Same<OutputOf<typeof maskedBothWays>, [number, 16]>>()
const everyStep = join(sequence, TimeDistributed(Relu(7)), TimeDistributed(join(Relu(4), Softmax(3))))
holds<Same<OutputOf<typeof everyStep>, [number, 40, 3]>>()
const frames = join(Input([10, 28, 28, 1]), TimeDistributed(join(Convolution([3, 3, 2]), Reshape())))
holds<Same<OutputOf<typeof frames>, [number, 10, 1352]>>()
const maskedSteps = join(sequence, parallel(Identity(), Masking()), TimeDistributed(Relu(7), { mask: true }))
holds<Same<OutputOf<typeof maskedSteps>, [number, 40, 7]>>()
const attended = join(sequence, MultiHeadAttention(3, { causal: true }), PositionalEncoding(), SpatialDropout(0.1))
holds<Same<OutputOf<typeof attended>, [number, 40, 6]>>()
const crossed = join(parallel(sequence, Input([9, 5])), MultiHeadAttention(4, { keySize: 8, outputSize: 10 }))
holds<Same<OutputOf<typeof crossed>, [number, 40, 10]>>()
const asked = join(parallel(sequence, Input([9, 5]), Input(9)), MultiHeadAttention(2, { mask: true }))
holds<Same<OutputOf<typeof asked>, [number, 40, 6]>>()
const encoded = join(sequence, TransformerEncoder(6, 2), TransformerEncoder(6, 3, { norm: 'pre' }))
holds<Same<OutputOf<typeof encoded>, [number, 40, 6]>>()
const encodedWithMask = join(
  sequence,
  parallel(Identity(), Masking()),
  branch(TransformerEncoder(6, 2, { mask: true }), Select(1)),
  TransformerEncoder(6, 2, { mask: true, norm: 'pre' }),
)
holds<Same<OutputOf<typeof encodedWithMask>, [number, 40, 6]>>()
const decoded = join(parallel(Input([9, 6]), sequence), TransformerDecoder(6, 2))
holds<Same<OutputOf<typeof decoded>, [number, 9, 6]>>()
const decodedWithMask = join(
  parallel(Input([9, 6]), sequence, Input(40)),
  TransformerDecoder(6, 2, { mask: true, norm: 'pre' }),
)
holds<Same<OutputOf<typeof decodedWithMask>, [number, 9, 6]>>()
const repeated = join(flat, RepeatVector(4), AlphaDropout(0.1))
holds<Same<OutputOf<typeof repeated>, [number, 4, 10]>>()

// Merges, products and functions.

const largest = join(flat, parallel(Relu(4), Tanh(4)), Elementwise('maximum'))
holds<Same<OutputOf<typeof largest>, [number, 4]>>()
const second = join(flat, parallel(Relu(4), Tanh(5)), Select(1))
holds<Same<OutputOf<typeof second>, [number, 5]>>()
const products = join(parallel(sequence, Input([9, 6])), Dot(-1))
holds<Same<OutputOf<typeof products>, [number, 40, 9]>>()
const contracted = join(parallel(sequence, Input([2, 40])), Dot([1, 2], { normalize: true }))
holds<Same<OutputOf<typeof contracted>, [number, 6, 2]>>()
const cosine = join(flat, parallel(Relu(4), Relu(4)), Dot({ normalize: true }))
holds<Same<OutputOf<typeof cosine>, [number, 1]>>()
const doubled = join(
  sequence,
  Lambda((ops, x) => ops.add(x, x)),
)
holds<Same<OutputOf<typeof doubled>, [number, 40, 6]>>()
const summed = join(
  sequence,
  Lambda((ops, x) => ops.sum(x, [2]), [40]),
)
holds<Same<OutputOf<typeof summed>, [number, 40]>>()
const shaped = join(
  sequence,
  Lambda(
    (ops, x) => ops.sum(x, [2]),
    ([batch = null, steps = null]) => [batch, steps],
  ),
)
holds<Same<OutputOf<typeof shaped>, number[]>>()

// Norms of weights change no shape.

const normedWeights = join(input, WeightNorm(Convolution([3, 3, 8])), SpectralNorm(Convolution([3, 3, 4])))
holds<Same<OutputOf<typeof normedWeights>, [number, 8, 11, 4]>>()

// A layer of one's own may give readonly shapes.
interface Frozen<Name extends string> extends Plain<Name> {
  readonly ' out': readonly [number, 8, 8, 3]
}
declare const Frozen: <const Name extends string = 'frozen-{}'>() => Frozen<Name>
const frozen = join(Input(4), Frozen(), Convolution([3, 3, 5]), MaxPooling([2, 2]), Reshape(), Relu(2))
holds<Same<OutputOf<typeof frozen>, [number, 2]>>()
holds<Same<ParamsOf<typeof frozen>['convolution-1']['weight'], Tensor<[3, 3, 3, 5]>>>()
holds<Same<ParamsOf<typeof frozen>['relu-1']['weight'], Tensor<[45, 2]>>>()

// Options that are known roughly leave unknown what depends on them.
declare const rough: ConvolutionOptions
const roughly = join(input, Convolution([3, 3, 8], rough))
holds<Same<OutputOf<typeof roughly>, [number, number, number, 8]>>()
