import {
  apply,
  BatchNorm,
  block,
  Concatenate,
  Convolution,
  end,
  Identity,
  Input,
  type InputOf,
  init,
  join,
  key,
  type Layer,
  Linear,
  LSTM,
  MaxPooling,
  type NamesOf,
  type Net,
  type Network,
  net,
  type OutputOf,
  type ParamsOf,
  parallel,
  Relu,
  Reshape,
  repeat,
  residual,
  resnet50,
  Softmax,
  type Tensor,
  type Variables,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// Types that users write: of networks that they export, and of what their functions take.

// A network by its shapes alone: its layers may be any.
export const network: Network<[number, 4], [number, 3]> = join(Input(4), Relu(8), Softmax(3))
export const anyBatch: Network<[number, number], [number, 3]> = network
export const ofText: Network<[number, 4], [number, 3]> = net('Input(4) >> Relu(8) >> Softmax(3)')
export const large: Network<[number, 224, 224, 3], [number, 1000]> = resnet50()
export const several: Network<[[number, 4], [number, 5]], [[number, 4], [number, 5]]> = parallel(Input(4), Input(5))
export const anyOutput: Network<[number, 4], number[]> = network
holds<Same<InputOf<typeof network>, [number, 4]>>()
holds<Same<OutputOf<typeof network>, [number, 3]>>()
holds<Same<NamesOf<typeof network>, string>>()
holds<Same<ParamsOf<typeof network>[string], Readonly<Record<string, Tensor>>>>()
const longer = join(network, Relu(5))
holds<Same<OutputOf<typeof longer>, [number, 5]>>()
const further = network.to(Relu(4)).to(Relu(6))
holds<Same<OutputOf<typeof further>, [number, 6]>>()
const within = join(Input(4), network, Relu(2))
holds<Same<OutputOf<typeof within>, [number, 2]>>()
export const layers: readonly Layer[] = [network, Relu(3), end(network, 'relu-1')]
apply(network, init(network, key(1)), [[1, 2, 3, 4]])

export const wider: Network<[number, 5], [number, 3]> = network
//           ~~~~~ Type '4' is not assignable to type '5'
export const more: Network<[number, 4], [number, 2]> = network
//           ~~~~ Type '3' is not assignable to type '2'
join(network, Convolution([3, 3, 4]))
//            ~~~~~~~~~~~~~~~~~~~~~~ expects a 4-dimensional input [batch, rows, cols, channels], got (?, 3)

// Functions that take networks: of any layers, or, with a type parameter, of those that they are.
const scores = (model: Network<[number, number], [number, number]>, variables: Variables, x: Tensor) =>
  apply(model, variables, x).output
const headed = <const N extends Network<[number, number], [number, number]>>(model: N) => join(model, Softmax(5))
const base = join(Input(4), Relu(8))
export const scored = scores(base, init(base, key(1)), apply(base, init(base, key(1)), [[1, 2, 3, 4]]).output)
const head = headed(base)
holds<Same<ParamsOf<typeof head>['softmax-1']['weight'], Tensor<[8, 5]>>>()
headed(join(Input([4, 4, 1]), Convolution([1, 1, 1])))
//     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ target allows only 2

// Functions that take layers, by what these make of a shape.
type Images = [number, number, number, number]
const classifier = <const L extends Layer<Images, [number, number]>>(features: L) =>
  join(Input([28, 28, 1]), features, Softmax(10))
const classified = classifier(join(Convolution([3, 3, 8]), Relu(), Reshape()))
holds<Same<ParamsOf<typeof classified>['softmax-1']['weight'], Tensor<[5408, 10]>>>()
export const classifiers = [
  classifier(Reshape()),
  classifier(block('b', join(MaxPooling([2, 2]), Reshape(), Linear(4)))),
]
classifier(Relu(5))
//         ~~~~~~~ Refusal<"Relu", "a 2-dimensional input [batch, features]"
classifier(join(Relu(5), Relu(6)))
//         ~~~~~~~~~~~~~~~~~~~~~~ Relu expects a 2-dimensional input [batch, features], got (?, ?, ?, ?)
classifier(Convolution([3, 3, 8]))
//         ~~~~~~~~~~~~~~~~~~~~~~ Source has 4 element(s) but target allows only 2
const kept = <const L extends Layer<[number, 10], [number, 10]>>(layer: L) => residual(layer)
export const keeping = [kept(Relu(10)), kept(Identity()), kept(join(Relu(5), Relu(10))), kept(repeat(Relu(10), 2))]
export const normed = kept(BatchNorm())
kept(Relu(9))
//   ~~~~~~~ Type '9' is not assignable to type '10'
const sized = <const F extends number, const L extends Layer<[number, F]>>(features: F, layer: L) =>
  join(Input(features), layer)
const five = sized(5, Relu(3))
holds<Same<ParamsOf<typeof five>['relu-1']['weight'], Tensor<[5, 3]>>>()
sized(5, LSTM(3))
//       ~~~~~~~ Refusal<"LSTM", "a 3-dimensional input [batch, time, features]"
const merging = <const L extends Layer<[[number, 3], [number, 3]], [number, 6]>>(merge: L) =>
  join(parallel(Input(3), Input(3)), merge)
const merged = merging(Concatenate())
holds<Same<OutputOf<typeof merged>, [number, 6]>>()
// What is not known is left to the run time.
declare const unknown: Layer
declare const read: string
declare const width: number
export const left = [classifier(unknown), classifier(net(read)), kept(Relu(width))]
export const inner = <const L extends Layer<Images, [number, number]>>(features: L) => classifier(features)
export const every: readonly Layer<[number, 4]>[] = [Relu(3), Identity()]

// The network of a text, with its names.
export const text = 'Input(4) >> Relu(8) * 2 >> Softmax(3)'
export const written: Net<typeof text> = net(text)
holds<Same<keyof ParamsOf<typeof written>, 'relu-1' | 'relu-2' | 'softmax-1'>>()
export const misspelt: Net<'Input(4) >> Relo(8)'> = net('Input(4) >> Relu(8)')
//           ~~~~~~~~ unknown layer
