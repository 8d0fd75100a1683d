import { inspect } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { type Callback, fit, gradientDescent, Input, init, join, key, Linear, stop, Tanh } from '../../../src/index.ts'

const network = join(Input(2), Tanh(3), Linear(1))
const variables = init(network, key(1))
const x = Array.from({ length: 6 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a = 0]) => [a])
const options = { optimizer: gradientDescent({ step: 0.05 }), batchSize: 3, epochs: 2 }
const later = (work: () => void): Promise<void> =>
  new Promise(resolve =>
    setTimeout(() => {
      work()
      resolve()
    }, 2),
  )
/** A callback that writes down what it is told, a little later. */
const observer = (told: string[], before = '', late = true): Callback => {
  const note = (text: string) => (late ? later(() => told.push(before + text)) : void told.push(before + text))
  return {
    trainStart: ({ epochs, batches, examples }) => note(`start ${epochs} ${batches} ${examples}`),
    epochStart: ({ epoch }) => note(`epoch ${epoch}`),
    update: ({ epoch, batch, update }) => note(`update ${epoch} ${batch} ${update}`),
    epoch: ({ epoch, update }) => note(`epoch ${epoch} ended ${update}`),
    trainEnd: ({ stopped }) => note(`end ${stopped}`),
  }
}
const failed = async (call: () => Promise<unknown>): Promise<unknown> => {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('no error came')
}

describe('callbacks', () => {
  it('are told of everything in order, each awaited before training goes on', async () => {
    const told: string[] = []
    await fit(network, variables, { x, y }, { ...options, callbacks: observer(told) })
    expect(told).to.deep.equal([
      'start 2 2 6',
      'epoch 1',
      'update 1 1 1',
      'update 1 2 2',
      'epoch 1 ended 2',
      'epoch 2',
      'update 2 1 3',
      'update 2 2 4',
      'epoch 2 ended 4',
      'end undefined',
    ])
  })

  it('are told of reports that consoles, copies and JSON have, and that stay what they were', async () => {
    const events: { readonly report: unknown; readonly last: unknown }[] = []
    const progress: { readonly report: unknown; readonly ended: boolean }[] = []
    await fit(
      network,
      variables,
      { x, y },
      {
        ...options,
        ...{ epochs: 1, callbacks: { update: event => void events.push(event) } },
        onProgress: event => progress.push(event),
      },
    )
    const [first, second] = events as [(typeof events)[0], (typeof events)[0]]
    expect(first.report).to.deep.equal(first.last)
    expect(second.report).not.to.deep.equal(second.last)
    expect(second.report).to.equal(second.report)
    expect(inspect(second)).to.match(/^\{\s*epoch: 1,\s*batch: 2,\s*update: 2,\s*report: .*loss: [\d.]+/)
    expect({ ...second }).to.have.keys('epoch', 'batch', 'update', 'report', 'last')
    expect(JSON.parse(JSON.stringify(second)).report).to.deep.equal({ ...(second.report as object) })
    expect(Object.isFrozen(second)).to.equal(true)
    expect(progress.map(({ report, ended }) => [report, ended])).to.deep.equal([
      [first.report, false],
      [second.report, false],
      [second.report, true],
    ])
    expect(inspect(progress[0])).to.include('loss')
  })

  it('of which there are several are told one after the other', async () => {
    const told: string[] = []
    const callbacks = [observer(told, 'a '), observer(told, 'b ', false)]
    await fit(network, variables, { x, y }, { ...options, epochs: 1, batchSize: null, callbacks })
    expect(told).to.deep.equal(
      ['start 1 1 6', 'epoch 1', 'update 1 1 1', 'epoch 1 ended 1', 'end undefined'].flatMap(text => [
        `a ${text}`,
        `b ${text}`,
      ]),
    )
  })

  it('are told before onProgress is, which is awaited too', async () => {
    const told: string[] = []
    await fit(
      network,
      variables,
      { x, y },
      {
        ...options,
        epochs: 1,
        callbacks: { update: ({ batch }) => later(() => told.push(`update ${batch}`)) },
        onProgress: ({ batch, ended }) => later(() => told.push(ended ? 'ended' : `progress ${batch}`)),
      },
    )
    expect(told).to.deep.equal(['update 1', 'progress 1', 'update 2', 'progress 2', 'ended'])
  })

  it('see the values of the history, and cannot change them', async () => {
    const seen: Readonly<Record<string, unknown>>[] = []
    const { history } = await fit(
      network,
      variables,
      { x, y },
      {
        ...options,
        metrics: ['meanAbsoluteError'],
        validation: { x, y },
        callbacks: event => {
          expect(event).to.satisfy(Object.isFrozen)
          expect(event.rate).to.equal(1)
          seen.push(event.values)
        },
      },
    )
    const names = ['loss', 'meanAbsoluteError', 'validationLoss', 'validationMeanAbsoluteError'] as const
    expect(seen.map(values => Object.keys(values))).to.deep.equal([names, names])
    for (const name of names) expect(seen.map(values => values[name])).to.deep.equal(history[name])
  })

  it('may read what training has reached, and keep it', async () => {
    const kept: (readonly number[])[] = []
    const numbers = (tensor: tf.Tensor) => [...tensor.dataSync()]
    const fitted = await fit(
      network,
      variables,
      { x, y },
      {
        ...options,
        callbacks: async ({ read, update }) => {
          const reached = await read()
          expect(reached.optimizer.update).to.equal(update)
          kept.push(numbers(reached.variables.params['tanh-1']?.weight as tf.Tensor))
        },
      },
    )
    const half = await fit(network, variables, { x, y }, { ...options, epochs: 1 })
    expect(kept).to.deep.equal([half, fitted].map(({ variables: { params } }) => numbers(params['tanh-1'].weight)))
  })

  const moments = ['trainStart', 'epochStart', 'update', 'epoch'] as const
  const ends = { trainStart: [0, 0, 0], epochStart: [1, 0, 0], update: [1, 1, 1], epoch: [1, 0, 2] } as const
  for (const moment of moments)
    it(`end training by stop, after ${moment}`, async () => {
      const told: string[] = []
      const { stopped, history, trainState } = await fit(
        network,
        variables,
        { x, y },
        { ...options, callbacks: [{ [moment]: async () => stop }, observer(told)] },
      )
      const [epoch, batch, update] = ends[moment]
      expect(stopped).to.deep.equal({
        reason: 'callback',
        message: 'A callback asked to stop.',
        ...{ epoch, batch, update },
      })
      expect(trainState.optimizer.update).to.equal(update)
      expect(history.loss).to.have.length(moment === 'epoch' ? 1 : 0)
      // The others are told of the same, and of the end.
      expect(told.at(-1)).to.equal('end A callback asked to stop.')
      expect(told.filter(text => text.startsWith('update'))).to.have.length(update)
    })

  for (const moment of [...moments, 'trainEnd', 'onProgress'] as const)
    it(`end the call with what they throw, and leave nothing behind (${moment})`, async () => {
      const error = new RangeError('enough')
      const fails = async () => {
        throw error
      }
      const own = moment === 'onProgress' ? { onProgress: fails } : { callbacks: { [moment]: fails } }
      const before = tf.memory().numTensors
      expect(await failed(() => fit(network, variables, { x, y }, { ...options, ...own }))).to.equal(error)
      expect(tf.memory().numTensors).to.equal(before)
    })

  it('may be objects with a memory of their own', async () => {
    const counter = {
      count: 0,
      update() {
        this.count++
      },
    }
    await fit(network, variables, { x, y }, { ...options, callbacks: counter })
    expect(counter.count).to.equal(4)
  })

  it('change nothing of what is learnt', async () => {
    const weights = ({ variables: { params } }: Awaited<ReturnType<typeof fit<typeof network>>>) => [
      ...params['tanh-1'].weight.dataSync(),
    ]
    const plain = await fit(network, variables, { x, y }, options)
    const watched = await fit(network, variables, { x, y }, { ...options, callbacks: observer([]) })
    expect(weights(watched)).to.deep.equal(weights(plain))
  })

  it('are refused where they observe nothing', async () => {
    for (const wrong of [{}, { epochEnd: () => 1 }, { epoch: 1 }, [null], 'csv'])
      expect(String(await failed(() => fit(network, variables, { x, y }, { callbacks: wrong as never })))).to.match(
        /^InvalidOption: fit, callbacks: expected a callback/,
      )
  })
})
