import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as j from '../../../src/index.ts'
import { faultOf } from '../../faults.ts'

// Expected outputs that do not fit: what the loss wants, what it got, and which loss takes what was given.

const zeros = (...shape: readonly number[]) => ({
  data: new Float32Array(shape.reduce((n, d) => n * d, 1)),
  shape,
})
type Row = readonly [what: string, call: () => unknown, text: string]
const rows: readonly Row[] = [
  [
    'a row less',
    () => j.mse(zeros(2, 3), zeros(3, 3)),
    "mse, y: expected outputs of the shape of the network's output, (3, 3), got (2, 3). Reshape the expected outputs; class numbers become one-hot vectors by oneHot.",
  ],
  [
    'numbers for columns',
    () => j.binaryCrossentropy(zeros(4), zeros(4, 1)),
    "binaryCrossentropy, y: expected outputs of the shape of the network's output, (4, 1), got (4,). Give each example an array of its own number, as in [[0], [1]].",
  ],
  [
    'class numbers for vectors',
    () => j.categoricalCrossentropy(zeros(4), zeros(4, 3)),
    "categoricalCrossentropy, y: expected one-hot vectors or probabilities of the shape of the network's output, (4, 3), got (4,). Class numbers are what sparseCategoricalCrossentropy takes; oneHot makes vectors of them.",
  ],
  [
    'a column of class numbers for vectors',
    () => j.kullbackLeibler(zeros(4, 1), zeros(4, 3)),
    "kullbackLeibler, y: expected one-hot vectors or probabilities of the shape of the network's output, (4, 3), got (4, 1). Class numbers are what sparseCategoricalCrossentropy takes; oneHot makes vectors of them.",
  ],
  [
    'vectors of other classes',
    () => j.categoricalHinge(zeros(4, 2), zeros(4, 3)),
    "categoricalHinge, y: expected one-hot vectors or probabilities of the shape of the network's output, (4, 3), got (4, 2). Give a vector with a number for each class for each prediction.",
  ],
  [
    'vectors for class numbers',
    () => j.sparseCategoricalCrossentropy(zeros(4, 3), zeros(4, 3)),
    'sparseCategoricalCrossentropy, y: expected class numbers, one for each prediction: (4,), got (4, 3). One-hot vectors and probabilities are what categoricalCrossentropy takes.',
  ],
  [
    'too few class numbers',
    () => j.sparseCategoricalCrossentropy(zeros(2), zeros(2, 5, 3)),
    'sparseCategoricalCrossentropy, y: expected class numbers, one for each prediction: (2, 5), got (2,). Give the number of the class, from 0 on, of each prediction.',
  ],
  [
    'one class',
    () => j.sparseCategoricalCrossentropy(zeros(4), zeros(4, 1)),
    'sparseCategoricalCrossentropy, predicted: expected probabilities of two classes or more, got (4, 1). For one probability, of yes, use binaryCrossentropy.',
  ],
  [
    'an axis that is none',
    () => j.cosineSimilarity({ axis: 2 })(zeros(4, 3), zeros(4, 3)),
    "cosineSimilarity, axis: expected an axis of the network's output, (4, 3), got 2. Axes are counted from 0 on, which is the batch, or from the end with -1.",
  ],
  [
    'one probability, categorical',
    () => j.focal({ form: 'categorical' })(zeros(4, 1), zeros(4, 1)),
    "focal, form: expected 'binary' for a single probability, got 'categorical' for outputs (4, 1). Say focal({ form: 'binary' }).",
  ],
  [
    'weights of other classes',
    () => j.focal({ form: 'categorical', alpha: [1, 2] })(zeros(4, 3), zeros(4, 3)),
    'focal, alpha: expected a weight for each of 3 classes, got 2 weights. Give one number for all classes, or a list with one for each.',
  ],
  [
    'features without a quantile',
    () => j.quantile({ quantile: [0.1, 0.9] })(zeros(4, 1), zeros(4, 3)),
    'quantile, predicted: expected 2 features, one for each quantile, got (4, 3). End the network in Linear(2).',
  ],
  [
    'outputs without steps',
    () => j.ctc(zeros(4, 2), zeros(4, 3)),
    'ctc, predicted: expected outputs [batch, time, classes], got (4, 3). Put TimeDistributed(Softmax(…)) last.',
  ],
  [
    'one label for each example',
    () => j.ctc(zeros(4), zeros(4, 5, 3)),
    'ctc, y: expected the labels of each example, (4, ?), filled up with blanks or -1, got (4,). Give the numbers of the classes in their order, without blanks between them.',
  ],
  [
    'a blank that is no class',
    () => j.ctc({ blank: 3 })(zeros(4, 2), zeros(4, 5, 3)),
    'ctc, blank: expected the number of one of 3 classes, got 3. The first is 0, the last -1.',
  ],
  [
    'lengths of other examples',
    () => j.ctc({ inputLengths: [1, 2] })(zeros(4, 2), zeros(4, 5, 3)),
    'ctc, inputLengths: expected a number for each example, (4,), or a mask (4, 5), got (2,). Give the number of steps of each example.',
  ],
  [
    'lengths by inputs that there are none of',
    () => j.ctc({ inputLengths: (ops, [x]) => ops.max(x, [1]) })(zeros(4, 2), zeros(4, 5, 3)),
    'ctc, inputLengths: expected a list of lengths in a call with values, which has no inputs of a network, got a function. For example: ctc({ inputLengths: [20, 16] })(expected, predicted).',
  ],
  [
    'lengths that are no tensor',
    () =>
      j
        .ctc({ inputLengths: (() => [1]) as never })
        .forward(j.tfjsOps, tf.zeros([4, 2]), tf.zeros([4, 5, 3]), { x: [tf.zeros([4])] }),
    'ctc, inputLengths: expected a tensor of the operations that the function is given, got [1]. For example: inputLengths: (ops, [x]) => ops.max(ops.abs(x), [2]).',
  ],
  [
    'one-hot vectors for triplets',
    () => j.triplet(zeros(4, 3), zeros(4, 8)),
    'triplet, y: expected the number of the class of each example, (4,), got (4, 3). Give class numbers, not one-hot vectors.',
  ],
  [
    'embeddings that are no triplets',
    () => j.triplet({ mining: 'none' })(zeros(4), zeros(4, 8)),
    "triplet, predicted: expected triplets [batch, 3, features]: anchor, positive and negative, got (4, 8). Concatenate the three embeddings along axis 1, or let triplets be found by mining: 'semiHard'.",
  ],
  [
    'sequences for triplets',
    () => j.triplet(zeros(4), zeros(4, 2, 8)),
    'triplet, predicted: expected embeddings [batch, features], got (4, 2, 8). Put Reshape() last.',
  ],
  [
    'embeddings that are no pairs',
    () => j.contrastive(zeros(4), zeros(4, 8)),
    'contrastive, predicted: expected pairs of embeddings [batch, 2, features], or distances [batch, 1], got (4, 8). Reshape and concatenate both embeddings of a pair along axis 1.',
  ],
  [
    'a number for each part of a pair',
    () => j.contrastive(zeros(4, 2), zeros(4, 2, 8)),
    'contrastive, y: expected one number for each pair, (4,): 1 for the same, 0 for different ones, got (4, 2). Give one number for each pair, not for each of its parts.',
  ],
]

describe('Losses refuse expected outputs that do not fit', () => {
  for (const [what, call, text] of rows)
    it(what, () => {
      expect(faultOf(call)).to.equal(`InvalidOption of ${text}`)
    })
})

// biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may do is the point.
const plain = j as any
const options: readonly (readonly [subject: string, call: () => unknown])[] = [
  ['huber, delta', () => plain.huber({ delta: 0 })],
  ['huber, delta', () => plain.huber({ delta: '1' })],
  ['huber, gamma', () => plain.huber({ gamma: 1 })],
  ['quantile, quantile', () => plain.quantile({ quantile: 1 })],
  ['quantile, quantile', () => plain.quantile({ quantile: [] })],
  ['quantile, quantile', () => plain.quantile({ quantile: [0.5, 2] })],
  ['binaryCrossentropy, fromLogits', () => plain.binaryCrossentropy({ fromLogits: 1 })],
  ['binaryCrossentropy, labelSmoothing', () => plain.binaryCrossentropy({ labelSmoothing: 2 })],
  ['categoricalCrossentropy, logInput', () => plain.categoricalCrossentropy({ fromLogits: true, logInput: true })],
  ['categoricalCrossentropy, axis', () => plain.categoricalCrossentropy({ axis: 0.5 })],
  ['sparseCategoricalCrossentropy, ignoreClass', () => plain.sparseCategoricalCrossentropy({ ignoreClass: 0.5 })],
  ['focal, form', () => plain.focal({ form: 'both' })],
  ['focal, gamma', () => plain.focal({ gamma: -1 })],
  ['focal, alpha', () => plain.focal({ alpha: 2 })],
  ['focal, alpha', () => plain.focal({ alpha: [0.5, 0.5] })],
  ['focal, alpha', () => plain.focal({ form: 'categorical', alpha: [-1] })],
  ['binaryHinge, delta', () => plain.binaryHinge({ delta: -1 })],
  ['poisson, full', () => plain.poisson({ full: 'yes' })],
  ['kullbackLeibler, logTarget', () => plain.kullbackLeibler({ logTarget: 0 })],
  ['dice, axis', () => plain.dice({ axis: [] })],
  ['tversky, alpha', () => plain.tversky({ alpha: -1 })],
  ['ctc, blank', () => plain.ctc({ blank: 0.5 })],
  ['ctc, inputLengths', () => plain.ctc({ inputLengths: [1.5] })],
  ['triplet, mining', () => plain.triplet({ mining: 'soft' })],
  ['triplet, distance', () => plain.triplet({ distance: 'chebyshev' })],
  ['contrastive, margin', () => plain.contrastive({ margin: Number.NaN })],
]

describe('Losses refuse options that are none', () => {
  for (const [subject, call] of options)
    it(`${subject}: ${String(call).slice(6)}`, () => {
      expect(faultOf(call)).to.match(new RegExp(`^InvalidOption of ${subject}: expected `))
    })
})
