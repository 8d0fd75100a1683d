import { expect } from 'chai'
import {
  apply,
  type Gate,
  GRU,
  gradients,
  Input,
  InvalidOption,
  init,
  join,
  key,
  LayerConnectionError,
  LSTM,
  outputShape,
  WeightInitializationError,
} from '../../src/index.ts'
import { untyped } from '../running.ts'

const sequence = [
  [
    [0.5, -1, 2],
    [1, 0.25, -0.5],
    [-1.5, 0.75, 1],
    [0.1, 0.2, 0.3],
  ],
]
const numbers = (tensor: { dataSync: () => ArrayLike<number> }): number[] => Array.from(tensor.dataSync())
const closeTo = (actual: readonly number[], expected: readonly number[], within = 1e-5): void => {
  expect(actual).to.have.length(expected.length)
  for (const [i, value] of expected.entries()) expect(actual[i]).to.be.closeTo(value, within)
}

describe('LSTM', () => {
  it('reads its options back', () => {
    const layer = LSTM(4, { onlyReturnFinal: false, ingate: 'hardSigmoid', peepholes: true, learnInit: true })
    expect(layer.units).to.equal(4)
    expect(layer.onlyReturnFinal).to.equal(false)
    expect(layer.ingate).to.equal('hardSigmoid')
    expect(layer.forgetgate).to.equal('sigmoid')
    expect(layer.cell).to.equal('tanh')
    expect(layer.gradientClipping).to.equal(0)
    expect(String(layer)).to.equal(
      "LSTM(4, { onlyReturnFinal: false, ingate: 'hardSigmoid', learnInit: true, peepholes: true })",
    )
  })

  it('gives the last output, or all of them', () => {
    expect(outputShape(LSTM(4), [null, 9, 3])).to.deep.equal([null, 4])
    expect(outputShape(LSTM(4, { onlyReturnFinal: false }), [null, 9, 3])).to.deep.equal([null, 9, 4])
    expect(outputShape(LSTM(4, { onlyReturnFinal: false }), null)).to.deep.equal([null, null, 4])
  })

  it('has initial values in its state, and among its parameters where they are learned', () => {
    const fixed = init(join(Input([4, 3]), LSTM(2)), key(1))
    expect(fixed.params['lstm-1'].inputWeights.shape).to.deep.equal([3, 8])
    expect(fixed.params['lstm-1'].hiddenWeights.shape).to.deep.equal([2, 8])
    expect(fixed.params['lstm-1'].biases.shape).to.deep.equal([8])
    expect(Object.keys(fixed.state['lstm-1'])).to.have.members(['cellInit', 'hiddenInit'])
    const learned = init(join(Input([4, 3]), LSTM(2, { learnInit: true, peepholes: true })), key(1))
    expect(learned.params['lstm-1'].cellInit.shape).to.deep.equal([1, 2])
    expect(learned.params['lstm-1'].weightCellToOutgate.shape).to.deep.equal([2])
    expect(learned.state).to.deep.equal({})
  })

  it('computes one step as its formula says', () => {
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
    const network = join(
      Input([1, 1]),
      LSTM(1, { inputWeights: [[0.1, 0.2, 0.3, 0.4]], hiddenWeights: 0, biases: [1, 2, 3, 4], cellInit: 0.5 }),
    )
    const cell = sigmoid(2.4) * 0.5 + sigmoid(1.2) * Math.tanh(3.6)
    closeTo(numbers(apply(network, init(network, key(1)), [[[2]]]).output), [sigmoid(4.8) * Math.tanh(cell)])
  })

  it('gives the same unrolled, and walks backwards as forwards over the reversed sequence', () => {
    const of = (options: { readonly unrollScan?: boolean; readonly backwards?: boolean }, x = sequence) => {
      const network = join(Input([4, 3]), LSTM(2, { onlyReturnFinal: false, ...options }))
      return numbers(apply(network, init(network, key(3)), x).output)
    }
    closeTo(of({ unrollScan: true }), of({}), 0)
    const reversed = sequence.map(steps => steps.toReversed())
    const rows = (flat: readonly number[]) => [0, 1, 2, 3].map(i => flat.slice(2 * i, 2 * i + 2))
    closeTo(rows(of({ backwards: true })).flat(), rows(of({}, reversed)).toReversed().flat(), 0)
  })

  it('takes a function of its own for a gate', () => {
    const doubled: Gate = (ops, x) => ops.multiply(ops.sigmoid(x), ops.constant(2))
    const of = (outgate: Gate) => {
      const network = join(Input([1, 3]), LSTM(2, { outgate }))
      return numbers(apply(network, init(network, key(3)), [[[0.5, -1, 2]]]).output)
    }
    closeTo(
      of(doubled),
      of('sigmoid').map(value => 2 * value),
    )
  })

  it('clips the gradients that reach its gates', () => {
    const of = (gradientClipping: number) => {
      const network = join(Input([4, 3]), LSTM(2, { gradientClipping }))
      const { params } = gradients(network, init(network, key(3)), sequence, [[1000, 1000]])
      return numbers(params['lstm-1'].biases)
    }
    const limit = 0.01
    // Each of the four steps adds at most the limit.
    expect(Math.max(...of(limit).map(Math.abs))).to.be.at.most(4 * limit + 1e-6)
    expect(Math.max(...of(0).map(Math.abs))).to.be.above(1)
  })

  it('refuses bad options and inputs', () => {
    expect(() => untyped.LSTM(0)).to.throw(InvalidOption, /LSTM, units/)
    expect(() => untyped.LSTM(4, { gradientClipping: -1 })).to.throw(
      InvalidOption,
      /gradientClipping: expected a number >= 0/,
    )
    expect(() => LSTM(4, { ingate: 'sigmoidal' as 'sigmoid' })).to.throw(InvalidOption, /ingate/)
    expect(() => LSTM(4, { learnInit: 1 as unknown as boolean })).to.throw(InvalidOption, /true or false, got 1/)
    expect(() => outputShape(LSTM(4), [null, 3])).to.throw(LayerConnectionError, /3-dimensional input/)
    expect(() => init(join(Input([4, null]), LSTM(4)), key(1))).to.throw(WeightInitializationError, /input features/)
    const biased = join(Input([4, 3]), LSTM(2, { biases: [1, 2, 3] }))
    expect(() => init(biased, key(1))).to.throw(WeightInitializationError, /biases of shape \(8,\)/)
  })
})

describe('GRU', () => {
  it('reads its options back and prints them', () => {
    const layer = GRU(3, { backwards: true, hiddenUpdate: 'softsign' })
    expect(layer.resetgate).to.equal('sigmoid')
    expect(layer.hiddenUpdate).to.equal('softsign')
    expect(String(layer)).to.equal("GRU(3, { hiddenUpdate: 'softsign', backwards: true })")
  })

  it('computes one step as its formula says', () => {
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
    const network = join(
      Input([1, 1]),
      GRU(1, { inputWeights: [[0.1, 0.2, 0.3]], hiddenWeights: [[1, 2, 3]], biases: 0, hiddenInit: 0.5 }),
    )
    const [reset, update] = [sigmoid(0.2 + 0.5), sigmoid(0.4 + 1)]
    const candidate = Math.tanh(0.6 + reset * 1.5)
    const expected = (1 - update) * 0.5 + update * candidate
    closeTo(numbers(apply(network, init(network, key(1)), [[[2]]]).output), [expected])
  })

  it('has its variables in the shapes of the original', () => {
    const { params, state } = init(join(Input([4, 3]), GRU(2)), key(1))
    expect(params['gru-1'].inputWeights.shape).to.deep.equal([3, 6])
    expect(params['gru-1'].hiddenWeights.shape).to.deep.equal([2, 6])
    expect(state['gru-1'].hiddenInit.shape).to.deep.equal([1, 2])
  })

  it('refuses bad options and inputs', () => {
    expect(() => untyped.GRU(1.5)).to.throw(InvalidOption, /GRU, units: expected a positive integer, got 1.5/)
    expect(() => GRU(2, { updategate: 3 as unknown as Gate })).to.throw(InvalidOption, /updategate/)
    expect(() => outputShape(GRU(4), [null, 3, 4, 5])).to.throw(LayerConnectionError)
  })
})
