import { expect } from 'chai'
import { Input, init, join, key, outputShape, PositionalEncoding } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, back, close, draw, run, untyped } from '../running.ts'

describe('PositionalEncoding', () => {
  it('adds sines and cosines of the place', () => {
    for (const [features, base] of [
      [4, 10000],
      [5, 10000],
      [1, 10000],
      [6, 3],
    ] as const) {
      const x = draw(1, [2, 7, features])
      const expected = build(x.shape, ([b = 0, t = 0, f = 0]) => {
        const angle = t / base ** ((2 * Math.floor(f / 2)) / features)
        return at(x, b, t, f) + (f % 2 === 0 ? Math.sin(angle) : Math.cos(angle))
      })
      close(run(untyped.PositionalEncoding({ base }), x).output, expected)
      close(run(untyped.PositionalEncoding('sinusoidal', { base }), x, { training: true }).output, expected)
    }
  })

  it('learns a vector for each place, of which sequences may use the first', () => {
    const x = draw(1, [2, 3, 4])
    const layer = PositionalEncoding('learned', { length: 5 })
    const { output, params } = run(layer, x)
    const weight = params.weight as Numbers
    expect(weight.shape).to.deep.equal([5, 4])
    close(
      output,
      build(x.shape, ([b = 0, t = 0, f = 0]) => at(x, b, t, f) + at(weight, t, f)),
    )
    const dy = draw(2, x.shape)
    const found = back(layer, x, dy)
    close(found.input, dy)
    const summed = build([5, 4], ([t = 0, f = 0]) => (t < 3 ? at(dy, 0, t, f) + at(dy, 1, t, f) : 0))
    close(found.params.weight as Numbers, summed)
  })

  it('knows as many places as the input has steps unless it is told', () => {
    const { params } = init(join(Input([6, 4]), PositionalEncoding('learned', { weight: 0 })), key(1))
    expect(params['positional-encoding-1'].weight.shape).to.deep.equal([6, 4])
    expect(init(join(Input([6, 4]), PositionalEncoding()), key(1)).params).to.deep.equal({})
  })

  it('reads back and prints its options', () => {
    expect(PositionalEncoding()).to.include({ form: 'sinusoidal', base: 10000, length: null })
    expect(String(PositionalEncoding())).to.equal('PositionalEncoding()')
    expect(String(PositionalEncoding('learned', { length: 9 }))).to.equal(
      "PositionalEncoding('learned', { length: 9 })",
    )
    expect(outputShape(PositionalEncoding(), null)).to.deep.equal([null, null, null])
  })

  const connect = (layer: unknown, shape: unknown) => () => untyped.join(untyped.Input(shape), layer)
  refuses([
    [
      () => untyped.PositionalEncoding('rotary'),
      "InvalidOption of PositionalEncoding, form: expected 'sinusoidal' or 'learned', got 'rotary'.",
    ],
    [() => untyped.PositionalEncoding({ base: 1 }), 'InvalidOption of PositionalEncoding, base: expected a number > 1'],
    [
      () => untyped.PositionalEncoding('learned', { length: 0 }),
      'InvalidOption of PositionalEncoding, length: expected a positive integer, or null',
    ],
    [
      connect(untyped.PositionalEncoding(), 4),
      'LayerConnectionError of positional-encoding-1: expected a 3-dimensional input [batch, time, features], got (?, 4).',
    ],
    [
      connect(untyped.PositionalEncoding('learned', { length: 5 }), [6, 4]),
      'LayerConnectionError of positional-encoding-1: expected at most 5 steps, the length of the encoding, got',
    ],
    [
      () => init(untyped.join(Input([null, 4]), untyped.PositionalEncoding('learned')), key(1)),
      'WeightInitializationError of positional-encoding-1: expected a known number of steps and features, got (?, ?, 4).',
    ],
  ])
})
