import { expect } from 'chai'
import * as joinery from '../../../src/index.ts'

// Values that others publish, and what metrics say where there is little to say.

const near = (found: unknown, wanted: number | readonly number[], tolerance = 1e-5): void => {
  const [own, other] = [[found].flat(2) as number[], [wanted].flat()]
  expect(own.length).to.equal(other.length)
  for (const [i, number] of other.entries()) expect(own[i]).to.be.closeTo(number, tolerance)
}

describe('Metrics beside what scikit-learn documents', () => {
  const [labels, guesses] = [
    [0, 1, 2, 0, 1, 2],
    [0, 2, 1, 0, 0, 1],
  ]
  const scores = guesses.map(guess => [0, 1, 2].map(label => Number(label === guess)))

  it('precision, recall and F', () => {
    near(joinery.precision(labels, scores), 0.22222)
    near(joinery.precision({ average: 'micro' })(labels, scores), 0.33333)
    near(joinery.precision({ average: null })(labels, scores), [0.66667, 0, 0])
    near(joinery.recall({ average: null })(labels, scores), [1, 0, 0])
    near(joinery.recall({ average: 'weighted' })(labels, scores), 0.33333)
    near(joinery.f1(labels, scores), 0.26667)
    near(joinery.f1({ average: null })(labels, scores), [0.8, 0, 0])
    near(joinery.fBeta({ beta: 0.5 })(labels, scores), 0.2381, 1e-4)
    near(joinery.fBeta({ beta: 0.5, average: 'weighted' })(labels, scores), 0.2381, 1e-4)
  })

  it('the confusion matrix, Matthews and Cohen', () => {
    expect(joinery.confusionMatrix({ classes: 3 })([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2])).to.deep.equal([
      [2, 0, 0],
      [0, 0, 1],
      [1, 0, 2],
    ])
    near(joinery.matthews([1, 1, 1, 0], [1, 0, 1, 1]), -0.33333)
    near(joinery.cohenKappa([0, 1, 1, 0, 1, 1], [0, 1, 0, 0, 1, 0]), 0.4)
  })

  it('areas under curves', () => {
    const scored = [0.1, 0.4, 0.35, 0.8]
    near(joinery.auc([0, 0, 1, 1], scored), 0.75)
    near(joinery.averagePrecision([0, 0, 1, 1], scored), 0.83333)
    near(joinery.auc({ fromLogits: true })([0, 0, 1, 1], [-2.2, -0.4, -0.6, 1.4]), 0.75)
  })

  it('errors and variances', () => {
    const y = [
      [0.5, 1],
      [-1, 1],
      [7, -6],
    ]
    const p = [
      [0, 2],
      [-1, 2],
      [8, -5],
    ]
    near(joinery.meanSquaredError(y, p), 0.70833)
    near(joinery.meanAbsoluteError(y, p), 0.75)
    near(joinery.r2(y, p), 0.9368)
    near(joinery.r2({ average: 'weighted' })(y, p), 0.93826, 1e-4)
    near(joinery.r2({ average: null })(y, p), [0.96544, 0.90816])
    near(joinery.explainedVariance({ average: null })(y, p), [0.96774, 1])
    near(joinery.meanAbsolutePercentageError([3, -0.5, 2, 7], [2.5, 0, 2, 8]), 32.738, 1e-3)
  })
})

describe('Metrics where there is little to say', () => {
  const cases: readonly (readonly [what: string, found: () => unknown, value: number])[] = [
    ['precision where nothing was predicted', () => joinery.precision([1, 0], [0.1, 0.2]), 0],
    ['recall where nothing was expected', () => joinery.recall([0, 0], [0.9, 0.2]), 0],
    ['specificity where everything was expected', () => joinery.specificity([1, 1], [0.9, 0.2]), 0],
    ['F1 of nothing', () => joinery.f1([0, 0], [0.1, 0.2]), 0],
    ['F1, weighted, of labels that were never expected', () => joinery.f1({ average: 'weighted' })([0], [0.9]), 0],
    ['the area where nothing was expected', () => joinery.auc([0, 0], [0.9, 0.2]), 0],
    ['the area where everything was expected', () => joinery.auc([1, 1], [0.9, 0.2]), 0],
    ['average precision where nothing was expected', () => joinery.averagePrecision([0, 0], [0.9, 0.2]), 0],
    ['recall at a precision out of reach', () => joinery.recallAtPrecision({ precision: 1 })([0, 1], [0.9, 0.8]), 0],
    ['Matthews of one class', () => joinery.matthews([1, 1], [0.9, 0.2]), 0],
    ['Cohen of one class', () => joinery.cohenKappa([1, 1], [0.9, 0.8]), Number.NaN],
    ['r2 of a constant that is right', () => joinery.r2([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]), 1],
    ['r2 of a constant that is wrong', () => joinery.r2([0.1, 0.1, 0.1], [0.1, 0.2, 0.1]), 0],
    ['explained variance of a constant that is off', () => joinery.explainedVariance([0.1, 0.1], [0.3, 0.3]), 1],
    ['a correlation with a constant', () => joinery.pearson([1, 2, 3], [0.7, 0.7, 0.7]), 0],
    ['agreement with a constant', () => joinery.concordanceCorrelation([5, 5], [5, 5]), 0],
    ['accuracy of nothing', () => joinery.accuracy([1, 0], [0.9, 0.2], { weights: [0, 0] }), 0],
    ['perplexity of nothing', () => joinery.perplexity([0], [[0.5, 0.5]], { weights: [0] }), 1],
    ['r2 of nothing', () => joinery.r2([1, 2], [1, 2], { weights: [0, 0] }), Number.NaN],
    ['calibration of nothing', () => joinery.calibrationError([1], [0.2], { weights: [0] }), 0],
    ['top 5 of 3 classes', () => joinery.topK([2], [[0.5, 0.3, 0.2]]), 1],
    ['top 5 of a class that there is not', () => joinery.topK([7], [[0.5, 0.3, 0.2]]), 0],
    ['NaN at the expected class', () => joinery.topK({ k: 1 })([0], [[Number.NaN, 0.3, 0.2]]), 0],
    ['intersection over union of nothing', () => joinery.meanIoU([0], [0.1], { weights: [0] }), 0],
  ]
  for (const [what, found, value] of cases)
    it(`${what} is ${value}`, () => {
      const own = found()
      if (Number.isNaN(value)) expect(own).to.be.NaN
      else expect(own).to.equal(value)
    })

  it('equal scores at the edge of the largest k are all in, and of answers the first', () => {
    expect(
      joinery.topK({ k: 1 })(
        [2, 0],
        [
          [0.5, 0.1, 0.5],
          [0.5, 0.1, 0.5],
        ],
      ),
    ).to.equal(1)
    expect(joinery.precision({ k: 1, average: 'micro' })([[0, 0, 1]], [[0.5, 0.1, 0.5]])).to.equal(0)
  })

  it('class numbers that name no class, and those that are ignored, do not count', () => {
    const scores = [
      [0.9, 0.1],
      [0.2, 0.8],
      [0.6, 0.4],
      [0.6, 0.4],
    ]
    expect(joinery.confusionMatrix([0, 1, 2, -1], scores)).to.deep.equal([
      [1, 0],
      [0, 1],
    ])
    expect(joinery.accuracy({ ignoreClass: -1 })([0, 1, 1, -1], scores)).to.be.closeTo(2 / 3, 1e-6)
    expect(joinery.recall({ ignoreClass: 1 })([0, 1, 0, 0], scores)).to.equal(0.5)
    expect(joinery.topK({ k: 1, ignoreClass: 1 })([0, 1, 0, 0], scores)).to.equal(1)
    expect(joinery.perplexity({ ignoreClass: 1 })([1, 1, 0, 9], scores)).to.be.closeTo(1 / 0.6, 1e-6)
    expect(joinery.precision({ ignoreClass: -1, threshold: 0.5 })([[1, -1]], [[0.9, 0.9]])).to.equal(0.5)
  })

  it('the nearest of class numbers is the predicted one', () => {
    expect(joinery.confusionMatrix({ classes: 2 })([0, 1, 1, 0], [0.5, 0.51, 1.4, -3])).to.deep.equal([
      [1, 0],
      [0, 2],
    ])
    expect(joinery.accuracy({ classes: 2 })([0, 1, 1, 0], [0.5, 0.51, 1.4, -3])).to.equal(0.75)
  })
})

describe('Metrics of variances', () => {
  const draws = (seed: number, count: number, mean: number) =>
    joinery.normals(joinery.key(seed), count).map(x => mean + x)

  for (const mean of [0, 1e3, 1e5])
    it(`are exact of numbers about ${mean}, in one batch and in many`, () => {
      const count = 400
      const y = draws(1, count, mean)
      const p = draws(2, count, 0).map((noise, i) => (y[i] as number) + noise / 2)
      const average = (numbers: Float32Array) => numbers.reduce((a, b) => a + b, 0) / count
      const [a, b] = [average(Float32Array.from(y)), average(Float32Array.from(p))]
      const sum = (of: (t: number, p: number) => number) =>
        [...y].reduce((all, t, i) => all + of(t - a, (p[i] as number) - b), 0)
      const [yy, pp, yp] = [sum(t => t * t), sum((_, q) => q * q), sum((t, q) => t * q)]
      const errors = [...y].reduce((all, t, i) => all + (t - (p[i] as number)) ** 2, 0)
      const whole = { x: p, y }
      near(joinery.r2(whole.y, whole.x), 1 - errors / yy, 1e-4)
      near(joinery.pearson(whole.y, whole.x), yp / Math.sqrt(yy * pp), 1e-4)
    })

  it('know what does not vary from what rounds', () => {
    for (const value of [0.1, 1 / 3, 7, 1234.567, 1e-3])
      for (const count of [3, 50, 333]) {
        const y = Float32Array.from({ length: count }, () => value)
        const p = y.map((own, i) => own + (i % 2))
        const weights = y.map((_, i) => 0.1 + (i % 3) / 7)
        expect(joinery.r2(y, p, { weights }), `${count} times ${value}`).to.equal(0)
        expect(joinery.pearson(y, p, { weights }), `${count} times ${value}`).to.equal(0)
      }
  })

  it('over batches are those of all', async () => {
    const network = joinery.join(joinery.Input(1), joinery.Identity())
    const y = draws(1, 300, 1000)
    const x = draws(2, 300, 0).map((noise, i) => (y[i] as number) + noise)
    const column = (data: Float32Array) => ({ data, shape: [300, 1] })
    const report = (batchSize: number) =>
      joinery.evaluate(
        network,
        joinery.init(network, joinery.key(0)),
        { x: column(x), y: column(y) },
        {
          metrics: [joinery.r2, joinery.explainedVariance, joinery.pearson, joinery.concordanceCorrelation],
          batchSize,
        },
      )
    const [whole, parts] = [await report(300), await report(7)]
    for (const name of ['r2', 'explainedVariance', 'pearson', 'concordanceCorrelation'] as const)
      expect(parts[name]).to.be.closeTo(whole[name], 1e-6)
  })
})

describe('Metrics in reports', () => {
  const network = joinery.join(joinery.Input(2), joinery.Softmax(3))
  const variables = joinery.init(network, joinery.key(1))
  const x = joinery.normals(joinery.key(2), 40)
  const examples = { x: { data: x, shape: [20, 2] }, y: Float32Array.from({ length: 20 }, (_, i) => i % 3) }

  it('are asked for by name, and losses are metrics too', async () => {
    const loss = 'sparseCategoricalCrossentropy'
    const report = await joinery.evaluate(network, variables, examples, {
      loss,
      metrics: ['f1', 'confusionMatrix', loss, joinery.sparseCategoricalCrossentropy({ ignoreClass: 1, name: 'some' })],
    })
    expect(report[loss]).to.be.closeTo(report.loss, 1e-6)
    expect(report.some).to.not.be.closeTo(report.loss, 1e-6)
    expect(report.f1).to.be.within(0, 1)
    expect(report.confusionMatrix).to.have.length(3)
  })

  it('have the types of what they say', async () => {
    const { f1, top1, accuracy, confusionMatrix, ...rest } = await joinery.evaluate(network, variables, examples, {
      loss: 'sparseCategoricalCrossentropy',
      metrics: [joinery.f1({ average: null }), joinery.topK({ k: 1, name: 'top1' }), 'accuracy', 'confusionMatrix'],
    })
    const each: readonly number[] = f1
    const single: number = top1 + accuracy + rest.loss
    const counts: readonly (readonly number[])[] = confusionMatrix
    expect([each, counts].map(({ length }) => length)).to.deep.equal([3, 3])
    expect(single).to.be.a('number')
    const { history } = await joinery.fit(network, variables, examples, {
      loss: 'sparseCategoricalCrossentropy',
      metrics: [joinery.recall({ average: null })],
      key: joinery.key(1),
    })
    const recalls: readonly (readonly number[])[] = history.recall
    expect(recalls[0]).to.have.length(3)
  })

  it('know the logits that probabilities were made of', async () => {
    const report = await joinery.evaluate(network, variables, examples, {
      loss: 'sparseCategoricalCrossentropy',
      metrics: [joinery.perplexity],
      batchSize: 3,
    })
    expect(report.perplexity).to.be.closeTo(Math.exp(report.loss), 1e-4)
  })

  it('count the steps of sequences that no mask leaves out', async () => {
    const words = joinery.join(joinery.Input([4, 2]), joinery.TimeDistributed(joinery.Softmax(3)))
    const own = joinery.init(words, joinery.key(1))
    const data = { data: joinery.normals(joinery.key(3), 16), shape: [2, 4, 2] }
    const y = [
      [0, 1, 2, 0],
      [1, 1, 0, 0],
    ]
    const mask = [
      [1, 1, 1, 0],
      [1, 0, 0, 0],
    ]
    const report = await joinery.evaluate(
      words,
      own,
      { x: data, y, mask },
      {
        loss: 'sparseCategoricalCrossentropy',
        metrics: ['accuracy', 'confusionMatrix', 'perplexity', 'topK'],
      },
    )
    const predicted = joinery.apply(words, own, data).output
    const kept = { weights: mask }
    expect(report.accuracy).to.be.closeTo(joinery.accuracy(y, predicted, kept), 1e-6)
    expect(report.confusionMatrix).to.deep.equal(joinery.confusionMatrix(y, predicted, kept))
    expect(report.perplexity).to.be.closeTo(joinery.perplexity(y, predicted, kept), 1e-4)
  })
})
