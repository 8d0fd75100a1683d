import { expect } from 'chai'
import { GatedAverage, outputShape } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

describe('GatedAverage', () => {
  const gate = draw(1, [3, 2])

  for (const [shape, name] of [
    [[3, 4], 'vectors'],
    [[3, 2, 2, 3], 'images'],
  ] as const)
    it(`weighs ${name} by the columns of the gate, wherever the gate stands`, () => {
      const [a, b] = [draw(2, shape), draw(3, shape)]
      const expected = build(shape, index => {
        const row = index[0] as number
        return at(gate, row, 0) * at(a, ...index) + at(gate, row, 1) * at(b, ...index)
      })
      close(run(GatedAverage(), [gate, a, b]).output, expected)
      close(run(GatedAverage(1), [a, gate, b]).output, expected)
      close(run(GatedAverage(-1), [a, b, gate]).output, expected)
      close(run(GatedAverage(-3), [gate, a, b]).output, expected)
    })

  it('reads its index back and prints it', () => {
    expect([GatedAverage().gateIndex, GatedAverage(-1).gateIndex]).to.deep.equal([0, -1])
    expect([GatedAverage(), GatedAverage(1, { name: 'mix' })].map(String)).to.deep.equal([
      'GatedAverage()',
      "GatedAverage(1, { name: 'mix' })",
    ])
  })

  it('knows the dimensions that any of the inputs knows', () => {
    expect(
      outputShape(GatedAverage(), [
        [null, 2],
        [null, null, 3],
        [5, 2, null],
      ]),
    ).to.deep.equal([5, 2, 3])
    expect(
      outputShape(GatedAverage(), [
        [null, null],
        [null, 3],
        [null, 3],
      ]),
    ).to.deep.equal([null, 3])
  })

  const of = (gateIndex: number, ...shapes: readonly (readonly (number | null)[])[]) =>
    outputShape(untyped.GatedAverage(gateIndex), shapes)
  refuses([
    [
      () => untyped.GatedAverage(0.5),
      'InvalidOption of GatedAverage, gateIndex: expected an integer, got 0.5. For example: GatedAverage(0).',
    ],
    [
      () => of(3, [null, 1], [null, 4]),
      'LayerConnectionError of gated-average-1: expected an input 3, the gate, got [(?, 1), (?, 4)]. Choose a gateIndex from -2 to 1.',
    ],
    [
      () => of(-3, [null, 1], [null, 4]),
      'LayerConnectionError of gated-average-1: expected an input -3, the gate, got [(?, ',
    ],
    [
      () => of(0, [null, 1, 1], [null, 4]),
      'LayerConnectionError of gated-average-1: expected a 2-dimensional gate [batch, inputs], got (?, 1, 1). Put Softmax(n) at the end of the gate.',
    ],
    [
      () => of(0, [null, 3], [null, 4], [null, 4]),
      'LayerConnectionError of gated-average-1: expected a gate [batch, 2], a column for each of the other inputs, got (?, 3). End the gate with Softmax(2).',
    ],
    [
      () => of(0, [null, 2], [null, 4], [null, 5]),
      'LayerConnectionError of gated-average-1: expected inputs of one shape, got [(?, 4), (?, 5)].',
    ],
  ])
})
