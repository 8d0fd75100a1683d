import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { type Arr, arr, isTensor, mapped, range, reshaped, size } from '../array.ts'
import { toleranceOf } from '../close.ts'
import { type Options, optionsOf } from '../options.ts'
import { cannot } from '../verdict.ts'
import { one as batchOfOne, checkLossPlan, elementwise, type LossPlan, named, type Reduction } from './plan.ts'

// Losses of PyTorch, with the gradient of their sum.

interface Given {
  readonly options: Options
  readonly inputs: readonly Arr[]
  readonly target: readonly Arr[]
  readonly reduction: Reduction
}
/** A plan, and how gradients of the inputs become that of what is predicted. */
interface Mapped extends LossPlan {
  readonly gradient?: (all: readonly Arr[]) => Arr
}
type Mapping = (given: Given) => Mapped

const input = ({ inputs }: Given): Arr => inputs[0] ?? cannot('a loss without an input')
const target = ({ target: all }: Given): Arr => all[0] ?? cannot('a loss without a target')
const weightOf = ({ options }: Given, name = 'weight'): Arr | undefined => {
  const given = options.read<unknown>(name, null)
  return isTensor(given) ? arr(given) : undefined
}

/** Element by element. */
const each =
  (loss: (options: Options) => LossPlan['loss']): Mapping =>
  given =>
    elementwise({
      loss: loss(given.options),
      predicted: input(given),
      expected: target(given),
      weights: weightOf(given),
      reduction: given.reduction,
    })

/** The loss of what is `beta` times as large, for peers that divide by it. */
const divided = (plan: LossPlan, by: number): Mapped => ({
  ...plan,
  view: value => mapped((plan.view ?? (all => all))(value), x => x / by),
  gradient: ([gradient]) => mapped(gradient as Arr, x => x * by),
})

const smoothL1: Mapping = given => {
  const beta = given.options.read('beta', 1)
  if (beta === 0) return each(() => named('mae'))(given)
  return divided(each(() => named('huber', { delta: beta }))(given), beta)
}

/** Of each element; with `batchmean` the sum is divided by the batch. */
const kl: Mapping = given => {
  const { options, reduction } = given
  const isBatch = options.read('reduction', 'mean') === 'batchmean'
  const predicted = input(given)
  const plan = elementwise({
    loss: named('kullbackLeibler', { logInput: true, logTarget: options.read('logTarget', false) }),
    predicted,
    expected: target(given),
    reduction: isBatch ? 'sum' : reduction,
  })
  // A vector of one class for each element.
  const column = (one: Arr): Arr => reshaped(one, [one.data.length, 1])
  const single = { ...plan, predicted: column(plan.predicted), expected: column(plan.expected) }
  return isBatch ? divided(single, predicted.shape[0] ?? 1) : single
}

/** The classes are axis 1, or the only one. */
const classes = (
  given: Given,
  plan: Omit<LossPlan, 'reduction' | 'predicted' | 'expected'>,
  reduction: Reduction,
): Mapped => {
  const whole: LossPlan = { ...plan, predicted: input(given), expected: target(given), reduction }
  return input(given).shape.length === 1 ? batchOfOne(whole) : whole
}

/** Class weights within the sum over classes are weights of what is expected of each. */
const withinSum = (given: Given, { data: weights }: Arr): Mapped => {
  const { options, reduction } = given
  const [made, wanted] = [input(given), target(given)]
  const [smoothing, ignored] = [options.read('labelSmoothing', 0), options.read('ignoreIndex', -100)]
  const count = weights.length
  const inner = size(made.shape.slice(2))
  const areNumbers = wanted.shape.length < made.shape.length
  // The class of an element, and its place in a tensor without the axis of classes.
  const classOf = (i: number): number => Math.floor(i / inner) % count
  const placeOf = (i: number): number => Math.floor(i / inner / count) * inner + (i % inner)
  const isCounted = (i: number): boolean => !areNumbers || wanted.data[placeOf(i)] !== ignored
  const share = (i: number): number =>
    areNumbers ? Number(wanted.data[placeOf(i)] === classOf(i)) : (wanted.data[i] as number)
  const expected = mapped(made, (_, i) =>
    isCounted(i) ? (weights[classOf(i)] as number) * ((1 - smoothing) * share(i) + smoothing / count) : 0,
  )
  const plan: LossPlan = {
    loss: named('categoricalCrossentropy', { fromLogits: true, axis: 1 }),
    predicted: made,
    expected,
    reduction: areNumbers && reduction === 'mean' ? 'sum' : reduction,
  }
  const whole = made.shape.length === 1 ? batchOfOne(plan) : plan
  if (!areNumbers || reduction !== 'mean') return whole
  // The mean is divided by the weights of the classes that were expected.
  const total = wanted.data.reduce((sum, number) => sum + (number === ignored ? 0 : (weights[number] as number)), 0)
  return divided(whole, total)
}

/** Class numbers; the mean of weighted ones is divided by their weights. */
const numbers = (given: Given, scale: object): Mapped => {
  const { options, reduction } = given
  const weight = weightOf(given)
  const ignoreClass = options.read('ignoreIndex', -100)
  const labelSmoothing = options.read('labelSmoothing', 0)
  if (weight && labelSmoothing !== 0) return withinSum(given, weight)
  const isThere = target(given).data.includes(ignoreClass)
  const loss = named('sparseCategoricalCrossentropy', {
    ...scale,
    axis: 1,
    labelSmoothing,
    ...(isThere ? { ignoreClass } : {}),
    ...(weight ? { classWeights: weight.data } : {}),
  })
  return classes(given, { loss }, weight && reduction === 'mean' ? 'weightedMean' : reduction)
}

const crossEntropy: Mapping = given => {
  const { options, reduction } = given
  if (target(given).shape.length < input(given).shape.length) return numbers(given, { fromLogits: true })
  options.ignore('ignoreIndex')
  const weight = weightOf(given)
  if (weight) return withinSum(given, weight)
  const labelSmoothing = options.read('labelSmoothing', 0)
  return classes(
    given,
    { loss: named('categoricalCrossentropy', { fromLogits: true, axis: 1, labelSmoothing }) },
    reduction,
  )
}

/** `log(1 + exp(-y x))` of y = 1 and -1 is the cross-entropy of yes and no. */
const softMargin: Mapping = given =>
  elementwise({
    loss: named('binaryCrossentropy', { fromLogits: true }),
    predicted: input(given),
    expected: mapped(target(given), y => (y + 1) / 2),
    reduction: given.reduction,
  })

/** The mean over labels of each example. */
const multiLabelSoftMargin: Mapping = given => {
  if (weightOf(given)) cannot('weights of labels')
  const plan: LossPlan = {
    loss: named('binaryCrossentropy', { fromLogits: true }),
    predicted: input(given),
    expected: target(given),
    reduction: given.reduction,
  }
  return input(given).shape.length === 1 ? batchOfOne(plan) : plan
}

const triplet: Mapping = given => {
  const { options, inputs, reduction } = given
  const parts = [...inputs, ...given.target]
  if (parts.length !== 3) cannot('triplets that are none')
  options.only('eps', 1e-6)
  const degree = options.read('p', 2)
  const distance = { 1: 'manhattan', 2: 'euclidean' }[degree] ?? cannot(`a norm of degree ${degree}`)
  const [{ shape }] = parts as [Arr, Arr, Arr]
  const features = shape.at(-1) as number
  const batch = (parts[0] as Arr).data.length / features
  const gradients = inputs.length
  const beside = (all: readonly Arr[]): Arr => ({
    shape: [batch, all.length, features],
    data: range(batch).flatMap(i => all.flatMap(({ data }) => data.slice(i * features, (i + 1) * features))),
  })
  return {
    loss: named('triplet', {
      mining: 'none',
      distance,
      margin: options.read('margin', 1),
      swap: options.read('swap', false),
    }),
    predicted: beside(parts),
    expected: { shape: [batch], data: range(batch).map(() => 0) },
    reduction,
    view: value => (reduction === 'none' ? reshaped(value, shape.slice(0, -1)) : value),
    gradient: beside,
    // Of a negative that is a target, no gradient is known.
    slopes: ({ data }) => ({
      shape: [batch, gradients, features],
      data: range(batch).flatMap(i => data.slice(3 * i * features, (3 * i + gradients) * features)),
    }),
  }
}

const losses: Readonly<Record<string, Mapping>> = {
  L1Loss: each(() => named('mae')),
  MSELoss: each(() => named('mse')),
  SmoothL1Loss: smoothL1,
  HuberLoss: each(o => named('huber', { delta: o.read('delta', 1) })),
  KLDivLoss: kl,
  NLLLoss: given => numbers(given, { logInput: true }),
  CrossEntropyLoss: crossEntropy,
  BCELoss: each(() => named('binaryCrossentropy')),
  BCEWithLogitsLoss: given => {
    given.options.only('posWeight')
    return each(() => named('binaryCrossentropy', { fromLogits: true }))(given)
  },
  PoissonNLLLoss: each(o =>
    named('poisson', { logInput: o.read('logInput', true), full: o.read('full', false), epsilon: o.read('eps', 1e-8) }),
  ),
  SoftMarginLoss: softMargin,
  MultiLabelSoftMarginLoss: multiLabelSoftMargin,
  TripletMarginLoss: triplet,
}

const reductions: Readonly<Record<string, Reduction>> = { mean: 'mean', sum: 'sum', none: 'none', batchmean: 'sum' }
const slopeTolerance = { atol: 1e-4, rtol: 1e-3 }

/** A case of a loss of PyTorch; its name may be followed by that of the test. */
export const checkTorchLoss = async (one: Case, engine: Engine): Promise<void> => {
  const fields = one as never as {
    loss: string
    options: object
    inputs: readonly unknown[]
    target: readonly unknown[]
    expected: unknown
    gradients?: readonly unknown[]
  }
  const name = fields.loss.split('_')[0] as string
  const options = optionsOf(name, fields.options)
  const written = options.read('reduction', 'mean')
  options.only('sizeAverage')
  options.only('reduce')
  const given: Given = {
    options,
    inputs: fields.inputs.map(arr),
    target: fields.target.map(arr),
    reduction: reductions[written] ?? cannot(`reduction ${written}`),
  }
  const plan = (losses[name] ?? cannot(`loss ${name}`))(given)
  options.done()
  const gradients = (fields.gradients ?? []).filter(isTensor).map(arr)
  const turned = gradients.length > 0 ? (plan.gradient ?? (all => all[0] as Arr))(gradients) : undefined
  await checkLossPlan(
    plan,
    {
      output: arr(fields.expected),
      tolerance: toleranceOf(one),
      ...(turned ? { gradient: turned, slope: slopeTolerance } : {}),
    },
    engine,
  )
}
