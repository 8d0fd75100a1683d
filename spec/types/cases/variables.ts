import {
  BatchNorm,
  Bidirectional,
  block,
  branch,
  Concatenate,
  Convolution,
  Convolution1D,
  Convolution3D,
  Deconvolution,
  DepthwiseConvolution,
  Elementwise,
  GRU,
  Identity,
  Input,
  InstanceNorm,
  init,
  join,
  key,
  LayerNorm,
  Linear,
  LowRank,
  LSTM,
  Masking,
  MultiHeadAttention,
  type Network,
  net,
  type OutputOf,
  type ParamsOf,
  PositionalEncoding,
  parallel,
  Relu,
  Reshape,
  RMSNorm,
  repeat,
  residual,
  SeparableConvolution,
  Softmax,
  SpectralNorm,
  type StateOf,
  shared,
  start,
  Tanh,
  type Tensor,
  TimeDistributed,
  TransformerDecoder,
  TransformerEncoder,
  tensor,
  WeightNorm,
  when,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// The variables of a network by name, and their shapes.

const network = join(
  Input([28, 28, 1]),
  Convolution([3, 3, 16]),
  BatchNorm(),
  Relu(),
  Convolution([3, 3, 8], { bias: null, name: 'second' }),
  Reshape(),
  Relu(32, { name: 'fc-{:03d}' }),
  Softmax(10),
)
const { params, state } = init(network, key(1))
holds<Same<typeof params, ParamsOf<typeof network>>>()
holds<Same<keyof typeof params, 'convolution-1' | 'batch-norm-1' | 'second' | 'fc-001' | 'softmax-1'>>()
holds<Same<(typeof params)['convolution-1']['weight'], Tensor<[3, 3, 1, 16]>>>()
holds<Same<(typeof params)['convolution-1']['bias'], Tensor<[16]>>>()
holds<Same<keyof (typeof params)['second'], 'weight'>>()
holds<Same<(typeof params)['second']['weight'], Tensor<[3, 3, 16, 8]>>>()
holds<Same<(typeof params)['fc-001']['weight'], Tensor<[4608, 32]>>>()
holds<Same<(typeof params)['softmax-1']['bias'], Tensor<[10]>>>()
holds<Same<keyof StateOf<typeof network>, 'batch-norm-1'>>()
holds<Same<(typeof state)['batch-norm-1']['runningMean'], Tensor<[1, 1, 1, 16]>>>()
holds<Same<keyof (typeof state)['batch-norm-1'], 'runningMean' | 'runningVariance'>>()
const original = join(Input(4), BatchNorm({ running: 'inverseDeviation' }), net('BN(running=inverseDeviation)'))
holds<Same<keyof StateOf<typeof original>['batch-norm-1'], 'runningMean' | 'runningInvStd'>>()
holds<Same<keyof StateOf<typeof original>['batch-norm-2'], 'runningMean' | 'runningInvStd'>>()

params['convolution-2']
//     ~~~~~~~~~~~~~~~ Property 'convolution-2' does not exist

// Numbers count the layers of a kind, or of a pattern, in the order in which they run.
const counted = join(Input(4), Relu(3), Relu(2, { name: 'fc{}' }), Relu(5), Relu(6, { name: 'fc{}' }))
holds<Same<keyof ParamsOf<typeof counted>, 'relu-1' | 'relu-2' | 'fc1' | 'fc2'>>()
holds<Same<ParamsOf<typeof counted>['relu-2']['weight'], Tensor<[2, 5]>>>()
// A layer without variables takes part in it.
const bareOnes = join(Input(4), Relu(), Relu(8), join(Relu(), Relu(3)), block('b{}', join(Relu(), Relu(2))))
holds<Same<keyof ParamsOf<typeof bareOnes>, 'relu-2' | 'relu-4' | 'b1/relu-2'>>()
// Every form of a pattern counts by itself, a block and a layer of one pattern together.
const patterns = join(
  Input(4),
  Relu(1, { name: 'a{}' }),
  block('a{}', Relu(1, { name: '{}' })),
  Relu(1, { name: 'a{}b' }),
  Relu(2, { name: 'a{:03d}' }),
  Relu(3, { name: 'a{}' }),
  Relu(1, { name: 'a{:03d}' }),
  block('a', join(Relu(1, { name: 'a' }), Relu(2, { name: '{}' }), Relu(3, { name: '{}' }))),
)
holds<Same<keyof ParamsOf<typeof patterns>, 'a1' | 'a2/1' | 'a1b' | 'a001' | 'a3' | 'a002' | 'a/a' | 'a/1' | 'a/2'>>()
holds<Same<ParamsOf<typeof patterns>['a/2']['weight'], Tensor<[2, 3]>>>()
const copies = join(Input(4), repeat(Relu(4), 3))
holds<Same<keyof ParamsOf<typeof copies>, 'relu-1' | 'relu-2' | 'relu-3'>>()

// Names may be made of type parameters.
const twins = <const Name extends string, const N extends number>(name: Name, n: N) =>
  join(
    parallel(
      [Relu(n, { name: `${name}_a` as `${Name}_a` }), BatchNorm({ name: `norm_${name}` as `norm_${Name}` })],
      Linear(n, { name: `${name}_b` as `${Name}_b` }),
    ),
    Elementwise('add'),
  ).to(Softmax(n, { name: `${name}_c` as `${Name}_c` }))
const twice = join(Input(4), twins('x', 5), twins('y', 6))
holds<Same<keyof ParamsOf<typeof twice>, 'x_a' | 'norm_x' | 'x_b' | 'x_c' | 'y_a' | 'norm_y' | 'y_b' | 'y_c'>>()
holds<Same<ParamsOf<typeof twice>['y_b']['weight'], Tensor<[5, 6]>>>()
join(Input(4), twins('x', 5), Relu(6, { name: 'x_a' }))
//                            ~~~~~~~~~~~~~~~~~~~~~~~~ x_a, name: expected a name that no other layer of the network has, got 'x_a' twice.
const named = <const Name extends string>(name: Name) => block(name, repeat(Linear(3), 2))
const inside = join(Input(4), named('first'), named('second'))
holds<Same<ParamsOf<typeof inside>['second/linear-2']['weight'], Tensor<[3, 3]>>>()

// A shared layer has one set of variables.
const encoder = shared('encoder', Relu(8))
const siamese = parallel(join(Input(4), encoder), join(Input(4), encoder))
holds<Same<keyof ParamsOf<typeof siamese>, 'encoder'>>()
holds<Same<ParamsOf<typeof siamese>['encoder']['weight'], Tensor<[4, 8]>>>()
const inner = join(Input(4), shared('tower', join(Relu(8), Relu(2))))
holds<Same<keyof ParamsOf<typeof inner>, 'tower/relu-1' | 'tower/relu-2'>>()

const values = tensor([1, 2, 3, 4, 5, 6], [2, 3])
holds<Same<typeof values, Tensor<[2, 3]>>>()

// Blocks put their name before those of their layers; shared layers belong to the whole network.
const common = shared('common', Relu(8))
const trunk = shared('trunk', join(Relu(8)))
const blocks = join(
  Input(4),
  residual(join(Relu(8), common, trunk), { shortcut: Linear(8), name: 'res{}' }),
  block('res{}', join(Relu(8), Relu(8), block('inner', join(common, BatchNorm())))),
  Relu(3),
)
holds<
  Same<
    keyof ParamsOf<typeof blocks>,
    | 'res1/linear-1'
    | 'res1/relu-1'
    | 'common'
    | 'trunk/relu-1'
    | 'res2/relu-1'
    | 'res2/relu-2'
    | 'res2/inner/batch-norm-1'
    | 'relu-1'
  >
>()
holds<Same<ParamsOf<typeof blocks>['res2/relu-2']['weight'], Tensor<[8, 8]>>>()
holds<Same<keyof StateOf<typeof blocks>, 'res2/inner/batch-norm-1'>>()
const copied = join(Input(4), repeat(block('b{}', Relu(4)), 2))
holds<Same<keyof ParamsOf<typeof copied>, 'b1/relu-1' | 'b2/relu-1'>>()

const fanned = join(Input(4), branch(Relu(2), [Tanh(3), Relu(5)]), Concatenate(), Relu(3))
holds<Same<keyof ParamsOf<typeof fanned>, 'relu-1' | 'tanh-1' | 'relu-2' | 'relu-3'>>()
holds<Same<ParamsOf<typeof fanned>['relu-3']['weight'], Tensor<[7, 3]>>>()

// Where a layer may be missing, or only the run time knows a part, no names can be told.
declare const deep: boolean
const perhaps = join(Input(4), when(deep, Relu(4)), Relu(3))
holds<Same<ParamsOf<typeof perhaps>[string], Readonly<Record<string, Tensor>>>>()
const sliced = join(start(copied, 'b1/relu-1'), Relu(3))
holds<Same<ParamsOf<typeof sliced>[string], Readonly<Record<string, Tensor>>>>()
const sliceOfSequence = join(start(network, 'fc-001'), Relu(3))
holds<Same<keyof ParamsOf<typeof sliceOfSequence>, 'fc-001' | 'softmax-1' | 'relu-1'>>()
const chosen = join(Input(4), when(true, Relu(4)), when(false, Relu(5)), Relu(3))
holds<Same<keyof ParamsOf<typeof chosen>, 'relu-1' | 'relu-2'>>()

// The filters of groups see their own channels only; norms have the shape of the axes that they run over.
const filters = join(
  Input([9, 12, 15, 4]),
  Convolution3D([3, 3, 3, 8], { groups: 4 }),
  LayerNorm({ axes: [1, -1] }),
  LayerNorm({ gamma: null }),
  RMSNorm(),
  InstanceNorm({ beta: null }),
)
holds<Same<ParamsOf<typeof filters>['convolution3d-1']['weight'], Tensor<[3, 3, 3, 1, 8]>>>()
holds<Same<ParamsOf<typeof filters>['layer-norm-1']['gamma'], Tensor<[7, 8]>>>()
holds<Same<keyof ParamsOf<typeof filters>['layer-norm-2'], 'beta'>>()
holds<Same<ParamsOf<typeof filters>['rms-norm-1']['gamma'], Tensor<[8]>>>()
holds<Same<keyof ParamsOf<typeof filters>['instance-norm-1'], 'gamma'>>()
const bare = join(Input(4), LayerNorm({ gamma: null, beta: null }))
holds<Same<keyof ParamsOf<typeof bare>, never>>()
const channels = join(
  Input([9, 9, 4]),
  Convolution([3, 3, 8], { groups: 2 }),
  DepthwiseConvolution([3, 3], { multiplier: 2 }),
  SeparableConvolution([1, 1, 5]),
)
holds<Same<ParamsOf<typeof channels>['convolution-1']['weight'], Tensor<[3, 3, 2, 8]>>>()
holds<Same<ParamsOf<typeof channels>['depthwise-convolution-1']['weight'], Tensor<[3, 3, 8, 2]>>>()
holds<Same<ParamsOf<typeof channels>['depthwise-convolution-1']['bias'], Tensor<[16]>>>()
holds<Same<ParamsOf<typeof channels>['separable-convolution-1']['pointwiseWeight'], Tensor<[1, 1, 16, 5]>>>()
const steps = join(Input([40, 6]), Convolution1D([5, 8], { groups: 2, bias: null }))
holds<Same<ParamsOf<typeof steps>['convolution1d-1']['weight'], Tensor<[5, 3, 8]>>>()

// A layer around another one has its variables, those of a composition as layer/variable.
const around = join(
  Input([20, 6]),
  TimeDistributed(Relu(8)),
  TimeDistributed(join(Relu(4), BatchNorm(), Linear(3, { bias: null }))),
  Bidirectional(GRU(5, { onlyReturnFinal: false })),
  WeightNorm(Convolution1D([3, 8])),
  SpectralNorm(Convolution1D([3, 7], { bias: null })),
  MultiHeadAttention(2, { keySize: 3, valueSize: 4, outputSize: 9 }),
  PositionalEncoding('learned', { length: 50 }),
)
type Around = ParamsOf<typeof around>
holds<Same<Around['time-distributed-1']['weight'], Tensor<[6, 8]>>>()
holds<
  Same<
    keyof Around['time-distributed-2'],
    'relu-1/weight' | 'relu-1/bias' | 'batch-norm-1/gamma' | 'batch-norm-1/beta' | 'linear-1/weight'
  >
>()
holds<Same<Around['time-distributed-2']['linear-1/weight'], Tensor<[4, 3]>>>()
holds<Same<StateOf<typeof around>['time-distributed-2']['batch-norm-1/runningMean'], Tensor<[1, 4]>>>()
holds<Same<Around['bidirectional-1']['backward/hiddenWeights'], Tensor<[5, 15]>>>()
holds<Same<StateOf<typeof around>['bidirectional-1']['forward/hiddenInit'], Tensor<[1, 5]>>>()
holds<Same<Around['weight-norm-1']['weight'], Tensor<[3, 10, 8]>>>()
holds<Same<Around['weight-norm-1']['weightGain'], Tensor<[8]>>>()
holds<Same<keyof Around['spectral-norm-1'], 'weight'>>()
holds<Same<StateOf<typeof around>['spectral-norm-1']['weightLeft'], Tensor<[7]>>>()
holds<Same<StateOf<typeof around>['spectral-norm-1']['weightRight'], Tensor<[24]>>>()
const turned = join(
  Input([8, 8, 3]),
  SpectralNorm(Deconvolution([3, 5, 4]), { axis: 2 }),
  WeightNorm(Convolution([1, 1, 6]), { axis: 2 }),
)
holds<Same<StateOf<typeof turned>['spectral-norm-1']['weightLeft'], Tensor<[4]>>>()
holds<Same<StateOf<typeof turned>['spectral-norm-1']['weightRight'], Tensor<[45]>>>()
holds<Same<ParamsOf<typeof turned>['weight-norm-1']['weightGain'], Tensor<[4]>>>()
const turnedText = net('Input(8,8,3) >> SpectralNorm(Deconvolution(3,5,4), axis=2)')
holds<Same<StateOf<typeof turnedText>['spectral-norm-1']['weightRight'], Tensor<[45]>>>()
const adapted = join(
  Input([8, 8, 3]),
  LowRank(Convolution([3, 3, 4]), 2),
  Reshape([16, 9]),
  LowRank(MultiHeadAttention(3), 2),
  LowRank(TimeDistributed(join(Relu(4), Linear(5))), 1, { weights: ['linear-1/weight'] }),
)
holds<Same<ParamsOf<typeof adapted>['low-rank-1']['weightA'], Tensor<[3, 3, 3, 2]>>>()
holds<Same<ParamsOf<typeof adapted>['low-rank-1']['weightB'], Tensor<[2, 4]>>>()
holds<Same<StateOf<typeof adapted>['low-rank-1']['weight'], Tensor<[3, 3, 3, 4]>>>()
holds<Same<ParamsOf<typeof adapted>['low-rank-2']['valueWeightB'], Tensor<[2, 9]>>>()
const half = join(Input(4), LowRank(Relu(3), 2, { frozen: 'weights' }))
holds<Same<keyof ParamsOf<typeof half>['low-rank-1'], 'weightA' | 'weightB' | 'bias'>>()
holds<Same<keyof StateOf<typeof half>['low-rank-1'], 'weight'>>()
holds<Same<keyof ParamsOf<typeof adapted>['low-rank-3'], 'linear-1/weightA' | 'linear-1/weightB'>>()
holds<Same<Around['multi-head-attention-1']['queryWeight'], Tensor<[7, 6]>>>()
holds<Same<Around['multi-head-attention-1']['outputWeight'], Tensor<[8, 9]>>>()
holds<Same<Around['multi-head-attention-1']['valueBias'], Tensor<[8]>>>()
holds<Same<Around['positional-encoding-1']['weight'], Tensor<[50, 9]>>>()
const crossed = join(parallel(Input([7, 6]), Input([9, 5])), MultiHeadAttention(2, { bias: null }))
holds<
  Same<
    keyof ParamsOf<typeof crossed>['multi-head-attention-1'],
    'queryWeight' | 'keyWeight' | 'valueWeight' | 'outputWeight'
  >
>()
holds<Same<ParamsOf<typeof crossed>['multi-head-attention-1']['keyWeight'], Tensor<[5, 6]>>>()
const heeded = join(Input([20, 6]), parallel(Identity(), Masking()), LSTM(8, { mask: true }))
holds<Same<ParamsOf<typeof heeded>['lstm-1']['inputWeights'], Tensor<[6, 32]>>>()
const plain = join(Input([20, 6]), PositionalEncoding(), TimeDistributed(Relu()))
holds<Same<keyof ParamsOf<typeof plain>, never>>()
const encoders = join(
  Input([20, 6]),
  TransformerEncoder(6, 2, { hidden: 12 }),
  TransformerEncoder(6, 2, { norm: 'pre' }),
)
holds<Same<ParamsOf<typeof encoders>['transformer-encoder-1/time-distributed-1']['weight'], Tensor<[6, 12]>>>()
holds<Same<ParamsOf<typeof encoders>['transformer-encoder-2/time-distributed-2']['weight'], Tensor<[24, 6]>>>()
holds<Same<ParamsOf<typeof encoders>['transformer-encoder-2/layer-norm-2']['gamma'], Tensor<[6]>>>()
const decoder = join(parallel(Input([9, 6]), Input([20, 6])), TransformerDecoder(6, 2, { name: 'decoder' }))
holds<Same<ParamsOf<typeof decoder>['decoder/multi-head-attention-2']['keyWeight'], Tensor<[6, 6]>>>()

// Of layers that nobody knows, variables are known by any name.
declare const declared: Network<[number, 4], [number, 3], unknown>
holds<Same<OutputOf<typeof declared>, [number, 3]>>()
holds<Same<ParamsOf<typeof declared>[string], Readonly<Record<string, Tensor>>>>()
