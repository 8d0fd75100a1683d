import type * as tf from '@tensorflow/tfjs-core'
import {
  addLosses,
  binaryCrossentropy,
  branch,
  Convolution,
  categoricalCrossentropy,
  compileTraining,
  type Dataset,
  defineLoss,
  type Examples,
  evaluate,
  fit,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  type LossForward,
  mae,
  mse,
  Reshape,
  Sigmoid,
  Softmax,
  sparseCategoricalCrossentropy,
  Tanh,
  type Tensor,
  type TrainStep,
  tensor,
  trainStep,
  triplet,
  type Variables,
} from '../../../src/index.ts'

// Examples that do not fit a network and its loss are underlined, as far as their types say shapes.

const network = join(Input(2), Tanh(8), Sigmoid(1))
const variables = init(network, key(1))
declare const rows: number[][]
declare const row: number[]
declare const ids: Int32Array
declare const tensor2d: tf.Tensor2D
declare const x: Tensor<[number, 2]>

// By default the loss is mse, which compares with outputs of the same shape.
fit(network, variables, { x: [[0, 0, 1]], y: [[1]] })
//                            ~~~~~~~~~ x expects (?, 2), got (1, 3). Give an input of this shape, or change this Input.
fit(network, variables, { x, y: [[0, 1]] })
//                               ~~~~~~ y expects outputs of the shape of the network's output, (?, 1), got (1, 2). Reshape the expected outputs; class numbers become one-hot vectors by oneHot.
fit(network, variables, { x, y: row })
//                           ~ y expects outputs of the shape of the network's output, (?, 1), got (?,). Give each example an array of its own number, as in [[0], [1]].
fit(network, variables, { x, y: tensor([[0, 1]], [1, 2]) })
//                           ~ y expects outputs of the shape of the network's output, (?, 1), got (1, 2). Reshape
const examples = { x, y: row }
fit(network, variables, examples)
//                      ~~~~~~~~ y expects outputs of the shape of the network's output, (?, 1), got (?,). Give
fit(network, variables, { x, y: [[0], [1]] })
fit(network, variables, { x: rows, y: rows, weights: row, mask: row })
fit(network, variables, { x, y: tensor2d }, { loss: 'mae', metrics: ['accuracy'], epochs: 2 })
fit(network, variables, { x, y: rows }, { loss: binaryCrossentropy({ labelSmoothing: 0.1 }) })
fit(network, variables, { x, y: row }, { loss: binaryCrossentropy({ labelSmoothing: 0.1 }) })
//                           ~ y expects outputs of the shape of the network's output, (?, 1), got (?,). Give

// Fields of other names are refused, as at run time.
fit(network, variables, { x, y: rows, weigths: row })
//                                    ~~~~~~~ examples expects x, y, weights and mask alone, got 'weigths'. Give x and y with one row for each example.

// There are as many rows everywhere, as far as types say how many.
fit(network, variables, { x: [[0, 1]], y: [[1], [0]] })
//                                         ~~~ y expects 1 rows, as x has, got 2. Give x and y with one row for each example.
fit(network, variables, { x: tensor([[0, 1]], [1, 2]), y: tensor([[0], [1]], [2, 1]) })
//                                                     ~ y expects 1 rows, as x has, got 2. Give
fit(network, variables, { x: [[0, 1]], y: [[1]], weights: [1, 2], mask: [1] })
//                                                         ~ weights expects 1 rows, as x has, got 2. Give
fit(network, variables, { x: [[0, 1]], y: [[1]], mask: tensor([1, 1], [2]) })
//                                               ~~~~ mask expects 1 rows, as x has, got 2. Give
fit(network, variables, { x: [[0, 1]], y: rows, weights: [1] })
fit(network, variables, { x: rows, y: [[1]], weights: row, mask: [1, 1, 0] })
fit(network, variables, { x, y: [[1], [0]], weights: [[1], [1]] })

// Targets that a loss compares with.
fit(network, variables, { x })
//                      ~~~~~ y expects targets: the loss compares with them, got none. Give { x, y }; only losses that are defined with { expects: false } do without.
fit(network, variables, { x }, { loss: mae })
//                      ~~~~~ y expects targets: the loss
fit(network, variables, { x, weights: row }, { loss: 'triplet' })
//                      ~~~~~~~~~~~~~~~~~~~ y expects targets: the loss
fit(network, variables, { x, y: rows }, { validation: { x } })
//                                        ~~~~~~~~~~ y expects targets: the loss
evaluate(network, variables, { x }, { loss: [mse] })
//                           ~~~~~ y expects targets: the loss
fit(network, variables, { x }, { loss: triplet({ mining: 'none' }) })
declare const either: Examples
fit(network, variables, either)

// Losses of vectors and of class numbers.
const classifier = join(Input(2), Softmax(3))
const own = init(classifier, key(1))
fit(classifier, own, { x, y: ids }, { loss: 'sparseCategoricalCrossentropy' })
fit(classifier, own, { x, y: [0, 2] }, { loss: sparseCategoricalCrossentropy })
fit(classifier, own, { x, y: [[0], [2]] }, { loss: sparseCategoricalCrossentropy({ ignoreClass: 0 }) })
fit(classifier, own, { x, y: [[0, 1, 0]] }, { loss: 'sparseCategoricalCrossentropy' })
//                            ~~~~~~~~~ y expects class numbers, one for each prediction: (?,), got (1, 3). One-hot vectors and probabilities are what categoricalCrossentropy takes.
fit(classifier, own, { x, y: [[0, 1, 0]] }, { loss: sparseCategoricalCrossentropy({ fromLogits: true }) })
//                            ~~~~~~~~~ y expects class numbers, one for each prediction: (?,), got (1, 3). One-hot
fit(classifier, own, { x, y: [[[0]]] }, { loss: 'sparseCategoricalCrossentropy' })
//                            ~~~~~ y expects class numbers, one for each prediction: (?,), got (1, 1, 1). Give the number of the class, from 0 on, of each prediction.
fit(classifier, own, { x, y: [0, 2] }, { loss: 'categoricalCrossentropy' })
//                            ~ y expects one-hot vectors or probabilities of the shape of the network's output, (?, 3), got (2,). Class numbers are what sparseCategoricalCrossentropy takes; oneHot makes vectors of them.
fit(classifier, own, { x, y: [[0, 2]] }, { loss: categoricalCrossentropy })
//                            ~~~~~~ y expects one-hot vectors or probabilities of the shape of the network's output, (?, 3), got (1, 2). Give a vector with a number for each class for each prediction.
const pixels = join(Input([8, 8, 1]), Convolution([1, 1, 4]))
declare const image: Tensor<[number, 8, 8, 1]>
declare const labels: Tensor<[number, 8, 8]>
fit(pixels, init(pixels, key(1)), { x: image, y: labels }, { loss: 'sparseCategoricalCrossentropy' })
fit(pixels, init(pixels, key(1)), { x: image, y: labels }, { loss: sparseCategoricalCrossentropy({ axis: 1 }) })
fit(pixels, init(pixels, key(1)), { x: image, y: image }, { loss: 'sparseCategoricalCrossentropy' })
fit(pixels, init(pixels, key(1)), { x: image, y: rows }, { loss: sparseCategoricalCrossentropy({ axis: 1 }) })
//                                            ~ y expects class numbers, one for each prediction: (?, 8, 8), got (?, ?). Give

// What other losses take is not known: of your own, of several, and of those that compare in other ways.
const first: LossForward = (ops, expected, predicted) => ops.subtract(expected, predicted)
fit(classifier, own, { x, y: row }, { loss: first })
fit(classifier, own, { x, y: row }, { loss: defineLoss('own', first) })
fit(classifier, own, { x, y: row }, { loss: addLosses('mse', 'mae') })
fit(classifier, own, { x, y: row }, { loss: triplet })
fit(classifier, own, { x, y: row }, { loss: 'triplet' })
fit(classifier, own, { x, y: row }, { loss: 'mse' as string })
fit(classifier, own, { x }, { loss: defineLoss('own', { forward: first, expects: false }) })

// Several outputs, and their losses.
const two = join(Input(2), branch(Linear(1), Softmax(3)))
const twoVariables = init(two, key(1))
fit(two, twoVariables, { x, y: [rows, row] }, { loss: [mse, 'sparseCategoricalCrossentropy'] })
fit(two, twoVariables, { x, y: [row, row] }, { loss: [mse, 'sparseCategoricalCrossentropy'] })
//                              ~~~ y[0] expects outputs of the shape of the network's output, (?, 1), got (?,). Give
fit(two, twoVariables, { x, y: [rows, [[1, 2]]] })
//                                    ~~~~~~~~ y[1] expects outputs of the shape of the network's output, (?, 3), got (1, 2). Reshape
fit(two, twoVariables, { x, y: [rows] })
//                              ~~~~ y expects a tensor for each of its 2 outputs, got 1. Give y as an array of tensors, in the order of the outputs.
fit(two, twoVariables, { x: [[0, 1]], y: [[[1], [2]], row] }, { loss: [mse, 'sparseCategoricalCrossentropy'] })
fit(two, twoVariables, { x: [[0, 1]], y: [[[1], [2]], [0]] }, { loss: [mse, 'sparseCategoricalCrossentropy'] })
//                                        ~~~~~~~~~~ y expects as many rows in every tensor, got 2 and 1. Give x and y with one row for each example.
fit(two, twoVariables, { x: [[0, 1]], y: [rows, rows], weights: [[1], [1, 1]] })
//                                                               ~~~ weights expects as many rows in every tensor, got 1 and 2. Give
fit(two, twoVariables, { x: [[0, 1]], y: [rows, rows], weights: [[1], [1]], mask: [1] })
fit(two, twoVariables, { x, y: [rows, row] }, { loss: { 'softmax-1': 'sparseCategoricalCrossentropy' } })

// Validation examples, and the other functions that take examples.
fit(network, variables, { x, y: rows }, { validation: { x, y: row } })
//                                                         ~ y expects outputs of the shape of the network's output, (?, 1), got (?,). Give
fit(network, variables, { x, y: rows }, { validation: { part: 0.2 } })
fit(network, variables, { x, y: rows }, { validation: { x, y: rows } })
evaluate(network, variables, { x, y: row })
//                                ~ y expects outputs of the shape of the network's output, (?, 1), got (?,). Give
evaluate(classifier, own, { x, y: row }, { loss: sparseCategoricalCrossentropy, metrics: ['accuracy'] })
const step = trainStep(network, { loss: mae })
step(step.init(variables, key(1)), { x, y: row })
//                                      ~ y expects outputs of the shape of the network's output, (?, 1), got (?,). Give
export const steps: TrainStep<typeof network> = step
const compiled = compileTraining(classifier, { loss: 'sparseCategoricalCrossentropy' })
export const compiledStep = async () => compiled(await compiled.init(own, key(1)), { x: rows, y: [[1, 0, 0]] })
//                                                                                                ~~~~~~~~~ y expects class numbers, one for each prediction: (?,), got (1, 3). One-hot

// Datasets, of which datasets.ts has more, and functions of networks and examples that are not known yet.
declare const data: Dataset<{ readonly x: number[]; readonly y: number[] }>
fit(network, variables, data, { validation: data })
evaluate(network, variables, data.batch(8))
export const training = <N extends Layer>(given: N, from: Variables<N>, inputs: number[][], targets: Tensor) =>
  fit(given, from, { x: inputs, y: targets }, { epochs: 2 })
export const onceMore = <N extends Layer>(given: N, from: Variables<N>) => fit(given, from, { x: [[1]], y: [1] })
export const reshaped = <const W extends number>(width: W) => {
  const made = join(Input([width, 2]), Reshape(), Linear(1))
  return fit(made, init(made, key(1)), { x: [[[1, 2]]], y: [[1]] })
}
