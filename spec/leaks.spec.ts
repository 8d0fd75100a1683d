import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import * as joinery from '../src/index.ts'
import { settled } from './settled.ts'

// Law 7: after every public call only what it returned holds tensors, and that is reclaimed when it is dropped.

const { join, Input, Relu, Dropout, BatchNorm, Softmax, Convolution, Reshape, MaxPooling, init, key } = joinery
const network = join(
  Input([6, 6, 1]),
  Convolution([3, 3, 2]),
  MaxPooling([2, 2]),
  Reshape(),
  BatchNorm(),
  Dropout(0.5),
  Softmax(3),
)
const twoInputs = join(joinery.parallel(Input(2), Input(3)), joinery.Concatenate(), Relu(2))
const variables = init(network, key(1))
const both = init(twoInputs, key(1))
const adapted = joinery.toLowRank(network, variables, { rank: 1, key: key(1) })
const x = { data: new Float32Array(4 * 36).fill(0.5), shape: [4, 6, 6, 1] }
const y = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 0, 0],
]
const pair = [
  { data: [1, 2], shape: [1, 2] },
  { data: [1, 2, 3], shape: [1, 3] },
]
const training = { training: true, key: key(2) }
const step = joinery.trainStep(network, { loss: 'categoricalCrossentropy' })
const optimizers = { adam: joinery.adam(), momentum: joinery.momentum(), gradientDescent: joinery.gradientDescent() }

/** The tensors that a result holds; one may stand in several places. */
const tensorsIn = (value: unknown): readonly tf.Tensor[] => {
  if (value instanceof tf.Tensor) return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tensorsIn) : []
}

/** The tensors that a result holds beside those that were given. */
const newIn = ({ variables }: { readonly variables: object }, given: object): readonly tf.Tensor[] => {
  const known = new Set(tensorsIn(given))
  return tensorsIn(variables).filter(tensor => !known.has(tensor))
}

/** Calls of public functions; how many new tensors each result holds follows from the result. */
const calls: Readonly<Record<string, () => unknown>> = {
  init: () => init(network, key(3)),
  apply: () => joinery.apply(network, variables, x).output,
  'apply, training': () => joinery.apply(network, variables, x, training),
  'apply, several inputs': () => joinery.apply(twoInputs, both, pair).output,
  gradients: () => joinery.gradients(network, variables, x, y, training),
  eager: () => joinery.eager((_, a) => ({ a, same: a }))([1, 2]),
  'eager, a gradient': () => joinery.eager(joinery.grad((ops, a) => ops.sum(ops.square(a), [0])))([1, 2]),
  tensor: () => joinery.tensor([[1, 2, 3]]),
  outputShape: () => joinery.outputShape(network),
  checkShape: () => joinery.checkShape(network, [null, 2, 2, 1]),
  countParameters: () => joinery.countParameters(network),
  summary: () => joinery.summary(network),
  mse: () => joinery.mse([[1, 2]], [[1, 3]]),
  categoricalCrossentropy: () => joinery.categoricalCrossentropy(y, y),
  accuracy: () => joinery.accuracy(y, y),
  evaluate: () => joinery.evaluate(network, variables, { x, y }, { loss: 'categoricalCrossentropy', batchSize: 3 }),
  predict: () => joinery.predict(network, variables, x, { batchSize: 3 }),
  lossGradients: () => joinery.lossGradients(network, variables, { x, y }, training),
  'lossGradients, each example': () => joinery.lossGradients(network, variables, { x, y }, { perExample: true }),
  gradientNorms: () => joinery.gradientNorms(variables.params),
  activations: () => joinery.activations(network, variables, x),
  'activations, training': () => joinery.activations(network, variables, x, ['dropout-1', 'softmax-1'], training),
  'predict, several inputs': () => joinery.predict(twoInputs, both, pair),
  fit: () =>
    joinery.fit(
      network,
      variables,
      { x, y },
      {
        ...{ loss: 'categoricalCrossentropy', epochs: 2, batchSize: 3, metrics: ['accuracy'], validation: { x, y } },
      },
    ),
  'a layer with given values': () => Relu(2, { weight: [[1, 2]] }),
  names: () => joinery.names(network),
  start: () => joinery.start(network, 'reshape-1'),
  end: () => joinery.end(network, 'reshape-1'),
  layerOf: () => joinery.layerOf(network, 'reshape-1'),
  repeat: () => joinery.repeat(Relu(6), 3),
  toLowRank: () => newIn(joinery.toLowRank(network, variables, { rank: 1, key: key(2) }), variables),
  mergeLowRank: () => newIn(joinery.mergeLowRank(adapted.network, adapted.variables), adapted.variables),
  shared: () => joinery.shared('twin', Relu(6)),
  cost: () => {
    const input = joinery.placeholder('x', [1, 6])
    const { output } = joinery.apply(Relu(), { params: {}, state: {} }, input, { ops: joinery.graphOps })
    return joinery.cost([output as joinery.GraphNode])
  },
}

/** Calls that fail. */
const failures: Readonly<Record<string, () => unknown>> = {
  'toLowRank of other variables': () => joinery.toLowRank(network, both as never, { rank: 1, key: key(1) }),
  'mergeLowRank of other variables': () => joinery.mergeLowRank(adapted.network, both as never),
  'init of an unknown shape': () => init(Relu(3) as never, key(1)),
  'apply to a wrong shape': () => joinery.apply(network, variables, [[1, 2]] as never),
  'apply to ragged data': () => joinery.apply(network, variables, [[1], [1, 2]] as never),
  'apply without a key': () => joinery.apply(network, variables, x, { training: true }),
  'gradients of a wrong cotangent': () => joinery.gradients(network, variables, x, [[1]] as never),
  'eager of a function that fails': () => joinery.eager((ops, a) => ops.add(ops.exp(a), 1 as never))([1, 2]),
  'tensor of a wrong shape': () => joinery.tensor([1, 2, 3], [2, 2]),
  'a loss of different shapes': () => joinery.mse([[1, 2]], [[1]]),
  'evaluate with too few rows': () => joinery.evaluate(network, variables, { x, y: [[1, 0, 0]] }),
  'lossGradients of a wrong shape': () => joinery.lossGradients(network, variables, { x, y: [[1, 0, 0]] } as never),
  'lossGradients without a key': () => joinery.lossGradients(network, variables, { x, y }, { training: true }),
  'activations without a key': () => joinery.activations(network, variables, x, ['softmax-1'], { training: true }),
  'predict of a wrong shape': () => joinery.predict(network, variables, [[1]] as never),
  'fit with other variables': () => joinery.fit(network, both as never, { x, y }),
  'fit with an unknown loss': () => joinery.fit(network, variables, { x, y }, { loss: 'none' as string }),
  'fit with bad validation examples': () =>
    joinery.fit(network, variables, { x, y }, { validation: { x: [[1]] as never, y: [[1]] as never } }),
  'fit whose progress fails': () =>
    joinery.fit(
      network,
      variables,
      { x, y },
      {
        batchSize: 1,
        onProgress: ({ batch }) => {
          if (batch === 2) throw new Error('enough')
        },
      },
    ),
  'a step on a wrong batch': () => step(step.init(variables, key(1)), { x: [[1]] as never, y: [[1]] as never }),
}

const run = async (call: () => unknown): Promise<number> => {
  const before = await settled()
  const result = await call()
  const kept = new Set(tensorsIn(result)).size
  expect(tf.memory().numTensors - before, 'live tensors after the call').to.equal(kept)
  return kept
}

describe('Law 7, nothing leaks', () => {
  for (const [name, call] of Object.entries(calls))
    it(`${name}: only its result holds tensors, until it is dropped`, async () => {
      const before = await settled()
      await run(call)
      expect(await settled(), 'live tensors when the result is gone').to.equal(before)
    })

  for (const [name, call] of Object.entries(failures))
    it(`${name}: fails and leaves nothing behind`, async () => {
      const before = await settled()
      let failed = false
      try {
        await call()
      } catch {
        failed = true
      }
      expect(failed).to.equal(true)
      expect(await settled()).to.equal(before)
      expect(joinery.apply(network, variables, x).output.shape).to.deep.equal([4, 3])
      await settled()
    })

  it('trainStep and its optimizers: states hold tensors, and the ones before are reclaimed', async () => {
    // A function of its own: what it holds is unreachable when it has ended.
    const trainWith = async (optimizer: joinery.Optimizer): Promise<void> => {
      const train = joinery.trainStep(network, { loss: 'categoricalCrossentropy', optimizer })
      let state = train.init(variables, key(1))
      for (let i = 0; i < 3; i++) [state] = await train(state, { x, y })
      const params = variables.params as unknown as joinery.VariableTree<tf.Tensor>
      optimizer.update(params, optimizer.init(params), params)
    }
    const before = await settled()
    for (const optimizer of Object.values(optimizers)) await trainWith(optimizer)
    expect(await settled()).to.equal(before)
  })
})
