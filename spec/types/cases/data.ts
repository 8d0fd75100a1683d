import type * as tf from '@tensorflow/tfjs-core'
import { graphOps, placeholder } from '../../../src/graph.ts'
import {
  apply,
  branch,
  type Compiled,
  Concatenate,
  Convolution,
  compile,
  gradients,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  type Ops,
  type OutputOf,
  parallel,
  predict,
  Reshape,
  Softmax,
  type Tensor,
  type TensorInput,
  tensor,
  type Variables,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// Data that does not fit a network is underlined, as far as its type says a shape.

const image = join(Input([28, 28, 1]), Convolution([3, 3, 8]), Reshape(), Softmax(10))
const imageVariables = init(image, key(1))
const dense = join(Input(4), Softmax(3))
const variables = init(dense, key(1))
const pixels = new Float32Array(784)

declare const tensor2d: tf.Tensor2D
declare const tensor4d: tf.Tensor4D
declare const anyTensor: tf.Tensor
declare const rows: number[][]
declare const row: number[]
declare const frozen: readonly (readonly number[])[]
// biome-ignore lint/suspicious/noExplicitAny: what JSON.parse gives
declare const anything: any
declare const shape: number[]
declare const typed: Float32Array
declare const either: tf.Tensor2D | number[][][][]
declare const input: TensorInput
declare const endless: Endless
interface Endless extends ReadonlyArray<Endless> {}

// Tensors, of known and unknown shapes.
apply(image, imageVariables, tensor(pixels, [1, 784]))
//                           ~~~~~~~~~~~~~~~~~~~~~~~~ input expects (?, 28, 28, 1), got (1, 784). Give an input of this shape, or change this Input.
apply(image, imageVariables, tensor2d)
//                           ~~~~~~~~ input expects (?, 28, 28, 1), got (?, ?). Give an input of this shape, or change this Input.
apply(image, imageVariables, tensor(pixels, [1, 28, 28, 1]))
apply(image, imageVariables, tensor4d)
apply(image, imageVariables, anyTensor)
apply(image, imageVariables, either)
apply(image, imageVariables, anything)
apply(image, imageVariables, input)

// Numbers with their shape.
apply(image, imageVariables, { data: pixels, shape: [1, 28, 28] })
//                           ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ input expects (?, 28, 28, 1), got (1, 28, 28). Give
apply(image, imageVariables, { data: pixels, shape: [28, 28, 1] })
//                           ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ input expects a batch, (?, 28, 28, 1), got (28, 28, 1), as one example has. The batch comes first: for one example x, give [x].
apply(image, imageVariables, { data: pixels, shape: [1, 28, 28, 1] })
apply(image, imageVariables, { data: pixels, shape })

// Nested arrays.
apply(dense, variables, [[1, 2, 3]])
//                      ~~~~~~~~~~~ input expects (?, 4), got (1, 3). Give
apply(dense, variables, [[[1, 2, 3, 4]]])
//                      ~~~~~~~~~~~~~~~~ input expects (?, 4), got (1, 1, 4). Give
apply(dense, variables, [1, 2, 3, 4])
//                      ~~~~~~~~~~~~ input expects a batch, (?, 4), got (4,), as one example has.
apply(dense, variables, row)
//                      ~~~ input expects a batch, (?, 4), got (?,), as one example has.
apply(dense, variables, typed)
//                      ~~~~~ input expects a batch, (?, 4), got (?,), as one example has.
apply(dense, variables, [[1, 2, 3, 4]])
apply(dense, variables, [row])
apply(dense, variables, rows)
apply(dense, variables, frozen)
apply(dense, variables, [typed, typed])
apply(dense, variables, endless)

// One input is alone in an array, or not.
apply(dense, variables, [tensor([[1, 2, 3, 4]], [1, 4])])
apply(dense, variables, [tensor([[1, 2, 3]], [1, 3])])
//                      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ input expects (?, 4), got (1, 3). Give
apply(dense, variables, [tensor([[1, 2, 3, 4]], [1, 4]), tensor2d])
//                      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ input expects one input, got [(1, 4), (?, ?)]. Give

// Several inputs: the one that does not fit is underlined.
const two = join(parallel(Input(4), Input(5)), Concatenate(), Softmax(2))
const twoVariables = init(two, key(1))
apply(two, twoVariables, [rows, [[1, 2, 3, 4]]])
//                              ~~~~~~~~~~~~~~ input[1] expects (?, 5), got (1, 4). Give
apply(two, twoVariables, [row, tensor2d])
//                        ~~~ input[0] expects a batch, (?, 4), got (?,), as one example has.
apply(two, twoVariables, [rows])
//                       ~~~~~~ input expects 2 inputs, [(?, 4), (?, 5)], got 1, (1, ?, ?). Give the inputs as an array, in the order of the Input layers.
apply(two, twoVariables, tensor2d)
//                       ~~~~~~~~ input expects 2 inputs, [(?, 4), (?, 5)], got 1, (?, ?). Give
apply(two, twoVariables, [tensor2d, tensor2d, tensor4d])
//                       ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ input expects 2 inputs, [(?, 4), (?, 5)], got 3, [(?, ?), (?, ?), (?, ?, ?, ?)]. Give
apply(two, twoVariables, [rows, tensor2d])
apply(two, twoVariables, [typed, typed] as TensorInput[])
apply(two, twoVariables, anything)
apply(two, twoVariables, [anything, input])
apply(two, twoVariables, [rows, rows] as const)

// Every function that takes inputs; with options as without.
apply(dense, variables, [[1, 2, 3]], { training: true })
//                      ~~~~~~~~~~~ input expects (?, 4), got (1, 3). Give
gradients(dense, variables, [[1, 2, 3]], [[1, 0, 0]])
//                          ~~~~~~~~~~~ input expects (?, 4), got (1, 3). Give
predict(dense, variables, row)
//                        ~~~ x expects a batch, (?, 4), got (?,), as one example has.
const model = compile(dense, variables)
model([[1, 2, 3]])
//    ~~~~~~~~~~~ input expects (?, 4), got (1, 3). Give
model.apply([[1, 2, 3]], { training: true })
//          ~~~~~~~~~~~ input expects (?, 4), got (1, 3). Give
model.gradients([[1, 2, 3]], [[1, 0, 0]])
//              ~~~~~~~~~~~ input expects (?, 4), got (1, 3). Give
const free = compile(dense)
free(variables, row)
//              ~~~ input expects a batch, (?, 4), got (?,), as one example has.
free.apply(variables, row)
//                    ~~~ input expects a batch, (?, 4), got (?,), as one example has.
free.gradients(variables, row, rows)
//                        ~~~ input expects a batch, (?, 4), got (?,), as one example has.
free(variables, rows)
model(rows)

// Cotangents have the shape of the output.
gradients(dense, variables, rows, [[1, 0]])
//                                ~~~~~~~~ cotangent expects the shape of the output, (?, 3), got (1, 2). Give a number for each element of the output; for several outputs a tuple.
gradients(dense, variables, rows, [1, 0, 0])
//                                ~~~~~~~~~ cotangent expects the shape of the output, (?, 3), got (3,). Give
model.gradients(rows, [[1, 0]])
//                    ~~~~~~~~ cotangent expects the shape of the output, (?, 3), got (1, 2). Give
free.gradients(variables, rows, tensor([1, 0], [1, 2]))
//                              ~~~~~~~~~~~~~~~~~~~~~~ cotangent expects the shape of the output, (?, 3), got (1, 2). Give
const forked = join(Input(4), branch(Softmax(3), Linear(2)))
const forkedVariables = init(forked, key(1))
gradients(forked, forkedVariables, rows, [tensor([1], [1, 1])])
//                                       ~~~~~~~~~~~~~~~~~~~~~ cotangent expects a tensor for each output, [(?, 3), (?, 2)], got (1, 1). Give
gradients(forked, forkedVariables, rows, [rows, [[1, 0, 0]]])
//                                              ~~~~~~~~~~~ cotangent[1] expects the shape of the output, (?, 2), got (1, 3). Give
gradients(forked, forkedVariables, rows, [[[1, 0, 0]], [[1, 0]]])
gradients(dense, variables, rows, rows)
gradients(dense, variables, rows, anything)
export const anyOutput = <N extends Layer>(network: N, own: Variables<N>, x: Tensor) => gradients(network, own, x, x)

// Nothing is said of networks or data that are not known yet, nor of layers that wait for their input.
apply(Linear(3), { params: {}, state: {} } as never, row)
export const anyNetwork = <N extends Layer>(network: N, own: Variables<N>, x: Tensor) => apply(network, own, x)
export const anyRows = <N extends Layer>(network: N, own: Variables<N>) => predict(network, own, [[1, 2]])
export const anyData = <const X extends Tensor>(x: X) => apply(dense, variables, x)
export const anyWidth = <const W extends number>(width: W, x: tf.Tensor2D) => {
  const network = join(Input(width), Softmax(3))
  return apply(network, init(network, key(1)), x)
}
export const anyModel = <N extends Layer>(compiled: Compiled<N>, x: number[][]) => compiled(x)
export const wide: Compiled<Layer> = model

// In other operations, data are their values.
const traced = apply(dense, { params: {}, state: {} }, placeholder('x', [1, 4]), { ops: graphOps })
export const interpreted = <T>(ops: Ops<T>, x: T, both: readonly T[]) => [
  apply(dense, { params: {}, state: {} }, x, { ops }).output,
  apply(dense, { params: {}, state: {} }, both, { ops }).output,
]
export { traced }

// What is given changes nothing of what comes out.
const { output } = apply(dense, variables, [[1, 2, 3, 4]])
holds<Same<typeof output, Tensor<[number, 3]>>>()
holds<Same<OutputOf<typeof dense>, [number, 3]>>()
