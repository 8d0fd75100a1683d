import { expect } from 'chai'
import {
  adam,
  dataset,
  evaluate,
  fit,
  fromCsv,
  Input,
  init,
  join,
  key,
  Linear,
  oneHot,
  Softmax,
  standardize,
  Tanh,
} from '../../src/index.ts'

// Datasets where they are used.

const network = join(Input(2), Tanh(8), Linear(1))
const rows = Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(3 * i)])
const columns = { x: rows, y: rows.map(([a = 0, b = 0]) => [a * b]) }
const options = { loss: 'mse', optimizer: adam({ step: 0.05 }), epochs: 4, key: key(2) } as const
const weights = (of: { readonly params: Readonly<Record<string, Readonly<Record<string, unknown>>>> }): unknown =>
  Object.values(of.params).flatMap(layer =>
    Object.values(layer).map(tensor => Array.from((tensor as { dataSync: () => Float32Array }).dataSync())),
  )

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`fit on ${backend}`, () => {
    it('gives the same bits from a dataset in memory, of a generator, and read ahead', async () => {
      const one = dataset(columns).shuffle(key(3)).batch(16)
      const other = dataset(function* () {
        for (const [i, x] of columns.x.entries()) yield { x, y: columns.y[i] as number[] }
      })
        .shuffle(key(3))
        .batch(16)
        .prefetch(2)
      const results = await Promise.all(
        [one, other].map(items => fit(network, init(network, key(1)), items, { ...options, backend })),
      )
      const [a, b] = results.map(({ variables }) => weights(variables))
      expect(a).to.deep.equal(b)
      const { history } = results[0] as (typeof results)[number]
      expect(history.loss.at(-1)).to.be.below(history.loss[0] as number)
    })

    it('evaluates batches as it does the whole', async () => {
      const variables = init(network, key(1))
      const whole = await evaluate(network, variables, columns, { loss: 'mse', backend })
      const batches = await evaluate(network, variables, dataset(columns).batch(7), { loss: 'mse', backend })
      expect(batches.loss).to.be.closeTo(whole.loss, 1e-6)
    })
  })

describe('A table in CSV', () => {
  it('is split, standardized and learned', async () => {
    const lines = Array.from({ length: 120 }, (_, i) => {
      const [width, height] = [100 + 20 * Math.sin(i), 0.01 * Math.cos(2 * i)]
      return `${width},${height},${width > 100 ? 'wide' : 'narrow'}`
    })
    const table = fromCsv(new TextEncoder().encode(['width,height,kind', ...lines].join('\n')), {
      types: { width: 'number', height: 'number', kind: 'text' },
    }).map(({ width, height, kind }) => ({ x: [width, height], y: kind }))
    const [training, test] = table.split(0.75, key(1))
    const [scale, kinds] = [await standardize.of(training, 'x'), await oneHot.of(training, 'y')]
    const ready = (items: typeof training) =>
      items.map(({ x, y }) => ({ x: scale.apply(x), y: kinds.apply(y) })).cache()
    const classifier = join(Input(2), Tanh(8), Softmax(2))
    const { variables } = await fit(classifier, init(classifier, key(1)), ready(training).shuffle(key(2)).batch(16), {
      loss: 'categoricalCrossentropy',
      optimizer: adam({ step: 0.05 }),
      epochs: 20,
    })
    const { accuracy } = await evaluate(classifier, variables, ready(test).batch(16), {
      loss: 'categoricalCrossentropy',
      metrics: ['accuracy'],
    })
    expect(accuracy).to.be.above(0.9)
  })
})
