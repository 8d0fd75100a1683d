import {
  activations,
  BatchNorm,
  type GradientNorms,
  gradientNorms,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  lossGradients,
  parallel,
  Relu,
  resnet50,
  Softmax,
  type Tensor,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// Gradients of losses are typed by layer and parameter, activations by the names that are asked for.

const network = join(Input(4), Relu(8, { name: 'hidden' }), BatchNorm(), Softmax(3))
const variables = init(network, key(1))
const x = [[1, 2, 3, 4]]
const y = [[0, 1, 0]]

const slopes = await lossGradients(network, variables, { x, y }, { loss: 'categoricalCrossentropy' })
holds<Same<typeof slopes.hidden.weight, Tensor<[4, 8]>>>()
holds<Same<keyof typeof slopes, 'hidden' | 'batch-norm-1' | 'softmax-1'>>()
const each = await lossGradients(network, variables, { x, y }, { perExample: true, training: true, key: key(2) })
holds<Same<typeof each.hidden.weight, Tensor<[number, 4, 8]>>>()
holds<Same<(typeof each)['softmax-1']['bias'], Tensor<[number, 3]>>>()
const { layers, total } = await gradientNorms(slopes)
holds<Same<typeof total, number>>()
holds<Same<keyof typeof layers, keyof typeof slopes>>()
const ofEach = await gradientNorms(each, { perExample: true })
holds<Same<typeof ofEach.layers.hidden, Float64Array>>()
export const missing = layers['relu-1']
//                     ~~~~~~~~~~~~~~~~ Property 'relu-1' does not exist on type
lossGradients(network, variables, { x, y: [[0, 1]] })
//                                         ~~~~~~ y expects
lossGradients(network, variables, { x, y: [[0, 1, 0]] }, { loss: 'sparseCategoricalCrossentropy' })
//                                         ~~~~~~~~~ y expects class numbers
lossGradients(network, variables, { x, y }, { loss: { hiden: 'mse' } })
//                                                    ~~~~~ "loss expects names of the outputs softmax-1, got 'hiden'
lossGradients(network, init(join(Input(4), Softmax(3)), key(1)), { x, y })
//                     ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ "hidden: expected variables of this layer, got none
lossGradients(network, variables, { x, y }, { perexample: true })
//                                            ~~~~~~~~~~ does not exist in type

const found = await activations(network, variables, x, ['hidden', 'softmax-1'], { training: true, key: key(1) })
holds<Same<typeof found, { readonly hidden: Tensor<[number, 8]>; readonly 'softmax-1': Tensor<[number, 3]> }>>()
const all = await activations(network, variables, x)
holds<Same<keyof typeof all, 'input-1' | 'hidden' | 'batch-norm-1' | 'softmax-1'>>()
holds<Same<(typeof all)['batch-norm-1'], Tensor<[number, 8]>>>()
const many = await activations(
  resnet50(),
  init(resnet50(), key(1)),
  { data: new Float32Array(1), shape: [1, 224, 224, 3] },
  ['res4a/relu-3'],
)
holds<Same<(typeof many)['res4a/relu-3'], Tensor<[number, 14, 14, 1024]>>>()
activations(network, variables, x, ['hidden', 'softmax-2'])
//                                            ~~~~~~~~~~~ activations, name: expected the name of a layer of the network, got 'softmax-2'
activations(network, variables, x, ['softmax'])
//                                  ~~~~~~~~~ Did you mean '"softmax-1"'?
//                                          ^| softmax-1
activations(network, variables, [[1, 2, 3]], ['hidden'])
//                              ~~~~~~~~~~~ x expects (?, 4), got (1, 3).

// Networks that are parameters have layers of any name.
export const first = async <const N extends Layer>(own: N, given: { params: {}; state: {} }): Promise<object> =>
  activations(own, given, x as never)
const two = join(Input(4), parallel(Softmax(3, { name: 'kind' }), Linear(1, { name: 'size' })))
const ofTwo = lossGradients(
  two,
  init(two, key(1)),
  { x, y: [y, [[1]]] },
  { loss: { kind: 'mse' }, lossWeights: { size: 2 } },
)
holds<Same<Awaited<typeof ofTwo>['size']['bias'], Tensor<[1]>>>()
export type Norms = GradientNorms<Awaited<typeof ofTwo>>
