import type * as tf from '@tensorflow/tfjs-core'
import {
  apply,
  branch,
  Concatenate,
  compile,
  compileTraining,
  Dropout,
  type DType,
  Embedding,
  evaluate,
  fit,
  GRU,
  gradients,
  Identity,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  LowRank,
  type Network,
  net,
  parallel,
  predict,
  Relu,
  Reshape,
  repeat,
  Softmax,
  SpectralNorm,
  shared,
  type Tensor,
  type TensorInput,
  TimeDistributed,
  Transpose,
  tensor,
  trainStep,
  type Variables,
  WeightNorm,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// Tensors know the kind of their numbers, and layers that take ids refuse floats.

const words = join(Input(4), Embedding(9, 2), GRU(3))
const variables = init(words, key(1))

declare const ids: Tensor<[2, 4], 'int32'>
declare const floats: Tensor<[2, 4]>
declare const either: Tensor<[2, 4], DType>
declare const tensor2d: tf.Tensor2D
declare const anyTensor: tf.Tensor
declare const rows: number[][]
declare const typed: Int32Array
declare const input: TensorInput
declare const options: { readonly dtype?: DType }
// biome-ignore lint/suspicious/noExplicitAny: what JSON.parse gives
declare const anything: any

// What a tensor is.
const flat = tensor(typed, [2, 4])
//    ^? const flat: Tensor<[2, 4], "int32">
const nested = tensor([[1, 2]], { dtype: 'int32' })
//    ^? const nested: Tensor<[number, number], "int32">
const shaped = tensor([1, 2], { shape: [1, 2], dtype: 'int32' })
//    ^? const shaped: Tensor<[1, 2], "int32">
holds<Same<ReturnType<typeof flat.dataSync<'int32'>>, Int32Array>>()
const integers: Int32Array = flat.dataSync()
const later: Promise<Int32Array> = flat.data()
const kind: 'int32' = shaped.dtype
const numbers: Float32Array = floats.dataSync()
const asFloats = tensor(ids, { dtype: 'float32' })
holds<Same<typeof asFloats, Tensor<[2, 4]>>>()
const same = tensor(ids)
holds<Same<typeof same, Tensor<[2, 4], 'int32'>>>()
const inData = tensor({ data: typed, shape: [2, 4] }, [2, 4])
holds<Same<typeof inData, Tensor<[2, 4], 'int32'>>>()
const ofFloats = tensor(new Float32Array(8), [2, 4])
holds<Same<typeof ofFloats, Tensor<[2, 4]>>>()
const ofLists = tensor([[1, 2]])
holds<Same<typeof ofLists, Tensor<[number, number]>>>()
const ofData = tensor({ data: typed, shape: [2, 4] as const })
holds<Same<typeof ofData, Tensor<[2, 4], 'int32'>>>()
declare const nestedInput: Exclude<TensorInput, { readonly shape: unknown } | { readonly BYTES_PER_ELEMENT: number }>
const ofNested = tensor(nestedInput)
holds<Same<typeof ofNested, Tensor>>()
declare const shape: number[] | undefined
const ofShape = tensor(rows, shape)
holds<Same<typeof ofShape, Tensor>>()
const ofBytesAlone = tensor(new Uint8Array(4))
holds<Same<typeof ofBytesAlone, Tensor<[number]>>>()
const ofBytes = tensor(new Uint8Array(4), { shape: [2, 2] })
holds<Same<typeof ofBytes, Tensor<[2, 2]>>>()
const ofTf = tensor(tensor2d)
holds<Same<typeof ofTf, Tensor<[number, number], DType>>>()
const ofAny = tensor(anything)
holds<Same<typeof ofAny, Tensor>>()
const ofInput = tensor(input)
holds<Same<typeof ofInput, Tensor<number[], DType>>>()
const ofOptions = tensor([[1]], options)
holds<Same<typeof ofOptions, Tensor<[number, number], DType>>>()
const read: Float32Array | Int32Array = ofTf.dataSync()
export const wrongKind: Tensor<[2, 4]> = ids
//           ~~~~~~~~~ Type 'Tensor<[2, 4], "int32">' is not assignable to type 'Tensor<[2, 4], "float32">'
export const wrongArray: Float32Array = ids.dataSync()
//           ~~~~~~~~~~ Type 'Int32Array<ArrayBufferLike>' is not assignable to type 'Float32Array<ArrayBufferLike>'
tensor([[1]], { dtype: 'int64' })
//            ~~~~~~~~~~~~~~~~~~ Type '"int64"' is not assignable to type 'DType | undefined'
export const all = [integers, later, kind, numbers, read]

// Ids.
apply(words, variables, floats)
//                      ~~~~~~ input expects int32 ids for Embedding, got float32. Give tensor(ids, { dtype: 'int32' }), or ids in arrays.
apply(words, variables, [floats])
//                      ~~~~~~~~ input expects int32 ids for Embedding, got float32.
apply(words, variables, tensor([[1, 2, 3, 4]], [1, 4]), { training: true })
//                      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ input expects int32 ids for Embedding, got float32.
apply(words, variables, tensor([[1, 2, 3, 4]]))
//                      ~~~~~~~~~~~~~~~~~~~~~~ input expects int32 ids for Embedding, got float32.
gradients(words, variables, floats, [[1, 2, 3]])
//                          ~~~~~~ input expects int32 ids for Embedding, got float32.
predict(words, variables, floats)
//                        ~~~~~~ x expects int32 ids for Embedding, got float32.
compile(words, variables)(floats)
//                        ~~~~~~ input expects int32 ids for Embedding, got float32.
compile(words)(variables, floats)
//                        ~~~~~~ input expects int32 ids for Embedding, got float32.
compile(words, variables).apply(floats)
//                              ~~~~~~ input expects int32 ids for Embedding, got float32.
compile(words, variables).gradients(floats, [[1, 2, 3]])
//                                  ~~~~~~ input expects int32 ids for Embedding, got float32.
fit(words, variables, { x: floats, y: rows }, { loss: 'mse' })
//                      ~ x expects int32 ids for Embedding, got float32.
evaluate(words, variables, { x: floats, y: rows }, { loss: 'mse' })
//                           ~ x expects int32 ids for Embedding, got float32.
const step = trainStep(words, { loss: 'mse' })
step(step.init(variables, key(1)), { x: floats, y: rows })
//                                   ~ x expects int32 ids for Embedding, got float32.
const compiled = compileTraining(words, { loss: 'mse' })
compiled(await compiled.init(variables, key(1)), { x: floats, y: rows })
//                                                 ~ x expects int32 ids for Embedding, got float32.
apply(words, variables, ids)
apply(words, variables, [ids])
apply(words, variables, nested)
apply(words, variables, either)
apply(words, variables, tensor2d)
apply(words, variables, anyTensor)
apply(words, variables, tensor(tensor2d))
apply(words, variables, anything)
apply(words, variables, input)
apply(words, variables, rows)
apply(words, variables, [[1, 2, 3, 4]])
apply(words, variables, { data: typed, shape: [2, 4] })
apply(words, variables, { data: new Float32Array(8), shape: [2, 4] })
apply(words, variables, { data: new Float32Array(8), shape: [2, 4], dtype: 'float32' })
fit(words, variables, { x: ids, y: tensor([[1, 2, 3]]) }, { loss: 'mse' })
compiled(await compiled.init(variables, key(1)), { x: ids, y: rows })

// The kind comes before the shape.
apply(words, variables, tensor([1], [1, 1]))
//                      ~~~~~~~~~~~~~~~~~~~ input expects int32 ids for Embedding, got float32.
apply(words, variables, tensor([1], { shape: [1, 1], dtype: 'int32' }))
//                      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ input expects (?, 4), got (1, 1).

// Integers fit wherever floats do.
const dense = join(Input(4), Softmax(3))
const { output } = apply(dense, init(dense, key(1)), ids)
holds<Same<typeof output, Tensor<[number, 3]>>>()
apply(dense, init(dense, key(1)), floats)
fit(dense, init(dense, key(1)), { x: ids, y: tensor(typed, [2]) }, { loss: 'sparseCategoricalCrossentropy' })
fit(dense, init(dense, key(1)), { x: floats, y: floats }, { loss: 'sparseCategoricalCrossentropy' })
//                                           ~ y expects class numbers, one for each prediction: (?,), got (2, 4).
apply(dense, init(dense, key(1)), tensor([1], [1, 1]))
//                                ~~~~~~~~~~~~~~~~~~~ input expects (?, 4), got (1, 1).

// Ids that pass through layers.
const given = <const N extends Network<[number, 4], unknown>>(network: N) => network
const passed = [
  apply(given(join(Input(4), Identity(), Reshape([2, 2]), Transpose([0, 2, 1]), Embedding(9, 2))), anything, floats),
  //                                                                                                         ~~~~~~ input expects int32 ids for Embedding, got float32.
  apply(join(Input(4), branch(Relu(3), join(Embedding(9, 2), Reshape()))), anything, floats),
  //                                                                                 ~~~~~~ input expects int32 ids for Embedding, got float32.
  apply(join(Input(4), parallel(Linear(3), Embedding(9, 2))), anything, floats),
  //                                                                    ~~~~~~ input expects int32 ids for Embedding, got float32.
  apply(join(Input(4), shared('table', Embedding(9, 2))), anything, floats),
  //                                                                ~~~~~~ input expects int32 ids for Embedding, got float32.
  apply(join(Input(4), repeat(Identity(), 2), Embedding(9, 2)), anything, floats),
  //                                                                      ~~~~~~ input expects int32 ids for Embedding, got float32.
  apply(net('Input(4) >> Reshape(2, 2) >> Embedding(9, 2)'), anything, floats),
  //                                                                   ~~~~~~ input expects int32 ids for Embedding, got float32.
  apply(join(Input(4), WeightNorm(Embedding(9, 2))), anything, floats),
  //                                                           ~~~~~~ input expects int32 ids for WeightNorm, got float32.
  apply(join(Input(4), SpectralNorm(Embedding(9, 2))), anything, floats),
  //                                                             ~~~~~~ input expects int32 ids for SpectralNorm, got float32.
  apply(join(Input(4), LowRank(join(Reshape([2, 2]), Embedding(9, 2)), 1)), anything, floats),
  //                                                                                  ~~~~~~ input expects int32 ids for LowRank, got float32.
  apply(join(Input(4), Reshape([2, 2]), TimeDistributed(Embedding(9, 2))), anything, floats),
  //                                                                                 ~~~~~~ input expects int32 ids for TimeDistributed, got float32.
]
// Ids that the network computes are no matter of its input.
const computed = [
  apply(join(Input(4), Relu(), Embedding(9, 2)), anything, floats),
  apply(join(Input(4), Dropout(0.5), Embedding(9, 2)), anything, floats),
  apply(join(Input(4), WeightNorm(Linear(3)), Embedding(9, 2)), anything, floats),
  apply(join(Input(4), TimeDistributed(Relu(3))), anything, tensor([1], [1, 4])),
  //                   ~~~~~~~~~~~~~~~~~~~~~~~~ TimeDistributed expects
]
export const outputs = [passed, computed]

// Several inputs: each has its kind.
const two = join(parallel(Input(4), Input(4)), parallel(Relu(3), join(Embedding(9, 2), Reshape())), Concatenate())
const both = init(two, key(1))
apply(two, both, [floats, floats])
//                        ~~~~~~ input[1] expects int32 ids for Embedding, got float32.
apply(two, both, [ids, floats])
//                     ~~~~~~ input[1] expects int32 ids for Embedding, got float32.
apply(two, both, [rows, floats])
//                      ~~~~~~ input[1] expects int32 ids for Embedding, got float32.
apply(two, both, [floats, tensor([1], [1, 1])])
//                        ~~~~~~~~~~~~~~~~~~~ input[1] expects int32 ids for Embedding, got float32.
apply(two, both, [tensor([1], [1, 1]), ids])
//                ~~~~~~~~~~~~~~~~~~~ input[0] expects (?, 4), got (1, 1).
apply(two, both, [floats, ids])
apply(two, both, [ids, ids])
apply(two, both, [floats, rows])
apply(two, both, [tensor2d, tensor2d])
const sides = join(parallel(join(Input(4), Embedding(9, 2), Reshape()), Input(4)), Concatenate())
apply(sides, init(sides, key(1)), [floats, floats])
//                                 ~~~~~~ input[0] expects int32 ids for Embedding, got float32.
apply(sides, init(sides, key(1)), [ids, floats])

// What the compiler does not know of is left to the run time.
const scores = (network: Network<[number, 4], [number, 3]>, own: Variables, x: Tensor) => apply(network, own, x)
const layers: Layer[] = [Input(4), Embedding(9, 2)]
export const unknown = [
  scores(words, variables, floats),
  apply(join(...layers), anything, floats),
  apply(Embedding(9, 2), anything, floats),
]
