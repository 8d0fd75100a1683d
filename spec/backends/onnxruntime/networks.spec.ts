import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  AveragePooling,
  adam,
  apply,
  BatchNorm,
  Convolution,
  Convolution3D,
  compile,
  compileTraining,
  Deconvolution,
  Dropout,
  Elementwise,
  Embedding,
  fit,
  GlobalPooling,
  GRU,
  gradients,
  Identity,
  Input,
  init,
  join,
  key,
  type Layer,
  Linear,
  LSTM,
  MaxPooling,
  parallel,
  predict,
  Relu,
  Reshape,
  Softmax,
  Tanh,
  trainStep,
  Upscale,
  type Variables,
} from '../../../src/index.ts'
import { build, type Numbers } from '../../ops/reference.ts'

import { backend, close, draws } from './running.ts'

describe('ONNX Runtime compiles networks', () => {
  const networks: Readonly<Record<string, readonly [Layer, readonly number[]]>> = {
    'a residual convolution': [
      join(
        Input([12, 12, 3]),
        Convolution([3, 3, 8], { padding: 'same', stride: 2 }),
        BatchNorm(),
        Relu(),
        parallel(
          [Convolution([3, 3, 8], { padding: 'same' }), BatchNorm(), Relu(), Convolution([1, 1, 8])],
          Identity(),
        ),
        Elementwise('add'),
        MaxPooling([3, 3], { stride: 2, padding: 'same' }),
        AveragePooling([2, 2], { padding: 'same' }),
        GlobalPooling('avg'),
        Softmax(4),
      ),
      [12, 12, 3],
    ],
    'convolutions up and down': [
      join(
        Input([9, 8, 2]),
        Convolution([3, 2, 4], { stride: [2, 1], dilation: [1, 2] }),
        Tanh(),
        Upscale([2, 2]),
        Deconvolution([3, 3, 2], { stride: 2 }),
        Reshape(),
        Linear(3),
      ),
      [9, 8, 2],
    ],
    'a walk over words': [
      join(Input(7), Embedding(11, 5), LSTM(6, { onlyReturnFinal: false, peepholes: true }), GRU(4), Softmax(3)),
      [7],
    ],
  }
  const inputOf = (shape: readonly number[], rows: number): Numbers =>
    shape.length === 1
      ? { shape: [rows, ...shape], data: Array.from({ length: rows * (shape[0] as number) }, (_, i) => (i * 5) % 11) }
      : draws(7, [rows, ...shape])

  for (const [name, [network, shape]] of Object.entries(networks))
    it(`${name}, to the outputs and gradients of the eager one`, async () => {
      const variables = init(network, key(3)) as Variables
      const x = inputOf(shape, 4)
      const model = compile(network, variables, { backend })
      const expected = apply(network, variables, x as never).output as unknown as tf.Tensor
      const found = (await model(x as never)) as unknown as tf.Tensor
      expect(found.shape).to.deep.equal(expected.shape)
      close(found.dataSync(), expected.dataSync(), 1e-4)
      const predicted = (await predict(network, variables, x as never, { backend })) as unknown as tf.Tensor
      close(predicted.dataSync(), expected.dataSync(), 1e-4)
      await model.dispose()
    })

  for (const [name, [network, shape]] of Object.entries(networks))
    it(`${name}, to the training steps of the eager one`, async () => {
      const rule = { loss: 'mse', optimizer: adam({ step: 0.01 }) }
      const step = trainStep(network, rule)
      const compiled = compileTraining(network, { ...rule, backend })
      const variables = init(network, key(4))
      const x = inputOf(shape, 4)
      const columns = network === networks['a residual convolution']?.[0] ? 4 : 3
      const batch = { x, y: draws(8, [4, columns]) } as never
      let [eager, state] = [step.init(variables, key(5)), await compiled.init(variables, key(5))]
      for (let i = 0; i < 4; i++) {
        const [after, report] = await step(eager, batch)
        const [next, found] = await compiled(state, batch)
        close([found.loss], [report.loss], 1e-4)
        ;[eager, state] = [after, next]
      }
      const read = await compiled.read(state)
      for (const part of ['params', 'state'] as const)
        for (const [layer, own] of Object.entries(eager.variables[part] as Record<string, Record<string, tf.Tensor>>))
          for (const [variable, tensor] of Object.entries(own)) {
            const found = (read.variables[part] as Record<string, Record<string, tf.Tensor>>)[layer]
            close(found?.[variable]?.dataSync() ?? [], tensor.dataSync(), 2e-3)
          }
      await compiled.dispose()
    })

  it('with draws that are those of the eager step', async () => {
    const network = join(Input(6), Relu(16), Dropout(0.5), Softmax(2))
    const data = {
      x: draws(9, [32, 6]),
      y: build([32, 2], ([row, column]) => ((row as number) % 2 === column ? 1 : 0)),
    }
    const options = { loss: 'categoricalCrossentropy', epochs: 3, batchSize: 8, key: key(6) } as const
    const eager = await fit(network, init(network, key(1)), data as never, options)
    const compiled = await fit(network, init(network, key(1)), data as never, { ...options, backend })
    close(compiled.history.loss, eager.history.loss, 1e-4)
  })

  it('whose strides leave elements over where filters are dilated', async () => {
    const network = join(Input([1, 2, 3, 1]), Convolution3D([1, 1, 1, 1], { stride: 2, dilation: [1, 2, 1] }))
    const variables = init(network, key(1))
    const x = { data: Float32Array.from({ length: 12 }, (_, i) => i), shape: [2, 1, 2, 3, 1] }
    const cotangent = { data: Float32Array.from({ length: 4 }, (_, i) => i + 1), shape: [2, 1, 1, 2, 1] }
    const model = compile(network, variables, { backend })
    const found = (await model.gradients(x, cotangent)).input as unknown as tf.Tensor
    const expected = gradients(network, variables, x, cotangent).input as unknown as tf.Tensor
    close(found.dataSync(), expected.dataSync(), 1e-5)
    await model.dispose()
  })
})
