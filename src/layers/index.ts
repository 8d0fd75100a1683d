export {
  Exponential,
  Gelu,
  type GeluOptions,
  HardSwish,
  LogSoftmax,
  Mish,
  Relu6,
  Selu,
  Softsign,
  Swish,
  Swish as Silu,
} from './activations.ts'
export { MultiHeadAttention, type MultiHeadAttentionConstructor } from './attention.ts'
export type { MultiHeadAttentionOptions } from './attention-types.ts'
export { CutMix, type CutMixConstructor, type CutMixOptions } from './augmentation/cut-mix.ts'
export { MixUp, type MixUpConstructor, type MixUpOptions } from './augmentation/mix-up.ts'
export {
  RandomBrightness,
  type RandomBrightnessConstructor,
  type RandomBrightnessOptions,
} from './augmentation/random-brightness.ts'
export { RandomCrop, type RandomCropConstructor, type RandomCropOptions } from './augmentation/random-crop.ts'
export {
  RandomErasing,
  type RandomErasingConstructor,
  type RandomErasingOptions,
} from './augmentation/random-erasing.ts'
export { type FlipDirection, RandomFlip, type RandomFlipConstructor } from './augmentation/random-flip.ts'
export {
  type FillOption,
  type PixelInterpolation,
  RandomRotation,
  type RandomRotationConstructor,
  type RandomRotationOptions,
} from './augmentation/random-rotation.ts'
export type { FactorOption, RangeOption } from './augmentation/ranges.ts'
export {
  Bidirectional,
  type BidirectionalConstructor,
  type BidirectionalMerge,
  type BidirectionalOptions,
} from './bidirectional.ts'
export {
  Convolution,
  Convolution as Conv,
  Convolution1D,
  type Convolution1DConstructor,
  type Convolution1DOptions,
  Convolution3D,
  type Convolution3DConstructor,
  type Convolution3DOptions,
  type ConvolutionConstructor,
  type ConvolutionOptions,
  type FilterSize,
  type FilterSize1D,
  type FilterSize3D,
} from './convolution.ts'
export { Deconvolution, type DeconvolutionConstructor, type DeconvolutionOptions } from './deconvolution.ts'
export {
  type Activation,
  type Dense,
  type DenseConstructor,
  type DenseOptions,
  Elu,
  HardSigmoid,
  LeakyRelu,
  Linear,
  Relu,
  type ReluOptions,
  Sigmoid,
  Softmax,
  Softplus,
  Tanh,
} from './dense.ts'
export {
  DepthwiseConvolution,
  type DepthwiseConvolutionConstructor,
  type DepthwiseConvolutionOptions,
  SeparableConvolution,
  type SeparableConvolutionConstructor,
  type SeparableConvolutionOptions,
} from './depthwise.ts'
export { Dot, type DotAxes, type DotConstructor, type DotOptions } from './dot.ts'
export {
  AlphaDropout,
  type AlphaDropoutConstructor,
  SpatialDropout,
  type SpatialDropoutConstructor,
} from './dropouts.ts'
export { Embedding, type EmbeddingConstructor, type EmbeddingOptions } from './embedding.ts'
export { GatedAverage, type GatedAverageConstructor } from './gated-average.ts'
export { GroupNorm, GroupNorm as GN, type GroupNormConstructor, type GroupNormOptions } from './group-normalization.ts'
export { GRU, type GRUConstructor, type GRUOptions } from './gru.ts'
export { Identity, Input, type InputShape } from './input.ts'
export { InstanceNorm, type InstanceNormConstructor, type InstanceNormOptions } from './instance-normalization.ts'
export {
  Lambda,
  type LambdaConstructor,
  type LambdaFunction,
  type LambdaOutput,
  type LambdaShape,
} from './lambda.ts'
export { LayerNorm, type LayerNormConstructor, type LayerNormOptions } from './layer-normalization.ts'
export {
  LocalResponseNorm,
  type LocalResponseNormConstructor,
  type LocalResponseNormOptions,
} from './local-response.ts'
export { type Frozen, LowRank, type LowRankConstructor, type LowRankOptions } from './low-rank.ts'
export { LSTM, type LSTMConstructor, type LSTMOptions } from './lstm.ts'
export {
  Cropping,
  type MarginConstructor,
  type Margined,
  type MarginOption,
  type MarginsOption,
  ZeroPadding,
} from './margins.ts'
export { Masking, type MaskingConstructor } from './masking.ts'
export {
  Concatenate,
  type ConcatenateConstructor,
  Elementwise,
  type ElementwiseConstructor,
  type Merge,
  type MergeName,
} from './merge.ts'
export { BatchNorm, BatchNorm as BN, type BatchNormConstructor, type BatchNormOptions } from './normalization.ts'
export {
  AveragePooling,
  AveragePooling as AvgPool,
  AveragePooling1D,
  AveragePooling3D,
  GlobalPooling,
  GlobalPooling as GlobalPool,
  type GlobalPoolingConstructor,
  MaxPooling,
  MaxPooling as MaxPool,
  MaxPooling1D,
  MaxPooling3D,
  type Pooling,
  type Pooling1D,
  type Pooling1DConstructor,
  type Pooling1DOptions,
  type Pooling3D,
  type Pooling3DConstructor,
  type Pooling3DOptions,
  type PoolingConstructor,
  type PoolingOptions,
  type Reduction,
  type WindowSize,
  type WindowSize3D,
} from './pooling.ts'
export {
  PositionalEncoding,
  type PositionalEncodingConstructor,
  type PositionalEncodingOptions,
  type PositionalForm,
} from './positional.ts'
export { PRelu, type PReluConstructor, type PReluOptions } from './prelu.ts'
export type { Gate, GateFunction } from './recurrent.ts'
export { RepeatVector, type RepeatVectorConstructor } from './repeat-vector.ts'
export { Reshape, type ReshapeConstructor } from './reshape.ts'
export { RMSNorm, type RMSNormConstructor, type RMSNormOptions } from './rms-normalization.ts'
export { Select, type SelectConstructor } from './select.ts'
export { SimpleRNN, type SimpleRNNConstructor, type SimpleRNNOptions } from './simple-rnn.ts'
export { SpectralNorm, type SpectralNormConstructor, type SpectralNormOptions } from './spectral-norm.ts'
export {
  DropBlock,
  type DropBlockConstructor,
  Dropout,
  type DropoutConstructor,
  GaussianNoise,
  type GaussianNoiseConstructor,
  type GaussianNoiseOptions,
} from './stochastic.ts'
export {
  TimeDistributed,
  type TimeDistributedConstructor,
  type TimeDistributedOptions,
} from './time-distributed.ts'
export { Transpose, type TransposeConstructor } from './transpose.ts'
export { Upscale, type UpscaleConstructor } from './upscale.ts'
export { WeightNorm, type WeightNormConstructor, type WeightNormOptions } from './weight-norm.ts'
export type { Padding1D, Padding3D, PaddingOption, PairOption, TripleOption } from './window.ts'
