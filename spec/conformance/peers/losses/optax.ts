import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { type Arr, arr, mapped, range, reshaped } from '../array.ts'
import { toleranceOf } from '../close.ts'
import { type Options, optionsOf } from '../options.ts'
import { cannot } from '../verdict.ts'
import { one as batchOfOne, checkLossPlan, elementwise, type LossPlan, named } from './plan.ts'

// Losses of optax: one value for each element, or for each vector, and no reduction.

type Mapping = (options: Options) => LossPlan

const arrayOf = (options: Options, ...names: readonly string[]): Arr => {
  const name = names.find(own => options.has(own)) ?? cannot(`a loss without ${names[0]}`)
  return arr(options.read<unknown>(name, null))
}

/** Element by element. */
const each =
  (predicted: string, loss: (options: Options) => LossPlan['loss'], expected = 'targets'): Mapping =>
  options =>
    elementwise({
      loss: loss(options),
      predicted: arrayOf(options, predicted),
      expected: options.has(expected) ? arrayOf(options, expected) : mapped(arrayOf(options, predicted), () => 0),
      reduction: 'none',
    })

/** A value for each vector; a vector alone is a batch of one. */
const vectors = (plan: LossPlan): LossPlan => (plan.predicted.shape.length < 2 ? batchOfOne(plan) : plan)

const classes =
  (predicted: string, expected: string, loss: (options: Options) => LossPlan['loss']): Mapping =>
  options => {
    options.only('where')
    return vectors({
      loss: loss(options),
      predicted: arrayOf(options, predicted),
      expected: arrayOf(options, expected),
      reduction: 'none',
    })
  }

/** Class numbers as one-hot vectors. */
const oneHot = (numbers: Arr, count: number): Arr => ({
  shape: [...numbers.shape, count],
  data: numbers.data.flatMap(number => range(count).map(i => (i === number ? 1 : 0))),
})

const multiclass =
  (delta: number): Mapping =>
  options => {
    const predicted = arrayOf(options, 'scores')
    return vectors({
      loss: named('categoricalHinge', { delta }),
      predicted,
      expected: oneHot(arrayOf(options, 'labels'), predicted.shape.at(-1) as number),
      reduction: 'none',
    })
  }

const cosine =
  (shift: number, sign: 1 | -1): Mapping =>
  options => {
    options.only('epsilon', 0)
    const plan = vectors({
      loss: named('cosineSimilarity', { axis: options.read('axis', -1) }),
      predicted: arrayOf(options, 'predictions'),
      expected: arrayOf(options, 'targets'),
      reduction: 'none',
    })
    return { ...plan, view: value => mapped((plan.view ?? (all => all))(value), x => shift + sign * x) }
  }

const triplet: Mapping = options => {
  options.only('axis', -1)
  options.only('eps', 1e-6)
  const [anchors, positives, negatives] = ['anchors', 'positives', 'negatives'].map(name => arrayOf(options, name)) as [
    Arr,
    Arr,
    Arr,
  ]
  const degree = options.read('normDegree', 2)
  const distance = { 1: 'manhattan', 2: 'euclidean' }[degree] ?? cannot(`a norm of degree ${degree}`)
  const features = anchors.shape.at(-1) as number
  const batch = anchors.data.length / features
  const row = ({ data }: Arr, i: number): readonly number[] => data.slice(i * features, (i + 1) * features)
  return {
    loss: named('triplet', { mining: 'none', distance, margin: options.read('margin', 1) }),
    predicted: {
      shape: [batch, 3, features],
      data: range(batch).flatMap(i => [...row(anchors, i), ...row(positives, i), ...row(negatives, i)]),
    },
    expected: { shape: [batch], data: range(batch).map(() => 0) },
    reduction: 'none',
    view: value => reshaped(value, anchors.shape.slice(0, -1)),
  }
}

/** Steps and labels that count are those whose padding is 0; labels that do not are -1 here. */
const ctc: Mapping = options => {
  options.only('logEpsilon', -1e5)
  const predicted = arrayOf(options, 'logits')
  const [paddings, labelPaddings] = [arrayOf(options, 'logitPaddings'), arrayOf(options, 'labelPaddings')]
  const [batch, time] = paddings.shape as [number, number]
  return {
    loss: named('ctc', {
      fromLogits: true,
      blank: options.read('blankId', 0),
      inputLengths: range(batch).map(i => paddings.data.slice(i * time, (i + 1) * time).filter(x => x === 0).length),
    }),
    predicted,
    expected: mapped(arrayOf(options, 'labels'), (label, i) => (labelPaddings.data[i] === 0 ? label : -1)),
    reduction: 'none',
  }
}

const dice: Mapping = options => {
  options.only('applySoftmax', false)
  options.only('classWeights')
  options.only('ignoreBackground', false)
  options.only('reduction', 'none')
  const predicted = arrayOf(options, 'predictions')
  const axis = options.read<unknown>('axis', null)
  if (axis !== null) cannot('dice_loss over other axes')
  return {
    loss: named('tversky', {
      alpha: options.read('alpha', 0.5),
      beta: options.read('beta', 0.5),
      smooth: options.read('smooth', 1),
      // Of each class of an example.
      axis: range(predicted.shape.length - 2).map(i => i + 1),
    }),
    predicted,
    expected: arrayOf(options, 'targets'),
    reduction: 'none',
    // The mean over the classes of each example.
    view: ({ shape: [batch = 0, classes = 1], data }) => ({
      shape: [batch],
      data: range(batch).map(i => data.slice(i * classes, (i + 1) * classes).reduce((a, b) => a + b, 0) / classes),
    }),
  }
}

const losses: Readonly<Record<string, Mapping>> = {
  squared_error: each('predictions', () => named('mse')),
  // Half the square is what Huber's loss is before its delta.
  l2_loss: each('predictions', () => named('huber', { delta: 1e18 })),
  huber_loss: each('predictions', o => named('huber', { delta: o.read('delta', 1) })),
  log_cosh: each('predictions', () => named('logCosh')),
  hinge_loss: each('predictorOutputs', () => named('binaryHinge')),
  perceptron_loss: each('predictorOutputs', () => named('binaryHinge', { delta: 0 })),
  sigmoid_binary_cross_entropy: each('logits', () => named('binaryCrossentropy', { fromLogits: true }), 'labels'),
  sigmoid_focal_loss: each(
    'logits',
    o => named('focal', { fromLogits: true, alpha: o.read<number | null>('alpha', null), gamma: o.read('gamma', 2) }),
    'labels',
  ),
  cosine_similarity: cosine(0, -1),
  cosine_distance: cosine(1, 1),
  softmax_cross_entropy: classes('logits', 'labels', o =>
    named('categoricalCrossentropy', { fromLogits: true, axis: o.read('axis', -1) }),
  ),
  safe_softmax_cross_entropy: classes('logits', 'labels', () => named('categoricalCrossentropy', { fromLogits: true })),
  softmax_cross_entropy_with_integer_labels: classes('logits', 'labels', o =>
    named('sparseCategoricalCrossentropy', { fromLogits: true, axis: o.read('axis', -1) }),
  ),
  kl_divergence: classes('logPredictions', 'targets', o =>
    named('kullbackLeibler', { logInput: true, axis: o.read('axis', -1) }),
  ),
  kl_divergence_with_log_targets: classes('logPredictions', 'logTargets', o =>
    named('kullbackLeibler', { logInput: true, logTarget: true, axis: o.read('axis', -1) }),
  ),
  multiclass_hinge_loss: multiclass(1),
  multiclass_perceptron_loss: multiclass(0),
  triplet_margin_loss: triplet,
  ctc_loss: ctc,
  dice_loss: dice,
}

/** A case of a loss of optax. */
export const checkOptaxLoss = async (one: Case, engine: Engine): Promise<void> => {
  const name = String(one.function)
  const options = optionsOf(name, one.arguments)
  const plan = (losses[name] ?? cannot(`function ${name}`))(options)
  options.done()
  await checkLossPlan(plan, { output: arr(one.expected), tolerance: toleranceOf(one), broadcasts: true }, engine)
}
