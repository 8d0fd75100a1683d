export {
  Conv,
  Convolution,
  type ConvolutionConstructor,
  type ConvolutionOptions,
  type FilterSize,
} from './convolution.ts'
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
  type ReluConstructor,
  type ReluOptions,
  Sigmoid,
  Softmax,
  Softplus,
  Tanh,
} from './dense.ts'
export { Identity, Input, type InputShape } from './input.ts'
export {
  Concatenate,
  type ConcatenateConstructor,
  Elementwise,
  type ElementwiseConstructor,
  type Merge,
} from './merge.ts'
export { BatchNorm, type BatchNormConstructor, type BatchNormOptions, BN } from './normalization.ts'
export {
  AveragePooling,
  AvgPool,
  GlobalPool,
  GlobalPooling,
  type GlobalPoolingConstructor,
  MaxPool,
  MaxPooling,
  type Pooling,
  type PoolingConstructor,
  type PoolingOptions,
  type Reduction,
  type WindowSize,
} from './pooling.ts'
export { Reshape, type ReshapeConstructor } from './reshape.ts'
export type { PaddingOption, PairOption } from './spatial.ts'
export { Dropout, type DropoutConstructor } from './stochastic.ts'
