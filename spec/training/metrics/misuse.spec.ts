import { expect } from 'chai'
import * as joinery from '../../../src/index.ts'

// Options and examples that are wrong are refused by the name of the metric, before anything is computed.

type Call = (...args: readonly unknown[]) => unknown
const all = joinery as unknown as Readonly<Record<string, Call>>
const notNumbers = ['1', Number.NaN, Number.POSITIVE_INFINITY, {}, [1], true]
const notClasses = [1, 0, -1, 2.5, '3', Number.NaN]
const averages = ['mean', 1, true, '']
const shared = {
  name: ['', 1, 'loss', {}],
  ignoreClass: ['1', Number.NaN, [1], {}],
}
const ofClasses = { classes: notClasses, threshold: notNumbers, ...shared }
const ofLabels = { average: averages, only: [1, [], [1, 1], [-1], [0.5], ['a'], new Array(2)], ...shared }
const counts = { ...ofLabels, classes: notClasses, threshold: ['1', Number.NaN, [], ['a'], {}], k: [0, -1, 1.5, '1'] }
const thresholds = {
  ...ofLabels,
  thresholds: [1, 0, 2.5, '200', [], [2], [-0.1], [Number.NaN]],
  fromLogits: [1, 'yes'],
}
const shares = [-0.1, 1.1, '0.5', Number.NaN]

const options: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  accuracy: ofClasses,
  binaryAccuracy: { threshold: notNumbers, name: shared.name },
  topK: { k: [0, 1.5, '5'], ...shared },
  sparseTopK: { k: [0, 1.5, '5'], ...shared },
  precision: counts,
  recall: counts,
  specificity: counts,
  f1: { ...counts, beta: [2] },
  fBeta: { ...counts, beta: [0, -1, '1', Number.NaN] },
  auc: {
    ...thresholds,
    curve: ['ROC', 1],
    method: ['mean', 1],
    labelWeights: [1, [], [-1], ['a']],
  },
  averagePrecision: thresholds,
  sensitivityAtSpecificity: { ...thresholds, specificity: shares },
  specificityAtSensitivity: { ...thresholds, sensitivity: shares },
  precisionAtRecall: { ...thresholds, recall: shares },
  recallAtPrecision: { ...thresholds, precision: shares },
  confusionMatrix: { ...ofClasses, normalize: ['rows', true] },
  meanIoU: { ...ofClasses, average: ['micro', 1], only: ofLabels.only },
  matthews: ofClasses,
  cohenKappa: { ...ofClasses, weights: ['cubic', 1] },
  meanAbsoluteError: { name: shared.name, threshold: [1] },
  meanSquaredError: { name: shared.name },
  rootMeanSquaredError: { name: shared.name },
  meanAbsolutePercentageError: { name: shared.name },
  r2: { average: ['micro', 1], regressors: [-1, 0.5, '1'], name: shared.name },
  explainedVariance: { average: ['micro', 1], name: shared.name },
  pearson: { average: ['weighted', 1], over: ['batch', 1], name: shared.name },
  concordanceCorrelation: { average: ['weighted', 1], over: ['batch', 1], name: shared.name },
  perplexity: { ...shared, fromLogits: [1, 'yes'] },
  bitsPerByte: { ...shared, fromLogits: [1, 'yes'], bytes: [0, -1, '1', [], [-1], ['a']] },
  calibrationError: { ...shared, bins: [0, 1.5, '15'], norm: ['l3', 1], fromLogits: [1, 'yes'] },
}

const faultOf = (work: () => unknown): joinery.InvalidOption => {
  try {
    work()
  } catch (error) {
    expect(error).to.be.instanceOf(joinery.InvalidOption)
    return error as joinery.InvalidOption
  }
  throw new Error('nothing was refused')
}

describe('Options of metrics that are wrong', () => {
  for (const [metric, own] of Object.entries(options))
    it(`are refused by ${metric}`, () => {
      for (const [option, values] of Object.entries({ ...own, averages: ['macro'] }))
        for (const value of values)
          expect(faultOf(() => all[metric]?.({ [option]: value }))).to.include({ layer: metric, option })
    })

  it('are all there are', () => {
    const configurable = Object.entries(joinery).filter(
      ([name, value]) =>
        name !== 'metricOf' && typeof value === 'function' && (value as { readonly kind?: unknown }).kind === 'Metric',
    )
    expect(Object.keys(options).sort()).to.deep.equal(configurable.map(([name]) => name).sort())
  })
})

describe('Examples that do not fit a metric', () => {
  const rows = (shape: readonly number[]) => ({ data: new Float32Array(shape.reduce((n, d) => n * d, 1)), shape })
  const wrong: readonly (readonly [
    metric: string,
    expected: readonly number[],
    predicted: readonly number[],
    option: string,
    got: string,
    options?: object,
  ])[] = [
    ['accuracy', [4], [3, 2], 'y', '(4,)'],
    ['accuracy', [3, 3], [3, 2], 'y', '(3, 3)'],
    ['accuracy', [3, 2], [3], 'y', '(3, 2)'],
    ['binaryAccuracy', [3], [3, 2], 'y', '(3,)'],
    ['topK', [3, 1], [3, 1], 'predicted', '(3, 1)'],
    ['topK', [3, 4], [3, 5], 'y', '(3, 4)'],
    ['sparseTopK', [3, 5], [3, 5], 'y', '(3, 5)'],
    ['precision', [3, 4], [3, 5], 'y', '(3, 4)'],
    ['precision', [3], [3, 2], 'only', '2', { only: [2] }],
    ['auc', [3, 4], [3, 5], 'y', '(3, 4)'],
    ['auc', [3, 2], [3, 2], 'only', '4', { only: [4] }],
    ['auc', [3, 2], [3, 2], 'labelWeights', '3 numbers', { labelWeights: [1, 2, 3] }],
    ['auc', [1, 400], [1, 400], 'thresholds', '50000', { thresholds: 50000 }],
    ['confusionMatrix', [2], [3, 5], 'y', '(2,)'],
    ['confusionMatrix', [1], [1, 5000], 'classes', '5000'],
    ['meanIoU', [3], [3], 'only', '5', { only: [5] }],
    ['meanAbsoluteError', [3, 2], [3, 1], 'y', '(3, 2)'],
    ['r2', [3], [3, 2], 'y', '(3,)'],
    ['pearson', [3, 1], [3, 2], 'y', '(3, 1)'],
    ['perplexity', [3], [3], 'predicted', '(3,)'],
    ['perplexity', [2], [3, 4], 'y', '(2,)'],
    ['bitsPerByte', [3], [3, 4], 'bytes', '2 numbers', { bytes: [1, 2] }],
    ['calibrationError', [3, 4], [3, 5], 'y', '(3, 4)'],
  ]
  for (const [metric, expected, predicted, option, got, own] of wrong)
    it(`${metric}${own ? ` with ${JSON.stringify(own)}` : ''} of ${JSON.stringify(expected)} and ${JSON.stringify(predicted)}`, () => {
      const call = (own === undefined ? all[metric] : all[metric]?.(own)) as Call
      const fault = faultOf(() => call(rows(expected), rows(predicted)))
      expect(fault).to.include({ layer: metric, option, got })
    })

  it('or weights that do not, are refused', () => {
    for (const metric of Object.keys(options)) {
      const call = all[metric] as Call
      const [y, p] =
        metric === 'topK' || metric === 'sparseTopK' || metric === 'perplexity' || metric === 'bitsPerByte'
          ? [[3], [3, 2]]
          : [
              [3, 2],
              [3, 2],
            ]
      for (const shape of [[], [2], [3, 3], [3, 2, 2]])
        expect(
          faultOf(() => call(rows(y as number[]), rows(p as number[]), { weights: rows(shape) })),
          metric,
        ).to.include({ layer: metric, option: 'weights' })
    }
  })

  it('or no loss where one is made a metric, are refused', () => {
    for (const value of [undefined, null, 'mse', joinery.accuracy, {}])
      expect(faultOf(() => all.metricOf?.(value))).to.include({ layer: 'metricOf', option: 'loss' })
  })

  it('of a network are refused before anything is computed, by the name that the metric was given', async () => {
    const network = joinery.join(joinery.Input(2), joinery.Linear(3))
    const variables = joinery.init(network, joinery.key(0))
    const x = [[1, 2]]
    const fit = joinery.fit(
      network,
      variables,
      { x, y: [[1, 2, 3]] },
      { metrics: [joinery.sparseTopK({ name: 'top' })] },
    )
    const fault = await fit.then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(fault).to.be.instanceOf(joinery.InvalidOption)
    expect(fault).to.include({ layer: 'top', option: 'y', got: '(1, 3)' })
  })

  it('of outputs that cannot be added up are refused, and taken by output', async () => {
    const network = joinery.join(
      joinery.Input(2),
      joinery.parallel(joinery.Softmax(3, { name: 'kind' }), joinery.Softmax(4, { name: 'place' })),
    )
    const variables = joinery.init(network, joinery.key(0))
    const examples = { x: [[1, 2]], y: [[0], [3]] }
    const loss = 'sparseCategoricalCrossentropy'
    const fault = await joinery.evaluate(network, variables, examples, { loss, metrics: ['f1'] }).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(fault).to.be.instanceOf(joinery.InvalidOption)
    expect(fault).to.include({ layer: 'f1', option: 'metrics', got: '(12,) and (1,)' })
    const report = await joinery.evaluate(network, variables, examples, {
      loss,
      metrics: { kind: ['f1'], place: ['f1', 'topK'] },
    })
    expect(report['place.topK']).to.equal(1)
    expect(report['kind.f1']).to.be.within(0, 1)
  })

  it('is not known by name: the message lists those that are', () => {
    const network = joinery.join(joinery.Input(2), joinery.Linear(3))
    const fault = faultOf(() => joinery.trainStep(network, { metrics: ['acuracy' as string] }))
    expect(fault.expected).to.include('accuracy, binaryAccuracy')
    expect(fault.remedy).to.include('accuracy')
  })
})
