import { expect } from 'chai'
import fc from 'fast-check'
import { Cropping, outputShape, ZeroPadding } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

const margin = fc.oneof(fc.nat(2), fc.tuple(fc.nat(2), fc.nat(2)))
const cases = fc.record({
  seed: fc.nat(1000),
  shape: fc.array(fc.integer({ min: 5, max: 6 }), { minLength: 1, maxLength: 3 }),
  margins: fc.oneof(fc.nat(2), fc.tuple(margin, margin, margin)),
})
type Margin = number | readonly [number, number]
const asPair = (margin: Margin): readonly [number, number] => (typeof margin === 'number' ? [margin, margin] : margin)

/** The margins of each axis, and the argument that says so. */
const read = (margins: number | readonly Margin[], axes: number) => {
  const argument = typeof margins === 'number' ? margins : margins.slice(0, axes)
  const pairs = Array.from({ length: axes }, (_, i) =>
    asPair(typeof margins === 'number' ? margins : (margins[i] as Margin)),
  )
  return { argument, pairs }
}

describe('ZeroPadding', () => {
  it('puts zeros around every axis between batch and channels', () => {
    fc.assert(
      fc.property(cases, ({ seed, shape, margins }) => {
        const { argument, pairs } = read(margins, shape.length)
        const x = draw(seed, [2, ...shape, 2])
        const out = shape.map((d, i) => d + (pairs[i]?.[0] ?? 0) + (pairs[i]?.[1] ?? 0))
        const expected = build([2, ...out, 2], ([b = 0, ...index]) => {
          const where = index.slice(0, -1).map((i, axis) => i - (pairs[axis]?.[0] ?? 0))
          const inside = where.every((i, axis) => i >= 0 && i < (shape[axis] as number))
          return inside ? at(x, b, ...where, index.at(-1) as number) : 0
        })
        const layer = untyped.ZeroPadding(argument)
        close(run(layer, x).output, expected)
        expect(outputShape(layer, [null, ...shape, 2])).to.deep.equal([null, ...out, 2])
      }),
      { numRuns: 40 },
    )
  })

  it('reads back and prints its margins', () => {
    expect(ZeroPadding([1, [0, 2]]).margins).to.deep.equal([
      [1, 1],
      [0, 2],
    ])
    expect(
      String(
        ZeroPadding([
          [1, 1],
          [0, 2],
        ]),
      ),
    ).to.equal('ZeroPadding([1, [0, 2]])')
    expect(String(ZeroPadding(3))).to.equal('ZeroPadding(3)')
  })
})

describe('Cropping', () => {
  it('cuts off what lies at the ends of every axis between batch and channels', () => {
    fc.assert(
      fc.property(cases, ({ seed, shape, margins }) => {
        const { argument, pairs } = read(margins, shape.length)
        const x = draw(seed, [2, ...shape, 2])
        const out = shape.map((d, i) => d - (pairs[i]?.[0] ?? 0) - (pairs[i]?.[1] ?? 0))
        const expected = build([2, ...out, 2], ([b = 0, ...index]) =>
          at(x, b, ...index.map((i, axis) => i + (pairs[axis]?.[0] ?? 0))),
        )
        const layer = untyped.Cropping(argument)
        close(run(layer, x).output, expected)
        expect(outputShape(layer, [null, ...shape, 2])).to.deep.equal([null, ...out, 2])
      }),
      { numRuns: 40 },
    )
  })

  it('keeps unknown dimensions unknown', () => {
    expect(outputShape(Cropping([1, 2]), [null, null, 6, 3])).to.deep.equal([null, null, 2, 3])
    expect(outputShape(Cropping(1), null)).to.equal(null)
  })

  const connect = (layer: unknown, shape: unknown) => () => untyped.join(untyped.Input(shape), layer)
  refuses([
    [
      () => untyped.Cropping(-1),
      'InvalidOption of Cropping, margins: expected an integer >= 0 for every axis, or an array of one, two or three integers or pairs [before, after], got -1.',
    ],
    [() => untyped.Cropping([]), 'InvalidOption of Cropping, margins: '],
    [() => untyped.ZeroPadding([1, [1, 2, 3]]), 'InvalidOption of ZeroPadding, margins: '],
    [() => untyped.ZeroPadding(), 'InvalidOption of ZeroPadding, margins: '],
    [
      connect(untyped.ZeroPadding(1), 4),
      'LayerConnectionError of zero-padding-1: expected an input [batch, ..., channels] with axes between them, got (?, 4).',
    ],
    [
      connect(untyped.ZeroPadding([1, 1]), [4, 3]),
      'LayerConnectionError of zero-padding-1: expected an input with 2 axes between batch and channels, got (?, 4, 3).',
    ],
    [
      connect(untyped.Cropping([[2, 2]]), [4, 3]),
      'LayerConnectionError of cropping-1: expected an input larger than what is cut off, got (?, 4, 3).',
    ],
  ])
})
