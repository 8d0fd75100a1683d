import { expect } from 'chai'
import { compileTraining, Input, init, join, key, Linear, LSTM } from '../../src/index.ts'
import { onnxruntime } from '../../src/onnxruntime.ts'

/** Milliseconds of the processor that the first step of training over so many steps of time takes. */
const firstStep = async (steps: number): Promise<number> => {
  const network = join(Input([steps, 4]), LSTM(8), Linear(1))
  const step = compileTraining(network, { backend: onnxruntime({ threads: 1 }) })
  const state = await step.init(init(network, key(0)), key(1))
  const before = process.cpuUsage()
  await step(state, {
    x: { data: new Float32Array(steps * 8), shape: [2, steps, 4] },
    y: { data: new Float32Array(2), shape: [2, 1] },
  })
  const { user, system } = process.cpuUsage(before)
  await step.dispose()
  return (user + system) / 1000
}

describe('A sequence that is four times as long', () => {
  it('takes ONNX Runtime eleven times as long to compile', async () => {
    await firstStep(20)
    const short = await firstStep(75)
    expect((await firstStep(300)) / short).to.be.below(8)
  }).timeout(60_000)
})
