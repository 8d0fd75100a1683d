import * as joinery from '../../../../src/index.ts'
import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { arr } from '../array.ts'
import { unnormalized } from '../losses/plan.ts'
import { type Options, optionsOf } from '../options.ts'
import { cannot } from '../verdict.ts'
import { atLeast, auc, count, fBeta, iou, type Mapping, share } from './classes.ts'
import { all, checkMetricPlan, elements, examples, make, ofLoss, type Update } from './plan.ts'

// Metrics of Keras, whose updates are added up.

const loss =
  (name: string, settings: (options: Options, updates: readonly Update[]) => object = () => ({})): Mapping =>
  ({ options, updates }) =>
    all(examples(updates), ofLoss(name, settings(options, updates)))

const probabilities =
  (isOfClasses: boolean) =>
  (options: Options, updates: readonly Update[]): object => {
    const [fromLogits, axis] = [options.read('fromLogits', false), options.read('axis', -1)]
    if (isOfClasses && !fromLogits) for (const { predicted } of updates) unnormalized(predicted, axis)
    const labelSmoothing = options.read('labelSmoothing', 0)
    return { fromLogits, axis, ...(labelSmoothing === 0 ? {} : { labelSmoothing }) }
  }

const correlation =
  (name: string): Mapping =>
  ({ options, updates }) => {
    options.only('axis', -1)
    return all(examples(updates), make(name, { over: 'features' }))
  }

const aggregations: Readonly<Record<string, string>> = {
  uniform_average: 'macro',
  variance_weighted_average: 'weighted',
}

/** The sum of values, as a metric of one's own. */
const total = joinery.defineMetric('total', {
  sums: (ops, _, predicted, weights) => [ops.sum(ops.multiply(predicted, weights), [0])],
  finish: ([sum]: readonly number[]) => sum as number,
})
const mean = joinery.defineMetric('mean', (_, __, predicted) => predicted)

const metrics: Readonly<Record<string, Mapping>> = {
  Accuracy: ({ updates }) => {
    const classes =
      1 + Math.max(...updates.flatMap(({ expected, predicted }) => [...expected.data, ...predicted.data]), 1)
    return all(elements(updates), make('accuracy', { classes }))
  },
  BinaryAccuracy: ({ options, updates }) =>
    all(elements(updates), make('binaryAccuracy', { threshold: options.read('threshold', 0.5) })),
  CategoricalAccuracy: ({ updates }) => all(examples(updates), make('accuracy')),
  SparseCategoricalAccuracy: ({ updates }) => all(examples(updates), make('accuracy')),
  TopKCategoricalAccuracy: ({ options, updates }) => all(examples(updates), make('topK', { k: options.read('k', 5) })),
  SparseTopKCategoricalAccuracy: ({ options, updates }) => {
    options.only('fromSortedIds', false)
    return all(examples(updates), make('sparseTopK', { k: options.read('k', 5) }))
  },
  TrueNegatives: count(0, 0),
  FalsePositives: count(0, 1),
  FalseNegatives: count(1, 0),
  TruePositives: count(1, 1),
  Precision: share('precision'),
  Recall: share('recall'),
  SensitivityAtSpecificity: atLeast('sensitivityAtSpecificity', 'specificity'),
  SpecificityAtSensitivity: atLeast('specificityAtSensitivity', 'sensitivity'),
  PrecisionAtRecall: atLeast('precisionAtRecall', 'recall'),
  RecallAtPrecision: atLeast('recallAtPrecision', 'precision'),
  AUC: auc,
  ConcordanceCorrelation: correlation('concordanceCorrelation'),
  PearsonCorrelation: correlation('pearson'),
  FBetaScore: fBeta(),
  F1Score: given => {
    given.options.ignore('beta')
    return fBeta(1)(given)
  },
  IoU: iou(),
  MeanIoU: iou({ isOfAll: true }),
  OneHotIoU: iou({ expected: 'oneHot' }),
  OneHotMeanIoU: iou({ expected: 'oneHot', isOfAll: true }),
  BinaryIoU: ({ options, updates }) =>
    all(
      elements(updates),
      make('meanIoU', {
        threshold: options.read('threshold', 0.5),
        only: options.read<readonly number[]>('targetClassIds', [0, 1]),
      }),
    ),
  Mean: ({ updates }) => all(elements(updates), mean),
  Sum: ({ updates }) => all(elements(updates), total),
  MeanMetricWrapper: ({ options, updates }) => {
    const { config = '' } = options.read<{ readonly config?: string }>('fn', {})
    return /(^|>)mse$/.test(config) ? all(examples(updates), ofLoss('mse')) : cannot('a metric of the case’s own')
  },
  MeanSquaredError: loss('mse'),
  MeanAbsoluteError: loss('mae'),
  MeanAbsolutePercentageError: loss('mape'),
  MeanSquaredLogarithmicError: loss('msle'),
  RootMeanSquaredError: ({ updates }) => all(elements(updates), make('rootMeanSquaredError')),
  LogCoshError: loss('logCosh'),
  Poisson: loss('poisson'),
  KLDivergence: loss('kullbackLeibler'),
  Hinge: loss('binaryHinge'),
  SquaredHinge: loss('squaredHinge'),
  CategoricalHinge: loss('categoricalHinge'),
  // The cosine itself, of which the loss is the negative.
  CosineSimilarity: ({ options, updates }) => ({
    ...all(examples(updates), ofLoss('cosineSimilarity', { axis: options.read('axis', -1) })),
    view: values => values.map(value => -value),
  }),
  BinaryCrossentropy: loss('binaryCrossentropy', probabilities(false)),
  CategoricalCrossentropy: loss('categoricalCrossentropy', probabilities(true)),
  SparseCategoricalCrossentropy: ({ options, updates }) => {
    const ignoreClass = options.read<number | null>('ignoreClass', null)
    const settings = { ...probabilities(true)(options, updates), ignoreClass }
    if (ignoreClass === null) return all(examples(updates), ofLoss('sparseCategoricalCrossentropy', settings))
    // Keras's metric counts what is ignored as 0, where ours leaves it out.
    const own = joinery.sparseCategoricalCrossentropy(settings)
    const counted = joinery.defineMetric('counted', (ops, y, p) => own.forward(ops, y, p, { x: [] }))
    return all(examples(updates), counted)
  },
  R2Score: ({ options, updates }) => {
    const average = options.has('classAggregation')
      ? (aggregations[options.read('classAggregation', '')] ?? cannot('an aggregation of classes'))
      : null
    return all(examples(updates), make('r2', { average, regressors: options.read('numRegressors', 0) }))
  },
}

/** A case of a metric of Keras. */
export const checkKerasMetric = async (one: Case, engine: Engine): Promise<void> => {
  const fields = one as never as {
    metric: string
    config: object
    updates: readonly { y_true?: unknown; y_pred?: unknown; values?: unknown; sample_weight?: unknown }[]
    expected: unknown
  }
  if (fields.updates.length === 0) cannot('a metric of no examples')
  const options = optionsOf(fields.metric, fields.config)
  const updates = fields.updates.map(({ y_true: y, y_pred: p, values, sample_weight: weights }) => ({
    expected: arr(y ?? values),
    predicted: arr(p ?? values),
    weights: weights === null || weights === undefined ? undefined : arr(weights),
  }))
  const plan = (metrics[fields.metric] ?? cannot(`metric ${fields.metric}`))({ options, updates })
  options.done()
  await checkMetricPlan(plan, arr(fields.expected), one, engine)
}
