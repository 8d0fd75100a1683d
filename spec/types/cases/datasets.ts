import type * as tf from '@tensorflow/tfjs-core'
import {
  branch,
  Concatenate,
  Convolution,
  type Dataset,
  dataset,
  evaluate,
  type FlatData,
  fit,
  fromCsv,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  parallel,
  Reshape,
  Sigmoid,
  Softmax,
  type Stacked,
  type Tensor,
  tensor,
  type Variables,
} from '../../../src/index.ts'

// Datasets whose items do not fit a network and its loss are underlined, as far as their types say shapes.

const image = join(Input([28, 28, 1]), Convolution([3, 3, 8]), Reshape(), Softmax(10))
const own = init(image, key(1))
const dense = join(Input(4), Softmax(3))
const variables = init(dense, key(1))
const pixels = new Float32Array(784)
const oneHot = { loss: 'categoricalCrossentropy' } as const
const classes = { loss: 'sparseCategoricalCrossentropy' } as const

// Examples: their shapes are those of a batch without its first axis.
declare const rows: Dataset<{ readonly x: number[]; readonly y: number }>
fit(image, own, rows, classes)
//              ~~~~ x expects (?, 28, 28, 1), got (?, ?). Give an input of this shape, or change this Input.
fit(dense, variables, rows, classes)
fit(dense, variables, rows, oneHot)
//                    ~~~~ y expects one-hot vectors or probabilities of the shape of the network's output, (?, 3), got (?,). Class numbers are what sparseCategoricalCrossentropy takes; oneHot makes vectors of them.
fit(dense, variables, rows)
//                    ~~~~ y expects outputs of the shape of the network's output, (?, 3), got (?,). Reshape
const short = dataset(() => [1]).map(i => ({ x: tensor([i, 2, 3], [3]), y: i }))
fit(dense, variables, short, classes)
//                    ~~~~~ x expects (?, 4), got (?, 3). Give
const made = dataset(() => [1]).map(i => ({ x: tensor([i, 2, 3, 4], [4]), y: i }))
fit(dense, variables, made, classes)
fit(dense, variables, made.shuffle(key(1)).batch(8).prefetch(1), classes)
const pictures = dataset({ x: { data: pixels, shape: [1, 28, 28] as const }, y: [3] })
fit(image, own, pictures, classes)
//              ~~~~~~~~ x expects (?, 28, 28, 1), got (?, 28, 28). Give
fit(image, own, dataset({ x: { data: pixels, shape: [1, 28, 28, 1] as const }, y: [3] }), classes)
fit(image, own, dataset({ x: tensor(pixels, [1, 28, 28, 1]), y: [3] }), classes)
fit(dense, variables, dataset({ x: [[1, 2, 3, 4]], y: [[0, 1, 0]] }), oneHot)
fit(dense, variables, dataset({ x: [[[1, 2, 3, 4]]], y: [[0, 1, 0]] }), oneHot)
//                    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ x expects (?, 4), got (?, ?, ?). Give
declare const scalars: Dataset<{ readonly x: number; readonly y: number }>
fit(dense, variables, scalars, classes)
//                    ~~~~~~~ x expects a batch, (?, 4), got (?,), as one example has.

// Batches keep the shapes of what is stacked.
fit(dense, variables, short.batch(8), classes)
//                    ~~~~~~~~~~~~~~ x expects (?, 4), got (?, 3). Give
fit(dense, variables, rows.batch(8), oneHot)
//                    ~~~~~~~~~~~~~ y expects one-hot vectors or probabilities of the shape of the network's output, (?, 3), got (?,). Class
fit(image, own, short.batch(8), classes)
//              ~~~~~~~~~~~~~~ x expects (?, 28, 28, 1), got (?, ?, 3). Give
fit(dense, variables, short.batch(8).unbatch(), classes)
//                    ~~~~~~~~~~~~~~~~~~~~~~~~ x expects (?, 4), got (?, 3). Give
fit(dense, variables, rows.padBatch(8), classes)
declare const batches: Dataset<{ readonly x: Tensor<[number, 4]>; readonly y: Tensor<[number, 2]> }>
fit(dense, variables, batches, oneHot)
//                    ~~~~~~~ y expects one-hot vectors or probabilities of the shape of the network's output, (?, 3), got (?, 2). Give
fit(dense, variables, batches, { loss: 'triplet' })
declare const weighted: Dataset<{ readonly x: Tensor<[4]>; readonly y: number; readonly weights: number }>
fit(dense, variables, weighted, classes)
fit(dense, variables, weighted, oneHot)
//                    ~~~~~~~~ y expects one-hot vectors or probabilities of the shape of the network's output, (?, 3), got (?,). Class
declare const counted: Dataset<{ readonly x: Tensor<[2, 4]>; readonly y: Tensor<[3, 3]> }>
fit(dense, variables, counted, oneHot)
//                    ~~~~~~~ y expects 2 rows, as x has, got 3. Give
declare const even: Dataset<{ readonly x: Tensor<[2, 4]>; readonly y: Tensor<[2, 3]> }>
fit(dense, variables, even, oneHot)
declare const tuples: Dataset<{ readonly x: readonly [number, number, number]; readonly y: number }>
fit(dense, variables, tuples, classes)
//                    ~~~~~~ x expects (?, 4), got (?, 3). Give
declare const wholly: Dataset<{ readonly x: readonly number[]; readonly y: 0 | 1 | 2; readonly mask: 0 | 1 }>
fit(dense, variables, wholly, classes)

// Fields that are missing, and those that no examples have.
declare const inputs: Dataset<{ readonly x: number[] }>
declare const labelled: Dataset<{ readonly x: number[]; readonly y: number; readonly label: string }>
fit(dense, variables, inputs, classes)
//                    ~~~~~~ y expects targets: the loss compares with them, got none. Give { x, y };
fit(dense, variables, labelled, classes)
//                    ~~~~~~~~ examples expects x, y, weights and mask alone, got 'label'. Give
fit(dense, variables, dataset([[1, 2, 3, 4]]), classes)
//                    ~~~~~~~~~~~~~~~~~~~~~~~ examples expects examples, { x, y }, got items without x. Give x and y with one row for each example.
fit(dense, variables, rows.zip(rows), classes)
//                    ~~~~~~~~~~~~~~ examples expects examples, { x, y }, got items without x. Give

// Several inputs and outputs.
const two = join(parallel(Input(4), Input(5)), Concatenate(), branch(Linear(1), Softmax(3)))
const twoVariables = init(two, key(1))
declare const pairs: Dataset<{
  readonly x: readonly [Tensor<[4]>, Tensor<[6]>]
  readonly y: readonly [Tensor<[1]>, Tensor<[3]>]
}>
declare const fitting: Dataset<{
  readonly x: readonly [Tensor<[4]>, Tensor<[5]>]
  readonly y: readonly [Tensor<[1]>, FlatData<[2]>]
}>
fit(two, twoVariables, pairs)
//                     ~~~~~ x[1] expects (?, 5), got (?, 6). Give
fit(two, twoVariables, pairs.batch(2))
//                     ~~~~~~~~~~~~~~ x[1] expects (?, 5), got (?, 6). Give
fit(two, twoVariables, fitting)
//                     ~~~~~~~ y[1] expects outputs of the shape of the network's output, (?, 3), got (?, 2). Reshape
fit(two, twoVariables, rows)
//                     ~~~~ x expects 2 inputs, [(?, 4), (?, 5)], got 1, (?, ?). Give

// Every function that takes datasets.
fit(dense, variables, rows, { ...classes, validation: short })
//                                        ~~~~~~~~~~ x expects (?, 4), got (?, 3). Give
evaluate(dense, variables, short, classes)
//                         ~~~~~ x expects (?, 4), got (?, 3). Give
evaluate(dense, variables, rows, classes)

// Nothing is said of what is not known, or may fit.
declare const anything: Dataset<unknown>
// biome-ignore lint/suspicious/noExplicitAny: what JSON.parse gives
declare const any: Dataset<any>
declare const either: Dataset<
  { readonly x: number[]; readonly y: number } | { readonly x: number[][]; readonly y: number[][] }
>
declare const flat: Dataset<{ readonly x: FlatData; readonly y: Tensor<[number, 3]> }>
declare const stacked: Dataset<{ readonly x: Stacked; readonly y: Stacked }>
declare const tensors: Dataset<{ readonly x: tf.Tensor; readonly y: tf.Tensor2D }>
fit(dense, variables, anything)
fit(dense, variables, any)
fit(dense, variables, either, oneHot)
fit(dense, variables, flat)
fit(dense, variables, stacked)
fit(dense, variables, tensors)
fit(dense, variables, dataset([]))
fit(dense, variables, fromCsv('rows.csv'))
fit(
  join(Input(1), Sigmoid(1)),
  { params: {}, state: {} } as never,
  rows.map(({ x, y }) => ({ x, y: [y] })),
)
export const training = <N extends Layer>(given: N, from: Variables<N>) => fit(given, from, rows)
export const learning = <E>(examples: Dataset<E>) => fit(dense, variables, examples)
