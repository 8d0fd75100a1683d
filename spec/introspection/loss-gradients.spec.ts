import { expect } from 'chai'
import * as fc from 'fast-check'
import {
  apply,
  BatchNorm,
  Concatenate,
  Convolution,
  Dropout,
  defineLoss,
  Embedding,
  end,
  GlobalPooling,
  gradientDescent,
  gradientNorms,
  gradients,
  Input,
  init,
  join,
  key,
  LayerNorm,
  Linear,
  LSTM,
  lossGradients,
  mse,
  normals,
  parallel,
  Relu,
  Softmax,
  shared,
  Tanh,
  type Tensor,
  trainStep,
  type VariableTree,
  WeightInitializationError,
} from '../../src/index.ts'
import '../../src/onnxruntime.ts'
import '../../src/wasm.ts'
import { says } from './says.ts'

const engines = [undefined, 'tfjs', 'wasm', 'onnxruntime'] as const
type EngineName = (typeof engines)[number]
const on = (backend: EngineName) => (backend === undefined ? {} : { backend })

const draws = (seed: number, rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, (_, i) =>
    Array.from(normals(key(seed), rows * columns).subarray(i * columns, (i + 1) * columns)),
  )
const numbers = (tensor: unknown): readonly number[] => Array.from((tensor as Tensor).dataSync())
/** The numbers of a tree of tensors, by layer and name. */
const read = (tree: object): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries(
    Object.entries(tree as VariableTree<Tensor>).flatMap(([layer, own]) =>
      Object.entries(own).map(([name, tensor]) => [`${layer}.${name}`, numbers(tensor)]),
    ),
  )
const close = (found: object, expected: object, tolerance = 1e-5): void => {
  const [a, b] = [read(found), read(expected)]
  expect(Object.keys(a)).to.deep.equal(Object.keys(b))
  for (const [name, own] of Object.entries(a)) {
    expect(own, name).to.have.length(b[name]?.length ?? -1)
    for (const [i, value] of own.entries())
      expect(value, `${name} ${i}`).to.be.closeTo(b[name]?.[i] as number, tolerance)
  }
}

const network = join(Input(3), Tanh(4), LayerNorm(), Softmax(2))
const variables = init(network, key(1))
const x = draws(1, 5, 3)
const y = x.map(([a = 0]) => (a > 0 ? [1, 0] : [0, 1]))

const two = join(Input(2), Tanh(3), parallel(Softmax(2, { name: 'kind' }), Linear(1, { name: 'size' })))
const ofTwo = init(two, key(3))
const pairs = draws(2, 4, 2)
const both = [pairs.map(([a = 0]) => (a > 0 ? [1, 0] : [0, 1])), pairs.map(([a = 0, b = 0]) => [a * b])] as const

for (const backend of engines)
  describe(`Gradients of losses (${backend ?? 'eager'})`, () => {
    const own = on(backend)

    it('are those of the mean of the loss', async () => {
      const slopes = await lossGradients(network, variables, { x, y }, { loss: 'categoricalCrossentropy', ...own })
      // The gradient with respect to the output of the mean of -sum(y log p).
      const { output } = apply(network, variables, x)
      const p = numbers(output)
      const cotangent = y.map((row, i) => row.map((target, j) => -target / (p[2 * i + j] as number) / y.length))
      close(slopes, gradients(network, variables, x, cotangent).params)
    })

    it('are what a step of gradient descent subtracts, in training mode', async () => {
      const net = join(Input(3), Relu(8), BatchNorm(), Linear(2))
      const before = init(net, key(4))
      const slopes = await lossGradients(net, before, { x, y }, { loss: mse, training: true, ...own })
      const step = trainStep(net, { loss: mse, optimizer: gradientDescent({ step: 0.1 }) })
      const [after] = await step(step.init(before, key(1)), { x, y })
      const moved = Object.entries(read(before.params)).map(([name, values]) => [
        name,
        values.map((value, i) => value - 0.1 * (read(slopes)[name]?.[i] as number)),
      ])
      for (const [name, values] of Object.entries(read(after.variables.params)))
        for (const [i, value] of values.entries())
          expect(value, name).to.be.closeTo(Object.fromEntries(moved)[name][i], 1e-6)
    })

    it('draw by their key', async () => {
      const net = join(Input(3), Relu(8), Dropout(0.5), Linear(2))
      const slopesBy = (seed: number) =>
        lossGradients(net, init(net, key(4)), { x, y }, { training: true, key: key(seed), ...own })
      const first = await slopesBy(5)
      expect(read(await slopesBy(5))).to.deep.equal(read(first))
      expect(read(await slopesBy(6))).not.to.deep.equal(read(first))
      if (backend !== undefined)
        close(first, await lossGradients(net, init(net, key(4)), { x, y }, { training: true, key: key(5) }))
    })

    it('take a loss and a weight for each output', async () => {
      const loss = { kind: 'categoricalCrossentropy', size: mse } as const
      const byName = await lossGradients(
        two,
        ofTwo,
        { x: pairs, y: both },
        { loss, lossWeights: { size: 0.5 }, ...own },
      )
      const inOrder = await lossGradients(
        two,
        ofTwo,
        { x: pairs, y: both },
        { loss: ['categoricalCrossentropy', 'mse'], lossWeights: [1, 0.5], ...own },
      )
      close(inOrder, byName, 0)
      const kind = await lossGradients(two, ofTwo, { x: pairs, y: both }, { loss: { kind: loss.kind }, ...own })
      expect(Math.max(...numbers(kind.size.weight).map(Math.abs))).to.equal(0)
      close({ kind: byName.kind }, { kind: kind.kind })
    })

    it('leave out what weights and masks leave out, even where it is NaN', async () => {
      const some = { x: x.slice(0, 2), y: y.slice(0, 2) }
      const expected = await lossGradients(network, variables, some, { loss: mse, ...own })
      const mask = [1, 1, 0, 0, 0]
      const holes = y.map((row, i) => (i < 2 ? row : [Number.NaN, 0]))
      close(await lossGradients(network, variables, { x, y: holes, mask }, { loss: mse, ...own }), expected)
      const weights = mask.map(count => 2.5 * count)
      close(await lossGradients(network, variables, { x, y, weights }, { loss: mse, ...own }), expected)
    })

    it('of each example are those of it alone, and their mean that of all', async () => {
      const options = { loss: 'categoricalCrossentropy', ...own } as const
      const each = await lossGradients(network, variables, { x, y }, { ...options, perExample: true })
      const shape: readonly [number, number, number] = each['tanh-1'].weight.shape
      expect(shape).to.deep.equal([5, 3, 4])
      const all = read(each)
      const alone = await Promise.all(
        x.map((row, i) => lossGradients(network, variables, { x: [row], y: y.slice(i, i + 1) }, options)),
      )
      for (const [i, one] of alone.entries())
        for (const [name, values] of Object.entries(read(one)))
          for (const [j, value] of values.entries())
            expect(all[name]?.[i * values.length + j], `${name} of ${i}`).to.be.closeTo(value, 1e-6)
      const mean = await lossGradients(network, variables, { x, y }, options)
      for (const [name, values] of Object.entries(read(mean)))
        for (const [j, value] of values.entries()) {
          const sum = alone.reduce((total, _, i) => total + (all[name]?.[i * values.length + j] as number), 0)
          expect(sum / 5).to.be.closeTo(value, 1e-6)
        }
    })

    it('of each example go through images, sequences, ids, shared layers, weights and several outputs', async () => {
      const options = { perExample: true, ...own } as const
      const images = join(Input([4, 4, 1]), Convolution([3, 3, 2]), Relu(), GlobalPooling('avg'), Linear(1))
      const pictures = { data: normals(key(7), 48), shape: [3, 4, 4, 1] }
      const ofImages = await lossGradients(images, init(images, key(1)), { x: pictures, y: [[1], [2], [3]] }, options)
      expect(ofImages['convolution-1'].weight.shape).to.deep.equal([3, 3, 3, 1, 2])

      const words = join(Input(3), Embedding(5, 4), LSTM(3), Linear(1))
      const ids = [
        [0, 1, 2],
        [4, 4, 4],
      ]
      const ofWords = await lossGradients(words, init(words, key(1)), { x: ids, y: [[1], [2]] }, options)
      const rows = numbers(ofWords['embedding-1'].weight)
      expect(rows.slice(12, 20)).to.deep.equal(Array(8).fill(0))
      expect(rows.slice(20, 36)).to.deep.equal(Array(16).fill(0))
      expect(Math.max(...rows.slice(36).map(Math.abs))).to.be.greaterThan(0)

      const layer = shared('half', Linear(2))
      const twice = join(parallel([Input(3), layer], [Input(3), layer]), Concatenate(), Linear(1))
      const given = { x: [x, x] as const, y: x.map(() => [1]), weights: [1, 0, 1, 1, 1] }
      const ofTwice = await lossGradients(twice, init(twice, key(2)), given, options)
      expect(numbers(ofTwice.half.weight).slice(6, 12)).to.deep.equal(Array(6).fill(0))

      const ofBoth = await lossGradients(
        two,
        ofTwo,
        { x: pairs, y: both },
        { loss: ['kullbackLeibler', mse], ...options },
      )
      expect(ofBoth.size.bias.shape).to.deep.equal([4, 1])
    })

    it('of a part of a network, and of one without parameters, are those of its own layers', async () => {
      const hidden = end(network, 'tanh-1')
      const slopes = await lossGradients(hidden, variables, { x, y: x.map(() => [1, 2, 3, 4]) }, own)
      expect(Object.keys(slopes)).to.deep.equal(['tanh-1'])
      const bare = join(Input(3), Relu())
      expect(await lossGradients(bare, init(bare, key(1)), { x, y: x }, own)).to.deep.equal({})
      expect(await lossGradients(bare, init(bare, key(1)), { x, y: x }, { perExample: true, ...own })).to.deep.equal({})
    })
  })

describe('Gradients of losses', () => {
  it('agree on all engines, of a loss of your own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(1, 2, 4), async (seed, rows) => {
        const own = defineLoss('cubic', (ops, expected, predicted) =>
          ops.sum(ops.pow(ops.subtract(predicted, expected), ops.constant(3)), [1]),
        )
        const given = { x: draws(seed, rows, 3), y: draws(seed + 1, rows, 2) }
        const [first, ...others] = await Promise.all(
          engines.map(backend => lossGradients(network, variables, given, { loss: own, ...on(backend) })),
        )
        for (const other of others) close(other, first as object, 1e-4)
      }),
      { numRuns: 3 },
    )
  })

  it('say what is wrong before anything runs', async () => {
    const any = lossGradients as (...given: readonly unknown[]) => Promise<object>
    await says('lossGradients', () => any(3, variables, { x, y }))
    await says("Did you mean 'mse'?", () => any(network, variables, { x, y }, { loss: 'msee' }))
    await says('lossGradients, perExample: expected true or false', () =>
      any(network, variables, { x, y }, { perExample: 1 }),
    )
    await says('key', () => any(network, variables, { x, y }, { key: 3 }))
    await says('backend', () => any(network, variables, { x, y }, { backend: 'gpu' }))
    await says('5 rows, as x has', () => any(network, variables, { x, y: y.slice(1) }))
    await says('at least one example', () => any(network, variables, { x: { data: [], shape: [0, 3] }, y }))
    await says('targets: the loss compares with them', () => any(network, variables, { x }))
    await says('kind, size', () => any(two, ofTwo, { x: pairs, y: both }, { loss: { kinds: mse } }))
    await says('key', () =>
      any(join(Input(3), Dropout(0.5)), { params: {}, state: {} }, { x, y: x }, { training: true }),
    )
    const none = { params: {}, state: {} }
    await says(
      'expected variables of this layer, got none',
      () => any(network, none, { x, y }),
      WeightInitializationError,
    )
  })
})

describe('Norms of gradients', () => {
  it('are those of all parameters of a layer, and of all layers', async () => {
    const slopes = await lossGradients(network, variables, { x, y })
    const { total, layers } = await gradientNorms(slopes)
    const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
    const all = read(slopes)
    const first: number = layers['tanh-1']
    expect(first).to.be.closeTo(norm([...(all['tanh-1.weight'] ?? []), ...(all['tanh-1.bias'] ?? [])]), 1e-12)
    expect(Object.keys(layers)).to.deep.equal(Object.keys(slopes))
    expect(total).to.be.closeTo(norm(Object.values(all).flat()), 1e-12)
    expect(await gradientNorms({})).to.deep.equal({ total: 0, layers: {} })
  })

  it('are those of reports', async () => {
    const step = trainStep(network, { loss: mse, optimizer: gradientDescent(), gradientNorms: true })
    const [, report] = await step(step.init(variables, key(1)), { x, y })
    const { layers } = await gradientNorms(await lossGradients(network, variables, { x, y }, { training: true }))
    expect(report['gradientNorm.tanh-1']).to.be.closeTo(layers['tanh-1'], 1e-6)
  })

  it('do not overflow, and are NaN where a gradient is', async () => {
    const net = join(Input(1), Linear(1, { weight: [[1e30]] }))
    const { total } = await gradientNorms(await lossGradients(net, init(net, key(1)), { x: [[1]], y: [[0]] }))
    expect(total).to.be.closeTo(2e30 * Math.SQRT2, 1e25)
    const other = await gradientNorms(await lossGradients(net, init(net, key(1)), { x: [[Number.NaN]], y: [[0]] }))
    expect(other.total).to.be.NaN
  })

  it('of each example are as many numbers', async () => {
    const each = await lossGradients(network, variables, { x, y }, { perExample: true })
    const { total, layers } = await gradientNorms(each, { perExample: true })
    const one = await gradientNorms(await lossGradients(network, variables, { x: x.slice(2, 3), y: y.slice(2, 3) }))
    expect(total).to.have.length(5)
    expect(total[2]).to.be.closeTo(one.total, 1e-6)
    expect(layers['softmax-1'][2]).to.be.closeTo(one.layers['softmax-1'], 1e-6)
  })

  it('are refused of what are no gradients', async () => {
    const any = gradientNorms as (...given: readonly unknown[]) => Promise<unknown>
    await says('gradientNorms, gradients: expected tensors by layer and name, got 3', () => any(3))
    await says('expected gradients of as many examples each along the first axis, got bias of tanh-1, (4,)', () =>
      any(variables.params, { perExample: true }),
    )
    await says('each', () => any({}, { each: true }))
  })
})
