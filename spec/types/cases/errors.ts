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
  GaussianNoise,
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
  shared,
  Tanh,
  TimeDistributed,
  TransformerDecoder,
  TransformerEncoder,
  to,
  WeightNorm,
  when,
  ZeroPadding,
} from '../../../src/index.ts'

// A mistake is underlined where it stands, and reads as a sentence.

join(Input(10), Relu(5), Convolution([3, 3, 16]), Relu())
//                       ~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 5)
join(Input([28, 28, 1]), Softmax(10))
//                       ~~~~~~~~~~~ Softmax expects a 2-dimensional input [batch, features], got (?, 28, 28, 1). Put Reshape() before it, or apply it to every step with TimeDistributed.
join(Input([2, 2, 1]), Convolution([3, 3, 16]))
//                     ~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects an input of at least 3 rows and 3 columns, padding included, got (?, 2, 2, 1). Use a smaller window, less dilation, or padding: 'same'.
join(Input([1, 1, 1]), MaxPooling([2, 2]), Relu())
//                     ~~~~~~~~~~~~~~~~~~ MaxPooling expects an input of at least 2 rows and 2 columns, padding included, got (?, 1, 1, 1). Use a smaller window, less dilation, or padding: 'same'.
join(Input([4, 4, 3]), Reshape([5, 5]), Relu())
//                     ~~~~~~~~~~~~~~~ Reshape expects an input whose 48 features fit into (5, 5), got (?, 4, 4, 3). Use dimensions whose product divides the number of features, or -1 for the rest.
join(Input(10), parallel(Relu(4), Relu(5)), Elementwise('add'), Softmax(3))
//                                          ~~~~~~~~~~~~~~~~~~ Elementwise expects inputs of one shape, got [(?, 4), (?, 5)]. Bring the branches to one shape; in a residual block give the shortcut a layer that does.
join(Input(10), Concatenate())
//              ~~~~~~~~~~~~~ Concatenate expects several inputs, got (?, 10)

Input(10).to(Convolution([3, 3, 16]))
//           ~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input
Relu(10)['>>'](Convolution([3, 3, 16]))
//             ~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input
join(Input(10), Relu(5)).to(Convolution([3, 3, 16]))
//                          ~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input
to(Convolution([3, 3, 16]))(Input(10))
//                          ~~~~~~~~~ Convolution expects a 4-dimensional input

join(Input([9, 9, 1]), repeat(Convolution([5, 5, 1]), 3))
//                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects an input of at least 5 rows and 5 columns, padding included, got (?, 1, 1, 1). Use a smaller window, less dilation, or padding: 'same'.
repeat(Relu(4, { name: 'fc' }), 2)
//     ~~~~~~~~~~~~~~~~~~~~~~~ fc, name: expected a name that no other layer of the network has, got 'fc' twice. Give one of them another name, or number them with a pattern: 'fc-{}'.

join(Input(4), Relu(3, { name: 'fc' }), Relu(2, { name: 'fc' }))
//                                      ~~~~~~~~~~~~~~~~~~~~~~~ fc, name: expected a name that no other layer of the network has, got 'fc' twice. Give one of them another name, or number them with a pattern: 'fc-{}'.
join(Input(8), shared('a', Relu(8)), Relu(8), shared('a', Tanh(8)))
//                                            ~~~~~~~~~~~~~~~~~~~~ a, name: expected one layer that is shared as 'a', got two that differ. Share one layer in every place, or give each a name of its own.
join(Input(8), shared('a', Relu(8)), shared('b', Tanh(8)), shared('a', Relu(8)), shared('b', Tanh(8)))
join(Input(8), block('left', join(shared('a', Relu(8)), Relu(8))), block('right', join(Relu(8), shared('a', Tanh(8)))))
//                                                                 ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ a, name: expected one layer that is shared as 'a', got two that differ. Share
join(Input(8), shared('a', Relu(8)), residual(join(Relu(8), shared('a', Tanh(8)))))
//                                   ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ a, name: expected one layer that is shared as 'a', got two that differ. Share
join(Input(8), parallel(shared('a', Relu(8)), shared('a', Tanh(8))), Concatenate())
//             ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ a, name: expected one layer that is shared as 'a', got two that differ. Share
join(Input(8), block('left', join(shared('a', Relu(8)), Relu(8))), block('right', join(Relu(8), shared('a', Relu(8)))))
const sharing = join(Input(8), block('left', shared('a', Relu(8))))
sharing.to(shared('a', Tanh(8)))
//         ~~~~~~~~~~~~~~~~~~~~ a, name: expected one layer that is shared as 'a', got two that differ. Share
sharing.to(residual(shared('a', Tanh(8))))
//         ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ a, name: expected one layer that is shared as 'a', got two that differ. Share
sharing.to(residual(shared('a', Relu(8)))).to(shared('b', Tanh(8)))
join(Input(4), Relu(3, { name: 'fc' })).to(Relu(2, { name: 'fc' }))
//                                         ~~~~~~~~~~~~~~~~~~~~~~~ fc, name: expected a name that no other layer of the network has, got 'fc' twice. Give one of them another name, or number them with a pattern: 'fc-{}'.
parallel(Relu(3, { name: 'a' }), Relu(3, { name: 'a' }))
//                               ~~~~~~~~~~~~~~~~~~~~~~ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'.

Convolution([3, 3, 16], { padding: 'full' })
//                        ~~~~~~~ Type '"full"' is not assignable to type
Convolution([3, 3, 16], { strides: 2 })
//                        ~~~~~~~ 'strides' does not exist in type

// Residual blocks, branches, conditions and named blocks; within a block the error names the path.
join(Input(10), residual(Relu(5)))
//              ~~~~~~~~~~~~~~~~~ Elementwise expects inputs of one shape, got [(?, 10), (?, 5)]. Bring the branches to one shape; in a residual block give the shortcut a layer that does.
residual(Relu(5), { merge: 'maximise' })
//                  ~~~~~ Type '"maximise"' is not assignable to type
residual(Relu(5), { skip: Relu(5) })
//                  ~~~~ 'skip' does not exist in type
join(Input(10), branch(Relu(5), Convolution([3, 3, 16])), Concatenate())
//              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 10)
branch(Relu(3, { name: 'a' }), Relu(3, { name: 'a' }))
//                             ~~~~~~~~~~~~~~~~~~~~~~ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'.
declare const deep: boolean
join(Input(10), when(deep, Convolution([3, 3, 16])))
//              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 10)
join(Input(10), block('resnet50', block('res3a', Convolution([3, 3, 16]))))
//              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ resnet50 > res3a > Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 10)
join(Input(4), block('a', Relu(3)), block('a', Relu(3)))
//                                  ~~~~~~~~~~~~~~~~~~~ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'.
repeat(block('a', Relu(3)), 2)
//     ~~~~~~~~~~~~~~~~~~~ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'.

// Windows over one and three axes, groups and margins.
join(Input([9, 6]), Convolution1D([3, 8], { groups: 4 }))
//                  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution1D expects input channels that 4 groups divide, got (?, 9, 6). Use a number of groups that divides 6.
join(Input([9, 9, 6]), Convolution([3, 3, 8], { groups: 4 }))
//                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution expects input channels that 4 groups divide, got (?, 9, 9, 6). Use a number of groups that divides 6.
join(Input([2, 6]), Convolution1D([3, 8]))
//                  ~~~~~~~~~~~~~~~~~~~~~ Convolution1D expects an input of at least 3 elements, padding included, got (?, 2, 6). Use a smaller window, less dilation, or padding: 'same'.
join(Input([9, 9, 6]), Convolution3D([3, 3, 3, 8]))
//                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~ Convolution3D expects a 5-dimensional input [batch, depth, rows, cols, channels], got (?, 9, 9, 6)
join(Input([9, 1, 9, 6]), MaxPooling3D([2, 2, 2]))
//                        ~~~~~~~~~~~~~~~~~~~~~~~ MaxPooling3D expects an input of at least 2x2x2 elements, padding included, got (?, 9, 1, 9, 6). Use a smaller window, less dilation, or padding: 'same'.
join(Input(9), AveragePooling1D(2))
//             ~~~~~~~~~~~~~~~~~~~ AveragePooling1D expects a 3-dimensional input [batch, steps, channels], got (?, 9)
join(Input([9, 9, 6]), ZeroPadding([1]))
//                     ~~~~~~~~~~~~~~~~ ZeroPadding expects an input with 1 axes between batch and channels, got (?, 9, 9, 6)
join(Input([3, 9, 6]), Cropping(2))
//                     ~~~~~~~~~~~ Cropping expects an input larger than what is cut off, got (?, 3, 9, 6). Cut off less.
join(Input(9), InstanceNorm())
//             ~~~~~~~~~~~~~~ InstanceNorm expects an input [batch, ..., channels] with axes between them, got (?, 9)

// Sequences, attention, products and layers around others.
join(Input([9, 6]), LSTM(8, { mask: true }))
//                  ~~~~~~~~~~~~~~~~~~~~~~~ LSTM expects several inputs, got (?, 9, 6). Put parallel(...) before it.
join(parallel(Input([9, 6]), Input(8)), GRU(8, { mask: true }))
//                                      ~~~~~~~~~~~~~~~~~~~~~~ GRU expects a mask [batch, time] beside the sequence, got [(?, 9, 6), (?, 8)]. Masking() makes one of a sequence.
join(parallel(Input([9, 6]), Input(8), Input(7)), LSTM(8, { initial: true }))
//                                                ~~~~~~~~~~~~~~~~~~~~~~~~~~ LSTM expects a sequence and a hidden state and a cell, each [batch, 8], got [(?, 9, 6), (?, 8), (?, 7)]. Give the initial state as further inputs, such as those of another layer with returnState.
join(parallel(Input([9, 6]), Input(8)), GRU(8, { initial: true, mask: true }))
//                                      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ GRU expects a sequence, its mask and a hidden state [batch, 8], got [(?, 9, 6), (?, 8)].
join(Input([9, 6]), GRU(8, { returnState: true }), Softmax(3))
//                                                 ~~~~~~~~~~ Softmax expects one input, got [(?, 8), (?, 8)].
join(Input(9), Masking())
//             ~~~~~~~~~ Masking expects an input [batch, time, ..., features], got (?, 9)
join(Input(9), Bidirectional(LSTM(4)))
//             ~~~~~~~~~~~~~~~~~~~~~~ Bidirectional > LSTM expects a 3-dimensional input [batch, time, features], got (?, 9)
join(Input([9, 4, 2]), TimeDistributed(Relu(4)))
//                     ~~~~~~~~~~~~~~~~~~~~~~~~ TimeDistributed > Relu expects a 2-dimensional input [batch, features], got (?, 4, 2). Put Reshape() before that layer, within TimeDistributed, or apply TimeDistributed twice, for two axes of steps.
join(Input(9), TimeDistributed(Relu(4)))
//             ~~~~~~~~~~~~~~~~~~~~~~~~ TimeDistributed expects an input [batch, time, ..., features], got (?, 9)
join(Input([9, 6]), MultiHeadAttention(4))
//                  ~~~~~~~~~~~~~~~~~~~~~ MultiHeadAttention expects features divisible by 4 heads, got (?, 9, 6). Use another number of heads, or give keySize.
join(Input([9, 6]), MultiHeadAttention(2, { mask: true }))
//                  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ MultiHeadAttention expects one to three inputs and a mask, got (?, 9, 6). Give a sequence, or query and key, or query, key and value; with mask: true, a mask after them.
join(parallel(Input([9, 6]), Input([8, 6]), Input([7, 6])), MultiHeadAttention(2))
//                                                          ~~~~~~~~~~~~~~~~~~~~~ MultiHeadAttention expects as many keys as values, got [(?, 9, 6), (?, 8, 6), (?, 7, 6)]. Every key has one value.
join(Input(9), PositionalEncoding())
//             ~~~~~~~~~~~~~~~~~~~~ PositionalEncoding expects a 3-dimensional input [batch, time, features], got (?, 9)
join(Input([9, 6]), TransformerEncoder(8, 2))
//                  ~~~~~~~~~~~~~~~~~~~~~~~~ TransformerEncoder expects a sequence [batch, time, 8], got (?, 9, 6). Give the Input two dimensions, [time, 8]; TimeDistributed(Linear(8)) brings every step to 8 features.
join(Input(8), TransformerEncoder(8, 2))
//             ~~~~~~~~~~~~~~~~~~~~~~~~ TransformerEncoder expects a sequence [batch, time, 8], got (?, 8).
join(Input([9, 8]), TransformerEncoder(8, 2, { mask: true }))
//                  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ TransformerEncoder expects two inputs, a sequence [batch, time, 8] and its mask [batch, time], got (?, 9, 8). Put parallel(Identity(), Masking()) before it; TimeDistributed(Linear(8)) brings every step to 8 features.
join(parallel(Input([9, 8]), Input(7)), TransformerEncoder(8, 2, { mask: true }))
//                                      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ TransformerEncoder expects two inputs, a sequence [batch, time, 8] and its mask [batch, time], got [(?, 9, 8), (?, 7)].
join(Input([9, 8]), TransformerDecoder(8, 2))
//                  ~~~~~~~~~~~~~~~~~~~~~~~~ TransformerDecoder expects two inputs, a sequence [batch, time, 8] and a memory [batch, time, features], got (?, 9, 8). Put parallel(...) of them before it; TimeDistributed(Linear(8)) brings every step to 8 features.
join(parallel(Input([9, 6]), Input([7, 8])), TransformerDecoder(8, 2))
//                                           ~~~~~~~~~~~~~~~~~~~~~~~~ TransformerDecoder expects two inputs, a sequence [batch, time, 8] and a memory [batch, time, features], got [(?, 9, 6), (?, 7, 8)].
TransformerEncoder(8, 3)
//                    ~ TransformerEncoder, heads: expected a number that divides the 8 features, got 3. Use another number of heads, or of features.
TransformerDecoder(8, 0)
//                    ~ TransformerDecoder, heads: expected a positive integer, got 0. For example: TransformerDecoder(512, 8).
TransformerEncoder(8.5, 1)
//                 ~~~ TransformerEncoder, features: expected a positive integer, got 8.5. For example: TransformerEncoder(512, 8).
TransformerEncoder(8, 2, { hidden: 0 })
//                         ~~~~~~ TransformerEncoder, hidden: expected a positive integer, or null for 4 times the features, got 0. For example: TransformerEncoder(512, 8).
TransformerDecoder(8, 2, { dropout: 1 })
//                         ~~~~~~~ TransformerDecoder, dropout: expected a number >= 0 and < 1, got 1. For example: TransformerDecoder(512, 8).
join(Input([9, 6]), RepeatVector(2))
//                  ~~~~~~~~~~~~~~~ RepeatVector expects a 2-dimensional input [batch, features], got (?, 9, 6)
join(Input(9), SpatialDropout(0.1))
//             ~~~~~~~~~~~~~~~~~~~ SpatialDropout expects an input [batch, ..., channels] with axes between them, got (?, 9)
join(Input(9), parallel(Relu(2), Relu(3)), Dot())
//                                         ~~~~~ Dot expects inputs of one size along their axes -1 and -1, got [(?, 2), (?, 3)]. Bring the branches to one size there.
join(Input(9), parallel(Relu(2), Relu(2)), Dot(2))
//                                         ~~~~~~ Dot expects inputs with the axes 2 and 2 beside the batch, got [(?, 2), (?, 2)]. Choose an axis that each input has.
join(Input(9), Dot())
//             ~~~~~ Dot expects several inputs, got (?, 9). Put parallel(...) before it.
join(Input(9), parallel(Relu(2), Relu(3)), Select(2))
//                                         ~~~~~~~~~ Select expects at least 3 inputs, got [(?, 2), (?, 3)]. Inputs are counted from 0.
join(Input([9, 6]), WeightNorm(Relu(4)))
//                  ~~~~~~~~~~~~~~~~~~~ WeightNorm > Relu expects a 2-dimensional input [batch, features], got (?, 9, 6). Put Reshape() before it, or apply it to every step with TimeDistributed.
Input('3x')
//    ~~~~ Input, shape: expected a positive integer, null, the name of a dimension, or an array of them (without the batch), got '3x'. For example: Input([28, 28, 1]).
PositionalEncoding('cos')
//                 ~~~~~ is not assignable to parameter of type 'PositionalForm | Elsewhere<
GaussianNoise('1')
//            ~~~ is not assignable to parameter of type 'number | Elsewhere<GaussianNoiseOptions
Elementwise('median')
//          ~~~~~~~~ Argument of type '"median"' is not assignable to parameter of type
Bidirectional(LSTM(4), { merge: 'max' })
//                       ~~~~~ Type '"max"' is not assignable to type
