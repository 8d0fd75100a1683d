import {
  Concatenate,
  Convolution1D,
  dim,
  Elementwise,
  Input,
  init,
  join,
  key,
  LSTM,
  net,
  parallel,
  Softmax,
  TimeDistributed,
} from 'joinery'

// Dimensions with names, through layers that keep them and where they are compared.
const time = dim('time')
const recurrent = LSTM(32, { onlyReturnFinal: false })
const network = join(
  parallel(Input([time, 64]), Input([time, 16])),
  Concatenate(),
  Convolution1D([5, 32], { padding: 'same' }),
  parallel(recurrent, Convolution1D([1, 32])),
  Elementwise('add'),
  TimeDistributed(Softmax(10)),
)
const { params } = init(network, key(0))
export const weight: [5, 80, 32] = params['convolution1d-1'].weight.shape
const text = net('(Input(time, 8) | Input(time, 4)) >> Concatenate >> LSTM(8, onlyReturnFinal=false)')
export const inputWeights = init(text, key(0)).params['lstm-1'].inputWeights.shape
