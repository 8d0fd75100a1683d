import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { tfjsOps } from '../../src/index.ts'
import { wasm } from '../../src/wasm.ts'

// The kernel of tfjs for WebAssembly takes 0 for the least number, so that windows of negative numbers got no gradient.

const window = { size: [1, 2], stride: [1, 2], padding: [[0, 0] as const, [0, 0] as const] } as const

describe('The gradient of max pooling is 0 where all numbers of a window are negative', () => {
  let before = ''
  beforeEach(async () => {
    await tf.ready()
    before = tf.getBackend()
    await wasm()
    await tf.setBackend('wasm')
  })
  afterEach(() => tf.setBackend(before))

  it('not eagerly on WebAssembly', () => {
    const numbers = tf.tidy(() => {
      const x = tf.tensor4d([-1, -2, 3, 4], [1, 1, 4, 1])
      const dy = tf.tensor4d([5, 6], [1, 1, 2, 1])
      return tfjsOps.maxPoolGradient(dy, x, tfjsOps.maxPool(x, window), window).dataSync()
    })
    expect([...numbers]).to.deep.equal([5, 0, 0, 6])
  })
})
