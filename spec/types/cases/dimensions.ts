import {
  apply,
  BatchNorm,
  Bidirectional,
  Concatenate,
  Convolution,
  Convolution1D,
  type Dim,
  Dot,
  Dropout,
  dim,
  Elementwise,
  GRU,
  Input,
  type InputOf,
  init,
  join,
  key,
  LayerNorm,
  LSTM,
  Masking,
  MaxPooling1D,
  MultiHeadAttention,
  net,
  type OutputOf,
  PositionalEncoding,
  parallel,
  Relu,
  Reshape,
  repeat,
  residual,
  Softmax,
  type Tensor,
  TimeDistributed,
  TransformerEncoder,
  Transpose,
  tensor,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// Dimensions with names: kept by layers that keep the axis, unknown after arithmetic, and different where names differ.

export const sequence = join(Input([dim('time'), 32]))
//           ^? const sequence: Network<[number, Dim<"time">, 32], [number, Dim<"time">, 32], ...
export const recurrent = sequence.to(LSTM(8, { onlyReturnFinal: false }))
//           ^? const recurrent: Network<[number, Dim<"time">, 32], [number, Dim<"time">, 8], ...
const plain = join(Input(['time', 32]))
holds<Same<InputOf<typeof plain>, InputOf<typeof sequence>>>()
holds<Same<InputOf<typeof plain>, [number, Dim<'time'>, 32]>>()

// Kept.
const kept = join(
  Input(['time', 32]),
  BatchNorm(),
  LayerNorm(),
  Relu(),
  Dropout(0.1),
  PositionalEncoding(),
  MultiHeadAttention(4),
  residual(TimeDistributed(Relu(32))),
  Convolution1D([3, 16], { padding: 'same' }),
  Convolution1D([5, 16], { padding: 2 }),
  Convolution1D([1, 16]),
  Bidirectional(GRU(8, { onlyReturnFinal: false })),
  repeat(GRU(16, { onlyReturnFinal: false }), 2),
)
holds<Same<OutputOf<typeof kept>, [number, Dim<'time'>, 16]>>()
const encoded = join(Input(['time', 32]), TransformerEncoder(32, 4))
holds<Same<OutputOf<typeof encoded>, [number, Dim<'time'>, 32]>>()
const masked = join(
  Input(['time', 8]),
  parallel(LayerNorm(), Masking()),
  LSTM(4, { mask: true, onlyReturnFinal: false }),
)
holds<Same<OutputOf<typeof masked>, [number, Dim<'time'>, 4]>>()
const turned = join(Input(['time', 8, 3]), Transpose([0, 2, 1, 3]), Reshape([8, -1, 3]))
holds<Same<OutputOf<typeof turned>, [number, 8, Dim<'time'>, 3]>>()
const scores = join(Input(['time', 8]), parallel(Relu(), Relu()), Dot(-1))
holds<Same<OutputOf<typeof scores>, [number, Dim<'time'>, Dim<'time'>]>>()
const image = join(Input(['rows', 'cols', 3]), Convolution([3, 3, 8], { padding: 'same' }))
holds<Same<OutputOf<typeof image>, [number, Dim<'rows'>, Dim<'cols'>, 8]>>()
const classes = join(Input(['time', 8]), GRU(4), Softmax(3))
holds<Same<OutputOf<typeof classes>, [number, 3]>>()

// Unknown after arithmetic.
const valid = join(Input(['time', 8]), Convolution1D([3, 4]))
holds<Same<OutputOf<typeof valid>, [number, number, 4]>>()
const halved = join(Input(['time', 8]), Convolution1D([3, 4], { padding: 'same', stride: 2 }))
holds<Same<OutputOf<typeof halved>, [number, number, 4]>>()
const pooled = join(Input(['time', 8]), MaxPooling1D(2))
holds<Same<OutputOf<typeof pooled>, [number, number, 8]>>()
const flat = join(Input(['time', 8]), Reshape())
holds<Same<OutputOf<typeof flat>, [number, number]>>()
const appended = join(parallel(Input(['time', 8]), Input(['frames', 8])), Concatenate(1))
holds<Same<OutputOf<typeof appended>, [number, number, 8]>>()

// Together: a name wins over none, a size over a name.
const both = join(parallel(Input(['time', 8]), Input(['time', 4])), Concatenate())
holds<Same<OutputOf<typeof both>, [number, Dim<'time'>, 12]>>()
const first = join(parallel(Input(['time', 8]), Input([null, 8])), Elementwise())
holds<Same<OutputOf<typeof first>, [number, Dim<'time'>, 8]>>()
const second = join(parallel(Input([null, 8]), Input(['time', 8])), Elementwise())
holds<Same<OutputOf<typeof second>, [number, Dim<'time'>, 8]>>()
const sized = join(parallel(Input(['time', 8]), Input([20, 8])), Elementwise())
holds<Same<OutputOf<typeof sized>, [number, 20, 8]>>()
const checked = join(Input([null, 8]), Input(['time', 8]))
holds<Same<OutputOf<typeof checked>, [number, Dim<'time'>, 8]>>()

// Two names.
join(parallel(Input(['time', 8]), Input(['frames', 8])), Concatenate())
//                                                       ~~~~~~~~~~~~~ Concatenate expects inputs that differ over axis -1 only, got [(?, time, 8), (?, frames, 8)]. Bring the other dimensions of the branches to one size.
join(parallel(Input(['time', 8]), Input(['frames', 8])), Elementwise())
//                                                       ~~~~~~~~~~~~~ Elementwise expects inputs of one shape, got [(?, time, 8), (?, frames, 8)].
join(parallel(Input(['time', 8]), Input(['frames', 8])), Dot(1))
//                                                       ~~~~~~ Dot expects inputs of one size along their axes 1 and 1, got [(?, time, 8), (?, frames, 8)].
join(Input(['time', 8]), Input(['frames', 8]))
//                       ~~~~~~~~~~~~~~~~~~~~ Input expects (?, frames, 8), got (?, time, 8). Remove this Input, or change its shape.
join(parallel(Input(['time', 8]), Input(['a', 8]), Input(['b', 8])), MultiHeadAttention(4))
//                                                                   ~~~~~~~~~~~~~~~~~~~~~ MultiHeadAttention expects as many keys as values, got [(?, time, 8), (?, a, 8), (?, b, 8)].
join(Input(['time', 8]), Relu(3))
//                       ~~~~~~~ Relu expects a 2-dimensional input [batch, features], got (?, time, 8).

// In texts.
export const text = net('Input(time, 32) >> LSTM(8, onlyReturnFinal=false)')
//           ^? const text: Network<[number, Dim<"time">, 32], [number, Dim<"time">, 8], ...
net('(Input(time, 8) | Input(frames, 8)) >> Concatenate')
//  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ "… >> Concatenate ⟵ Concatenate expects inputs that differ over axis -1 only, got [(?, time, 8), (?, frames, 8)].
net('Input(a-b, 8)')
//  ~~~~~~~~~~~~~~~ "Input(a-b, 8) ⟵ Input does not take these arguments"

// Any size stands where a name does.
const variables = init(recurrent, key(0))
const { output } = apply(recurrent, variables, tensor(new Float32Array(640), [1, 20, 32]))
holds<Same<typeof output, Tensor<[number, Dim<'time'>, 8]>>>()
const known: Tensor<[number, number, 8]> = output
export const named: Tensor<[number, Dim<'time'>, 8]> = known
const steps: number = output.shape[1]
export const doubled = 2 * steps
const length = (name: string) => join(Input([name, 4]))
holds<Same<OutputOf<ReturnType<typeof length>>, [number, number, 4]>>()
