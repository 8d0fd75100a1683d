import {
  AveragePooling,
  AveragePooling1D,
  AveragePooling3D,
  BatchNorm,
  Bidirectional,
  Convolution,
  Convolution1D,
  Convolution3D,
  Deconvolution,
  DepthwiseConvolution,
  Elementwise,
  GlobalPooling,
  GRU,
  LowRank,
  LSTM,
  MaxPooling,
  MaxPooling1D,
  MaxPooling3D,
  PositionalEncoding,
  RandomFlip,
  RandomRotation,
  Relu,
  residual,
  SeparableConvolution,
  SimpleRNN,
  TransformerDecoder,
  TransformerEncoder,
} from '../../../src/index.ts'

// Editors offer all values of an option that is a text, of every layer that has one.

Convolution([3, 3, 16], { padding: 'same' })
//                                  ^| valid, same
Convolution([3, 3, 16], { padding: 'same', stride: 2 })
//                                  ^| valid, same
Convolution1D([5, 16], { padding: 'same' })
//                                 ^| valid, same, causal
Convolution3D([3, 3, 3, 16], { padding: 'same' })
//                                       ^| valid, same
Deconvolution([3, 3, 16], { padding: 'same' })
//                                    ^| valid, same
DepthwiseConvolution([3, 3], { padding: 'same' })
//                                       ^| valid, same
SeparableConvolution([3, 3, 16], { padding: 'same' })
//                                           ^| valid, same
MaxPooling([2, 2], { padding: 'same' })
//                             ^| valid, same
MaxPooling1D(2, { padding: 'same' })
//                          ^| valid, same
MaxPooling3D([2, 2, 2], { padding: 'same' })
//                                  ^| valid, same
AveragePooling([2, 2], { padding: 'same' })
//                                 ^| valid, same
AveragePooling1D(2, { padding: 'same' })
//                              ^| valid, same
AveragePooling3D([2, 2, 2], { padding: 'same' })
//                                      ^| valid, same
GlobalPooling('avg')
//             ^| avg, max, sum
BatchNorm({ running: 'variance' })
//                    ^| variance, inverseDeviation
Bidirectional(LSTM(16), { merge: 'sum' })
//                                ^| concat, sum, average, multiply
LSTM(16, { cell: 'tanh' })
//                ^| sigmoid, hardSigmoid, tanh, softsign, relu, linear
GRU(16, { hiddenUpdate: 'tanh' })
//                       ^| sigmoid, hardSigmoid, tanh, softsign, relu, linear
SimpleRNN(16, { activation: 'tanh' })
//                           ^| sigmoid, hardSigmoid, tanh, softsign, relu, linear
Elementwise('add')
//           ^| add, multiply, subtract, average, maximum, minimum
residual(Relu(), { merge: 'add' })
//                         ^| add, multiply, subtract, average, maximum, minimum
LowRank(Relu(8), 4, { frozen: 'all' })
//                             ^| all, weights
PositionalEncoding('learned')
//                  ^| sinusoidal, learned
RandomFlip('vertical')
//          ^| horizontal, vertical, horizontalAndVertical
RandomRotation(0.1, { interpolation: 'nearest' })
//                                    ^| bilinear, nearest
RandomRotation(0.1, { fill: 'wrap' })
//                           ^| nearest, reflect, wrap
TransformerEncoder(16, 4, { norm: 'pre' })
//                                 ^| pre, post
TransformerEncoder(16, 4, { activation: 'gelu' })
//                                       ^| relu, gelu
TransformerDecoder(16, 4, { norm: 'pre' })
//                                 ^| pre, post

// Others are refused, and what a function of the user's own passes on is known where it is called.

Convolution([3, 3, 16], { padding: 'causal' })
//                        ~~~~~~~ '"causal"' is not assignable to type
MaxPooling([2, 2], { padding: 'causal' })
//                   ~~~~~~~ '"causal"' is not assignable to type
Deconvolution([3, 3, 16], { padding: 'causal' })
//                          ~~~~~~~ '"causal"' is not assignable to type
Bidirectional(LSTM(16), { merge: 'add' })
//                        ~~~~~ '"add"' is not assignable to type
LowRank(Relu(8), 4, { frozen: 'weight' })
//                    ~~~~~~ '"weight"' is not assignable to type
export const padded = <const P extends 'valid' | 'same'>(padding: P): Convolution<[3, 3, 16], P> =>
  Convolution([3, 3, 16], { padding })
export const same: Convolution<[3, 3, 16], 'same'> = padded('same')

// A function in the place of a text has typed parameters.

export const merged = Elementwise((ops, a, b) => ops.add(a, b))
//           ^? const merged: Elementwise<"elementwise-{}">
export const reduced = GlobalPooling((ops, x, axes) => ops.mean(x, axes), { name: 'mean' })
//           ^? const reduced: GlobalPooling<"mean">
Elementwise('sum')
//          ~~~~~ '"sum"' is not assignable to parameter of type
GlobalPooling('mean')
//            ~~~~~~ '"mean"' is not assignable to parameter of type
