import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as joinery from '../../src/index.ts'

const {
  adam,
  BatchNorm,
  compileTraining,
  Dropout,
  fit,
  Input,
  init,
  join,
  key,
  LSTM,
  momentum,
  Softmax,
  Tanh,
  trainStep,
} = joinery

const network = join(Input(3), Tanh(4), BatchNorm(), Dropout(0.2), Softmax(2))
const walker = join(Input([5, 3]), LSTM(4), Softmax(2))
const draws = (seed: number, shape: readonly number[]) => ({
  data: joinery.normals(
    key(seed),
    shape.reduce((n, d) => n * d, 1),
  ),
  shape,
})
const labels = (rows: number) => ({
  data: Float32Array.from({ length: 2 * rows }, (_, i) => Number(i % 4 === 0 || i % 4 === 3)),
  shape: [rows, 2],
})
const batch = { x: draws(1, [4, 3]), y: labels(4) }
const numbers = (tensor: tf.Tensor): readonly number[] => [...tensor.dataSync()]
const near = (actual: readonly number[], expected: readonly number[], tolerance = 1e-5): void => {
  expect(actual).to.have.length(expected.length)
  for (const [i, value] of expected.entries()) expect(actual[i]).to.be.closeTo(value, tolerance * (1 + Math.abs(value)))
}
const rule = { loss: 'categoricalCrossentropy', metrics: ['accuracy'], optimizer: adam({ step: 0.05 }) }

/** Steps written out with the eager gradients and the optimizer's own update. */
const eagerly = (steps: number) => {
  let variables = init(network, key(1))
  const optimizer = rule.optimizer
  let memory = optimizer.init(variables.params)
  const losses: number[] = []
  for (let i = 0; i < steps; i++) {
    const mode = { training: true, key: joinery.foldIn(key(2), i) }
    const { output, state } = joinery.apply(network, variables, batch.x, mode)
    losses.push(joinery.categoricalCrossentropy(batch.y, output).dataSync()[0] as number)
    const cotangent = tf.tidy(() => {
      const { ops, variable, fixed, gradients } = joinery.tape(joinery.tfjsOps)
      const at = variable(output as tf.Tensor)
      const expected = fixed(tf.tensor(batch.y.data, batch.y.shape))
      const losses = joinery.categoricalCrossentropy.forward(ops, expected, at, { x: [] })
      const loss = ops.mean(losses, [0])
      return gradients([[loss, tf.scalar(1)]], [at])[0] as tf.Tensor
    })
    const { params } = joinery.gradients(network, variables, batch.x, cotangent, mode)
    const [updates, next] = optimizer.update(params, memory, variables.params)
    memory = next
    const moved = Object.fromEntries(
      Object.entries(variables.params).map(([layer, own]) => [
        layer,
        Object.fromEntries(
          Object.entries(own as Record<string, tf.Tensor>).map(([name, value]) => [
            name,
            tf.add(
              value,
              (updates as unknown as Record<string, Record<string, tf.Tensor>>)[layer]?.[name] as tf.Tensor,
            ),
          ]),
        ),
      ]),
    )
    variables = { params: moved, state } as unknown as typeof variables
  }
  return { variables, losses }
}

for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
  describe(`Training on ${backend}`, () => {
    it('takes the steps that eager gradients and the optimizer take, masks and statistics included', async () => {
      const expected = eagerly(4)
      const step = compileTraining(network, { ...rule, backend })
      let state = await step.init(init(network, key(1)), key(2))
      const losses: number[] = []
      for (let i = 0; i < 4; i++) {
        const [next, { loss }] = await step(state, batch)
        losses.push(loss)
        state = next
      }
      near(losses, expected.losses)
      const { variables, optimizer } = await step.read(state)
      expect(optimizer.update).to.equal(4)
      near(numbers(variables.params['tanh-1'].weight), numbers(expected.variables.params['tanh-1'].weight), 1e-4)
      near(
        numbers(variables.state['batch-norm-1'].runningMean),
        numbers(expected.variables.state['batch-norm-1'].runningMean),
        1e-4,
      )
      await step.dispose()
    })

    it('is one for fit, trainStep and compileTraining', async () => {
      const options = { ...rule, backend }
      const start = init(network, key(1))
      const whole = await fit(network, start, batch, {
        ...options,
        epochs: 3,
        batchSize: 4,
        shuffle: false,
        key: key(2),
      })
      const pure = trainStep(network, options)
      let state = pure.init(start, key(2))
      const step = compileTraining(network, options)
      let held = await step.init(start, key(2))
      for (const i of [0, 1, 2]) {
        const [next, report] = await pure(state, batch)
        const [after, same] = await step(held, batch)
        near([report.loss, report.accuracy as number], [same.loss, same.accuracy as number])
        near([report.loss], [whole.history.loss[i] as number])
        state = next
        held = after
      }
      near(numbers(state.variables.params['tanh-1'].weight), numbers(whole.variables.params['tanh-1'].weight))
      near(
        numbers((await step.read(held)).variables.params['tanh-1'].weight),
        numbers(whole.variables.params['tanh-1'].weight),
      )
      await step.dispose()
    })

    it('learns from sequences', async () => {
      const start = init(walker, key(1))
      const examples = { x: draws(3, [6, 5, 3]), y: labels(6) }
      const { history } = await fit(walker, start, examples, { ...rule, backend, epochs: 30 })
      expect(history.loss.at(-1)).to.be.below((history.loss[0] as number) / 2)
    })

    it('goes on from where fit ended, and hands over to it', async () => {
      const options = { ...rule, backend, key: key(2), shuffle: false, optimizer: momentum() }
      const half = await fit(network, init(network, key(1)), batch, { ...options, epochs: 2 })
      const whole = await fit(network, init(network, key(1)), batch, { ...options, epochs: 3 })
      const step = compileTraining(network, { ...rule, backend, optimizer: momentum() })
      const [, { loss }] = await step(await step.resume(half.trainState), batch)
      near([loss], [whole.history.loss[2] as number])
      await step.dispose()
    })

    it('evaluates and predicts as without a backend', async () => {
      const variables = init(network, key(1))
      const many = { x: draws(4, [10, 3]), y: labels(10) }
      const options = { loss: 'categoricalCrossentropy', metrics: ['accuracy'], batchSize: 4 }
      const [found, expected] = [
        await joinery.evaluate(network, variables, many, { ...options, backend }),
        await joinery.evaluate(network, variables, many, options),
      ]
      near([found.loss, found.accuracy as number], [expected.loss, expected.accuracy as number])
      const output = await joinery.predict(network, variables, many.x, { batchSize: 4, backend })
      near(numbers(output), numbers(await joinery.predict(network, variables, many.x)))
    })

    it('uses its state up, unless it fails', async () => {
      const step = compileTraining(network, { ...rule, backend })
      const start = await step.init(init(network, key(1)), key(2))
      const failed = await step(start, { x: draws(1, [4, 2]), y: labels(4) }).then(
        () => 'none',
        (error: Error) => error.name,
      )
      expect(failed).to.equal('LayerConnectionError')
      const [next] = await step(start, batch)
      const again = await step(start, batch).then(
        () => 'none',
        (error: Error) => `${error.name}: ${error.message}`,
      )
      expect(again).to.match(/^InvalidOption: compileTraining, state: .*one that has been used up.*read\(state\)/)
      expect(next.update).to.equal(1)
      await step.dispose()
    })
  })

describe('compileTraining', () => {
  it('tells once that batches of other shapes have to be compiled for', async () => {
    const told: joinery.Recompiled[] = []
    const step = compileTraining(network, { ...rule, onRecompile: recompiled => told.push(recompiled) })
    let state = await step.init(init(network, key(1)), key(2))
    for (const rows of [4, 4, 3, 2, 3]) {
      const [next] = await step(state, { x: draws(1, [rows, 3]), y: labels(rows) })
      state = next
    }
    expect(told).to.deep.equal([{ shapes: '(3, 3) -> (3, 2)', programs: 2 }])
    await step.dispose()
  })

  it('changes neither the variables that it began with nor a state that was read', async () => {
    const variables = init(network, key(1))
    const before = numbers(variables.params['tanh-1'].weight)
    const step = compileTraining(network, rule)
    const start = await step.init(variables, key(2))
    const read = await step.read(start)
    await step(start, batch)
    expect(numbers(variables.params['tanh-1'].weight)).to.deep.equal(before)
    expect(numbers(read.variables.params['tanh-1'].weight)).to.deep.equal(before)
    await step.dispose()
  })

  it('reclaims states that are dropped', async () => {
    const step = compileTraining(network, rule)
    const variables = init(network, key(1))
    const settle = async () => {
      for (let i = 0; i < 4; i++) {
        ;(globalThis as unknown as { gc: () => void }).gc()
        await new Promise(resolve => setTimeout(resolve, 0))
      }
      return tf.memory().numDataBuffers
    }
    await step(await step.init(variables, key(2)), batch)
    const early = await settle()
    for (let i = 0; i < 20; i++) await step(await step.init(variables, key(i)), batch)
    expect(await settle()).to.be.at.most(early)
    await step.dispose()
  })
})
