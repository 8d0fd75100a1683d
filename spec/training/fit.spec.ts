import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  accuracy,
  adam,
  categoricalCrossentropy,
  Dropout,
  defineMetric,
  evaluate,
  fit,
  gradientDescent,
  Input,
  init,
  join,
  key,
  Linear,
  momentum,
  mse,
  type Optimizer,
  type Progress,
  parallel,
  predict,
  Sigmoid,
  Tanh,
  trainStep,
} from '../../src/index.ts'

const xor = {
  x: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  y: [[0], [1], [1], [0]],
}
const network = join(Input(2), Tanh(8), Sigmoid(1))
const line = join(Input(1), Linear(1, { weight: [[2]], bias: 1 }))
const numbers = (tensor: TfTensor): readonly number[] => Array.from(tensor.dataSync())
/** The weight and bias of `line` after some updates. */
const descended = async (optimizer: Optimizer, epochs: number): Promise<readonly number[]> => {
  const examples = { x: [[3]], y: [[4]] }
  const { variables } = await fit(line, init(line, key(0)), examples, { optimizer, epochs, loss: 'mse' })
  const { weight, bias } = variables.params['linear-1']
  return [...numbers(weight), ...numbers(bias)]
}

describe('fit', () => {
  it('learns what no linear network can', async () => {
    const { variables, history } = await fit(network, init(network, key(1)), xor, {
      optimizer: adam({ step: 0.1 }),
      metrics: [accuracy],
      epochs: 100,
    })
    expect(history.accuracy?.at(-1)).to.equal(1)
    expect(history.loss.at(-1)).to.be.lessThan(0.05)
    const rounded = numbers(await predict(network, variables, xor.x)).map(Math.round)
    expect(rounded).to.deep.equal([0, 1, 1, 0])
  })

  it('gives the same bits for the same key, others for another, and changes no argument', async () => {
    const drawing = join(Input(2), Tanh(8), Dropout(0.3), Sigmoid(1))
    const before = init(drawing, key(1))
    const held = numbers(before.params['tanh-1'].weight)
    const train = async (seed: number) => {
      const { variables } = await fit(drawing, before, xor, { key: key(seed), batchSize: 2, epochs: 3 })
      return numbers(variables.params['tanh-1'].weight)
    }
    const [once, again, other] = [await train(1), await train(1), await train(2)]
    expect(again).to.deep.equal(once)
    expect(other).to.not.deep.equal(once)
    expect(numbers(before.params['tanh-1'].weight)).to.deep.equal(held)
  })

  it('goes on from where it ended as if it had not stopped', async () => {
    const options = { key: key(5), batchSize: 3, optimizer: momentum({ step: 0.2 }) }
    const whole = await fit(network, init(network, key(1)), xor, { ...options, epochs: 6 })
    const half = await fit(network, init(network, key(1)), xor, { ...options, epochs: 2 })
    const rest = await fit(network, half.variables, xor, { ...options, epochs: 4, trainState: half.trainState })
    expect([...half.history.loss, ...rest.history.loss]).to.deep.equal(whole.history.loss)
    expect(numbers(rest.variables.params['tanh-1'].weight)).to.deep.equal(
      numbers(whole.variables.params['tanh-1'].weight),
    )
  })

  it('weighs a shorter last batch by what it holds', async () => {
    const still = gradientDescent({ step: 1e-30 })
    const variables = init(network, key(2))
    const { loss } = await evaluate(network, variables, xor, { loss: mse })
    for (const batchSize of [1, 3, 4, 100]) {
      const { history } = await fit(network, variables, xor, { optimizer: still, batchSize })
      expect(history.loss[0]).to.be.closeTo(loss, 1e-6)
    }
  })

  it('measures validation examples after each epoch, and tells its progress', async () => {
    const told: Progress[] = []
    const { history, variables } = await fit(network, init(network, key(1)), xor, {
      validation: xor,
      metrics: ['accuracy'],
      epochs: 2,
      batchSize: 3,
      onProgress: progress => told.push(progress),
    })
    expect(Object.keys(history)).to.deep.equal(['loss', 'accuracy', 'validationLoss', 'validationAccuracy'])
    expect(history.validationLoss?.at(-1)).to.be.closeTo((await evaluate(network, variables, xor)).loss, 1e-6)
    expect(told.map(({ epoch, batch, ended }) => [epoch, batch, ended])).to.deep.equal([
      [1, 1, false],
      [1, 2, false],
      [1, 2, true],
      [2, 1, false],
      [2, 2, false],
      [2, 2, true],
    ])
    expect(told[2]?.validation?.loss).to.equal(history.validationLoss?.[0])
  })
})

describe('Optimizers', () => {
  // The error of w x + b at x = 3, y = 4, and its gradient with respect to w and b.
  const slope = (w: number, b: number): readonly [number, number] => [6 * (3 * w + b - 4), 2 * (3 * w + b - 4)]
  const close = (found: readonly number[], expected: readonly number[]): void => {
    for (const [i, value] of expected.entries()) expect(found[i]).to.be.closeTo(value, 1e-5)
  }

  it('gradientDescent follows the gradient, by a step that may change', async () => {
    close(await descended(gradientDescent({ step: 0.01 }), 1), [2 - 0.01 * 18, 1 - 0.01 * 6])
    const [w, b] = [2 - 0.01 * 18, 1 - 0.01 * 6]
    const [dw, db] = slope(w, b)
    close(await descended(gradientDescent({ step: n => 0.01 / (n + 1) }), 2), [w - 0.005 * dw, b - 0.005 * db])
  })

  it('momentum keeps a part of its velocity, and looks ahead with nesterov', async () => {
    const [w, b] = [2 - 0.01 * 18, 1 - 0.01 * 6]
    const [dw, db] = slope(w, b)
    const velocity = [0.9 * 18 + dw, 0.9 * 6 + db] as const
    close(await descended(momentum({ step: 0.01, momentum: 0.9 }), 2), [w - 0.01 * velocity[0], b - 0.01 * velocity[1]])
    close(await descended(momentum({ step: 0.01, momentum: 0.9, nesterov: true }), 1), [
      2 - 0.01 * 1.9 * 18,
      1 - 0.01 * 1.9 * 6,
    ])
  })

  it('adam begins with steps of its own length', async () => {
    close(await descended(adam({ step: 0.1 }), 1), [1.9, 0.9])
  })

  it('are pure, and what they remember has the shape of the parameters', () => {
    const { params } = init(line, key(0))
    const state = adam().init(params)
    const [updates, next] = adam({ step: 0.5 }).update(params, state, params)
    expect([state.update, next.update]).to.deep.equal([0, 1])
    type Slots = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, TfTensor>>>>>>
    expect(numbers((state.slots as Slots).mean?.['linear-1']?.weight as TfTensor)).to.deep.equal([0])
    expect((next.slots as Slots).square?.['linear-1']?.weight?.shape).to.deep.equal([1, 1])
    close(numbers(updates['linear-1']?.weight as TfTensor), [-0.5])
  })
})

describe('trainStep', () => {
  it('is a pure function, whose report is from before the update', async () => {
    const step = trainStep(line, { loss: mse, optimizer: gradientDescent({ step: 0.01 }), metrics: [] })
    const state = step.init(init(line, key(0)), key(1))
    const [after, report] = await step(state, { x: [[3]], y: [[4]] })
    const [again] = await step(state, { x: [[3]], y: [[4]] })
    expect(report).to.deep.equal({ loss: 9 })
    expect(numbers(again.variables.params['linear-1'].weight)).to.deep.equal(
      numbers(after.variables.params['linear-1'].weight),
    )
    expect(numbers(state.variables.params['linear-1'].weight)).to.deep.equal([2])
    expect(after.optimizer.update).to.equal(1)
  })
})

describe('Losses and metrics', () => {
  it('are means over the batch', () => {
    expect(
      numbers(
        mse(
          [
            [1, 2],
            [3, 4],
          ],
          [
            [1, 4],
            [3, 2],
          ],
        ),
      ),
    ).to.deep.equal([2])
    const predicted = [
      [0.5, 0.25, 0.25],
      [0.1, 0.8, 0.1],
    ]
    const loss = categoricalCrossentropy(
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
      predicted,
    ).dataSync()[0]
    expect(loss).to.be.closeTo(-(Math.log(0.5) + Math.log(0.8)) / 2, 1e-5)
    expect(
      accuracy(
        [
          [1, 0, 0],
          [1, 0, 0],
        ],
        predicted,
      ),
    ).to.equal(0.5)
    expect(accuracy([[1], [0]], [[0.9], [0.6]])).to.equal(0.5)
  })

  it('stay finite where a prediction is 0', () => {
    expect(Number.isFinite(categoricalCrossentropy([[1, 0]], [[0, 1]]).dataSync()[0])).to.equal(true)
  })

  it('sum over several outputs, of which metrics are the mean', async () => {
    const weights = (weight: number) => ({ weight, bias: 0 })
    const two = join(Input(1), parallel(Linear(1, weights(1)), Linear(1, weights(2))))
    const variables = init(two, key(0))
    // 1 and 2 where 3 and 5 are expected, 2 and 4 where 2 and 5 are.
    const examples = {
      x: [[1], [2]],
      y: [
        [[3], [2]],
        [[5], [5]],
      ],
    }
    const distance = defineMetric('distance', (ops, expected, predicted) =>
      ops.mean(ops.abs(ops.subtract(expected, predicted)), [0, 1]),
    )
    const rule = { loss: mse, metrics: [distance] }
    const [first, second] = [(4 + 0) / 2, (9 + 1) / 2]
    const report = await evaluate(two, variables, examples, rule)
    expect(report.loss).to.be.closeTo(first + second, 1e-6)
    expect(report.distance).to.be.closeTo((1 + 2) / 2, 1e-6)
    const fitted = await fit(two, variables, examples, {
      ...rule,
      epochs: 1,
      optimizer: gradientDescent({ step: 0.01 }),
    })
    expect(fitted.history.loss?.[0]).to.be.closeTo(first + second, 1e-6)
    // The gradient of each output's own loss: 2 x (w x - y), averaged over the examples.
    const [own, other] = Object.values(fitted.variables.params).map(({ weight }) => weight.dataSync()[0])
    expect(own).to.be.closeTo(1 - (0.01 * (2 * (1 * -2 + 2 * 0))) / 2, 1e-6)
    expect(other).to.be.closeTo(2 - (0.01 * (2 * (1 * -3 + 2 * -1))) / 2, 1e-6)
  })
})
