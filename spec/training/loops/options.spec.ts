import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  adam,
  fit,
  gradients,
  Input,
  init,
  join,
  key,
  Linear,
  l2,
  limitNorm,
  momentum,
  parallel,
  predict,
  Softmax,
  Tanh,
  tensor,
} from '../../../src/index.ts'
import '../../../src/onnxruntime.ts'
import '../../../src/wasm.ts'

type Params = Readonly<Record<string, Readonly<Record<string, tf.Tensor>>>>
const numbers = ({ params }: { readonly params: Params }, of = '') =>
  Object.entries(params).flatMap(([name, own]) =>
    name.startsWith(of) ? Object.values(own).flatMap(leaf => [...leaf.dataSync()]) : [],
  )
const network = join(Input(2), Tanh(3), Linear(1))
const variables = init(network, key(1))
const x = Array.from({ length: 8 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a = 0]) => [a])
const two = join(Input(2), Tanh(3), parallel(Softmax(2, { name: 'kind' }), Linear(1, { name: 'size' })))
const both = [x.map(([a = 0]) => (a > 0 ? [1, 0] : [0, 1])), y] as const

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Options of fit (${backend})`, () => {
    const options = { backend, optimizer: momentum({ step: 0.1 }), batchSize: 4, epochs: 2, key: key(3) }

    it('trains: some parameters, by name', async () => {
      const { variables: after } = await fit(network, variables, { x, y }, { ...options, trains: 'linear-1' })
      expect(numbers(after, 'tanh')).to.deep.equal(numbers(variables, 'tanh'))
      expect(numbers(after, 'linear')).not.to.deep.equal(numbers(variables, 'linear'))
      const { variables: biases } = await fit(network, variables, { x, y }, { ...options, trains: ['*.bias'] })
      for (const name of ['tanh-1', 'linear-1'] as const) {
        expect([...biases.params[name].weight.dataSync()]).to.deep.equal([...variables.params[name].weight.dataSync()])
        expect([...biases.params[name].bias.dataSync()]).not.to.deep.equal([...variables.params[name].bias.dataSync()])
      }
    })

    it('trainState: training goes on as if it had not stopped, with everything on', async () => {
      const rule = {
        ...options,
        regularizer: l2({ rate: 0.01 }),
        constraint: limitNorm({ max: 2 }),
        gradientNorms: true,
        terminateOnNaN: true,
      }
      const whole = await fit(network, variables, { x, y }, { ...rule, epochs: 5 })
      const first = await fit(network, variables, { x, y }, { ...rule, epochs: 2 })
      const rest = await fit(network, first.variables, { x, y }, { ...rule, epochs: 3, trainState: first.trainState })
      expect(numbers(rest.variables)).to.deep.equal(numbers(whole.variables))
      expect([...first.history.loss, ...rest.history.loss]).to.deep.equal(whole.history.loss)
    })

    it('gradientNorms: the norm of the gradient of each layer', async () => {
      const all = { ...options, batchSize: null, epochs: 1 }
      const { history } = await fit(network, variables, { x, y }, { ...all, gradientNorms: true })
      const norms = Object.entries(history).filter(([name]) => name !== 'loss')
      expect(norms).to.have.length(2)
      const predicted = await predict(network, variables, x)
      const cotangent = tf.mul(tf.sub(predicted, tensor(y)), 2 / x.length) as tf.Tensor2D
      const slopes = gradients(network, variables, x, cotangent).params as Params
      for (const layer of ['tanh-1', 'linear-1']) {
        const squares = numbers({ params: { [layer]: slopes[layer] as Params[string] } }).map(value => value ** 2)
        const [, found] = norms.find(([name]) => name.includes(layer)) ?? []
        expect(found?.[0]).to.be.closeTo(Math.sqrt(squares.reduce((a, b) => a + b)), 1e-5)
      }
    })

    it('lossWeights: a loss of an output counts as often', async () => {
      const start = init(two, key(2))
      const rule = { ...options, loss: { kind: 'categoricalCrossentropy', size: 'mse' } }
      const without = await fit(two, start, { x, y: both }, { ...rule, lossWeights: { size: 0 } })
      const alone = await fit(two, start, { x, y: both }, { ...rule, loss: { kind: 'categoricalCrossentropy' } })
      for (const [i, value] of numbers(alone.variables).entries())
        expect(numbers(without.variables)[i]).to.be.closeTo(value, 1e-6)
      const half = await fit(two, start, { x, y: both }, { ...rule, lossWeights: [1, 0.5] })
      for (const [i, loss] of half.history.loss.entries())
        expect(loss).to.be.closeTo(
          (half.history['kind.loss']?.[i] as number) + 0.5 * (half.history['size.loss']?.[i] as number),
          1e-6,
        )
    })

    it('metrics: by output, in training and in validation', async () => {
      const { history } = await fit(
        two,
        init(two, key(2)),
        { x, y: both },
        {
          ...options,
          loss: ['categoricalCrossentropy', 'mse'],
          metrics: { kind: ['accuracy', 'confusionMatrix'], size: ['meanAbsoluteError'] },
          validation: { part: 0.25 },
        },
      )
      expect(Object.keys(history)).to.deep.equal(
        ['', 'validation'].flatMap(before =>
          ['loss', 'kind.loss', 'size.loss', 'kind.accuracy', 'kind.confusionMatrix', 'size.meanAbsoluteError'].map(
            name => (before === '' ? name : `validation${name.slice(0, 1).toUpperCase()}${name.slice(1)}`),
          ),
        ),
      )
      const matrix = history['kind.confusionMatrix' as 'loss'].at(-1) as unknown as readonly (readonly number[])[]
      expect(matrix.flat().reduce((a, b) => a + b)).to.equal(6)
    })
  })

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`fit with everything on (${backend})`, () => {
    it('leaves nothing behind in 2,000 updates', async () => {
      const levels: number[] = []
      await fit(
        network,
        variables,
        { x, y, weights: x.map((_, i) => 1 + (i % 2)), mask: x.map(() => 1) },
        {
          backend,
          optimizer: adam({ step: 1e-4 }),
          batchSize: 2,
          epochs: 700,
          key: key(3),
          metrics: ['meanAbsoluteError', 'r2'],
          validation: { part: 0.25 },
          regularizer: l2({ rate: 1e-4 }),
          constraint: limitNorm({ max: 5 }),
          gradientNorms: true,
          terminateOnNaN: true,
          reduceOnPlateau: { patience: 100 },
          earlyStopping: { patience: 1e6 },
          signal: new AbortController().signal,
          callbacks: {
            epoch: () => void levels.push(tf.memory().numTensors),
            update: () => undefined,
          },
        },
      )
      expect(levels).to.have.length(700)
      expect((levels.at(-1) as number) - (levels[9] as number)).to.be.at.most(8)
    })
  })
