import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as joinery from '../../src/index.ts'
import { textOf } from '../faults.ts'

// How much data there is, and what is in it: means over all examples, NaN where there is NaN, and rows in their places.

const {
  BatchNorm,
  evaluate,
  fit,
  gradientDescent,
  Input,
  init,
  join,
  key,
  Linear,
  mse,
  predict,
  Relu,
  Tanh,
  trainStep,
} = joinery

const network = join(Input(3), Tanh(4), Linear(2))
const start = init(network, key(1))
const flat = (seed: number, rows: number, width: number) => ({
  data: joinery.normals(key(seed), rows * width),
  shape: [rows, width],
})
const numbers = (tensor: tf.Tensor): readonly number[] => [...tensor.dataSync()]
const leaves = (tree: object): readonly (readonly number[])[] =>
  Object.values(tree as Record<string, Record<string, tf.Tensor>>).flatMap(own => Object.values(own).map(numbers))
const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => {
      throw new Error('no error came')
    },
    error => error,
  )
/** The mean squared error of a network, computed in doubles. */
const exact = (x: ReturnType<typeof flat>, y: ReturnType<typeof flat>): number => {
  const output = numbers(joinery.apply(network, start, x).output)
  return output.reduce((sum, value, i) => sum + (value - (y.data[i] as number)) ** 2, 0) / output.length
}

for (const backend of [undefined, 'tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Batches of all sizes (${backend ?? 'eager'})`, () => {
    const on = backend === undefined ? {} : { backend }

    it('a mean over examples does not depend on how they are batched', async () => {
      for (const rows of [1, 2, 7, 33]) {
        const [x, y] = [flat(rows, rows, 3), flat(rows + 1, rows, 2)]
        const expected = exact(x, y)
        for (const batchSize of [1, 4, 32, 1000]) {
          const { loss } = await evaluate(network, start, { x, y }, { ...on, batchSize })
          expect(loss).to.be.closeTo(expected, 1e-5 * (1 + expected))
          const still = { ...on, batchSize, optimizer: gradientDescent({ step: 1e-30 }), validation: { x, y } }
          const { history } = await fit(network, start, { x, y }, still)
          expect(history.loss[0]).to.be.closeTo(expected, 1e-5 * (1 + expected))
          expect(history.validationLoss[0]).to.be.closeTo(expected, 1e-5 * (1 + expected))
          expect((await predict(network, start, x, { ...on, batchSize })).shape).to.deep.equal([rows, 2])
        }
      }
    })

    it('no example: predict gives no row, and a mean of nothing is refused', async () => {
      const none = { x: flat(1, 0, 3), y: flat(2, 0, 2) }
      const told: joinery.Predicted[] = []
      const output = await predict(network, start, none.x, { ...on, onProgress: progress => told.push(progress) })
      expect(output.shape).to.deep.equal([0, 2])
      expect(told).to.deep.equal([{ done: 0, total: 0 }])
      for (const call of [evaluate(network, start, none, on), fit(network, start, none, on)])
        expect(textOf(await failure(call))).to.match(
          /^InvalidOption of (evaluate|fit), x: expected at least one example/,
        )
    })

    it('an output whose first axis is not the batch is refused, not put together in another order', async () => {
      const swapped = join(Input([4, 3]), joinery.Transpose([1, 0, 2]))
      const whole = { data: joinery.normals(key(1), 72), shape: [6, 4, 3] }
      const error = await failure(predict(swapped, { params: {}, state: {} }, whole, on))
      expect(textOf(error)).to.match(
        /^InvalidOption of predict, network: expected outputs whose first axis is the batch,/,
      )
    })
  })

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Training that diverges (${backend})`, () => {
    it('reports NaN as soon as the parameters are, whatever the activation', async () => {
      for (const hidden of [Relu(4), Tanh(4), joinery.Elu(4), joinery.LeakyRelu(4), joinery.Relu6()] as const) {
        const net = join(Input(3), Linear(4), hidden, Linear(1))
        const variables = init(net, key(1)) as unknown as joinery.Variables
        const given = { x: flat(1, 8, 3), y: flat(2, 8, 1) }
        given.x.data[4] = Number.NaN
        const options = { backend, epochs: 3, batchSize: 8, loss: mse, validation: given } as const
        const { history, variables: after } = await fit(net as joinery.Layer, variables, given, options)
        expect([...history.loss, ...history.validationLoss]).to.deep.equal(Array(6).fill(Number.NaN))
        for (const leaf of leaves(after.params)) expect(leaf.every(Number.isNaN)).to.equal(true)
        expect((await evaluate(net as joinery.Layer, after, given, { backend })).loss).to.deep.equal(Number.NaN)
        expect((await evaluate(net as joinery.Layer, after, given)).loss).to.deep.equal(Number.NaN)
      }
    })

    it('labels of NaN make the loss NaN', async () => {
      const given = { x: flat(1, 8, 3), y: flat(2, 8, 2) }
      given.y.data[3] = Number.NaN
      const { history } = await fit(network, start, given, { backend, batchSize: 4, shuffle: false })
      expect(history.loss).to.deep.equal([Number.NaN])
    })
  })

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Very many examples (${backend})`, () => {
    it('a mean over a million examples is exact', async () => {
      const zero = join(Input(1), Linear(1, { weight: 0, bias: 0 }))
      const rows = 1_000_000
      const given = {
        x: { data: new Float32Array(rows), shape: [rows, 1] },
        y: { data: new Float32Array(rows).fill(0.1), shape: [rows, 1] },
      }
      const variables = init(zero, key(0))
      const options = { backend, batchSize: rows, shuffle: false, optimizer: gradientDescent({ step: 1e-30 }) }
      const { loss } = await evaluate(zero, variables, given, { backend, batchSize: rows })
      const { history } = await fit(zero, variables, given, options)
      for (const found of [loss, history.loss[0]]) expect(found).to.be.closeTo(0.01, 1e-7)
    })
  })

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Variables in another form (${backend})`, () => {
    const net = join(Input(3), Tanh(4), BatchNorm(), Linear(2))
    const variables = init(net, key(1))
    const given = { x: flat(1, 8, 3), y: flat(2, 8, 2) }
    const reversed = (tree: object) => Object.fromEntries(Object.entries(tree).reverse())
    const turned = (tree: object) =>
      reversed(Object.fromEntries(Object.entries(tree).map(([name, own]) => [name, reversed(own)])))
    const sorted = (tree: object) => {
      const all = tree as Record<string, Record<string, tf.Tensor>>
      return Object.keys(all)
        .sort()
        .map(layer => [
          layer,
          Object.keys(all[layer] ?? {})
            .sort()
            .map(name => [name, numbers(all[layer]?.[name] as tf.Tensor)]),
        ])
    }

    it('layers in another order are learnt as in their own', async () => {
      const other = { params: turned(variables.params), state: turned(variables.state) } as unknown as typeof variables
      const options = { backend, epochs: 2, batchSize: 4 } as const
      const [plain, after] = [await fit(net, variables, given, options), await fit(net, other, given, options)]
      expect(sorted(after.variables.params)).to.deep.equal(sorted(plain.variables.params))
      expect(sorted(after.variables.state)).to.deep.equal(sorted(plain.variables.state))
      const step = trainStep(net, { backend })
      const [first] = await step(step.init(variables, key(1)), given)
      const [second] = await step(step.init(other, key(1)), given)
      const turnedState = {
        ...second,
        variables: { params: turned(second.variables.params), state: turned(second.variables.state) },
        optimizer: {
          update: 1,
          slots: Object.fromEntries(
            Object.entries(second.optimizer.slots)
              .reverse()
              .map(([slot, tree]) => [slot, turned(tree)]),
          ),
        },
      } as unknown as typeof second
      const [third] = await step(turnedState, given)
      const [expected] = await step(first, given)
      expect(sorted(third.variables.params)).to.deep.equal(sorted(expected.variables.params))
      const compiled = joinery.compileTraining(net, { backend })
      const [held] = await compiled(await compiled.init(variables, key(1)), given)
      const [also] = await compiled(await compiled.resume(turnedState), given)
      const [last] = await compiled(held, given)
      expect(sorted((await compiled.read(also)).variables.params)).to.deep.equal(
        sorted((await compiled.read(last)).variables.params),
      )
      await compiled.dispose()
    })

    it('a parameter that is moved to the state stays as it is', async () => {
      const { 'tanh-1': frozen, ...params } = variables.params
      const moved = { params, state: { ...variables.state, 'tanh-1': frozen } } as unknown as typeof variables
      const { variables: after } = await fit(net, moved, given, { backend, epochs: 2 })
      const state = after.state as unknown as Record<string, Record<string, tf.Tensor>>
      expect(sorted({ 'tanh-1': state['tanh-1'] ?? {} })).to.deep.equal(sorted({ 'tanh-1': frozen }))
      expect(Object.keys(after.params)).to.deep.equal(Object.keys(params))
      expect(sorted(after.params)).to.not.deep.equal(sorted(params))
    })

    it('variables of layers that the network does not have stay as they are', async () => {
      const extra = {
        params: { ...variables.params, head: { weight: joinery.tensor([[1, 2]]) } },
        state: variables.state,
      }
      const plain = await fit(net, variables, given, { backend, epochs: 2 })
      const { variables: after } = await fit(net, extra as unknown as typeof variables, given, { backend, epochs: 2 })
      const { head, ...rest } = after.params as unknown as Record<string, Record<string, tf.Tensor>>
      expect(numbers(head?.weight as tf.Tensor)).to.deep.equal([1, 2])
      expect(sorted(rest)).to.deep.equal(sorted(plain.variables.params))
    })
  })
