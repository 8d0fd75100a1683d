import { expect } from 'chai'
import {
  defineMetric,
  fit,
  gradientDescent,
  Input,
  init,
  join,
  key,
  Linear,
  report,
  rootMeanSquaredError,
  type TrainingReport,
} from '../../../src/index.ts'

const refused = (value: unknown): string => {
  try {
    report(value as never)
  } catch (error) {
    return String(error)
  }
  return 'no error'
}

describe('report', () => {
  it('has the first, the last and the best of each value', () => {
    const { epochs, values, stopped } = report({
      loss: [3, 1, 2],
      accuracy: [0.5, 0.9, 0.8],
      validationLoss: [4, 3, 2],
    })
    expect(epochs).to.equal(3)
    expect(stopped).to.equal(undefined)
    expect(values).to.deep.equal([
      { name: 'loss', first: 3, last: 2, best: 1, epoch: 2 },
      { name: 'accuracy', first: 0.5, last: 0.8, best: 0.9, epoch: 2 },
      { name: 'validationLoss', first: 4, last: 2, best: 2, epoch: 3 },
    ])
  })

  it('says what the values mean', () => {
    const remarks = (history: Readonly<Record<string, readonly unknown[]>>) => report(history).remarks
    expect(remarks({ loss: [3, 2, 1], validationLoss: [3, 2, 2.5] })).to.deep.equal([
      'validationLoss was best in epoch 2 of 3, while loss still fell: later epochs overfit.',
    ])
    expect(remarks({ loss: [3, 2], validationLoss: [3, 2] })).to.deep.equal([
      'Both losses were best in the last epoch: more epochs may help.',
    ])
    expect(remarks({ loss: [1, 5] })).to.deep.equal([
      'The loss is larger than at the start: a smaller learning rate may help.',
    ])
    expect(remarks({ loss: [1, Number.NaN] })).to.deep.equal(['Not all values are finite.'])
    expect(remarks({ loss: [1] })).to.deep.equal([])
    expect(remarks({ loss: [] })).to.deep.equal([])
  })

  it('takes the word of metrics, also of your own, for what is better', async () => {
    const network = join(Input(1), Linear(1, { weight: 0, bias: 0 }))
    const own = (name: string, options = {}) =>
      defineMetric(name, (ops, expected, predicted) => ops.subtract(expected, predicted), options)
    const fitted = await fit(
      network,
      init(network, key(1)),
      { x: [[1], [2]], y: [[1], [2]] },
      {
        optimizer: gradientDescent({ step: 0.05 }),
        epochs: 3,
        metrics: [
          own('hitRate', { better: 'higher' }),
          own('gain', { better: 'lower' }),
          own('churn'),
          rootMeanSquaredError({ name: 'distance' }),
        ],
        gradientNorms: true,
      },
    )
    const epochs = (made: TrainingReport) => made.values.map(({ name, epoch }) => [name, epoch])
    expect(epochs(report(fitted))).to.deep.equal([
      ['loss', 3],
      ['hitRate', 1],
      ['gain', 3],
      ['churn', undefined],
      ['distance', 3],
      ['gradientNorm.linear-1', undefined],
    ])
    const told = report(fitted, { better: { churn: 'lower' } })
    expect(told.values[3]).to.include({ name: 'churn', epoch: 3 })
    expect(told.remarks.join()).not.to.include('Nothing says')
    expect(report(fitted).remarks.at(-1)).to.include('Nothing says which values of churn are better')
    expect(String(report(fitted))).to.match(/^churn +\S+ +\S+$/m)
  })

  it('knows metrics and losses by their names alone, also of outputs and validation, and no others', () => {
    const better = (name: string) => report({ loss: [1, 1], [name]: [1, 2] }).values[1]?.epoch
    for (const name of ['accuracy', 'validationAccuracy', 'kind.f1', 'validationKind.recall', 'r2'])
      expect(better(name), name).to.equal(2)
    for (const name of ['validationLoss', 'kind.loss', 'huber', 'perplexity', 'validationKind.meanAbsoluteError'])
      expect(better(name), name).to.equal(1)
    for (const name of ['hitRate', 'truePositiveRate', 'confusion', 'errorFree', 'norm'])
      expect(better(name), name).to.equal(undefined)
    const asked = () => report({ loss: [1] }, { better: { loss: 'small' as never } })
    expect(asked).to.throw("report, better: expected 'higher' or 'lower' by name")
  })

  it('takes NaN for no best value, wherever it stands', () => {
    const [value] = report({ loss: [Number.NaN, 2, Number.NaN, 1] }).values
    expect(value).to.deep.include({ best: 1, epoch: 4 })
    expect(report({ loss: [3, Number.NaN, 4] }).values[0]).to.deep.include({ best: 3, epoch: 1 })
  })

  it('reads what fit returned, why it ended, and a history from JSON', async () => {
    const network = join(Input(1), Linear(1, { weight: 0, bias: 0 }))
    const fitted = await fit(
      network,
      init(network, key(1)),
      { x: [[1], [2]], y: [[1], [2]] },
      {
        optimizer: gradientDescent({ step: 0.5 }),
        batchSize: null,
        epochs: 9,
        metrics: ['confusionMatrix', 'meanAbsoluteError'],
        earlyStopping: { patience: 2 },
      },
    )
    const made = report(fitted)
    expect(made.stopped).to.equal('Nothing better for 2 epochs.')
    // Tables of a metric are none of its numbers.
    expect(made.values.map(({ name }) => name)).to.deep.equal(['loss', 'meanAbsoluteError'])
    expect(report(fitted.history).values).to.deep.equal(made.values)
    expect(report(JSON.parse(JSON.stringify(fitted.history))).values).to.deep.equal(made.values)
    const holed = JSON.parse(JSON.stringify({ loss: [2, Number.NaN, 1] }))
    expect(report(holed).values[0]).to.deep.include({ best: 1, epoch: 3 })
  })

  it('shows itself as a table, and in Markdown', () => {
    const made = report(
      { loss: [3, 2, 1], 'a|b': [0.5, 0.25, 0.75], validationLoss: [3, 2, 2.5] },
      { better: { 'a|b': 'higher' } },
    )
    const lines = String(made).split('\n')
    expect(lines[0]).to.equal('3 epochs')
    expect(lines[1]).to.match(/^ +first +last +best +epoch$/)
    expect(lines[2]).to.match(/^loss +3\S* +1\S* +1\S* +3$/)
    expect(lines.at(-1)).to.match(/overfit\.$/)
    const markdown = made.markdown().split('\n')
    expect(markdown.slice(0, 2)).to.deep.equal([
      '|  | first | last | best | epoch |',
      '| --- | ---: | ---: | ---: | ---: |',
    ])
    expect(markdown[3]).to.match(/^\| a\\\|b \|/)
    expect(markdown.at(-1)).to.match(/^- validationLoss was best/)
    expect(String(report({ loss: [1] }))).to.match(/^1 epoch\n/)
    expect(made).to.satisfy(Object.isFrozen)
    expect(made.values).to.satisfy(Object.isFrozen)
  })

  it('refuses what is no history', () => {
    for (const wrong of [
      undefined,
      null,
      3,
      'loss',
      [],
      {},
      { loss: 1 },
      { history: { loss: 'low' } },
      { history: {} },
    ])
      expect(refused(wrong)).to.include('InvalidOption: report, history: expected what fit returned, or its history')
  })
})
