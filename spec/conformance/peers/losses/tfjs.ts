import * as joinery from '../../../../src/index.ts'
import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { type Arr, arr, broadcast, mapped, reshaped } from '../array.ts'
import { toleranceOf } from '../close.ts'
import { byChoice, cannot } from '../verdict.ts'
import {
  one as batchOfOne,
  checkLossPlan,
  elementwise,
  type LossPlan,
  named,
  type Reduction,
  unnormalized,
} from './plan.ts'

// Losses of tfjs-core, tf.losses, with positional arguments; and of tfjs-layers, one value for each row.

type Args = readonly unknown[]
const or = <T>(value: unknown, otherwise: T): T => (value ?? otherwise) as T

/** What weights do, by tfjs's numbers. */
const reductions: Readonly<Record<number, Reduction>> = { 0: 'none', 1: 'weightedMean', 2: 'sum', 3: 'mean' }

/** Weights broadcast to the losses; by default the mean is over those that are not 0. */
const weighted = (
  plan: Omit<LossPlan, 'reduction'>,
  weights: unknown,
  reduction: unknown,
  shape: Arr['shape'],
): LossPlan => {
  const number: number = or(reduction, 3)
  const how = reductions[number] ?? cannot(`reduction ${number}`)
  if (weights === null || weights === undefined) return { ...plan, reduction: how }
  const given = arr(weights)
  // Axes of length 1 in front say nothing; others would make more losses than there are examples.
  const more = Math.max(given.shape.length - shape.length, 0)
  if (given.shape.slice(0, more).some(d => d !== 1)) cannot('weights of more axes than the losses')
  const wide = broadcast(reshaped(given, given.shape.slice(more)), shape)
  return {
    ...plan,
    weights: wide,
    ...(number === 3 ? { mask: mapped(wide, x => (x === 0 ? 0 : 1)) } : {}),
    reduction: how,
  }
}

/** Element by element. */
const each = (
  loss: LossPlan['loss'],
  expected: unknown,
  predicted: unknown,
  weights: unknown,
  reduction: unknown,
): LossPlan => {
  const made = arr(predicted)
  return elementwise(weighted({ loss, expected: arr(expected), predicted: made }, weights, reduction, made.shape))
}

/** A loss that is what it is given. */
const itself: LossPlan['loss'] = common =>
  joinery.defineLoss('itself', { forward: (_, __, predicted) => predicted, expects: false, ...common })

const core: Readonly<Record<string, (args: Args) => LossPlan>> = {
  'losses.absoluteDifference': ([y, p, w, r]) => each(named('mae'), y, p, w, r),
  'losses.meanSquaredError': ([y, p, w, r]) => each(named('mse'), y, p, w, r),
  'losses.hingeLoss': ([y, p, w, r]) => each(named('binaryHinge'), y, p, w, r),
  'losses.huberLoss': ([y, p, w, delta, r]) => each(named('huber', { delta: or(delta, 1) }), y, p, w, r),
  'losses.logLoss': ([y, p, w, epsilon, r]) =>
    or(epsilon, 1e-7) === 1e-7
      ? each(named('binaryCrossentropy'), y, p, w, r)
      : byChoice('probabilities are clipped to [1e-7, 1 - 1e-7]; tfjs’s logLoss adds an epsilon'),
  'losses.sigmoidCrossEntropy': ([y, p, w, labelSmoothing, r]) =>
    each(named('binaryCrossentropy', { fromLogits: true, labelSmoothing: or(labelSmoothing, 0) }), y, p, w, r),
  'losses.softmaxCrossEntropy': ([y, p, w, labelSmoothing, r]) => {
    const predicted = arr(p)
    const loss = named('categoricalCrossentropy', { fromLogits: true, labelSmoothing: or(labelSmoothing, 0) })
    return weighted({ loss, expected: arr(y), predicted }, w, r, predicted.shape.slice(0, -1))
  },
  // 1 less the cosine of vectors of length 1: of others it is no cosine.
  'losses.cosineDistance': ([y, p, axis, w, r]) => {
    const predicted = arr(p)
    const at = axis as number
    for (const vectors of [arr(y), predicted]) unitLength(vectors, at)
    const shape = predicted.shape.map((d, i) => (i === (at < 0 ? predicted.shape.length + at : at) ? 1 : d))
    if (w !== null && w !== undefined) cannot('cosineDistance with weights')
    if (or<number>(r, 3) === 2) cannot('cosineDistance, summed')
    const plan: LossPlan = {
      loss: named('cosineSimilarity', { axis: at }),
      expected: arr(y),
      predicted,
      reduction: reductions[or(r, 3)] as Reduction,
    }
    return {
      ...plan,
      view: value => mapped({ ...value, shape: plan.reduction === 'none' ? shape : value.shape }, x => 1 + x),
    }
  },
  'losses.computeWeightedLoss': ([losses, w, r]) => each(itself, losses, losses, w, r),
}

/** Refuses vectors of other lengths than 1, of which tfjs takes the product as it is. */
const unitLength = ({ shape, data }: Arr, axis: number): void => {
  const at = axis < 0 ? shape.length + axis : axis
  const inner = shape.slice(at + 1).reduce((n, d) => n * d, 1)
  const n = shape[at] as number
  for (let i = 0; i < data.length; i++) {
    if (Math.floor(i / inner) % n !== 0) continue
    const square = Array.from({ length: n }, (_, k) => (data[i + k * inner] as number) ** 2).reduce((a, b) => a + b, 0)
    if (Math.abs(square - 1) > 1e-4) byChoice('cosineSimilarity divides by the lengths; tfjs’s cosineDistance does not')
  }
}

/** The mean of each row; of a vector alone, of all. */
const rows =
  (name: string, options: object = {}): ((args: Args) => LossPlan) =>
  ([y, p]) => {
    const plan: LossPlan = { loss: named(name, options), expected: arr(y), predicted: arr(p), reduction: 'none' }
    return plan.predicted.shape.length < 2 ? batchOfOne(plan) : plan
  }

/** Probabilities of classes, or logits. */
const classes =
  (name: string): ((args: Args) => LossPlan) =>
  ([y, p, fromLogits]) => {
    if (!fromLogits) unnormalized(arr(p), -1)
    return rows(name, { fromLogits: or(fromLogits, false) })([y, p])
  }

const layers: Readonly<Record<string, (args: Args) => LossPlan>> = {
  meanSquaredError: rows('mse'),
  meanAbsoluteError: rows('mae'),
  meanAbsolutePercentageError: rows('mape'),
  meanSquaredLogarithmicError: rows('msle'),
  hinge: rows('binaryHinge'),
  squaredHinge: rows('squaredHinge'),
  categoricalHinge: rows('categoricalHinge'),
  logcosh: rows('logCosh'),
  kullbackLeiblerDivergence: rows('kullbackLeibler'),
  poisson: rows('poisson'),
  cosineProximity: rows('cosineSimilarity'),
  binaryCrossentropy: rows('binaryCrossentropy'),
  categoricalCrossentropy: classes('categoricalCrossentropy'),
  sparseCategoricalCrossentropy: classes('sparseCategoricalCrossentropy'),
  sigmoidCrossEntropyWithLogits: ([y, p]) => each(named('binaryCrossentropy', { fromLogits: true }), y, p, null, 0),
}

/** A case of a loss of tfjs. */
export const checkTfjsLoss = async (one: Case, engine: Engine): Promise<void> => {
  const name = String(one.function)
  const mapping = core[name] ?? layers[name] ?? cannot(`function ${name}`)
  await checkLossPlan(mapping(one.args as Args), { output: arr(one.expected), tolerance: toleranceOf(one) }, engine)
}
