import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { leavesOf } from '../../../src/base/trees.ts'
import * as j from '../../../src/index.ts'
import { key, trainStep } from '../../../src/index.ts'
import { slotTensors } from '../../../src/training/slots.ts'
import { cosine, optimizers } from './all.ts'
import { descend, examples, loss, network, start } from './training.ts'

// Every optimizer does on every engine what it does eagerly, with parameters of all ranks, and remembers the same.

const near = (what: string, found: readonly TfTensor[], wanted: readonly TfTensor[]): void => {
  expect(
    found.map(({ shape }) => shape),
    what,
  ).deep.equal(wanted.map(({ shape }) => shape))
  for (const [i, tensor] of wanted.entries()) {
    const [own, other] = [(found[i] as TfTensor).dataSync(), tensor.dataSync()]
    const scale = Math.max(1, ...Array.from(other, Math.abs))
    for (const [at, value] of other.entries()) expect(own[at], `${what} ${i}`).closeTo(value, 5e-5 * scale)
  }
}
const tensorsIn = (tree: object): readonly TfTensor[] => leavesOf(tree as never).map(([, , leaf]) => leaf as TfTensor)

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`optimizers on ${backend}`, () => {
    for (const optimizer of optimizers)
      it(`${optimizer}`.slice(0, 120), async () => {
        const wanted = descend(optimizer, loss, start.params as never, 5)
        const step = trainStep(network, { loss: 'mse', optimizer, backend })
        let state = step.init(start, key(0))
        for (const [i, { params, state: memory }] of wanted.entries()) {
          if (i > 0) [state] = await step(state, examples)
          near(`parameter after ${i} updates`, tensorsIn(state.variables.params), tensorsIn(params))
          near(`slot after ${i} updates`, slotTensors(state.optimizer), slotTensors(memory))
        }
      })

    it('that count updates go on from where they were', async () => {
      const optimizer = j.accumulate(j.adamw({ step: cosine }), 2)
      const step = trainStep(network, { loss: 'mse', optimizer, backend })
      let whole = step.init(start, key(0))
      for (let i = 0; i < 5; i++) [whole] = await step(whole, examples)
      let parted = step.init(start, key(0))
      for (let i = 0; i < 3; i++) [parted] = await step(parted, examples)
      const again = trainStep(network, { loss: 'mse', optimizer, backend })
      for (let i = 0; i < 2; i++) [parted] = await again(parted, examples)
      const bits = (state: typeof whole) => tensorsIn(state.variables.params).map(tensor => [...tensor.dataSync()])
      expect(bits(parted)).deep.equal(bits(whole))
    })
  })
