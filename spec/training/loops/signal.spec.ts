import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { fit, gradientDescent, Input, init, join, key, Linear, Tanh } from '../../../src/index.ts'
import '../../../src/onnxruntime.ts'
import '../../../src/wasm.ts'

const network = join(Input(2), Tanh(3), Linear(1))
const variables = init(network, key(1))
const x = Array.from({ length: 6 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a = 0]) => [a])
const numbers = (tree: { readonly params: Readonly<Record<string, Readonly<Record<string, tf.Tensor>>>> }) =>
  Object.values(tree.params).flatMap(own => Object.values(own).flatMap(tensor => [...tensor.dataSync()]))
const message = 'The signal asked to stop.'

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`signal (${backend})`, () => {
    const options = { backend, optimizer: gradientDescent({ step: 0.05 }), batchSize: 2, epochs: 4, key: key(3) }

    it('that is aborted already lets nothing be learnt', async () => {
      const {
        stopped,
        history,
        variables: after,
      } = await fit(network, variables, { x, y }, { ...options, signal: AbortSignal.abort() })
      expect(stopped).to.deep.equal({ reason: 'signal', message, epoch: 0, batch: 0, update: 0 })
      expect(history).to.deep.equal({ loss: [] })
      expect(numbers(after)).to.deep.equal(numbers(variables))
    })

    it('ends training after the update under way, from which it goes on', async () => {
      const controller = new AbortController()
      const ended = await fit(
        network,
        variables,
        { x, y },
        {
          ...options,
          shuffle: false,
          signal: controller.signal,
          callbacks: { update: ({ update }) => update === 5 && controller.abort() },
        },
      )
      expect(ended.stopped).to.deep.equal({ reason: 'signal', message, epoch: 2, batch: 2, update: 5 })
      expect(ended.history.loss).to.have.length(1)
      expect(ended.trainState.optimizer.update).to.equal(5)
      const rest = { ...options, shuffle: false, epochs: 1, trainState: ended.trainState }
      const third = await fit(network, ended.variables, { x: x.slice(4), y: y.slice(4) }, rest)
      const whole = await fit(network, variables, { x, y }, { ...options, shuffle: false, epochs: 2 })
      expect(numbers(third.variables)).to.deep.equal(numbers(whole.variables))
    })

    it('that comes between epochs, or during validation, lets no other update be made', async () => {
      for (const moment of ['epoch', 'epochStart', 'onProgress'] as const) {
        const controller = new AbortController()
        const abort = () => controller.abort()
        const { stopped, history } = await fit(
          network,
          variables,
          { x, y },
          {
            ...options,
            signal: controller.signal,
            ...(moment === 'onProgress'
              ? { onProgress: ({ ended }) => ended && abort() }
              : {
                  callbacks: {
                    [moment]: ({ epoch }: { readonly epoch: number }) =>
                      epoch > 1 - Number(moment === 'epoch') && abort(),
                  },
                }),
          },
        )
        expect(stopped?.update, moment).to.equal(3)
        expect(stopped?.reason).to.equal('signal')
        expect(history.loss).to.have.length(1)
      }
    })

    it('that never comes changes nothing, and leaves nothing behind', async () => {
      const before = tf.memory().numTensors
      const { signal } = new AbortController()
      const watched = await fit(network, variables, { x, y }, { ...options, signal })
      const plain = await fit(network, variables, { x, y }, options)
      expect(numbers(watched.variables)).to.deep.equal(numbers(plain.variables))
      expect(tf.memory().numTensors - before).to.equal(8)
    })
  })
