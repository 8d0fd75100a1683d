import {
  type AnyNetwork,
  apply,
  BatchNorm,
  block,
  compile,
  compileTraining,
  end,
  evaluate,
  fit,
  gradientCheck,
  gradients,
  Input,
  init,
  join,
  key,
  type Layer,
  learningRateSweep,
  mergeLowRank,
  predict,
  Relu,
  Softmax,
  shared,
  start,
  type Tensor,
  tensor,
  toLowRank,
  trainStep,
  type Variables,
  when,
} from '../../../src/index.ts'
import { save, toModule, toOnnx, toPyTorch } from '../../../src/storage.ts'

// Variables of another network: refused where they are given, in the words of the run time, which name the first layer that
// has none.

const network = join(Input(4), Relu(8), block('head', join(Relu(8), BatchNorm())), Softmax(3))
const variables = init(network, key(1))
const other = init(join(Input(4), Relu(8), Softmax(3)), key(1))
const wider = init(join(Input(4), Relu(9), block('head', join(Relu(8), BatchNorm())), Softmax(3)), key(1))
const x = [[1, 2, 3, 4]]
const y = [[1, 0, 0]]

apply(network, other, x)
//             ~~~~~ "head/relu-1: expected variables of this layer, got none: the variables are of another network. Make the variables of this network with init(network, key)."
predict(network, other, x)
//               ~~~~~ "head/relu-1: expected variables of this layer, got none
evaluate(network, other, { x, y })
//                ~~~~~ "head/relu-1: expected variables of this layer, got none
fit(network, other, { x, y }, { loss: 'mse', metrics: ['accuracy'] })
//           ~~~~~ "head/relu-1: expected variables of this layer, got none
gradients(network, other, x, y)
//                 ~~~~~ "head/relu-1: expected variables of this layer, got none
compile(network, other, { backend: 'wasm' })
//               ~~~~~ "head/relu-1: expected variables of this layer, got none
compile(network)(other, x)
//               ~~~~~ "head/relu-1: expected variables of this layer, got none
compile(network).apply(other, x)
//                     ~~~~~ "head/relu-1: expected variables of this layer, got none
trainStep(network).init(other, key(1))
//                      ~~~~~ "head/relu-1: expected variables of this layer, got none
compileTraining(network).init(other, key(1))
//                            ~~~~~ "head/relu-1: expected variables of this layer, got none
learningRateSweep(network, other, { x, y })
//                         ~~~~~ "head/relu-1: expected variables of this layer, got none
gradientCheck(network, other, { x, y })
//                     ~~~~~ "head/relu-1: expected variables of this layer, got none
save('file', network, other)
//                    ~~~~~ "head/relu-1: expected variables of this layer, got none
toOnnx(network, other)
//              ~~~~~ "head/relu-1: expected variables of this layer, got none
toModule(network, other)
//                ~~~~~ "head/relu-1: expected variables of this layer, got none
toPyTorch(network, other)
//                 ~~~~~ "head/relu-1: expected variables of this layer, got none
toLowRank(network, other, { rank: 2, layers: '*' })
//                 ~~~~~ "head/relu-1: expected variables of this layer, got none
mergeLowRank(network, other)
//                    ~~~~~ "head/relu-1: expected variables of this layer, got none

// Of another shape, and of parts of a network.
apply(network, wider, x)
//             ~~~~~ "relu-1: expected weight of shape (4, 8), got (4, 9). Make the variables of this network with init(network, key)."
apply(start(network, 'softmax-1'), init(join(Input(4), Relu(8)), key(1)), y)
//                                 ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ "softmax-1: expected variables of this layer, got none
const cut = end(join(Input(4), Relu(8), Relu(9), Softmax(3)), 'relu-2')
apply(cut, other, x)
//         ~~~~~ "relu-2: expected variables of this layer, got none
apply(network, { params: variables.params, state: {} }, x)
//             ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ "head/batch-norm-1: expected
apply(network, { params: {}, state: {} }, x)
//             ~~~~~~~~~~~~~~~~~~~~~~~~~ "relu-1: expected variables of this layer, got none
const twice = join(Input(8), shared('common', join(Relu(8), Relu(8))), shared('common', join(Relu(8), Relu(8))))
apply(twice, other, y)
//           ~~~~~ "common/relu-1: expected variables of this layer, got none
apply(network, {}, x)
//             ~~ "variables expects { params, state }, got an object with nothing. Make the variables of this network with init(network, key)."
apply(network, { params: {} }, x)
//             ~~~~~~~~~~~~~~ is not assignable to parameter of type 'SomeVariables'
apply(network, 5, x)
//             ~ 'number' is not assignable to parameter of type 'SomeVariables'

// Variables that may be missing.
export const uncertain = (maybe: typeof variables | undefined, none: typeof variables | null) => {
  compile(network, maybe)
  //               ~~~~~ compile, variables: expected variables, got some that may be missing. Check first that they are there, or leave them out: compile(network).
  compile(network, none, { backend: 'wasm' })
  //               ~~~~ compile, variables: expected variables, got some that may be missing. Check first that they are there, or leave them out: compile(network).
}

// Variables of a larger network, of an equal one, and what the compiler does not know.
const larger = init(join(network, Relu(7), BatchNorm()), key(1))
const same = init(join(Input(4), join(Relu(8), block('head', join(Relu(8), BatchNorm()))), Softmax(3)), key(1))
declare const any: Variables
declare const read: Variables<AnyNetwork>
declare const flat: Tensor
declare const perhaps: boolean
const maybe = join(Input(4), Relu(8), when(perhaps, Relu(8)), Softmax(3))
const { params, state } = variables
export const fitting = [
  apply(network, larger, x),
  apply(network, same, x),
  apply(network, any, x),
  apply(network, read, x),
  apply(network, { params: { ...params, 'relu-1': { weight: flat, bias: tensor([1], [8]) } }, state }, x),
  apply(network, { params: { ...params, 'relu-1': { ...params['relu-1'], other: flat } }, state }, x),
  apply(maybe, other, x),
  apply(start(network, 'softmax-1'), variables, y),
  compile(network, any),
  compile(network, undefined, { backend: 'wasm' }),
  compile(network, { backend: 'wasm' }),
]
apply(maybe, { params: {}, state: {} }, x)
//           ~~~~~~~~~~~~~~~~~~~~~~~~~ "relu-1: expected variables of this layer, got none

// Networks and variables that are parameters.
export const generic = <const N extends Layer, V extends Variables>(given: N, own: Variables<N>, any: V) => [
  apply(given, own, x),
  apply(given, any, x),
  apply(given, init(given, key(1)), x),
  apply(join(given, Softmax(3)), init(join(given, Softmax(3)), key(1)), x),
  compile(given, own)(x),
  compile(given)(own, x),
  fit(given, own, { x, y }),
  trainStep(given).init(own, key(1)),
]
