import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  BatchNorm,
  compileTraining,
  Dropout,
  fit,
  Input,
  init,
  join,
  key,
  Softmax,
  Tanh,
  trainStep,
} from '../src/index.ts'
import { full } from './full.ts'
import { settled } from './settled.ts'

const network = join(Input(3), Tanh(4), BatchNorm(), Dropout(0.2), Softmax(2))
const examples = {
  x: [
    [1, 2, 3],
    [3, 2, 1],
  ],
  y: [
    [1, 0],
    [0, 1],
  ],
}

/** What a process of many specs grows by on its own: less than 2 kB for each of the steps below. */
const slack = 12 * 2 ** 20

const settle = async () => {
  const tensors = await settled()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { tensors, bytes: heapUsed + arrayBuffers }
}

describe('Long training', () => {
  it('holds the number of tensors and the memory over 10,000 steps of trainStep', async () => {
    const step = trainStep(network, { loss: 'categoricalCrossentropy' })
    let state = step.init(init(network, key(1)), key(2))
    const steps = async (n: number): Promise<void> => {
      for (let i = 0; i < n; i++) [state] = await step(state, examples)
    }
    await steps(2500)
    const early = await settle()
    await steps(7500)
    const late = await settle()
    expect(state.optimizer.update).to.equal(10_000)
    expect(late.tensors).to.equal(early.tensors)
    expect(late.bytes).to.be.below(early.bytes + slack)
  }).timeout(180_000)

  it('holds them over 10,000 updates of one fit', async () => {
    const variables = init(network, key(1))
    const before = await settle()
    const counts: number[] = []
    await fit(network, variables, examples, {
      loss: 'categoricalCrossentropy',
      batchSize: 1,
      epochs: 5000,
      onProgress: ({ ended }) => {
        if (ended) counts.push(tf.memory().numTensors)
      },
    })
    expect(new Set(counts).size, 'different numbers of live tensors at the ends of epochs').to.equal(1)
    const after = await settle()
    expect(after.tensors).to.equal(before.tensors)
    expect(after.bytes).to.be.below(before.bytes + slack)
  }).timeout(180_000)
})

/** A fifth of the steps. */
const part = full ? 10_000 : 2_000

describe('Long compiled training', () => {
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`holds the number of tensors and the memory over ${5 * part} steps on ${backend}`, async () => {
      const step = compileTraining(network, { loss: 'categoricalCrossentropy', backend })
      let state = await step.init(init(network, key(1)), key(2))
      const steps = async (n: number): Promise<void> => {
        for (let i = 0; i < n; i++) [state] = await step(state, examples)
      }
      await steps(part)
      const early = await settle()
      const resident = process.memoryUsage().rss
      await steps(4 * part)
      const late = await settle()
      expect(state.update).to.equal(5 * part)
      expect(late.tensors).to.equal(early.tensors)
      expect(late.bytes).to.be.below(early.bytes + slack)
      expect(process.memoryUsage().rss).to.be.below(resident + 48 * 2 ** 20)
      await step.dispose()
    }).timeout(300_000)
})
