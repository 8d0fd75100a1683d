import {
  AlphaDropout,
  BatchNorm,
  branch,
  Concatenate,
  Dropout,
  Elementwise,
  Embedding,
  GaussianNoise,
  GlobalPooling,
  Identity,
  Input,
  join,
  LayerNorm,
  net,
  PRelu,
  parallel,
  Relu,
  Reshape,
  RMSNorm,
  Softmax,
} from '../../../src/index.ts'

// Layers of one input, whatever its shape, refuse several.

const sides = parallel(Relu(3), Relu(4))
join(Input(5), sides, Relu(), Concatenate())
//                    ~~~~~~ Relu expects one input, got [(?, 3), (?, 4)]. Put Concatenate() or Elementwise() before it.
join(Input(5), sides, Softmax())
//                    ~~~~~~~~~ Softmax expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, Relu({ alpha: 0.1 }))
//                    ~~~~~~~~~~~~~~~~~~~~ Relu expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, PRelu())
//                    ~~~~~~~ PRelu expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, Dropout(0.5))
//                    ~~~~~~~~~~~~ Dropout expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, AlphaDropout(0.5))
//                    ~~~~~~~~~~~~~~~~~ AlphaDropout expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, GaussianNoise())
//                    ~~~~~~~~~~~~~~~ GaussianNoise expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, BatchNorm())
//                    ~~~~~~~~~~~ BatchNorm expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, LayerNorm())
//                    ~~~~~~~~~~~ LayerNorm expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, RMSNorm())
//                    ~~~~~~~~~ RMSNorm expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, Reshape([-1, 1]))
//                    ~~~~~~~~~~~~~~~~ Reshape expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, Embedding(9, 2))
//                    ~~~~~~~~~~~~~~~ Embedding expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, GlobalPooling())
//                    ~~~~~~~~~~~~~~~ GlobalPooling expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, Identity())
//                    ~~~~~~~~~~ Identity expects one input, got [(?, 3), (?, 4)]. Put
join(Input(5), sides, branch(Concatenate(), Relu()))
//                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Relu expects one input, got [(?, 3), (?, 4)]. Put Concatenate() or Elementwise() before it. It is branch 2.
join(parallel(Input(3), Input(4)), Relu())
//                                 ~~~~~~ Relu expects one input, got [(?, 3), (?, 4)]. Put
net('Input(5) >> (Relu(3) | Tanh(4)) >> Relu')
//  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ one input

// One of them each, merged, and unknown ones fit.
join(Input(5), sides, parallel(Relu(), Dropout(0.5)), Concatenate(), BatchNorm(), Relu())
join(Input(5), sides, Concatenate(), Reshape(), LayerNorm(), GlobalPooling())
export const after = <const W extends number>(width: W) =>
  join(Input(width), parallel(Relu(8), Identity()), Concatenate(), Dropout(0.5), Softmax())
export const unknown = join(Relu(), Dropout(0.5), BatchNorm(), Identity())
export const summed = join(Input([8, 8, 3]), parallel(Relu(), Identity()), Elementwise('add'), GlobalPooling())
