import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as j from '../../../../src/index.ts'
import { type Objective, trainStep } from '../../../../src/index.ts'
import { asPart } from '../../../../src/network/parts.ts'
import { run } from '../../../../src/network/run.ts'
import { wiringOf } from '../../../../src/network/wiring.ts'
import { secondOrder } from '../all.ts'
import { examples, loss, network, start } from '../training.ts'
import { byHand, numbersOf } from './problems.ts'

// The same updates on every engine as eagerly, of a network with parameters of 0, 1, 2 and 4 axes: a convolution is derived
// twice.

const { x, y } = examples
const residuals: Objective = (ops, params) => {
  const [[output]] = run(ops, wiringOf(asPart('residuals', network)), params, [ops.constant(x.data, x.shape)], {
    training: true,
    key: undefined,
  })
  return ops.reshape(ops.subtract(output as NonNullable<typeof output>, ops.constant(y.data, y.shape)), [6])
}
const updates = 3

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`second-order updates on ${backend}`, () => {
    for (const optimizer of secondOrder)
      it(`${optimizer}`.slice(0, 100), async () => {
        const wanted = byHand(optimizer, { loss, residuals }, start.params as never, updates)
        const step = trainStep(network, { loss: 'mse', optimizer, backend })
        let state = step.init(start, j.key(0))
        for (let i = 1; i <= updates; i++) {
          ;[state] = await step(state, examples)
          const found = numbersOf(state.variables.params)
          for (const [at, value] of numbersOf(wanted[i] as object).entries())
            expect(found[at], `number ${at} after ${i} updates`).closeTo(value, 1e-3 * (1 + Math.abs(value)))
        }
        expect((await step(state, examples))[1].loss as number).lessThan(
          numberOf(loss(j.tfjsOps, start.params as never)),
        )
      })
  })

const numberOf = (tensor: TfTensor): number => tensor.dataSync()[0] as number
