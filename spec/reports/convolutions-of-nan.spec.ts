import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { apply, compile, DepthwiseConvolution, gradients, Input, init, join, key } from '../../src/index.ts'

// With a stride and a dilation, a filter that is spread with zeros touches what the window leaves out: 0 times NaN is NaN.

describe('A NaN between the elements of a dilated window spoils the result', () => {
  const network = join(
    Input([6, 6, 1]),
    DepthwiseConvolution([2, 2], { stride: 3, dilation: 2, weight: 1, bias: null }),
  )
  const variables = init(network, key(0))
  const data = new Float32Array(36).fill(1)
  // Beside the elements of the first window, and among those of the second.
  data[1] = Number.NaN
  data[3] = Number.NaN
  const x = { data, shape: [1, 6, 6, 1] }
  const expected = [4, Number.NaN, 4, 4]
  const numbers = (tensor: unknown) => Array.from((tensor as tf.Tensor).dataSync())

  it('eagerly', () => {
    expect(numbers(apply(network, variables, x).output)).to.deep.equal(expected)
  })

  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`on ${backend}`, async () => {
      const model = compile(network, variables, { backend })
      expect(numbers(await model(x))).to.deep.equal(expected)
      const plain = { data: new Float32Array(36).fill(1), shape: [1, 6, 6, 1] }
      const dy = { data: [1, 2, 3, 4], shape: [1, 2, 2, 1] }
      const slopes = await model.gradients(plain, dy)
      expect(numbers(slopes.input)).to.deep.equal(numbers(gradients(network, variables, plain, dy).input))
      await model.dispose()
    })
})

describe('A NaN becomes infinite in a depthwise convolution of single elements', () => {
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`not on ${backend}`, async () => {
      const own = join(Input([2, 2, 2]), DepthwiseConvolution([1, 1], { multiplier: 2, stride: [1, 2], weight: 2 }))
      const given = init(own, key(0))
      const x = { data: [Number.NaN, 1, 2, 3, 4, 5, 6, 7], shape: [1, 2, 2, 2] }
      const numbers = (tensor: unknown) => Array.from((tensor as tf.Tensor).dataSync())
      const expected = [Number.NaN, Number.NaN, 2, 2, 8, 8, 10, 10]
      const model = compile(own, given, { backend })
      expect(numbers(apply(own, given, x).output)).to.deep.equal(expected)
      expect(numbers(await model(x))).to.deep.equal(expected)
      await model.dispose()
    })
})
