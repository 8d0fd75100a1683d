import {
  AlphaDropout,
  AveragePooling,
  AveragePooling1D,
  AveragePooling3D,
  BatchNorm,
  Bidirectional,
  Concatenate,
  Convolution,
  Convolution1D,
  Convolution3D,
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
  Exponential,
  GatedAverage,
  GaussianNoise,
  Gelu,
  GlobalPooling,
  GRU,
  GroupNorm,
  HardSigmoid,
  HardSwish,
  Identity,
  Input,
  InstanceNorm,
  Lambda,
  LayerNorm,
  LeakyRelu,
  Linear,
  LocalResponseNorm,
  LogSoftmax,
  LowRank,
  LSTM,
  Masking,
  MaxPooling,
  MaxPooling1D,
  MaxPooling3D,
  Mish,
  MixUp,
  MultiHeadAttention,
  PositionalEncoding,
  PRelu,
  RandomBrightness,
  RandomCrop,
  RandomErasing,
  RandomFlip,
  RandomRotation,
  Relu,
  Relu6,
  RepeatVector,
  Reshape,
  RMSNorm,
  Select,
  Selu,
  SeparableConvolution,
  Sigmoid,
  SimpleRNN,
  Softmax,
  Softplus,
  Softsign,
  SpatialDropout,
  SpectralNorm,
  Swish,
  Tanh,
  TimeDistributed,
  Transpose,
  Upscale,
  WeightNorm,
  ZeroPadding,
} from '../../../src/index.ts'

// An option that a layer does not have is underlined itself: every layer, with the arguments of its own example.

AlphaDropout(0.1, { inizializer: 'he' })
//                  ~~~~~~~~~~~ 'inizializer' does not exist in type
AveragePooling([2, 2], { padding: 'same', inizializer: 'he' })
//                                        ~~~~~~~~~~~ 'inizializer' does not exist in type
AveragePooling1D(2, { padding: 'same', inizializer: 'he' })
//                                     ~~~~~~~~~~~ 'inizializer' does not exist in type
AveragePooling3D([2, 2, 2], { padding: 'same', inizializer: 'he' })
//                                             ~~~~~~~~~~~ 'inizializer' does not exist in type
BatchNorm({ alpha: 0.1, inizializer: 'he' })
//                      ~~~~~~~~~~~ 'inizializer' does not exist in type
Bidirectional(LSTM(16), { merge: 'sum', inizializer: 'he' })
//                                      ~~~~~~~~~~~ 'inizializer' does not exist in type
Concatenate(-1, { inizializer: 'he' })
//                ~~~~~~~~~~~ 'inizializer' does not exist in type
Convolution([3, 3, 16], { padding: 1, stride: 2, inizializer: 'he' })
//                                               ~~~~~~~~~~~ 'inizializer' does not exist in type
Convolution1D([5, 16], { padding: 2, stride: 2, inizializer: 'he' })
//                                              ~~~~~~~~~~~ 'inizializer' does not exist in type
Convolution3D([3, 3, 3, 16], { padding: 1, stride: 2, inizializer: 'he' })
//                                                    ~~~~~~~~~~~ 'inizializer' does not exist in type
Cropping([1, [0, 1]], { inizializer: 'he' })
//                      ~~~~~~~~~~~ 'inizializer' does not exist in type
CutMix({ alpha: 1, inizializer: 'he' })
//                 ~~~~~~~~~~~ 'inizializer' does not exist in type
Deconvolution([3, 3, 16], { padding: 'same', stride: 2, inizializer: 'he' })
//                                                      ~~~~~~~~~~~ 'inizializer' does not exist in type
DepthwiseConvolution([3, 3], { padding: 'same', inizializer: 'he' })
//                                              ~~~~~~~~~~~ 'inizializer' does not exist in type
Dot(-1, { normalize: true, inizializer: 'he' })
//                         ~~~~~~~~~~~ 'inizializer' does not exist in type
DropBlock(0.9, 3, { inizializer: 'he' })
//                  ~~~~~~~~~~~ 'inizializer' does not exist in type
Dropout(0.5, { inizializer: 'he' })
//             ~~~~~~~~~~~ 'inizializer' does not exist in type
Elementwise('add', { inizializer: 'he' })
//                   ~~~~~~~~~~~ 'inizializer' does not exist in type
Elu(10, { inizializer: 'he' })
//        ~~~~~~~~~~~ 'inizializer' does not exist in type
Embedding(1000, 64, { inizializer: 'he' })
//                    ~~~~~~~~~~~ 'inizializer' does not exist in type
Exponential(10, { inizializer: 'he' })
//                ~~~~~~~~~~~ 'inizializer' does not exist in type
GroupNorm(4, { inizializer: 'he' })
//             ~~~~~~~~~~~ 'inizializer' does not exist in type
GRU(64, { onlyReturnFinal: false, inizializer: 'he' })
//                                ~~~~~~~~~~~ 'inizializer' does not exist in type
GatedAverage(0, { inizializer: 'he' })
//                ~~~~~~~~~~~ 'inizializer' does not exist in type
GaussianNoise(0, 0.1, { inizializer: 'he' })
//                      ~~~~~~~~~~~ 'inizializer' does not exist in type
Gelu(10, { inizializer: 'he' })
//         ~~~~~~~~~~~ 'inizializer' does not exist in type
GlobalPooling('avg', { inizializer: 'he' })
//                     ~~~~~~~~~~~ 'inizializer' does not exist in type
HardSigmoid(10, { inizializer: 'he' })
//                ~~~~~~~~~~~ 'inizializer' does not exist in type
HardSwish(10, { inizializer: 'he' })
//              ~~~~~~~~~~~ 'inizializer' does not exist in type
Identity({ inizializer: 'he' })
//         ~~~~~~~~~~~ 'inizializer' does not exist in type
Input([28, 28, 1], { inizializer: 'he' })
//                   ~~~~~~~~~~~ 'inizializer' does not exist in type
InstanceNorm({ epsilon: 1e-5, inizializer: 'he' })
//                            ~~~~~~~~~~~ 'inizializer' does not exist in type
LSTM(64, { onlyReturnFinal: false, inizializer: 'he' })
//                                 ~~~~~~~~~~~ 'inizializer' does not exist in type
Lambda((ops, x) => ops.square(x), { inizializer: 'he' })
//                                  ~~~~~~~~~~~ 'inizializer' does not exist in type
LayerNorm({ epsilon: 1e-5, inizializer: 'he' })
//                         ~~~~~~~~~~~ 'inizializer' does not exist in type
LeakyRelu(10, { inizializer: 'he' })
//              ~~~~~~~~~~~ 'inizializer' does not exist in type
Linear(10, { inizializer: 'he' })
//           ~~~~~~~~~~~ 'inizializer' does not exist in type
LocalResponseNorm({ depthRadius: 5, inizializer: 'he' })
//                                  ~~~~~~~~~~~ 'inizializer' does not exist in type
LogSoftmax(10, { inizializer: 'he' })
//               ~~~~~~~~~~~ 'inizializer' does not exist in type
LowRank(Relu(8), 4, { alpha: 8, inizializer: 'he' })
//                              ~~~~~~~~~~~ 'inizializer' does not exist in type
Masking(0, { inizializer: 'he' })
//           ~~~~~~~~~~~ 'inizializer' does not exist in type
MaxPooling([2, 2], { padding: 'same', inizializer: 'he' })
//                                    ~~~~~~~~~~~ 'inizializer' does not exist in type
MaxPooling1D(2, { padding: 'same', inizializer: 'he' })
//                                 ~~~~~~~~~~~ 'inizializer' does not exist in type
MaxPooling3D([2, 2, 2], { padding: 'same', inizializer: 'he' })
//                                         ~~~~~~~~~~~ 'inizializer' does not exist in type
Mish(10, { inizializer: 'he' })
//         ~~~~~~~~~~~ 'inizializer' does not exist in type
MixUp({ alpha: 0.2, inizializer: 'he' })
//                  ~~~~~~~~~~~ 'inizializer' does not exist in type
MultiHeadAttention(4, { keySize: 16, inizializer: 'he' })
//                                   ~~~~~~~~~~~ 'inizializer' does not exist in type
PRelu(10, { alphaAxes: -1, inizializer: 'he' })
//                         ~~~~~~~~~~~ 'inizializer' does not exist in type
PositionalEncoding('learned', { inizializer: 'he' })
//                              ~~~~~~~~~~~ 'inizializer' does not exist in type
RMSNorm({ epsilon: 1e-6, inizializer: 'he' })
//                       ~~~~~~~~~~~ 'inizializer' does not exist in type
RandomBrightness(0.2, { valueRange: [0, 255], inizializer: 'he' })
//                                            ~~~~~~~~~~~ 'inizializer' does not exist in type
RandomCrop([28, 28], { padding: 4, inizializer: 'he' })
//                                 ~~~~~~~~~~~ 'inizializer' does not exist in type
RandomErasing({ probability: 0.5, area: [0.02, 0.33], ratio: [0.3, 3.3], value: 0, inizializer: 'he' })
//                                                                                 ~~~~~~~~~~~ 'inizializer' does not exist in type
RandomFlip('horizontal', { inizializer: 'he' })
//                         ~~~~~~~~~~~ 'inizializer' does not exist in type
RandomRotation(0.1, { fill: 0, inizializer: 'he' })
//                             ~~~~~~~~~~~ 'inizializer' does not exist in type
Relu(10, { inizializer: 'he' })
//         ~~~~~~~~~~~ 'inizializer' does not exist in type
Relu6(10, { inizializer: 'he' })
//          ~~~~~~~~~~~ 'inizializer' does not exist in type
RepeatVector(20, { inizializer: 'he' })
//                 ~~~~~~~~~~~ 'inizializer' does not exist in type
Reshape([-1, 16], { inizializer: 'he' })
//                  ~~~~~~~~~~~ 'inizializer' does not exist in type
Select(0, { inizializer: 'he' })
//          ~~~~~~~~~~~ 'inizializer' does not exist in type
Selu(10, { inizializer: 'he' })
//         ~~~~~~~~~~~ 'inizializer' does not exist in type
SeparableConvolution([3, 3, 16], { padding: 'same', inizializer: 'he' })
//                                                  ~~~~~~~~~~~ 'inizializer' does not exist in type
Sigmoid(10, { inizializer: 'he' })
//            ~~~~~~~~~~~ 'inizializer' does not exist in type
Swish(10, { inizializer: 'he' })
//          ~~~~~~~~~~~ 'inizializer' does not exist in type
SimpleRNN(64, { onlyReturnFinal: false, inizializer: 'he' })
//                                      ~~~~~~~~~~~ 'inizializer' does not exist in type
Softmax(10, { inizializer: 'he' })
//            ~~~~~~~~~~~ 'inizializer' does not exist in type
Softplus(10, { inizializer: 'he' })
//             ~~~~~~~~~~~ 'inizializer' does not exist in type
Softsign(10, { inizializer: 'he' })
//             ~~~~~~~~~~~ 'inizializer' does not exist in type
SpatialDropout(0.2, { inizializer: 'he' })
//                    ~~~~~~~~~~~ 'inizializer' does not exist in type
SpectralNorm(Linear(8), { inizializer: 'he' })
//                        ~~~~~~~~~~~ 'inizializer' does not exist in type
Tanh(10, { inizializer: 'he' })
//         ~~~~~~~~~~~ 'inizializer' does not exist in type
TimeDistributed(Relu(16), { inizializer: 'he' })
//                          ~~~~~~~~~~~ 'inizializer' does not exist in type
Transpose([0, 2, 1], { inizializer: 'he' })
//                     ~~~~~~~~~~~ 'inizializer' does not exist in type
Upscale(2, { inizializer: 'he' })
//           ~~~~~~~~~~~ 'inizializer' does not exist in type
WeightNorm(Relu(8), { inizializer: 'he' })
//                    ~~~~~~~~~~~ 'inizializer' does not exist in type
ZeroPadding([1, [0, 1]], { inizializer: 'he' })
//                         ~~~~~~~~~~~ 'inizializer' does not exist in type

// The same where the options come first, in every layer whose first argument may be left out.

Concatenate({ inizializer: 'he' })
//            ~~~~~~~~~~~ 'inizializer' does not exist in type
Dot({ inizializer: 'he' })
//    ~~~~~~~~~~~ 'inizializer' does not exist in type
Elementwise({ inizializer: 'he' })
//            ~~~~~~~~~~~ 'inizializer' does not exist in type
Elu({ inizializer: 'he' })
//    ~~~~~~~~~~~ 'inizializer' does not exist in type
Exponential({ inizializer: 'he' })
//            ~~~~~~~~~~~ 'inizializer' does not exist in type
GatedAverage({ inizializer: 'he' })
//             ~~~~~~~~~~~ 'inizializer' does not exist in type
GaussianNoise({ inizializer: 'he' })
//              ~~~~~~~~~~~ 'inizializer' does not exist in type
Gelu({ inizializer: 'he' })
//     ~~~~~~~~~~~ 'inizializer' does not exist in type
GlobalPooling({ inizializer: 'he' })
//              ~~~~~~~~~~~ 'inizializer' does not exist in type
HardSigmoid({ inizializer: 'he' })
//            ~~~~~~~~~~~ 'inizializer' does not exist in type
HardSwish({ inizializer: 'he' })
//          ~~~~~~~~~~~ 'inizializer' does not exist in type
LeakyRelu({ inizializer: 'he' })
//          ~~~~~~~~~~~ 'inizializer' does not exist in type
Linear({ inizializer: 'he' })
//       ~~~~~~~~~~~ 'inizializer' does not exist in type
LogSoftmax({ inizializer: 'he' })
//           ~~~~~~~~~~~ 'inizializer' does not exist in type
Masking({ inizializer: 'he' })
//        ~~~~~~~~~~~ 'inizializer' does not exist in type
Mish({ inizializer: 'he' })
//     ~~~~~~~~~~~ 'inizializer' does not exist in type
PRelu({ inizializer: 'he' })
//      ~~~~~~~~~~~ 'inizializer' does not exist in type
PositionalEncoding({ inizializer: 'he' })
//                   ~~~~~~~~~~~ 'inizializer' does not exist in type
Relu({ inizializer: 'he' })
//     ~~~~~~~~~~~ 'inizializer' does not exist in type
Relu6({ inizializer: 'he' })
//      ~~~~~~~~~~~ 'inizializer' does not exist in type
Reshape({ inizializer: 'he' })
//        ~~~~~~~~~~~ 'inizializer' does not exist in type
Selu({ inizializer: 'he' })
//     ~~~~~~~~~~~ 'inizializer' does not exist in type
Sigmoid({ inizializer: 'he' })
//        ~~~~~~~~~~~ 'inizializer' does not exist in type
Softmax({ inizializer: 'he' })
//        ~~~~~~~~~~~ 'inizializer' does not exist in type
Softplus({ inizializer: 'he' })
//         ~~~~~~~~~~~ 'inizializer' does not exist in type
Softsign({ inizializer: 'he' })
//         ~~~~~~~~~~~ 'inizializer' does not exist in type
Swish({ inizializer: 'he' })
//      ~~~~~~~~~~~ 'inizializer' does not exist in type
Tanh({ inizializer: 'he' })
//     ~~~~~~~~~~~ 'inizializer' does not exist in type
Relu({ alpha: 'he' })
//     ~~~~~ Type 'string' is not assignable to type 'number'
Concatenate({ name: 1 })
//            ~~~~ Type 'number' is not assignable to type 'string'

// Options come once.

Concatenate({ name: 'a' }, { name: 'b' })
//          ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Dot({ name: 'a' }, { name: 'b' })
//  ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Elementwise({ name: 'a' }, { name: 'b' })
//          ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Elu({ name: 'a' }, { name: 'b' })
//  ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Exponential({ name: 'a' }, { name: 'b' })
//          ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
GatedAverage({ name: 'a' }, { name: 'b' })
//           ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Gelu({ name: 'a' }, { name: 'b' })
//   ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
GlobalPooling({ name: 'a' }, { name: 'b' })
//            ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
HardSigmoid({ name: 'a' }, { name: 'b' })
//          ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
HardSwish({ name: 'a' }, { name: 'b' })
//        ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
LeakyRelu({ name: 'a' }, { name: 'b' })
//        ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Linear({ name: 'a' }, { name: 'b' })
//     ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
LogSoftmax({ name: 'a' }, { name: 'b' })
//         ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Masking({ name: 'a' }, { name: 'b' })
//      ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Mish({ name: 'a' }, { name: 'b' })
//   ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
PRelu({ name: 'a' }, { name: 'b' })
//    ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
PositionalEncoding({ name: 'a' }, { name: 'b' })
//                 ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Relu({ name: 'a' }, { name: 'b' })
//   ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Relu6({ name: 'a' }, { name: 'b' })
//    ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Reshape({ name: 'a' }, { name: 'b' })
//      ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Selu({ name: 'a' }, { name: 'b' })
//   ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Sigmoid({ name: 'a' }, { name: 'b' })
//      ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Softmax({ name: 'a' }, { name: 'b' })
//      ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Softplus({ name: 'a' }, { name: 'b' })
//       ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Softsign({ name: 'a' }, { name: 'b' })
//       ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Swish({ name: 'a' }, { name: 'b' })
//    ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
Tanh({ name: 'a' }, { name: 'b' })
//   ~~~~~~~~~~~~~ Argument of type '{ name: string; }' is not assignable to parameter of type
