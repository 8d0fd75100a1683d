import { setTimeout as later } from 'node:timers/promises'
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { handOver } from '../../src/tfjs/index.ts'

/** A backend whose reading takes time, as that of graphics cards does, during which memory is tidied up. */
class Slow extends MathBackendCPU {
  override async read(dataId: object): Promise<tf.BackendValues> {
    for (let i = 0; i < 3; i++) {
      await later(5)
      globalThis.gc?.()
    }
    return this.readSync(dataId)
  }
}

describe('tensors that are handed over', () => {
  let before: string
  beforeEach(async () => {
    await tf.ready()
    before = tf.getBackend()
    tf.registerBackend('slow', () => new Slow())
    await tf.setBackend('slow')
  })
  afterEach(async () => {
    await tf.setBackend(before)
    tf.removeBackend('slow')
  })

  for (const read of ['data', 'array', 'bytes'] as const)
    it(`live while ${read}() is on its way, though nobody holds them`, async () => {
      const reading = (() => (handOver(tf.tensor1d([1, 2, 3])) as unknown as tf.Tensor)[read]())()
      const values = (await reading) as ArrayLike<number>
      expect(values.length).to.equal(read === 'bytes' ? 12 : 3)
    })

  it('are disposed when nobody holds them any more', async () => {
    const count = tf.memory().numTensors
    await (handOver(tf.tensor1d([1, 2, 3])) as unknown as tf.Tensor).data()
    for (let i = 0; i < 20 && tf.memory().numTensors > count; i++) {
      await later(5)
      globalThis.gc?.()
    }
    expect(tf.memory().numTensors).to.equal(count)
  })
})
