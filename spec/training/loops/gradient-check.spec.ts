import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  BatchNorm,
  Dropout,
  defineLoss,
  gradientCheck,
  Input,
  init,
  join,
  key,
  Lambda,
  Linear,
  LSTM,
  parallel,
  Relu,
  Softmax,
  Tanh,
} from '../../../src/index.ts'

const network = join(Input(2), Tanh(3), Linear(1))
const variables = init(network, key(1))
const x = Array.from({ length: 5 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a = 0]) => [a])
const refused = (call: () => unknown): string => {
  try {
    call()
  } catch (error) {
    return String(error)
  }
  return 'no error'
}

describe('gradientCheck', () => {
  it('passes what has its derivatives', () => {
    const check = gradientCheck(network, variables, { x, y })
    expect(check.passes).to.equal(true)
    expect(check.parameters.map(({ layer, name, compared }) => [layer, name, compared])).to.deep.equal([
      ['tanh-1', 'weight', 6],
      ['tanh-1', 'bias', 3],
      ['linear-1', 'weight', 3],
      ['linear-1', 'bias', 1],
    ])
    for (const { error } of check.parameters) expect(error).to.be.within(0, 1e-2)
  })

  it('passes networks with states, draws, steps and several outputs', () => {
    const drawing = join(Input(2), Tanh(4), BatchNorm(), Dropout(0.3), Linear(1))
    expect(gradientCheck(drawing, init(drawing, key(1)), { x, y }, { training: true }).passes).to.equal(true)
    const steps = join(Input([3, 2]), LSTM(3), Softmax(2))
    const sequences = { x: x.map(row => [row, row, row]), y: x.map((_, i) => [i % 2, 1 - (i % 2)]) }
    const loss = 'categoricalCrossentropy'
    expect(gradientCheck(steps, init(steps, key(1)), sequences, { loss }).passes).to.equal(true)
    const two = join(Input(2), Tanh(3), parallel(Softmax(2, { name: 'kind' }), Linear(1, { name: 'size' })))
    const both = { x, y: [sequences.y, y], weights: x.map((_, i) => i + 1), mask: x.map((_, i) => i % 2) } as const
    const check = gradientCheck(two, init(two, key(1)), both, { loss: { kind: loss, size: 'mae' } })
    expect(check.passes, String(check)).to.equal(true)
  })

  // The value goes one way and the derivative another.
  const detached = defineLoss('detached', (ops, expected, predicted) => {
    const off = ops.square(ops.subtract(predicted, expected))
    const half = ops.multiply(ops.stopGradient(off), ops.constant(0.5))
    return ops.mean(ops.add(half, ops.multiply(off, ops.constant(0.5))), [1])
  })

  it('finds a loss whose derivative is another', () => {
    const check = gradientCheck(network, variables, { x, y }, { loss: detached })
    expect(check.passes).to.equal(false)
    // Half of it is missing, everywhere.
    for (const { error, passes } of check.parameters) {
      expect(error).to.be.closeTo(0.5, 0.01)
      expect(passes).to.equal(false)
    }
    expect(String(check)).to.match(/^layer +parameter +compared +error *\n[-\s\S]*tanh-1 +weight +6 +0\.5\S* +differs/)
    expect(gradientCheck(network, variables, { x, y }, { loss: detached, tolerance: 0.6 }).passes).to.equal(true)
  })

  it('finds the layer whose derivative is another', () => {
    const blocked = Lambda((ops, z) => ops.stopGradient(z))
    const partly = join(Input(2), Tanh(3, { name: 'before' }), blocked, Linear(1, { name: 'after' }))
    const check = gradientCheck(partly, init(partly, key(1)), { x, y })
    expect(check.parameters.map(({ layer, passes }) => [layer, passes])).to.deep.equal([
      ['before', false],
      ['before', false],
      ['after', true],
      ['after', true],
    ])
  })

  it('does not pass what is not a number', () => {
    const root = Lambda((ops, z) => ops.sqrt(ops.negative(ops.square(z))))
    const wrong = join(Input(2), Linear(1), root)
    const check = gradientCheck(wrong, init(wrong, key(1)), { x, y })
    expect(check.passes).to.equal(false)
    expect(check.parameters[0]?.error).to.satisfy(Number.isNaN)
  })

  it('compares as many elements as it is asked to, chosen by the key', () => {
    const wide = join(Input(2), Tanh(50), Linear(1))
    const start = init(wide, key(1))
    const few = gradientCheck(wide, start, { x, y }, { elements: 2, key: key(3) })
    expect(few.parameters.map(({ compared }) => compared)).to.deep.equal([2, 2, 2, 1])
    const error = ({ parameters }: typeof few) => parameters.map(parameter => parameter.error)
    expect(error(gradientCheck(wide, start, { x, y }, { elements: 2, key: key(3) }))).to.deep.equal(error(few))
    expect(error(gradientCheck(wide, start, { x, y }, { elements: 2, key: key(4) }))).not.to.deep.equal(error(few))
  })

  it('changes no argument, and leaves nothing behind', () => {
    const held = [...variables.params['tanh-1'].weight.dataSync()]
    const before = tf.memory().numTensors
    gradientCheck(network, variables, { x, y })
    expect(tf.memory().numTensors).to.equal(before)
    refused(() => gradientCheck(network, variables, { x, y: [[1, 2]] as never }))
    expect(tf.memory().numTensors).to.equal(before)
    expect([...variables.params['tanh-1'].weight.dataSync()]).to.deep.equal(held)
  })

  it('refuses what is wrong', () => {
    const check = (options: object) => refused(() => gradientCheck(network, variables, { x, y }, options))
    for (const name of ['epsilon', 'tolerance'])
      for (const value of [0, -1, Number.NaN, '1'])
        expect(check({ [name]: value })).to.include(`InvalidOption: gradientCheck, ${name}: expected a positive number`)
    expect(check({ elements: 0 })).to.include('gradientCheck, elements: expected a ')
    expect(check({ training: 1 })).to.include('gradientCheck, training')
    expect(check({ key: 3 })).to.include('gradientCheck, key: expected a key')
    expect(check({ loss: 'nothing' })).to.include('gradientCheck, loss')
    expect(check({ batchSize: 3 })).to.include('gradientCheck, batchSize')
    const other = join(Input(2), Relu(3), Linear(1))
    expect(refused(() => gradientCheck(other, variables as never, { x, y }))).to.include('WeightInitializationError')
    expect(refused(() => gradientCheck(network, variables, { x: [[1, 2, 3]], y: [[1]] }))).to.include(
      'LayerConnectionError',
    )
    expect(refused(() => gradientCheck(network, variables, { x, y: [[1]] }))).to.include(
      'gradientCheck, y: expected 5 rows',
    )
    expect(refused(() => gradientCheck(network, variables, { x }))).to.match(/^InvalidOption: .*y: expected/)
  })
})
