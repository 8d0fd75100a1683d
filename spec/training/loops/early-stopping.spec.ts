import { memory, type Tensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { defineMetric, evaluate, fit, gradientDescent, Input, init, join, key, Linear } from '../../../src/index.ts'
import { earlyEnds, earlyStart, earlyStep, earlyStoppingOption } from '../../../src/training/loops/early-stopping.ts'
import { directed } from '../../../src/training/loops/monitor.ts'
import { namedMetrics } from '../../../src/training/metrics/names.ts'
import type { RawReport } from '../../../src/training/report.ts'

/** The epochs that are the best, and the one that ends training; what is watched is `name`. */
const walk = (options: object, values: readonly number[], name = 'loss') => {
  const read = earlyStoppingOption.decode(options)
  if (read._tag === 'Left' || read.right === null) throw new Error('not read')
  const stopping = directed('earlyStopping', read.right, namedMetrics)
  let memory = earlyStart
  const best: number[] = []
  for (const [i, value] of values.entries()) {
    const after = earlyStep(stopping, memory, i + 1, { loss: 0, [name]: value } as RawReport)
    memory = after.memory
    if (after.isBest) best.push(i + 1)
    expect(after.ends).to.equal(!after.isBest && earlyEnds(stopping, memory, i + 1))
    if (after.ends) return { best, end: i + 1 }
  }
  return { best, end: undefined }
}

describe('earlyStopping', () => {
  it('waits as many epochs as patience says', () => {
    const values = [5, 4, 4.5, 3, 3.5, 3.2, 3.1, 1]
    expect(walk({ patience: 1 }, values)).to.deep.equal({ best: [1, 2], end: 3 })
    expect(walk({ patience: 0 }, values)).to.deep.equal({ best: [1, 2], end: 3 })
    expect(walk({ patience: 3 }, values)).to.deep.equal({ best: [1, 2, 4], end: 7 })
    expect(walk({ patience: 4 }, values)).to.deep.equal({ best: [1, 2, 4, 8], end: undefined })
    expect(walk({}, [1, 2, 2, 2, 2, 2])).to.deep.equal({ best: [1], end: 6 })
  })

  it('counts as better what is better by more than minDelta', () => {
    expect(walk({ patience: 2, minDelta: 0.5 }, [5, 4.6, 4.5, 4])).to.deep.equal({ best: [1], end: 3 })
    expect(walk({ patience: 2, minDelta: 0.5 }, [5, 4.6, 4.4, 4])).to.deep.equal({ best: [1, 3], end: undefined })
    // The first is the best whatever its distance.
    expect(walk({ patience: 1, minDelta: 1e9 }, [5])).to.deep.equal({ best: [1], end: undefined })
  })

  it('knows which values are to become large, and takes word for it', () => {
    expect(walk({ patience: 1, monitor: 'accuracy' }, [0.5, 0.7, 0.6], 'accuracy')).to.deep.equal({
      best: [1, 2],
      end: 3,
    })
    for (const name of ['validationLoss', 'meanAbsoluteError', 'perplexity', 'bitsPerByte'])
      expect(walk({ patience: 1, monitor: name }, [3, 2, 2.5], name)).to.deep.equal({ best: [1, 2], end: 3 })
    expect(walk({ patience: 1, mode: 'max' }, [1, 2, 1])).to.deep.equal({ best: [1, 2], end: 3 })
    expect(walk({ patience: 1, monitor: 'accuracy', mode: 'min' }, [1, 2], 'accuracy').end).to.equal(2)
  })

  it('asks which values are better of a metric that does not say so, before training', async () => {
    const hits = (options = {}) =>
      defineMetric('hitRate', (ops, expected, predicted) => ops.subtract(predicted, expected), options)
    const failure = async (options: object): Promise<unknown> =>
      fit(network, variables, examples, { ...growing, ...options }).then(
        () => undefined,
        error => error,
      )
    const monitor = { monitor: 'validationHitRate' }
    let epochs = 0
    const asked = { metrics: [hits()], validation: examples, callbacks: () => epochs++ }
    for (const [owner, options] of [
      ['earlyStopping', { earlyStopping: monitor }],
      ['reduceOnPlateau', { reduceOnPlateau: monitor }],
      ['checkpoint, best', { checkpoint: { folder: 'nowhere', best: monitor } }],
    ] as const)
      expect(String(await failure({ ...asked, ...options }))).to.include(
        `InvalidOption: ${owner}, mode: expected 'min' or 'max', as nothing says which values of validationHitRate are better`,
      )
    expect(epochs).to.equal(0)
    const watched = { earlyStopping: { ...monitor, patience: 1 }, validation: examples }
    const higher = await fit(network, variables, examples, {
      ...growing,
      ...watched,
      metrics: [hits({ better: 'higher' })],
    })
    const lower = await fit(network, variables, examples, {
      ...growing,
      ...watched,
      metrics: [hits({ better: 'lower' })],
    })
    expect(higher.stopped?.epoch).not.to.equal(lower.stopped?.epoch)
    // A number that is none of a metric's is known when it is there.
    const norm = { gradientNorms: true, earlyStopping: { monitor: 'gradientNorm.linear-1' } }
    expect(String(await failure(norm))).to.include('which values of gradientNorm.linear-1 are better')
  })

  it('does not end before startFrom, and counts from there', () => {
    expect(walk({ patience: 1, startFrom: 4 }, [1, 2, 2, 2, 2])).to.deep.equal({ best: [1], end: 4 })
    expect(walk({ patience: 2, startFrom: 4 }, [1, 2, 2, 2, 2])).to.deep.equal({ best: [1], end: 5 })
  })

  it('never takes NaN for the best', () => {
    const none = Number.NaN
    expect(walk({ patience: 2 }, [none, 3, none, none, 1])).to.deep.equal({ best: [2], end: 4 })
    expect(walk({ patience: 2 }, [none, none])).to.deep.equal({ best: [], end: 2 })
    expect(walk({ patience: 3, monitor: 'accuracy' }, [none, 0.1, none, 0.2], 'accuracy').best).to.deep.equal([2, 4])
  })

  const network = join(Input(1), Linear(1, { weight: 0, bias: 0 }))
  const variables = init(network, key(1))
  const examples = { x: [[1], [2]], y: [[1], [2]] }
  // Too large a step: the loss is least at the start, and grows from epoch to epoch.
  const growing = { optimizer: gradientDescent({ step: 0.5 }), batchSize: null, epochs: 10 }
  const weight = ({ params }: { readonly params: Readonly<Record<string, { readonly weight: Tensor }>> }) =>
    params['linear-1']?.weight.dataSync()[0]

  it('ends fit, and gives back the best variables, or the last', async () => {
    const validation = examples
    const found = await fit(network, variables, examples, { ...growing, validation, earlyStopping: { patience: 3 } })
    expect(found.history.validationLoss).to.have.length(4)
    expect(found.stopped).to.deep.equal({
      reason: 'earlyStopping',
      message: 'Nothing better for 3 epochs.',
      ...{ epoch: 4, batch: 0, update: 4 },
    })
    const { loss } = await evaluate(network, found.variables, examples)
    expect(loss).to.equal(Math.min(...found.history.validationLoss))
    const first = await fit(network, variables, examples, { ...growing, epochs: 1 })
    expect(weight(found.variables)).to.equal(weight(first.variables))
    // Training goes on from the last.
    const fourth = await fit(network, variables, examples, { ...growing, epochs: 4 })
    expect(weight(found.trainState.variables)).to.equal(weight(fourth.variables))
    expect(found.trainState.optimizer.update).to.equal(4)
    const last = await fit(network, variables, examples, {
      ...growing,
      validation,
      earlyStopping: { patience: 3, restoreBest: false },
    })
    expect(weight(last.variables)).to.equal(weight(fourth.variables))
  })

  it('gives back the best variables where the epochs end before it does', async () => {
    const found = await fit(network, variables, examples, {
      ...growing,
      epochs: 3,
      validation: examples,
      earlyStopping: true,
    })
    expect(found.stopped).to.equal(undefined)
    const first = await fit(network, variables, examples, { ...growing, epochs: 1 })
    expect(weight(found.variables)).to.equal(weight(first.variables))
  })

  it('leaves nothing behind where training fails, nor the best of earlier epochs', async () => {
    const before = memory().numTensors
    const falling = { ...growing, optimizer: gradientDescent({ step: 0.01 }), earlyStopping: true }
    const error = new RangeError('enough')
    let caught: unknown
    try {
      await fit(network, variables, examples, {
        ...falling,
        callbacks: ({ epoch }) => {
          if (epoch === 3) throw error
        },
      })
    } catch (thrown) {
      caught = thrown
    }
    expect(caught).to.equal(error)
    expect(memory().numTensors).to.equal(before)
    const found = await fit(network, variables, examples, falling)
    expect(found.history.loss).to.have.length(10)
    // A weight and a bias, the best and the last.
    expect(memory().numTensors - before).to.equal(4)
  })

  it('watches any number of the history, and names them where there is no such number', async () => {
    const falling = defineMetric('falling', (ops, _, predicted) => ops.negative(ops.mean(predicted, [1])))
    const rule = { ...growing, metrics: [falling], optimizer: gradientDescent({ step: 0.01 }) }
    const found = await fit(network, variables, examples, {
      ...rule,
      earlyStopping: { monitor: 'falling', mode: 'max', patience: 2 },
    })
    expect(found.history.loss).to.have.length(3)
    const other = await fit(network, variables, examples, {
      ...rule,
      earlyStopping: { monitor: 'falling', mode: 'min', patience: 2 },
    })
    expect(other.history.loss).to.have.length(10)
    let text = ''
    try {
      await fit(network, variables, examples, { ...rule, earlyStopping: { monitor: 'validationLoss' } })
    } catch (error) {
      text = String(error)
    }
    expect(text).to.match(
      /^InvalidOption: earlyStopping, monitor: expected a number of the history: loss, falling, got 'validationLoss'\./,
    )
  })
})
