import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { leavesOf } from '../../src/base/trees.ts'
import { adam, Input, init, join, key, Linear, Tanh, type TrainState, trainStep } from '../../src/index.ts'
import { slotTensors } from '../../src/training/slots.ts'

const network = join(Input(2), Tanh(3), Linear(1))
type State = TrainState<typeof network>
const batches = [0, 1, 2].map(i => ({ x: [[Math.sin(i), Math.cos(i)]], y: [[i]] }))

const tensorsOf = ({ variables, optimizer }: State): readonly tf.Tensor[] => [
  ...[variables.params, variables.state].flatMap(tree => leavesOf<tf.Tensor>(tree).map(([, , tensor]) => tensor)),
  ...slotTensors(optimizer),
]
const numbersOf = (state: State): readonly number[][] => tensorsOf(state).map(each => Array.from(each.dataSync()))
/** The same state as a value of the user's own making. */
const rebuilt = ({ variables, optimizer, key }: State): State =>
  ({
    variables: { params: { ...variables.params }, state: { ...variables.state } },
    optimizer: { update: optimizer.update, slots: { ...(optimizer.slots as object) } },
    key,
  }) as State

describe('trainStep', () => {
  for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
    describe(`on ${backend}`, () => {
      const step = trainStep(network, { optimizer: adam({ step: 0.1 }), backend })
      const start = step.init(init(network, key(1)), key(2))

      it('goes on the same from states of its own and from equal ones', async () => {
        let [own, equal] = [start, start]
        for (const batch of batches) {
          ;[[own], [equal]] = [await step(own, batch), await step(rebuilt(equal), batch)]
          expect(numbersOf(own)).to.deep.equal(numbersOf(equal))
        }
      })

      it('goes on from an earlier state as it did before', async () => {
        const [first] = await step(start, batches[0] as never)
        const [second] = await step(first, batches[1] as never)
        await step(second, batches[2] as never)
        const [again] = await step(first, batches[1] as never)
        expect(numbersOf(again)).to.deep.equal(numbersOf(second))
      })

      it('computes with what was given, whatever becomes of it after the call', async () => {
        const [first] = await step(start, batches[0] as never)
        const [expected] = await step(first, batches[1] as never)
        const found = step(first, batches[1] as never)
        for (const tensor of tensorsOf(first)) tensor.dispose()
        expect(numbersOf((await found)[0])).to.deep.equal(numbersOf(expected))
        const fault = await step(first, batches[1] as never).catch((error: unknown) => error)
        expect(String(fault)).to.include('a tensor that has been disposed')
      })

      it('gives back tensors that stay as they are, or new ones where these are disposed', async () => {
        const frozen = trainStep(network, { trains: 'linear-1.*', backend })
        const before = frozen.init(init(network, key(1)), key(2))
        const [first] = await frozen(before, batches[0] as never)
        const kept = first.variables.params['tanh-1'].weight
        expect(kept).to.equal(before.variables.params['tanh-1'].weight)
        const next = frozen(first, batches[1] as never)
        const numbers = Array.from(kept.dataSync())
        kept.dispose()
        const { weight } = (await next)[0].variables.params['tanh-1']
        expect(Array.from(weight.dataSync())).to.deep.equal(numbers)
      })

      it('leaves nothing behind, whether it works or not', async () => {
        const [first] = await step(start, batches[0] as never)
        const count = tf.memory().numTensors
        const fault = await step(first, { x: [[1, 2, 3]] as never, y: [[1]] }).catch((error: unknown) => error)
        expect(String(fault)).to.include('LayerConnectionError')
        const [second] = await step(first, batches[1] as never)
        for (const tensor of tensorsOf(second)) tensor.dispose()
        expect(tf.memory().numTensors).to.equal(count)
      })
    })
})
