import { expect } from 'chai'
import {
  apply,
  Input,
  InvalidOption,
  init,
  join,
  key,
  LayerConnectionError,
  outputShape,
  SimpleRNN,
  WeightInitializationError,
} from '../../src/index.ts'
import { untyped } from '../running.ts'

const sequence = [
  [0.5, -1],
  [1, 0.25],
  [-1.5, 0.75],
]
const weights = {
  inputWeights: [
    [0.2, -0.4],
    [0.6, 0.3],
  ],
  hiddenWeights: [
    [0.5, -0.1],
    [0.7, 0.25],
  ],
  biases: [0.1, -0.2],
}
/** All outputs, step by step as the definition says. */
const walked = (
  steps: readonly number[][],
  start = [0, 0],
  activation: (z: number) => number = Math.tanh,
): number[][] => {
  let hidden = start
  return steps.map(x => {
    const sum = (from: readonly number[], by: readonly number[][], j: number): number =>
      from.reduce((total, value, i) => total + value * (by[i]?.[j] ?? Number.NaN), 0)
    hidden = weights.biases.map((bias, j) =>
      activation(bias + sum(x, weights.inputWeights, j) + sum(hidden, weights.hiddenWeights, j)),
    )
    return hidden
  })
}
const outputOf = (options: object): number[] => {
  const network = join(Input([3, 2]), SimpleRNN(2, { ...weights, ...options }))
  const { output } = apply(network, init(network, key(1)), [sequence])
  return Array.from(output.dataSync())
}
const closeTo = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual).to.have.length(expected.length)
  for (const [i, value] of expected.entries()) expect(actual[i]).to.be.closeTo(value, 1e-5)
}

describe('SimpleRNN', () => {
  it('computes the last output, or all of them', () => {
    closeTo(outputOf({}), walked(sequence).at(-1) as number[])
    closeTo(outputOf({ onlyReturnFinal: false }), walked(sequence).flat())
  })

  it('computes the same step by step', () => {
    closeTo(outputOf({ onlyReturnFinal: false, unrollScan: true }), walked(sequence).flat())
  })

  it('walks backwards with its outputs in the order of the steps', () => {
    const expected = walked([...sequence].reverse())
      .reverse()
      .flat()
    closeTo(outputOf({ onlyReturnFinal: false, backwards: true }), expected)
  })

  it('takes another activation, by name or as a function, and another start', () => {
    const relu = walked(sequence, [1, -2], z => Math.max(z, 0)).flat()
    closeTo(outputOf({ onlyReturnFinal: false, activation: 'relu', hiddenInit: [[1, -2]] }), relu)
    const square = walked(sequence, [0, 0], z => z * z).flat()
    const activation = <T>(ops: { square: (x: T) => T }, x: T): T => ops.square(x)
    closeTo(outputOf({ onlyReturnFinal: false, activation }), square)
  })

  it('has typed variables; the start is a parameter where it is learned', () => {
    const fixed = init(join(Input([4, 3]), SimpleRNN(2)), key(1))
    expect(fixed.params['simplernn-1'].inputWeights.shape).to.deep.equal([3, 2])
    expect(fixed.params['simplernn-1'].hiddenWeights.shape).to.deep.equal([2, 2])
    expect(fixed.params['simplernn-1'].biases.shape).to.deep.equal([2])
    expect(fixed.state['simplernn-1'].hiddenInit.shape).to.deep.equal([1, 2])
    const learned = init(join(Input([4, 3]), SimpleRNN(2, { learnInit: true })), key(1))
    expect(learned.params['simplernn-1'].hiddenInit.shape).to.deep.equal([1, 2])
    expect(learned.state).to.deep.equal({})
  })

  it('prints what differs from the defaults', () => {
    expect(String(SimpleRNN(4))).to.equal('SimpleRNN(4)')
    expect(String(SimpleRNN(4, { activation: 'relu' }))).to.equal("SimpleRNN(4, { activation: 'relu' })")
  })

  it('rejects bad options and inputs', () => {
    expect(() => untyped.SimpleRNN(0)).to.throw(InvalidOption, 'a positive integer')
    expect(() => SimpleRNN(4, { activation: 'tan' as 'tanh' })).to.throw(InvalidOption, 'activation')
    expect(() => outputShape(SimpleRNN(4), [null, 3])).to.throw(LayerConnectionError, '3-dimensional')
    expect(() => init(join(Input([4, null]), SimpleRNN(4)), key(1))).to.throw(WeightInitializationError, 'features')
  })
})
