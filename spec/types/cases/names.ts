import {
  apply,
  block,
  Concatenate,
  Convolution,
  Dropout,
  end,
  Input,
  type InputOf,
  init,
  join,
  key,
  type Layer,
  layerOf,
  MaxPooling,
  type NamesOf,
  names,
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
  shared,
  start,
  type Tensor,
  when,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// Names of layers, as arguments: known to the compiler, offered by editors, and refused if no layer has them.

const network = join(
  Input([28, 28, 1]),
  Convolution([3, 3, 8]),
  Relu(),
  MaxPooling([2, 2]),
  repeat(join(Convolution([3, 3, 8]), Relu()), 2),
  Reshape(),
  Dropout(0.5),
  Relu(64, { name: 'fc' }),
  shared('common', Relu(64)),
  block('head', join(Relu(5), Softmax(10))),
)
const variables = init(network, key(1))
const other = init(join(Input(4), Softmax(3)), key(1))
declare const x: Tensor
holds<
  Same<
    NamesOf<typeof network>,
    | 'input-1'
    | 'convolution-1'
    | 'relu-1'
    | 'max-pooling-1'
    | 'convolution-2'
    | 'relu-2'
    | 'convolution-3'
    | 'relu-3'
    | 'reshape-1'
    | 'dropout-1'
    | 'fc'
    | 'common'
    | 'head/relu-1'
    | 'head/softmax-1'
  >
>()
const all = names(network)
holds<Same<typeof all, readonly NamesOf<typeof network>[]>>()

// The shape at a layer, and the layer itself.
holds<Same<OutputOf<ReturnType<typeof atPool>>, [number, 13, 13, 8]>>()
const atPool = () => end(network, 'max-pooling-1')
holds<Same<OutputOf<ReturnType<typeof inRepeat>>, [number, 9, 9, 8]>>()
const inRepeat = () => end(network, 'convolution-3')
const deep = end(resnet50(), 'res4a/relu-3')
holds<Same<OutputOf<typeof deep>, [number, 14, 14, 1024]>>()
holds<Same<InputOf<typeof deep>, [number, 224, 224, 3]>>()
const both = end(network, 'fc', 'head/relu-1')
holds<Same<OutputOf<typeof both>, [[number, 64], [number, 5]]>>()
const convolution = layerOf(network, 'convolution-2')
holds<Same<(typeof convolution)['size'], [3, 3, 8]>>()
const again = join(Input([9, 9, 4]), convolution, layerOf(network, 'head/relu-1'))
//                                                ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Relu expects a 2-dimensional input [batch, features], got (?, 7, 7, 8)
const alone = join(Input(7), layerOf(network, 'common'))
holds<Same<ParamsOf<typeof alone>['relu-1']['weight'], Tensor<[7, 64]>>>()

export { again, alone }

layerOf(network, 'convolution-9')
//               ~~~~~~~~~~~~~~~ expected the name of a layer of the network, got 'convolution-9'
//                ^| convolution-1, convolution-2, convolution-3
end(network, 'fc', 'head/rel')
//                 ~~~~~~~~~~ end, name: expected the name of a layer of the network, got 'head/rel'
//                  ^| head/relu-1
start(network, 'fcc')
//             ~~~~~ start, name: expected the name of a layer of the network, got 'fcc'
layerOf(network, '')
//               ~~ is not assignable to parameter of type
//                ^| input-1, convolution-1, relu-1, max-pooling-1, convolution-2, relu-2, convolution-3, relu-3, reshape-1, dropout-1, fc, common, head/relu-1, head/softmax-1
end(network, 'fc')
//            ^| fc
export const none = end(network)
//                  ~~~ Expected 2 arguments, but got 1
end(network, 7)
//           ~ 'number' is not assignable

// A slice is a network, or a layer of one, with the variables of its layers.
const features = end(network, 'fc')
holds<Same<keyof ParamsOf<typeof features>, 'convolution-1' | 'convolution-2' | 'convolution-3' | 'fc'>>()
holds<Same<ParamsOf<typeof features>['fc']['weight'], Tensor<[648, 64]>>>()
const tuned = join(features, Softmax(5))
holds<Same<InputOf<typeof tuned>, [number, 28, 28, 1]>>()
holds<Same<OutputOf<typeof tuned>, [number, 5]>>()
holds<Same<ParamsOf<typeof tuned>['softmax-1']['weight'], Tensor<[64, 5]>>>()
holds<Same<ParamsOf<typeof tuned>['convolution-3']['weight'], Tensor<[3, 3, 8, 8]>>>()
const rest = start(network, 'fc')
holds<Same<OutputOf<typeof rest>, [number, 10]>>()
holds<Same<keyof ParamsOf<typeof rest>, 'fc' | 'common' | 'head/relu-1' | 'head/softmax-1'>>()
const wider = join(Input([40, 40, 3]), start(network, 'convolution-1'))
holds<Same<ParamsOf<typeof wider>['convolution-1']['weight'], Tensor<[3, 3, 3, 8]>>>()
holds<Same<ParamsOf<typeof wider>['fc']['weight'], Tensor<[1800, 64]>>>()
export const used = [
  apply(features, variables, x),
  apply(features, init(features, key(1)), x),
  apply(rest, variables, x),
  apply(end(network, 'convolution-2'), variables, x),
  apply(both, variables, x),
]
apply(features, other, x)
//              ~~~~~ convolution-1: expected variables of this layer, got none
join(features, Convolution([3, 3, 4]))
//             ~~~~~~~~~~~~~~~~~~~~~~ expects a 4-dimensional input [batch, rows, cols, channels], got (?, 64)
join(features, Relu(5, { name: 'fc' }))
//             ~~~~~~~~~~~~~~~~~~~~~~~ fc, name: expected a name that no other layer of the network has, got 'fc' twice.

// In sequences, blocks and branches, and around several inputs.
const sequence = join(Relu(3), Relu(4), Softmax(2))
const started = join(Input(5), end(sequence, 'relu-2'))
holds<Same<OutputOf<typeof started>, [number, 4]>>()
holds<Same<ParamsOf<typeof started>['relu-1']['weight'], Tensor<[5, 3]>>>()
const blocks = join(
  Input([8, 8, 4]),
  block('a{}', join(Convolution([3, 3, 4], { padding: 'same' }), Relu())),
  residual(join(Convolution([3, 3, 4], { padding: 'same' }), Relu())),
  block('a{}', Relu()),
  Reshape(),
  Relu(4),
)
holds<
  Same<
    NamesOf<typeof blocks>,
    | 'input-1'
    | 'a1/convolution-1'
    | 'a1/relu-1'
    | 'identity-1'
    | 'convolution-1'
    | 'relu-1'
    | 'elementwise-1'
    | 'a2/relu-1'
    | 'reshape-1'
    | 'relu-2'
  >
>()
const inBlock = end(blocks, 'a1/relu-1')
holds<Same<OutputOf<typeof inBlock>, [number, 8, 8, 4]>>()
const inBranch = end(blocks, 'convolution-1')
holds<Same<OutputOf<typeof inBranch>, [number, 8, 8, 4]>>()
const merged = end(join(parallel([Input(4), Relu(3)], Input(5)), Concatenate(), Relu(3)), 'concatenate-1')
holds<Same<OutputOf<typeof merged>, [number, 8]>>()
holds<Same<InputOf<typeof merged>, number[]>>()
const text = net('Input(4) >> Relu(8) * 2 >> Softmax(3)')
holds<Same<NamesOf<typeof text>, 'input-1' | 'relu-1' | 'relu-2' | 'softmax-1'>>()
// A shared layer that has several shapes.
const wide = shared('wide', Relu())
const twice = join(Input(4), wide, Relu(8), wide)
const atTwice = end(twice, 'wide')
holds<Same<OutputOf<typeof atTwice>, number[]>>()

// What the compiler does not know is looked up at run time.
declare const name: string
declare const numbered: `relu-${number}`
declare const either: 'fc' | 'common'
declare const list: readonly string[]
declare const unknown: Layer
declare const perhaps: boolean
export const looked = [
  layerOf(network, name),
  layerOf(network, numbered),
  layerOf(network, either),
  end(network, ...list),
]
export const any = [layerOf(unknown, 'x'), end(unknown, 'x'), start(join(Input(4), when(perhaps, Relu(4))), 'relu-1')]
const made = join(Input(4), ...[1, 2, 3].map(() => Relu(4)), Softmax(3))
export const loop = end(made, 'relu-3')
declare const wrong: 'fc' | 'cf'
layerOf(network, wrong)
//               ~~~~~ expected the name of a layer of the network, got 'cf'

// Networks and names that are parameters.
export const generic = <const N extends Layer, const K extends string, const M extends NamesOf<N>>(
  given: N,
  named: K,
  known: M,
) => [
  end(given, 'hidden'),
  end(given, named),
  start(given, known),
  layerOf(given, named),
  layerOf(join(given, Relu(5)), 'hidden'),
  end(join(Input(10), given), 'hidden', named),
  end(network, named),
  names(given)[0]?.length,
  join(end(given, 'hidden'), Softmax(3)),
]
