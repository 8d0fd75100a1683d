import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  dataset,
  gradientDescent,
  Input,
  init,
  join,
  key,
  Linear,
  learningRateSweep,
  type RateSweepOptions,
  Tanh,
} from '../../../src/index.ts'
import '../../../src/onnxruntime.ts'
import '../../../src/wasm.ts'

const network = join(Input(2), Tanh(4), Linear(1))
const variables = init(network, key(1))
const x = Array.from({ length: 8 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a = 0]) => [5 * a])
const failed = async (options: object): Promise<string> => {
  try {
    await learningRateSweep(network, variables, { x, y }, options as RateSweepOptions)
  } catch (error) {
    return String(error)
  }
  return 'no error'
}

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`learningRateSweep (${backend})`, () => {
    const line = join(Input(1), Linear(1, { weight: 0, bias: null }))
    const one = { x: [[1]], y: [[1]] }

    it('makes an update at each rate, which grows evenly from factor to factor', async () => {
      const { points, diverged } = await learningRateSweep(line, init(line, key(1)), one, {
        ...{ backend, from: 0.001, to: 0.1, updates: 5, smoothing: 0 },
        optimizer: step => gradientDescent({ step }),
      })
      expect(diverged).to.equal(false)
      const wanted = [0, 1, 2, 3, 4].map(i => 0.001 * 10 ** (i / 2))
      let weight = 0
      for (const [i, rate] of wanted.entries()) {
        expect(points[i]?.rate).to.be.closeTo(rate, 1e-12)
        expect(points[i]?.loss).to.be.closeTo((1 - weight) ** 2, 1e-6)
        expect(points[i]?.smoothed).to.be.closeTo((1 - weight) ** 2, 1e-6)
        weight += rate * 2 * (1 - weight)
      }
      expect(points).to.have.length(5)
    })

    it('suggests where the loss falls fastest, and ends where it grows without bound', async () => {
      const slopes = { x: [[1], [3]], y: [[1], [1]] }
      const found = await learningRateSweep(line, init(line, key(1)), slopes, {
        ...{ backend, from: 1e-4, to: 1e4, updates: 200, smoothing: 0.5, batchSize: 1, shuffle: false },
        optimizer: step => gradientDescent({ step }),
      })
      expect(found.diverged).to.equal(true)
      expect(found.points.length).to.be.lessThan(200)
      // Of two examples that no weight fits both, the steeper one diverges beyond a rate of 1/9.
      expect(found.suggestion).to.be.within(1e-3, 1 / 9)
      for (const { loss, smoothed } of found.points) expect(loss + smoothed).to.satisfy(Number.isFinite)
    })

    it('is the same for the same key, and changes no argument', async () => {
      const held = Object.values(variables.params).map(({ weight }) => [...weight.dataSync()])
      const before = tf.memory().numTensors
      const options = { backend, updates: 20, batchSize: 3, key: key(7) }
      const [once, again] = [
        await learningRateSweep(network, variables, { x, y }, options),
        await learningRateSweep(network, variables, { x, y }, options),
      ]
      expect(again.points).to.deep.equal(once.points)
      expect(once.points).to.have.length(20)
      expect(Object.values(variables.params).map(({ weight }) => [...weight.dataSync()])).to.deep.equal(held)
      // What fit returned is dropped, and collected later.
      expect(tf.memory().numTensors - before).to.be.at.most(2 * 12)
    })
  })

describe('learningRateSweep', () => {
  it('goes through datasets, and does without suggestions where nothing falls', async () => {
    const data = dataset({ x, y }).batch(4)
    const { points } = await learningRateSweep(network, variables, data, { updates: 6 })
    expect(points).to.have.length(6)
    const still = await learningRateSweep(
      network,
      variables,
      { x, y },
      { from: 1e-30, to: 1e-29, updates: 4, batchSize: null, smoothing: 0 },
    )
    expect(still.suggestion).to.equal(undefined)
    expect(String(still)).to.match(/^ *rate +loss +smoothed\n[\s\S]*\nthe loss never falls$/)
  })

  it('ends at once where the loss is not finite', async () => {
    const holed = { x: x.map(() => [Number.NaN, 1]), y }
    const found = await learningRateSweep(network, variables, holed, { updates: 10 })
    expect(found).to.deep.include({ points: [], suggestion: undefined, diverged: true })
    expect(String(found)).to.match(/the loss is not finite at the first rate$/)
  })

  it('shows itself as a table', async () => {
    const found = await learningRateSweep(network, variables, { x, y }, { from: 1e-3, to: 1, updates: 100 })
    expect(String(found)).to.match(/^ *rate +loss +smoothed\n *1\.00e-3 /)
    expect(String(found)).to.match(/\nsuggestion: \d\.\d\de-?\d$/)
    expect(String(found)).to.include('rates more')
    expect(found).to.satisfy(Object.isFrozen)
    expect(found.points).to.satisfy(Object.isFrozen)
  })

  it('refuses options that are wrong, or that it has no use for', async () => {
    const rows: readonly (readonly [object, string])[] = [
      [{ from: 0 }, 'learningRateSweep, from: expected a positive number'],
      [{ from: 0.1, to: 0.1 }, 'learningRateSweep, from, to: expected rates that grow'],
      [{ to: Number.NaN }, 'learningRateSweep, to: expected a positive number'],
      [{ updates: 1 }, 'learningRateSweep, updates: expected an integer'],
      [{ optimizer: gradientDescent() }, 'learningRateSweep, optimizer: expected a function of the learning rate'],
      [{ smoothing: 1 }, 'learningRateSweep, smoothing: expected a number >= 0 and < 1'],
      [{ divergence: 1 }, 'learningRateSweep, divergence: expected a number > 1'],
      [{ updats: 5 }, 'updats'],
      [{ loss: 'nothing' }, 'loss: expected'],
      [{ epochs: 3 }, 'learningRateSweep, epochs'],
      [{ callbacks: () => 1 }, 'learningRateSweep, callbacks'],
      [{ earlyStopping: true }, 'learningRateSweep, earlyStopping'],
      [{ validation: { x, y } }, 'learningRateSweep, validation'],
      [{ optimizer: () => 3 }, 'optimizer: expected an optimizer'],
    ]
    for (const [options, text] of rows)
      expect(await failed(options))
        .to.include(`InvalidOption: `)
        .and.include(text)
  })
})
