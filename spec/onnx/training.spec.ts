import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as runtime from 'onnxruntime-node'
import { mapTree } from '../../src/base/trees.ts'
import { readOnnx } from '../../src/command/onnx.ts'
import * as j from '../../src/index.ts'
import { init, key, type Layer } from '../../src/index.ts'
import type { OnnxTraining } from '../../src/storage.ts'
import { faultOf } from '../faults.ts'
import { untyped } from '../running.ts'
import { lossCases } from '../training/losses/cases.ts'
import { optimizers, secondOrder } from '../training/optimizers/all.ts'
import { network as ranks } from '../training/optimizers/training.ts'
import { printed, pythonWith, said, withChecker } from './python.ts'
import { compareSteps, convert, quiet, type Rows, stepsOf } from './steps.ts'

const numbers = (shape: readonly number[], seed: number): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((all, d) => all * d, 1) }, (_, i) => Math.sin(1.7 * i * seed + seed)),
    [...shape],
  )
const ids = (shape: readonly number[], most: number, seed: number): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((all, d) => all * d, 1) }, (_, i) => (5 * i + 3 * seed) % most),
    [...shape],
  )
const oneHot = (rows: number, classes: number, seed: number): tf.Tensor =>
  tf.cast(tf.oneHot(tf.cast(ids([rows], classes, seed), 'int32'), classes), 'float32')
/** Batches of several sizes. */
const batches = (count: number, make: (size: number, seed: number) => Rows): readonly Rows[] =>
  Array.from({ length: count }, (_, i) => make(3 + (i % 3), i + 1))

const { Input, Linear, Relu, Softmax } = j
const { join, parallel } = untyped

/** A network, how it is trained, and on what. */
interface Training {
  readonly network: Layer
  readonly rule: OnnxTraining
  readonly rows: readonly Rows[]
}
const trainings: Readonly<Record<string, Training>> = {
  'a dense network by adam': {
    network: join(Input(4), Relu(8), Softmax(3)),
    rule: { loss: 'categoricalCrossentropy', optimizer: j.adam({ step: 0.01 }), metrics: ['accuracy'] },
    rows: batches(20, (size, seed) => ({ x: numbers([size, 4], seed), y: oneHot(size, 3, seed) })),
  },
  'a convolutional network with statistics by momentum': {
    network: join(
      Input([8, 8, 2]),
      j.Convolution([3, 3, 4]),
      j.BatchNorm(),
      Relu(),
      j.MaxPooling([2, 2]),
      j.Convolution([3, 3, 4], { stride: 2, padding: 'same' }),
      Relu(),
      j.Reshape(),
      Softmax(3),
    ),
    rule: { loss: 'categoricalCrossentropy', optimizer: j.momentum({ step: 0.05 }) },
    rows: batches(20, (size, seed) => ({ x: numbers([size, 8, 8, 2], seed), y: oneHot(size, 3, seed) })),
  },
  'a recurrent network by rmsprop': {
    network: join(Input([5, 3]), j.LSTM(4, { onlyReturnFinal: true }), Softmax(3)),
    rule: { loss: 'sparseCategoricalCrossentropy', optimizer: j.rmsprop({ step: 0.01 }), metrics: ['accuracy'] },
    rows: batches(20, (size, seed) => ({ x: numbers([size, 5, 3], seed), y: ids([size], 3, seed) })),
  },
  'a transformer encoder with its draws': {
    network: join(
      Input(6),
      j.Embedding(10, 8),
      j.PositionalEncoding(),
      j.TransformerEncoder(8, 2),
      j.GlobalPooling('avg'),
      Softmax(3),
    ),
    // The gradient of a bias of keys is 0, up to rounding.
    rule: { loss: 'categoricalCrossentropy', optimizer: j.adamw({ step: 0.01, epsilon: 0.001 }) },
    rows: batches(20, (size, seed) => ({ x: tf.cast(ids([size, 6], 10, seed), 'int32'), y: oneHot(size, 3, seed) })),
  },
  'dropout and noise, with penalties and bounds': {
    network: join(Input(4), Relu(16), j.Dropout(0.5), j.GaussianNoise(0.1), Linear(2)),
    rule: {
      ...{ loss: 'huber', optimizer: j.adam({ step: 0.01 }), gradientNorms: true },
      ...{ regularizer: j.l2(0.01), constraint: j.limitNorm({ max: 1.5 }) },
    },
    rows: batches(20, (size, seed) => ({ x: numbers([size, 4], seed), y: numbers([size, 2], seed + 1) })),
  },
  'random images': {
    network: join(
      Input([8, 8, 2]),
      j.RandomFlip(),
      j.RandomCrop([6, 6]),
      j.SpatialDropout(0.2),
      j.Convolution([3, 3, 4]),
      j.GroupNorm(2),
      j.MaxPooling([3, 3], { stride: 2 }),
      j.GlobalPooling('avg'),
      Softmax(3),
    ),
    rule: { loss: 'categoricalCrossentropy', optimizer: j.momentum({ step: 0.05 }) },
    rows: batches(5, (size, seed) => ({ x: numbers([size, 8, 8, 2], seed), y: oneHot(size, 3, seed) })),
  },
  'examples that are mixed': {
    network: join(Input([6, 6, 1]), j.MixUp(), j.AveragePooling([2, 2]), j.Reshape(), Softmax(3)),
    rule: { loss: 'categoricalCrossentropy', optimizer: j.gradientDescent() },
    rows: batches(5, (size, seed) => ({ x: numbers([size, 6, 6, 1], seed), y: oneHot(size, 3, seed) })),
  },
  'several inputs and outputs': {
    network: join(
      parallel(Input(3, { name: 'left' }), Input(4)),
      parallel(Relu(4), j.Tanh(2)),
      parallel(Softmax(3, { name: 'digit' }), j.Sigmoid(1, { name: 'even' })),
    ),
    rule: {
      loss: { digit: 'sparseCategoricalCrossentropy', even: 'binaryCrossentropy' },
      lossWeights: { digit: 0.5 },
      metrics: { digit: ['accuracy'] },
      optimizer: j.gradientDescent({ step: 0.1 }),
    },
    rows: batches(5, (size, seed) => ({
      x: [numbers([size, 3], seed), numbers([size, 4], seed + 2)],
      y: [ids([size], 3, seed), ids([size, 1], 2, seed)],
    })),
  },
  'examples with weights and a mask': {
    network: join(Input([5, 3]), j.TimeDistributed(Linear(2))),
    rule: {
      loss: j.mse({ reduction: 'weightedMean' }),
      optimizer: j.momentum(),
      trains: '*.weight',
      examples: { weights: [], mask: [5] },
    },
    rows: batches(5, (size, seed) => ({
      ...{ x: numbers([size, 5, 3], seed), y: numbers([size, 5, 2], seed + 1) },
      ...{ weights: ids([size], 3, seed), mask: ids([size, 5], 2, seed) },
    })),
  },
}

const tolerance = 2e-4

describe('toOnnx of a training step', function () {
  this.timeout(300_000)

  let folder = ''
  let [count, trained] = [0, 0]
  const wanted: (readonly [string, Awaited<ReturnType<typeof stepsOf>>['last']])[] = []
  before(async () => {
    folder = await mkdtemp(path(tmpdir(), 'joinery-onnx-'))
    await mkdir(path(folder, 'all'))
    await mkdir(path(folder, 'steps'))
  })
  after(() => rm(folder, { recursive: true, force: true }))
  const keep = async (bytes: Uint8Array): Promise<void> => writeFile(path(folder, 'all', `${count++}.onnx`), bytes)

  for (const [name, { network, rule, rows }] of Object.entries(trainings))
    it(`trains ${name} as trainStep does`, async () => {
      for (const opset of [17, 22, 25]) {
        const found = await compareSteps(network, rule, opset === 17 ? rows : rows.slice(0, 3), opset)
        expect(found.off, found.where).to.be.below(tolerance)
        if (opset === 17) await keep(found.bytes)
        if (opset !== 22) continue
        // For Python, from the values that the file holds.
        const { bytes, steps, last } = await stepsOf(network, rule, rows.slice(0, 3), opset)
        await writeFile(path(folder, 'steps', `${trained}.onnx`), bytes)
        await writeFile(path(folder, 'steps', `${trained++}.json`), JSON.stringify(steps))
        wanted.push([name, last])
      }
    })

  const image = (size: number, seed: number) => ({ x: numbers([size, 4, 4, 2], seed), y: numbers([size, 2], seed + 1) })
  for (const optimizer of [...optimizers, ...secondOrder])
    it(`writes ${optimizer}`.slice(0, 120), async () => {
      // Its system of equations is as large as the batch.
      const isSquare = optimizer.name === 'levenbergMarquardt'
      const rows = [3, isSquare ? 3 : 4, 3].map((size, i) => image(size, i + 1))
      const rule = { loss: 'mse', optimizer, updates: 1000, ...(isSquare && { batchSize: 3 }) }
      const found = await compareSteps(ranks, rule, rows)
      expect(found.off, found.where).to.be.below(tolerance)
      await keep(found.bytes)
    })

  for (const { title, loss, expected, predicted } of lossCases)
    it(`writes the loss ${title}`, async () => {
      const network = join(Input(predicted.shape.slice(1) as never), j.PRelu())
      const given = (value: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }) =>
        tf.tensor(Float32Array.from(value.data), [...value.shape])
      const row = loss.expects ? { x: given(predicted), y: given(expected) } : { x: given(predicted) }
      const examples = loss.expects ? { examples: { y: expected.shape.slice(1) } } : {}
      // It knows how many examples there are.
      const isFixed = title.includes('inputLengths')
      const fixed = isFixed ? { batchSize: predicted.shape[0] as number } : {}
      const rule = { loss, optimizer: j.momentum({ step: 0.01 }), updates: 10, ...examples, ...fixed }
      const found = await compareSteps(network, rule, [row, row])
      expect(found.off, found.where).to.be.below(tolerance)
      await keep(found.bytes)
    })

  const small = join(Input(4), Relu(8), Softmax(3))
  const variables = init(small, key(1))
  const ports = (bytes: Uint8Array) => {
    const { inputs, outputs, initializers } = readOnnx(bytes, 'model.onnx')
    const text = ({ name, shape }: { name: string; shape: readonly unknown[] }) => `${name} ${shape.join('x')}`.trim()
    return { inputs: inputs.map(text), outputs: outputs.map(text), held: initializers.map(text) }
  }

  it('names everything that it takes and gives', () => {
    const rule = { loss: 'categoricalCrossentropy', optimizer: j.momentum(), metrics: ['accuracy', 'confusionMatrix'] }
    const { inputs, outputs, held } = ports(convert(small, variables, { training: rule }))
    const state = ['relu-1/weight 4x8', 'relu-1/bias 8', 'softmax-1/weight 8x3', 'softmax-1/bias 3']
    const all = [...state.map(name => `params/${name}`), ...state.map(name => `optimizer/velocity/${name}`)]
    expect(inputs).to.deep.equal(['input batchx4', 'y batchx3', 'update', ...all])
    expect(outputs).to.deep.equal([
      ...['loss', 'accuracy', 'confusionMatrix/1 9'],
      ...all.map(name => `next/${name}`),
      'next/update',
    ])
    expect(held).to.include.members([...all, 'update'])
    const bare = ports(convert(small, variables, { training: { ...rule, defaults: false } }))
    expect(bare.inputs).to.deep.equal(inputs)
    expect(bare.held).to.not.include.members(['update'])
    expect(bare.held.filter(name => all.includes(name))).to.deep.equal([])
  })

  it('has draws of a size by themselves, and a batch of one size where that is asked for', () => {
    const network = join(Input(4), j.Dropout(0.5), Linear(1))
    const rule = { loss: 'mse', batchSize: 7 }
    const { inputs } = ports(convert(network, init(network, key(1)), { training: rule }))
    expect(inputs.slice(0, 3)).to.deep.equal(['input 7x4', 'y 7x1', 'draws/uniform/dropout-1 7x4'])
  })

  it('goes on with what learning rates come to, repeats them, or refuses', async () => {
    const linear = join(Input(1), Linear(1, { weight: 0, bias: 0 } as never))
    /** What an update with a gradient of 2 changes. */
    const change = async (optimizer: j.Optimizer, update: number): Promise<number> => {
      const rule = { loss: 'mse', optimizer, updates: 100, defaults: false }
      const session = await runtime.InferenceSession.create(
        convert(linear, init(linear, key(1)), { training: rule, opset: 17 }),
        quiet,
      )
      const tensor = (value: number, shape: number[]) => new runtime.Tensor('float32', Float32Array.of(value), shape)
      const found = await session.run({
        ...{ input: tensor(1, [1, 1]), y: tensor(-1, [1, 1]) },
        ...{ 'params/linear-1/weight': tensor(0, [1, 1]), 'params/linear-1/bias': tensor(0, [1]) },
        update: new runtime.Tensor('int64', BigInt64Array.of(BigInt(update)), []),
      })
      expect(Number(found['next/update']?.data[0])).to.equal(update + 1)
      return Number(found['next/params/linear-1/bias']?.data[0])
    }
    const near = async (step: (update: number) => number, update: number) =>
      expect(await change(j.gradientDescent({ step }), update), `update ${update}`).to.be.closeTo(
        -2 * step(update),
        1e-6,
      )
    const counting = j.defineOptimizer(
      'counting',
      {},
      {
        init: () => ({}),
        update: (ops, grads, _, __, { update }) => [mapTree(grads, gradient => ops.multiply(gradient, update)), {}],
      },
    )
    for (const update of [0, 3, 99, 100, 12_345]) {
      await near(() => 0.25, update)
      await near(n => Math.max(0.5 - n / 100, 0.1), update)
      await near(n => [0.1, 0.2, 0.4][n % 3] as number, update)
      expect(await change(counting, update)).to.equal(2 * update)
    }
    await near(n => 1 / (n + 1), 99)
    const beyond = change(j.gradientDescent({ step: n => 1 / (n + 1) }), 100)
    expect(await beyond.catch(String)).to.match(/indices element out of data bounds/)
  })

  it('refuses what it cannot write, and says what to do', () => {
    const fault = (training: object, network = small) =>
      faultOf(() => convert(network, init(network, key(1)), { training }))
    expect(fault({ loss: 'mse', epochs: 3 })).to.match(/toOnnx, training, epochs: expected an option of loss/)
    expect(fault({ backend: 'wasm' })).to.match(/backend: expected an option of/)
    expect(fault({ batchSize: 0 })).to.match(/batchSize: expected a positive integer, or null for any/)
    expect(fault({ examples: { y: [0] } })).to.match(/examples: expected shapes of one example/)
    expect(fault({ examples: { x: [4] } })).to.match(/examples: expected shapes of one example/)
    expect(fault({ examples: { y: [4] } })).to.match(/mse, y: .*\(61, 3\), got \(61, 4\)/)
    const nearest = j.defineLoss('nearest', (ops, expected, predicted) => {
      if (ops.shape(expected)[1] === 5) return ops.mean(predicted, [1])
      throw new j.InvalidOption({
        ...{ layer: 'nearest', option: 'y', expected: '5 neighbours', got: 'others', remedy: 'Give five.' },
      })
    })
    expect(fault({ loss: nearest })).to.match(
      /examples: expected the shape of y for nearest.*examples: \{ y: \[10\] \}/,
    )
    expect(convert(small, variables, { training: { loss: nearest, examples: { y: [5] } } })).to.not.be.empty
    expect(fault({ optimizer: j.levenbergMarquardt() })).to.match(
      /every batch, got a constant that depends on its size.*training: \{ batchSize: 32 \}/,
    )
    expect(faultOf(() => convert(small, variables, { training: 'mse' }))).to.match(
      /training: expected the rule of a training step/,
    )
  })

  it('is valid under the official checker of Debian', async function () {
    const python = await withChecker()
    if (python === undefined) {
      console.log('      needs python3-onnx: apt-get install python3-onnx')
      return this.skip()
    }
    expect(count).to.be.greaterThan(100)
    expect(await said(python, 'check.py', path(folder, 'all'))).to.match(new RegExp(`^checked ${count}\\b`))
  })

  for (const module of ['onnx.reference', 'onnxruntime'])
    it(`trains from the values in the file in Python, by ${module}`, async function () {
      const python = await pythonWith(module)
      if (python === undefined) {
        console.log(`      needs ${module}: .ci/onnx-python`)
        return this.skip()
      }
      const lines = (await said(python, 'train.py', module, path(folder, 'steps'))).trim().split('\n')
      expect(lines).to.have.lengthOf(wanted.length)
      for (const [i, [name, last]] of wanted.entries()) {
        const found: Readonly<Record<string, readonly [number[], number[]]>> = JSON.parse(lines[i] as string)
        expect(Number(found['next/update']?.[1][0]), name).to.equal(3)
        for (const [port, { shape, data }] of last) {
          const [dims, values] = found[port] as readonly [number[], number[]]
          expect(dims, `${name}, ${port}`).to.deep.equal(shape)
          const scale = Math.max(1e-3, ...Array.from(data, Math.abs))
          for (const [at, value] of values.entries())
            expect(value, `${name}, ${port}`).to.be.closeTo(data[at] as number, tolerance * scale)
        }
      }
    })

  it('trains in Python as the guide says', async function () {
    const python = await pythonWith('onnxruntime')
    if (python === undefined) {
      console.log('      needs onnxruntime: .ci/onnx-python')
      return this.skip()
    }
    const guide = await readFile(new URL('../../docs/storage.md', import.meta.url), 'utf8')
    const [, code = ''] = /```python\n(import numpy, onnxruntime\n[\s\S]*?)```/.exec(guide) ?? []
    const network = join(Input(4), Relu(16), j.Dropout(0.2), Softmax(3))
    const training = { loss: 'categoricalCrossentropy', optimizer: j.adam({ step: 0.01 }), metrics: ['accuracy'] }
    await writeFile(path(folder, 'step.onnx'), convert(network, init(network, key(1)), { opset: 21, training }))
    const [loss, accuracy] = (await printed(python, code, folder)).trim().split(' ').map(Number)
    expect(loss).to.be.below(0.4)
    expect(accuracy).to.be.above(0.75)
  })
})
