import { expect } from 'chai'
import fc from 'fast-check'
import { Dot, Input, outputShape } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

const size = fc.integer({ min: 1, max: 4 })
const cases = fc.record({
  seed: fc.nat(1000),
  first: fc.array(size, { maxLength: 2 }),
  second: fc.array(size, { maxLength: 2 }),
  places: fc.tuple(fc.nat(2), fc.nat(2)),
  sum: size,
  negative: fc.boolean(),
  normalize: fc.boolean(),
})
const insert = (values: readonly number[], place: number, value: number): number[] => [
  ...values.slice(0, place),
  value,
  ...values.slice(place),
]

describe('Dot', () => {
  it('sums products along an axis of each input, as cosines where it is to normalize', () => {
    fc.assert(
      fc.property(cases, ({ seed, first, second, places, sum, negative, normalize }) => {
        const [x, y] = [Math.min(places[0], first.length), Math.min(places[1], second.length)]
        const a = draw(seed, [2, ...insert(first, x, sum)])
        const b = draw(seed + 1, [2, ...insert(second, y, sum)])
        const axes = [x + 1, y + 1].map((axis, i) => (negative ? axis - ([a, b][i] as Numbers).shape.length : axis))
        const layer = untyped.Dot(axes, { normalize })
        const { output } = run(layer, [a, b])
        const rest = [...first, ...second]
        const expected = build([2, ...(rest.length > 0 ? rest : [1])], ([batch = 0, ...index]) => {
          const one = (k: number) => at(a, batch, ...insert(index.slice(0, first.length), x, k))
          const other = (k: number) => at(b, batch, ...insert(index.slice(first.length, rest.length), y, k))
          const all = Array.from({ length: sum }, (_, k) => k)
          const length = (f: (k: number) => number) => Math.hypot(...all.map(f))
          const product = all.reduce((total, k) => total + one(k) * other(k), 0)
          return normalize ? product / (length(one) * length(other)) : product
        })
        close(output, expected, 1e-4)
        expect(outputShape(layer, [a.shape, b.shape])).to.deep.equal(expected.shape)
      }),
      { numRuns: 80 },
    )
  })

  it('stays finite for vectors of length 0', () => {
    const zeros = build([1, 3], () => 0)
    close(run(untyped.Dot({ normalize: true }), [zeros, zeros]).output, { shape: [1, 1], data: [0] }, 0)
  })

  it('reads back and prints its options', () => {
    expect(Dot()).to.deep.include({ axes: [-1, -1], normalize: false })
    expect([Dot(), Dot(2), Dot([1, 2], { normalize: true })].map(String)).to.deep.equal([
      'Dot()',
      'Dot(2)',
      'Dot([1, 2], { normalize: true })',
    ])
  })

  const sides =
    (layer: unknown, ...shapes: unknown[]) =>
    () =>
      untyped.join(untyped.parallel(...shapes.map(shape => untyped.Input(shape))), layer)
  refuses([
    [
      () => untyped.Dot(0),
      'InvalidOption of Dot, axes: expected an integer or a pair of them, other than 0, the batch',
    ],
    [() => untyped.Dot([1, 2, 3]), 'InvalidOption of Dot, axes: expected an integer or a pair of them'],
    [
      sides(untyped.Dot(), 3, 4),
      'LayerConnectionError of dot-1: expected inputs of one size along their axes -1 and -1',
    ],
    [
      sides(untyped.Dot(2), 3, 3),
      'LayerConnectionError of dot-1: expected inputs with the axes 2 and 2 beside the batch',
    ],
    [
      sides(untyped.Dot(-2), 3, 3),
      'LayerConnectionError of dot-1: expected inputs with the axes -2 and -2 beside the batch',
    ],
    [
      sides(untyped.Dot(), 3, 3, 3),
      'LayerConnectionError of dot-1: expected two inputs, got [(?, 3), (?, 3), (?, 3)].',
    ],
    [() => untyped.join(Input(3), untyped.Dot()), 'LayerConnectionError of dot-1: expected several inputs'],
  ])
})
