import { expect } from 'chai'
import { outputShape, Upscale } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build } from '../ops/reference.ts'
import { at, back, close, draw, run, untyped } from '../running.ts'

describe('Upscale', () => {
  const x = draw(1, [2, 3, 2, 2])

  it('makes a block of equal pixels of each', () => {
    for (const [scale, [high, wide]] of [
      [1, [1, 1]],
      [2, [2, 2]],
      [
        [3, 1],
        [3, 1],
      ],
    ] as const) {
      const expected = build([2, 3 * high, 2 * wide, 2], index => {
        const [b, r, c, k] = index as [number, number, number, number]
        return at(x, b, Math.floor(r / high), Math.floor(c / wide), k)
      })
      close(run(untyped.Upscale(scale), x).output, expected, 0)
    }
  })

  it('adds the gradients of a block up', () => {
    const dy = { shape: [1, 2, 4, 1], data: [1, 2, 3, 4, 5, 6, 7, 8] }
    expect(back(Upscale(2), { shape: [1, 1, 2, 1], data: [0, 0] }, dy).input.data).to.deep.equal([14, 22])
  })

  it('reads its scale back and prints it', () => {
    expect([Upscale(2).scale, Upscale([2, 3]).scale]).to.deep.equal([
      [2, 2],
      [2, 3],
    ])
    expect([Upscale([2, 2]), Upscale([2, 3], { name: 'u' })].map(String)).to.deep.equal([
      'Upscale(2)',
      "Upscale([2, 3], { name: 'u' })",
    ])
  })

  it('leaves unknown dimensions open', () => {
    expect(outputShape(Upscale([2, 3]), [null, null, 5, null])).to.deep.equal([null, null, 15, null])
    expect(outputShape(Upscale(2), null)).to.deep.equal([null, null, null, null])
  })

  const expected = 'a positive integer or a pair of them'
  refuses([
    [
      () => untyped.Upscale(),
      `InvalidOption of Upscale, scale: expected ${expected}, got undefined. For example: Upscale(2).`,
    ],
    [() => untyped.Upscale(0), `InvalidOption of Upscale, scale: expected ${expected}, got 0.`],
    [() => untyped.Upscale(1.5), `InvalidOption of Upscale, scale: expected ${expected}, got 1.5.`],
    [() => untyped.Upscale([2, 2, 2]), `InvalidOption of Upscale, scale: expected ${expected}, got [2, 2, 2].`],
    [
      () => outputShape(Upscale(2), [null, 4]),
      'LayerConnectionError of upscale-1: expected a 4-dimensional input [batch, rows, cols, channels], got (?, 4).',
    ],
  ])
})
