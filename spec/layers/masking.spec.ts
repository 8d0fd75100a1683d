import { expect } from 'chai'
import { apply, Identity, Input, init, join, key, LSTM, Masking, outputShape, parallel } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

/** A sequence whose last steps are filled up with a value. */
const filled = (lengths: readonly number[], steps: number, value: number): Numbers => {
  const drawn = draw(1, [lengths.length, steps, 3])
  return build(drawn.shape, ([b = 0, t = 0, f = 0]) => (t < (lengths[b] as number) ? at(drawn, b, t, f) : value))
}

describe('Masking', () => {
  it('is 1 where a feature differs from the value, else 0', () => {
    for (const value of [0, -1]) {
      const expected = build([3, 4], ([b = 0, t = 0]) => (t < (b === 0 ? 4 : b) ? 1 : 0))
      close(run(untyped.Masking(value), filled([4, 1, 2], 4, value)).output, expected, 0)
    }
    const partly = { shape: [1, 2, 2], data: [0, 0, 0, 5] }
    close(run(Masking(), partly).output, { shape: [1, 2], data: [0, 1] }, 0)
    const frames = { shape: [1, 2, 2, 1], data: [0, 0, 0, 5] }
    close(run(Masking(), frames).output, { shape: [1, 2], data: [0, 1] }, 0)
  })

  it('reads back and prints its value, and keeps what is unknown unknown', () => {
    expect(Masking(-1).value).to.equal(-1)
    expect([Masking(), Masking(-1)].map(String)).to.deep.equal(['Masking()', 'Masking(-1)'])
    expect(outputShape(Masking(), [null, null, 4])).to.deep.equal([null, null])
    expect(outputShape(Masking(), null)).to.deep.equal([null, null])
  })

  refuses([
    [() => untyped.Masking('0'), "InvalidOption of Masking, value: expected a finite number, got '0'."],
    [
      () => untyped.join(Input(4), untyped.Masking()),
      'LayerConnectionError of masking-1: expected an input [batch, time, ..., features], got (?, 4).',
    ],
  ])
})

describe('A mask of recurrent layers', () => {
  const lengths = [4, 1, 3]
  const x = filled(lengths, 4, 0)
  const mask = build([3, 4], ([b = 0, t = 0]) => (t < (lengths[b] as number) ? 1 : 0))
  const prefix = (b: number, n: number): Numbers => build([1, n, 3], ([, t = 0, f = 0]) => at(x, b, t, f))

  for (const kind of ['LSTM', 'GRU', 'SimpleRNN'] as const)
    for (const unrollScan of [false, true]) {
      const of = (params: Ran, options: object) =>
        untyped[kind](2, {
          ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, untyped.tensor(value)])),
          ...options,
        })
      type Ran = Readonly<Record<string, Numbers>>
      const { params } = run(untyped[kind](2, { mask: true, biases: 0.3 }), [x, mask])

      it(`lets ${kind} end with the last step that counts${unrollScan ? ', unrolled' : ''}`, () => {
        const { output } = run(of(params, { mask: true, unrollScan }), [x, mask])
        for (const [b, n] of lengths.entries()) {
          const alone = run(of(params, {}), prefix(b, n)).output
          close({ shape: [1, 2], data: output.data.slice(2 * b, 2 * b + 2) }, alone)
        }
      })

      it(`repeats the output of ${kind} where the mask is 0, also within${unrollScan ? ', unrolled' : ''}`, () => {
        const holes = { shape: [3, 4], data: [1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0] }
        const { output } = run(of(params, { mask: true, onlyReturnFinal: false, unrollScan }), [x, holes])
        for (let b = 0; b < 3; b++) {
          const steps = [0, 1, 2, 3].filter(t => at(holes, b, t) === 1)
          const some = build([1, steps.length, 3], ([, t = 0, f = 0]) => at(x, b, steps[t as number] as number, f))
          const alone = run(of(params, { onlyReturnFinal: false }), some).output
          let last = -1
          for (let t = 0; t < 4; t++) {
            if (at(holes, b, t) === 1) last++
            for (let j = 0; j < 2; j++)
              expect(at(output, b, t, j)).to.be.closeTo(last < 0 ? 0 : at(alone, 0, last, j), 1e-5)
          }
        }
      })
    }

  it('walks backwards from the last step that counts', () => {
    const layer = untyped.LSTM(2, { mask: true, backwards: true })
    const { output, params } = run(layer, [x, mask])
    const own = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, untyped.tensor(value)]))
    const alone = run(untyped.LSTM(2, { ...own, backwards: true }), prefix(2, 3)).output
    close({ shape: [1, 2], data: output.data.slice(4) }, alone)
  })

  it('comes from Masking, beside the sequence', () => {
    const network = join(Input([4, 3]), parallel(Identity(), Masking()), LSTM(2, { mask: true }))
    const variables = init(network, key(1))
    const { output } = apply(network, variables, { shape: x.shape, data: Float32Array.from(x.data) } as never)
    const direct = run(untyped.LSTM(2, { mask: true, ...variables.params['lstm-1'] }), [x, mask]).output
    close({ shape: [3, 2], data: Array.from(output.dataSync()) }, direct)
  })

  refuses([
    [
      () => untyped.join(Input([4, 3]), untyped.LSTM(2, { mask: true })),
      'LayerConnectionError of lstm-1: expected several inputs, got (?, 4, 3).',
    ],
    [
      () => untyped.join(untyped.parallel(Input([4, 3]), Input(5)), untyped.GRU(2, { mask: true })),
      'LayerConnectionError of gru-1: expected a mask [batch, time] beside the sequence, got [(?, 4, 3), (?, 5)].',
    ],
    [
      () => untyped.join(untyped.parallel(Input([4, 3]), Input(4), Input(4)), untyped.GRU(2, { mask: true })),
      'LayerConnectionError of gru-1: expected two inputs, a sequence and its mask, got',
    ],
    [() => untyped.SimpleRNN(2, { mask: 1 }), 'InvalidOption of SimpleRNN, mask: expected true or false, got 1.'],
  ])
})
