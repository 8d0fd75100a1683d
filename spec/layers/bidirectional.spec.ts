import { expect } from 'chai'
import { Bidirectional, GRU, Input, init, join, key, LSTM, outputShape, Relu, SimpleRNN } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

const reversed = (x: Numbers): Numbers =>
  build(x.shape, ([b = 0, t = 0, ...rest]) => at(x, b, (x.shape[1] as number) - 1 - t, ...rest))

/** What the layer alone makes of the sequence with the variables of one direction. */
const oneWay = (
  kind: 'LSTM' | 'GRU' | 'SimpleRNN',
  onlyReturnFinal: boolean,
  params: Readonly<Record<string, Numbers>>,
  way: string,
  x: Numbers,
): Numbers => {
  const own = Object.fromEntries(
    ['inputWeights', 'hiddenWeights', 'biases'].map(name => [name, untyped.tensor(params[`${way}/${name}`])]),
  )
  return run(untyped[kind](3, { ...own, onlyReturnFinal }), x).output
}

describe('Bidirectional', () => {
  const x = draw(1, [2, 5, 4])

  for (const kind of ['LSTM', 'GRU', 'SimpleRNN'] as const)
    for (const merge of ['concat', 'sum', 'average', 'multiply'] as const)
      for (const onlyReturnFinal of [true, false])
        it(`walks with ${kind} both ways and merges by ${merge}, ${onlyReturnFinal ? 'the last' : 'all'}`, () => {
          const layer = untyped.Bidirectional(untyped[kind](3, { onlyReturnFinal, biases: 0.1 }), { merge })
          const { output, params } = run(layer, x)
          const there = oneWay(kind, onlyReturnFinal, params, 'forward', x)
          const last = oneWay(kind, onlyReturnFinal, params, 'backward', reversed(x))
          const back = onlyReturnFinal ? last : reversed(last)
          const merged = {
            concat: (index: readonly number[]): number => {
              const [place, f = 0] = [index.slice(0, -1), index.at(-1)]
              return f < 3 ? at(there, ...place, f) : at(back, ...place, f - 3)
            },
            sum: (index: readonly number[]) => at(there, ...index) + at(back, ...index),
            average: (index: readonly number[]) => (at(there, ...index) + at(back, ...index)) / 2,
            multiply: (index: readonly number[]) => at(there, ...index) * at(back, ...index),
          }[merge]
          const features = merge === 'concat' ? 6 : 3
          close(output, build([...there.shape.slice(0, -1), features], merged))
        })

  it('has the variables of the layer twice, of different draws', () => {
    const variables = init(join(Input([5, 4]), Bidirectional(LSTM(3))), key(1))
    const own = variables.params['bidirectional-1']
    expect(Object.keys(own)).to.deep.equal([
      ...['forward/inputWeights', 'forward/hiddenWeights', 'forward/biases'],
      ...['backward/inputWeights', 'backward/hiddenWeights', 'backward/biases'],
    ])
    expect(own['forward/inputWeights'].dataSync()).not.to.deep.equal(own['backward/inputWeights'].dataSync())
    expect(variables.state['bidirectional-1']['backward/cellInit'].shape).to.deep.equal([1, 3])
  })

  it('walks a composition both ways', () => {
    const inner = untyped.join(untyped.GRU(2, { onlyReturnFinal: false }), untyped.LSTM(3))
    const { output, params } = run(untyped.Bidirectional(inner), x)
    expect(output.shape).to.deep.equal([2, 6])
    expect(Object.keys(params)).to.include.members(['forward/gru-1/biases', 'backward/lstm-1/inputWeights'])
  })

  it('reads back and prints its options, and keeps what is unknown unknown', () => {
    const layer = Bidirectional(GRU(3, { onlyReturnFinal: false }), { merge: 'sum' })
    expect(layer.merge).to.equal('sum')
    expect(String(layer)).to.equal("Bidirectional(GRU(3, { onlyReturnFinal: false }), { merge: 'sum' })")
    expect(String(Bidirectional(SimpleRNN(2)))).to.equal('Bidirectional(SimpleRNN(2))')
    expect(outputShape(layer, [null, null, 4])).to.deep.equal([null, null, 3])
    expect(outputShape(Bidirectional(LSTM(3)), null)).to.deep.equal([null, 6])
  })

  refuses([
    [() => untyped.Bidirectional(4), 'InvalidOption of Bidirectional, layer: expected a layer, got 4.'],
    [
      () => untyped.Bidirectional(untyped.LSTM(3), { merge: 'max' }),
      "InvalidOption of Bidirectional, merge: expected 'concat' or 'sum' or 'average' or 'multiply', got 'max'.",
    ],
    [
      () => untyped.join(Input(4), untyped.Bidirectional(untyped.LSTM(3))),
      'LayerConnectionError of bidirectional-1: expected a 3-dimensional input [batch, time, features], got (?, 4).',
    ],
    [
      () => untyped.join(Input(4), untyped.Bidirectional(Relu(3))),
      'LayerConnectionError of bidirectional-1: expected a sequence [batch, time, features], got (?, 4).',
    ],
    [
      () => init(untyped.join(Input([4, null]), untyped.Bidirectional(untyped.LSTM(3))), key(1)),
      'WeightInitializationError of bidirectional-1: expected a known number of input features, got (?, 4, ?).',
    ],
  ])
})
