import {
  AveragePooling1D,
  Bidirectional,
  block,
  branch,
  Concatenate,
  Convolution,
  Convolution1D,
  Convolution3D,
  Cropping,
  Dot,
  Elementwise,
  GRU,
  Input,
  InstanceNorm,
  join,
  LSTM,
  Masking,
  MaxPooling,
  MaxPooling3D,
  MultiHeadAttention,
  PositionalEncoding,
  parallel,
  Relu,
  RepeatVector,
  Reshape,
  repeat,
  residual,
  Select,
  Softmax,
  SpatialDropout,
  TimeDistributed,
  TransformerEncoder,
  to,
  WeightNorm,
  when,
  ZeroPadding,
} from '../../../src/index.ts'

// A mistake is underlined where it stands, and reads as a sentence.

join(Input(10), Relu(5), Convolution([3, 3, 16]), Relu())
//                       ~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got [?, 5]
join(Input([28, 28, 1]), Softmax(10))
//                       ~~~~~~~~~~~ Softmax(10) expects a 2-dimensional input [batch, features], got [?, 28, 28, 1]: put Reshape() before it, or TimeDistributed around it
join(Input([2, 2, 1]), Convolution([3, 3, 16]))
//                     ~~~~~~~~~~~~~~~~~~~~~~~ Convolution: the 3x3 window does not fit into the input [?, 2, 2, 1]
join(Input([1, 1, 1]), MaxPooling([2, 2]), Relu())
//                     ~~~~~~~~~~~~~~~~~~ the 2x2 window does not fit into the input [?, 1, 1, 1]
join(Input([4, 4, 3]), Reshape([5, 5]), Relu())
//                     ~~~~~~~~~~~~~~~ Reshape: the input [?, 4, 4, 3] has 48 features, [5, 5] has 25
join(Input(10), parallel(Relu(4), Relu(5)), Elementwise('add'), Softmax(3))
//                                          ~~~~~~~~~~~~~~~~~~ Elementwise expects inputs of one shape, got [?, 4] and [?, 5]
join(Input(10), Concatenate())
//              ~~~~~~~~~~~~~ Concatenate expects several inputs, got [?, 10]

Input(10).to(Convolution([3, 3, 16]))
//           ~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input
Relu(10)['>>'](Convolution([3, 3, 16]))
//             ~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input
join(Input(10), Relu(5)).to(Convolution([3, 3, 16]))
//                          ~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input
to(Convolution([3, 3, 16]))(Input(10))
//                          ~~~~~~~~~ Convolution expects a 4-dimensional input

join(Input([9, 9, 1]), repeat(Convolution([5, 5, 1]), 3))
//                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution: the 5x5 window does not fit into the input [?, 1, 1, 1]
repeat(Relu(4, { name: 'fc' }), 2)
//     ~~~~~~~~~~~~~~~~~~~~~~~ Every copy would be named 'fc': write a pattern, such as 'fc-{}'

join(Input(4), Relu(3, { name: 'fc' }), Relu(2, { name: 'fc' }))
//                                      ~~~~~~~~~~~~~~~~~~~~~~~ Two layers are named 'fc': give one of them another name
join(Input(4), Relu(3, { name: 'fc' })).to(Relu(2, { name: 'fc' }))
//                                         ~~~~~~~~~~~~~~~~~~~~~~~ Two layers are named 'fc': give one of them another name
parallel(Relu(3, { name: 'a' }), Relu(3, { name: 'a' }))
//                               ~~~~~~~~~~~~~~~~~~~~~~ Two layers are named 'a': give one of them another name

Convolution([3, 3, 16], { padding: 'full' })
//                        ~~~~~~~ Type '"full"' is not assignable to type
Convolution([3, 3, 16], { strides: 2 })
//                        ~~~~~~~ 'strides' does not exist in type

// Residual blocks, branches, conditions and named blocks; within a block the error names the path.
join(Input(10), residual(Relu(5)))
//              ~~~~~~~~~~~~~~~~~ Elementwise expects inputs of one shape, got [?, 10] and [?, 5]: bring the branches to one shape; in a residual block give the shortcut a layer that does
residual(Relu(5), { merge: 'maximise' })
//                  ~~~~~ Type '"maximise"' is not assignable to type
residual(Relu(5), { skip: Relu(5) })
//                  ~~~~ 'skip' does not exist in type
join(Input(10), branch(Relu(5), Convolution([3, 3, 16])), Concatenate())
//              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got [?, 10]
branch(Relu(3, { name: 'a' }), Relu(3, { name: 'a' }))
//                             ~~~~~~~~~~~~~~~~~~~~~~ Two layers are named 'a': give one of them another name
declare const deep: boolean
join(Input(10), when(deep, Convolution([3, 3, 16])))
//              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got [?, 10]
join(Input(10), block('resnet50', block('res3a', Convolution([3, 3, 16]))))
//              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ resnet50 > res3a > Convolution expects a 4-dimensional input [batch, rows, cols, channels], got [?, 10]
join(Input(4), block('a', Relu(3)), block('a', Relu(3)))
//                                  ~~~~~~~~~~~~~~~~~~~ Two layers are named 'a': give one of them another name
repeat(block('a', Relu(3)), 2)
//     ~~~~~~~~~~~~~~~~~~~ Every copy would be named 'a': write a pattern, such as 'a-{}'

// Windows over one and three axes, groups and margins.
join(Input([9, 6]), Convolution1D([3, 8], { groups: 4 }))
//                  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution1D cannot divide 6 channels into 4 groups of one size
join(Input([9, 9, 6]), Convolution([3, 3, 8], { groups: 4 }))
//                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution cannot divide 6 channels into 4 groups of one size
join(Input([2, 6]), Convolution1D([3, 8]))
//                  ~~~~~~~~~~~~~~~~~~~~~ Convolution1D: the window of 3 does not fit into the input [?, 2, 6]
join(Input([9, 9, 6]), Convolution3D([3, 3, 3, 8]))
//                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution3D expects a 5-dimensional input [batch, depth, rows, cols, channels], got [?, 9, 9, 6]
join(Input([9, 1, 9, 6]), MaxPooling3D([2, 2, 2]))
//                        ~~~~~~~~~~~~~~~~~~~~~~~ MaxPooling3D: the 2x2x2 window does not fit into the input [?, 9, 1, 9, 6]
join(Input(9), AveragePooling1D(2))
//             ~~~~~~~~~~~~~~~~~~~ AveragePooling1D expects a 3-dimensional input [batch, steps, channels], got [?, 9]
join(Input([9, 9, 6]), ZeroPadding([1]))
//                     ~~~~~~~~~~~~~~~~ ZeroPadding expects an input with 1 axes between batch and channels, got [?, 9, 9, 6]
join(Input([3, 9, 6]), Cropping(2))
//                     ~~~~~~~~~~~ Cropping leaves nothing of the input [?, 3, 9, 6]
join(Input(9), InstanceNorm())
//             ~~~~~~~~~~~~~~ InstanceNorm expects an input [batch, ..., channels] with axes between them, got [?, 9]

// Sequences, attention, products and layers around others.
join(Input([9, 6]), LSTM(8, { mask: true }))
//                  ~~~~~~~~~~~~~~~~~~~~~~~ LSTM with a mask expects two inputs, a sequence and its mask, got [?, 9, 6]
join(parallel(Input([9, 6]), Input(8)), GRU(8, { mask: true }))
//                                      ~~~~~~~~~~~~~~~~~~~~~~ GRU expects a mask of as many steps as the sequence has, got [?, 9, 6] and [?, 8]
join(Input(9), Masking())
//             ~~~~~~~~~ Masking expects an input [batch, time, ..., features], got [?, 9]
join(Input(9), Bidirectional(LSTM(4)))
//             ~~~~~~~~~~~~~~~~~~~~~~ Bidirectional > LSTM expects a 3-dimensional input [batch, time, features], got [?, 9]
join(Input([9, 4, 2]), TimeDistributed(Relu(4)))
//                     ~~~~~~~~~~~~~~~~~~~~~~~~ TimeDistributed > Relu(4) expects a 2-dimensional input [batch, features], got [?, 4, 2]
join(Input(9), TimeDistributed(Relu(4)))
//             ~~~~~~~~~~~~~~~~~~~~~~~~ TimeDistributed expects an input [batch, time, ..., features], got [?, 9]
join(Input([9, 6]), MultiHeadAttention(4))
//                  ~~~~~~~~~~~~~~~~~~~~~ MultiHeadAttention cannot divide 6 features among 4 heads: give it a keySize
join(Input([9, 6]), MultiHeadAttention(2, { mask: true }))
//                  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ MultiHeadAttention expects one to three inputs, and its mask with the option mask
join(parallel(Input([9, 6]), Input([8, 6]), Input([7, 6])), MultiHeadAttention(2))
//                                                          ~~~~~~~~~~~~~~~~~~~~~ MultiHeadAttention expects keys and values of as many steps, got [?, 8, 6] and [?, 7, 6]
join(Input(9), PositionalEncoding())
//             ~~~~~~~~~~~~~~~~~~~~ PositionalEncoding expects a 3-dimensional input [batch, time, features], got [?, 9]
join(Input([9, 6]), TransformerEncoder(8, 2))
//                  ~~~~~~~~~~~~~~~~~~~~~~~~ transformer-encoder-{} > Elementwise expects inputs of one shape, got [?, 9, 6] and [?, 9, 8]
join(Input([9, 6]), RepeatVector(2))
//                  ~~~~~~~~~~~~~~~ RepeatVector expects a 2-dimensional input [batch, features], got [?, 9, 6]
join(Input(9), SpatialDropout(0.1))
//             ~~~~~~~~~~~~~~~~~~~ SpatialDropout expects an input [batch, ..., channels] with axes between them, got [?, 9]
join(Input(9), parallel(Relu(2), Relu(3)), Dot())
//                                         ~~~~~ Dot: axis -1 of [?, 2] and axis -1 of [?, 3] differ
join(Input(9), parallel(Relu(2), Relu(2)), Dot(2))
//                                         ~~~~~~ Dot: the input [?, 2] has no axis 2
join(Input(9), Dot())
//             ~~~~~ Dot expects two inputs, got [?, 9]: put parallel(...) before it
join(Input(9), parallel(Relu(2), Relu(3)), Select(2))
//                                         ~~~~~~~~~ Select(2) got 2 inputs, counted from 0
join(Input([9, 6]), WeightNorm(Relu(4)))
//                  ~~~~~~~~~~~~~~~~~~~ WeightNorm > Relu(4) expects a 2-dimensional input [batch, features], got [?, 9, 6]
Elementwise('median')
//          ~~~~~~~~ Argument of type '"median"' is not assignable to parameter of type
Bidirectional(LSTM(4), { merge: 'max' })
//                       ~~~~~ Type '"max"' is not assignable to type
