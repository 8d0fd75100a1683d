import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { type Arr, arr, filled, isTensor } from '../array.ts'
import { toleranceOf } from '../close.ts'
import { type Options, optionsOf } from '../options.ts'
import { cannot } from '../verdict.ts'
import { checkLossPlan, type LossPlan, named, type Reduction, unnormalized } from './plan.ts'

// Losses of Keras.

interface Given {
  readonly options: Options
  readonly expected: Arr
  readonly predicted: Arr
}
type Mapping = (given: Given) => LossPlan['loss']

const reductions: Readonly<Record<string, Reduction>> = {
  sum_over_batch_size: 'mean',
  mean: 'mean',
  sum: 'sum',
  none: 'none',
  mean_with_sample_weight: 'weightedMean',
}

/** What is said of probabilities by several losses. */
const probabilities = ({ options, predicted }: Given, isOfClasses: boolean) => {
  const [fromLogits, axis] = [options.read('fromLogits', false), options.read('axis', -1)]
  if (isOfClasses && !fromLogits) unnormalized(predicted, axis)
  return { fromLogits, axis }
}

const losses: Readonly<Record<string, Mapping>> = {
  MeanSquaredError: () => named('mse'),
  MeanAbsoluteError: () => named('mae'),
  MeanAbsolutePercentageError: () => named('mape'),
  MeanSquaredLogarithmicError: () => named('msle'),
  Hinge: () => named('binaryHinge'),
  SquaredHinge: () => named('squaredHinge'),
  CategoricalHinge: () => named('categoricalHinge'),
  LogCosh: () => named('logCosh'),
  KLDivergence: () => named('kullbackLeibler'),
  Poisson: () => named('poisson'),
  Huber: ({ options }) => named('huber', { delta: options.read('delta', 1) }),
  CosineSimilarity: ({ options }) => named('cosineSimilarity', { axis: options.read('axis', -1) }),
  BinaryCrossentropy: given =>
    named('binaryCrossentropy', {
      ...probabilities(given, false),
      labelSmoothing: given.options.read('labelSmoothing', 0),
    }),
  CategoricalCrossentropy: given =>
    named('categoricalCrossentropy', {
      ...probabilities(given, true),
      labelSmoothing: given.options.read('labelSmoothing', 0),
    }),
  SparseCategoricalCrossentropy: given =>
    named('sparseCategoricalCrossentropy', {
      ...probabilities(given, true),
      ignoreClass: given.options.read<number | null>('ignoreClass', null),
    }),
  BinaryFocalCrossentropy: given => {
    const { options } = given
    const alpha = options.read('alpha', 0.25)
    return named('focal', {
      ...probabilities(given, false),
      form: 'binary',
      gamma: options.read('gamma', 2),
      alpha: options.read('applyClassBalancing', false) ? alpha : null,
      labelSmoothing: options.read('labelSmoothing', 0),
    })
  },
  CategoricalFocalCrossentropy: given => {
    const { options } = given
    return named('focal', {
      ...probabilities(given, true),
      form: 'categorical',
      gamma: options.read('gamma', 2),
      alpha: options.read<number | readonly number[]>('alpha', 0.25),
      labelSmoothing: options.read('labelSmoothing', 0),
    })
  },
  // Labels are filled up with the blank, 0.
  CTC: () => named('ctc', { fromLogits: true }),
  Dice: ({ options }) => named('dice', { axis: options.read<unknown>('axis', null) }),
  Tversky: ({ options }) =>
    named('tversky', {
      alpha: options.read('alpha', 0.5),
      beta: options.read('beta', 0.5),
      axis: options.read<unknown>('axis', null),
    }),
}

/** Weights of examples: a number is one for all. */
const weightsOf = (given: unknown, { shape }: Arr): Arr | undefined => {
  if (given === null || given === undefined) return undefined
  const weights = arr(given)
  return weights.shape.length === 0 ? filled(shape.slice(0, 1), weights.data[0]) : weights
}

/** A case of a loss of Keras. */
export const checkKerasLoss = async (one: Case, engine: Engine): Promise<void> => {
  const fields = one as never as {
    loss: string
    config: object
    y_true: unknown
    y_pred: unknown
    sample_weight?: unknown
    mask?: unknown
    expected: unknown
  }
  const options = optionsOf(fields.loss, fields.config)
  const [expected, predicted] = [arr(fields.y_true), arr(fields.y_pred)]
  const written = options.has('reduction') ? options.read('reduction', '') : 'none'
  const reduction = reductions[written] ?? cannot(`reduction ${written}`)
  const loss = (losses[fields.loss] ?? cannot(`loss ${fields.loss}`))({ options, expected, predicted })
  options.done()
  const plan: LossPlan = {
    loss,
    expected,
    predicted,
    weights: weightsOf(fields.sample_weight, predicted),
    mask: isTensor(fields.mask) || Array.isArray(fields.mask) ? arr(fields.mask) : undefined,
    reduction,
  }
  await checkLossPlan(plan, { output: arr(fields.expected), tolerance: toleranceOf(one) }, engine)
}
