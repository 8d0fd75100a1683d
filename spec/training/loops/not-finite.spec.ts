import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  fit,
  gradientDescent,
  Input,
  init,
  join,
  key,
  Lambda,
  Linear,
  Relu,
  Reshape,
  Tanh,
} from '../../../src/index.ts'
import '../../../src/onnxruntime.ts'
import '../../../src/wasm.ts'

const network = join(Input(2), Tanh(3), Relu(2), Linear(1))
const variables = init(network, key(1))
const x = Array.from({ length: 8 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a = 0]) => [a])
const weights = (tree: { readonly params: Readonly<Record<string, Readonly<Record<string, tf.Tensor>>>> }) =>
  Object.values(tree.params).flatMap(own => Object.values(own).flatMap(tensor => [...tensor.dataSync()]))

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`terminateOnNaN (${backend})`, () => {
    const rule = {
      terminateOnNaN: true,
      backend,
      batchSize: 2,
      shuffle: false,
      optimizer: gradientDescent({ step: 0.1 }),
    }

    it('names the example that is not finite, and gives back the state before it', async () => {
      const holed = x.map((row, i) => (i === 5 ? [1, Number.NaN] : row))
      const { stopped, variables: after, trainState } = await fit(network, variables, { x: holed, y }, rule)
      expect(stopped).to.deep.include({ reason: 'notFinite', epoch: 1, batch: 2, update: 2 })
      expect(stopped?.culprit).to.deep.equal({ what: 'x', row: 1, column: 1 })
      expect(stopped?.message).to.equal(
        'Stopped at update 3 (epoch 1, batch 3): x is not finite: row 1 of the batch, number 1 of it.',
      )
      const good = await fit(network, variables, { x: x.slice(0, 4), y: y.slice(0, 4) }, rule)
      expect(good.stopped).to.equal(undefined)
      expect(weights(after)).to.deep.equal(weights(good.variables))
      expect(trainState.optimizer.update).to.equal(2)
    })

    it('names the first layer whose output is not finite', async () => {
      const large = join(Input(2), Tanh(3), Linear(2, { weight: 3e38, name: 'wide' }), Relu(2), Linear(1))
      const { stopped, history } = await fit(large, init(large, key(1)), { x, y }, rule)
      expect(stopped?.culprit).to.deep.equal({ what: 'output', layer: 'wide' })
      expect(stopped?.message).to.include(
        'update 1 (epoch 1, batch 1): the output of wide is the first that is not finite.',
      )
      expect(history.loss).to.deep.equal([])
    })

    it('names the first layer whose gradient is not finite', async () => {
      const root = Lambda((ops, z) => ops.sqrt(ops.multiply(z, ops.constant(0))))
      const steep = join(Input(2), Linear(1, { name: 'first' }), root as never, Linear(1))
      const { stopped } = await fit(steep as never, init(steep as never, key(1)), { x, y }, rule)
      expect(stopped?.culprit).to.deep.equal({ what: 'gradient', layer: 'first' })
    })

    it('changes nothing where all is finite, and leaves nothing behind', async () => {
      const before = tf.memory().numTensors
      const guarded = await fit(network, variables, { x, y }, { ...rule, epochs: 2 })
      const plain = await fit(network, variables, { x, y }, { ...rule, epochs: 2, terminateOnNaN: false })
      expect(weights(guarded.variables)).to.deep.equal(weights(plain.variables))
      const holed = x.map((row, i) => (i === 5 ? [1, Number.NaN] : row))
      const stopped = await fit(network, variables, { x: holed, y }, rule)
      const live = [guarded, plain, stopped].length * 6
      expect(tf.memory().numTensors - before).to.be.at.most(live)
    })
  })

describe('NaN in what fit is given', () => {
  const holed = x.map((row, i) => (i === 5 ? [1, Number.NaN] : row))
  const failed = async (examples: object, given: object = {}): Promise<string> => {
    const options = { allowNaN: false, ...given }
    try {
      await fit(network, variables, examples as never, options)
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`
    }
    return 'none'
  }
  it('is named by row and column where it may not be, of inputs, expectations and validation examples', async () => {
    expect(await failed({ x: holed, y })).to.include('DataError: fit, row 5, column x[1]: expected a number, got NaN.')
    expect(await failed({ x, y: y.map((row, i) => (i === 2 ? [Number.NaN] : row)) })).to.include('row 2, column y[0]')
    expect(await failed({ x, y }, { validation: { x: holed, y } })).to.include('fit, validation, row 5, column x[1]')
    expect(await failed({ x, y }, { validation: { part: 0.5 } })).to.equal('none')
    const image = join(Input([2, 3, 1]), Reshape(), Linear(1))
    const images = {
      data: Float32Array.from({ length: 12 }, (_, i) => (i === 11 ? Number.NaN : i)),
      shape: [2, 2, 3, 1],
    }
    const seen = fit(image, init(image, key(1)), { x: images, y: [[0], [1]] }, { allowNaN: false })
    expect(await seen.catch(String)).to.include('row 1, column x[1][2][0]')
  })
  it('may be there where it is allowed, or a mask stands beside', async () => {
    expect(await failed({ x: holed, y }, { allowNaN: true })).to.equal('none')
    const masked = { x, y: y.map((row, i) => (i === 2 ? [Number.NaN] : row)), mask: x.map((_, i) => Number(i !== 2)) }
    expect(await failed(masked)).to.equal('none')
  })
})
