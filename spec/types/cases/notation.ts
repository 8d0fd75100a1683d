import {
  Convolution,
  Input,
  type InputOf,
  init,
  join,
  key,
  net,
  type OutputOf,
  type ParamsOf,
  Relu,
  Softmax,
  type Tensor,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// A text is a network to the compiler as well: its shapes, variables and mistakes.

export const network = net(
  //         ^? const network: Network<[number, 28, 28, 1], [number, 10], ...
  'Input(28,28,1) >> Convolution(3,3,16, padding=same, stride=2) >> (Relu | Tanh) >> Concatenate >> Reshape >> Softmax(10)',
)
holds<Same<InputOf<typeof network>, [number, 28, 28, 1]>>()
holds<Same<OutputOf<typeof network>, [number, 10]>>()
const { params } = init(network, key(0))
holds<Same<keyof typeof params, 'convolution-1' | 'softmax-1'>>()
holds<Same<(typeof params)['convolution-1']['weight'], Tensor<[3, 3, 1, 16]>>>()
holds<Same<(typeof params)['softmax-1']['weight'], Tensor<[6272, 10]>>>()

// The same layers, whichever way they are written.
const layer = net('Input(8, 8, 3) >> Convolution(3, 3, 16, bias=null, name=first) >> Relu')
const written = join(Input([8, 8, 3]), Convolution([3, 3, 16], { bias: null, name: 'first' }), Relu())
holds<Same<ParamsOf<typeof layer>, ParamsOf<typeof written>>>()
holds<Same<OutputOf<typeof layer>, OutputOf<typeof written>>>()

export const several = net('Input(4) >> Relu(2) | Input(5) >> Relu(3)')
//           ^? const several: Network<[[number, 4], [number, 5]], [[number, 2], [number, 3]], ...
export const one = net('Input(4)')
//           ^? const one: Network<[number, 4], [number, 4], ...
const kept = net(`
  Input(10)                           # ten features
    >> Relu(20, weight=heNormal(gain=2), bias=[1, 2.5, -3e2])
    >> (Tanh(5, name='t{}') >> Relu(20)) * 3  // three times
    >> shared('encoder', Relu(8) >> Tanh(4))
    >> block('stage', residual(Relu(4), name='res{}'))
    >> Softmax(3)
`)
holds<Same<OutputOf<typeof kept>, [number, 3]>>()
holds<
  Same<
    keyof ParamsOf<typeof kept>,
    | 'relu-1'
    | 't1'
    | 'relu-2'
    | 't2'
    | 'relu-3'
    | 't3'
    | 'relu-4'
    | 'encoder/relu-1'
    | 'encoder/tanh-1'
    | 'stage/res1/relu-1'
    | 'softmax-1'
  >
>()
const spread = net('Input(6) >> ((Relu(4) | Tanh(4) >> Relu(3)) | (Relu(6) >> Tanh(6)) * 2)')
holds<Same<OutputOf<typeof spread>, [[number, 4], [number, 3], [number, 6]]>>()
const waiting = net('Convolution(3,3,4) >> Relu')
holds<Same<OutputOf<typeof waiting>, [number, number, number, 4]>>()
const further = join(Input([8, 8, 1]), waiting)
holds<Same<OutputOf<typeof further>, [number, 6, 6, 4]>>()

// Layers of the user's own, and functions that make them.
const blocks = { tower: join(Relu(8), Relu(4)), wide: (units: number) => Relu(units), Relu: Softmax(7) }
const own = net('Input(4) >> tower >> wide(3) >> tower', blocks)
holds<Same<OutputOf<typeof own>, [number, 4]>>()
const replaced = net('Input(4) >> Relu', blocks)
holds<Same<OutputOf<typeof replaced>, [number, 7]>>()

// A text that the compiler does not know.
const text: string = 'Input(4) >> Relu(3)'
const unknown = net(text)
holds<Same<OutputOf<typeof unknown>, number[]>>()
holds<Same<ParamsOf<typeof unknown>[string], Readonly<Record<string, Tensor>>>>()
const joined = join(unknown, Relu(5)).to(Softmax(3))
holds<Same<OutputOf<typeof joined>, [number, 3]>>()

// A text with numbers in it that the compiler does not know has dimensions that it does not know; with texts it may be anything.
const units: number = 8
const partly = net(`Input(${units}, ${units}, 3) >> Convolution(3,3,${units}, padding=same) >> Reshape >> Relu(5)`)
holds<Same<OutputOf<typeof partly>, [number, 5]>>()
const named = net(`Input(4) >> Relu(${units}, name='${text}') >> Softmax(3)`)
holds<Same<OutputOf<typeof named>, [number, 3]>>()
const anything = net(`Input(4) >> ${text} >> Softmax(3)`)
holds<Same<OutputOf<typeof anything>, number[]>>()

net(`Input(${units}) >> Sofmax(5)`)
//  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ "… >> Sofmax(5) ⟵ unknown layer; did you mean Softmax?"

// What does not fit stands beside its layer.
net('Input(10) >> Relu(5) >> Convolution(3,3,16) >> Relu')
//  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ "… >> Convolution(3,3,16) ⟵ Convolution expects a 4-dimensional input [batch, rows, cols, channels], got (?, 5). Give the Input three dimensions, [rows, cols, channels], or put a Reshape before this layer."
net('Input(10) >> (Relu(4) | Tanh(5)) >> Elementwise')
//  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ "… >> Elementwise ⟵ Elementwise expects inputs of one shape, got [(?, 4), (?, 5)]. Bring the branches to one shape; in a residual block give the shortcut a layer that does."
net('Input(10) >> (Relu(4) >> Convolution(3,3,16)) * 2')
//  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ "… >> Convolution(3,3,16)) ⟵ Convolution expects a 4-dimensional input
net('Input(4) >> Relu(3, name=a) >> Tanh(3, name=a)')
//  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ "… >> Tanh(3, name=a) ⟵ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'."
net('Input(4) >> Relu(3, name=a) * 2')
//  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ "… >> Relu(3, name=a) * 2 ⟵ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'."
net('Input(4) >> Relu(3, name=a) | Input(4) >> Tanh(3, name=a)')
//  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ ⟵ a, name: expected a name that no other layer of the network has, got 'a' twice. Give one of them another name, or number them with a pattern: 'a-{}'."
net('Input(4) >> wide(three)', blocks)
//  ~~~~~~~~~~~~~~~~~~~~~~~~~ "… >> wide(three) ⟵ wide does not take these arguments"
net('Input(4) >> wide', { wide: 3 })
//  ~~~~~~~~~~~~~~~~~~ "… >> wide ⟵ wide makes no layer"
net('Input(4) >> twer', blocks)
//  ~~~~~~~~~~~~~~~~~~ "… >> twer ⟵ unknown layer; did you mean tower?"

// Layers around others, attention and what takes a mask.
const around = net(
  'Input(20, 8) >> Bidirectional(LSTM(6, onlyReturnFinal=false), merge=sum) >> TimeDistributed(Relu(4) >> Tanh(5)) >> WeightNorm(Convolution1D(3, 7))',
)
holds<Same<OutputOf<typeof around>, [number, 18, 7]>>()
holds<Same<ParamsOf<typeof around>['time-distributed-1']['tanh-1/weight'], Tensor<[4, 5]>>>()
holds<Same<ParamsOf<typeof around>['weight-norm-1']['weightGain'], Tensor<[7]>>>()
const heeding = net(
  'Input(20, 8) >> (Identity | Masking) >> MultiHeadAttention(2, mask=true, outputSize=6) >> PositionalEncoding',
)
holds<Same<OutputOf<typeof heeding>, [number, 20, 6]>>()
