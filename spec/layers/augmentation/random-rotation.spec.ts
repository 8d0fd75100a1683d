import { expect } from 'chai'
import { Input, RandomRotation } from '../../../src/index.ts'
import { refuses } from '../../faults.ts'
import { build, type Numbers } from '../../ops/reference.ts'
import { close, draw, run, untyped } from '../../running.ts'
import { behaves, imageOf, numbered } from './images.ts'

/** A rotation by one angle, as a part of a full turn. */
const turned = (part: number, x: Numbers, options: object = {}): Numbers =>
  run(untyped.RandomRotation([part, part], options), x, { training: true }).output

/** What stands at a place of an image that goes on beyond its edges, between pixels too. */
const sampled = (x: Numbers, r: number, c: number, fill: unknown): number => {
  const [, rows, cols] = x.shape as [number, number, number]
  const on = (i: number, n: number): number => {
    if (fill === 'wrap') return ((i % n) + n) % n
    if (fill === 'nearest') return Math.min(Math.max(i, 0), n - 1)
    const place = ((i % (2 * n)) + 2 * n) % (2 * n)
    return place < n ? place : 2 * n - 1 - place
  }
  const at = (i: number, j: number): number => {
    if (typeof fill === 'number' && (i < 0 || i >= rows || j < 0 || j >= cols)) return fill
    return x.data[on(i, rows) * cols + on(j, cols)] as number
  }
  const [i, j] = [Math.floor(r), Math.floor(c)]
  const [below, beside] = [r - i, c - j]
  const line = (k: number) => at(k, j) * (1 - beside) + at(k, j + 1) * beside
  return line(i) * (1 - below) + line(i + 1) * below
}

describe('RandomRotation', () => {
  const square = numbered(1, 3, 3)

  it('turns counterclockwise by parts of a full turn', () => {
    for (const interpolation of ['bilinear', 'nearest'] as const) {
      close(turned(0.25, square, { interpolation }), { shape: [1, 3, 3, 1], data: [3, 6, 9, 2, 5, 8, 1, 4, 7] }, 1e-4)
      close(turned(-0.25, square, { interpolation }), { shape: [1, 3, 3, 1], data: [7, 4, 1, 8, 5, 2, 9, 6, 3] }, 1e-4)
      close(turned(0.5, square, { interpolation }), { shape: [1, 3, 3, 1], data: [9, 8, 7, 6, 5, 4, 3, 2, 1] }, 1e-4)
    }
  })

  for (const fill of ['reflect', 'wrap', 'nearest', 0, -2.5])
    it(`takes what is beyond the edges by fill: ${fill}`, () => {
      // So narrow that rows beyond the edges come around several times.
      for (const [rows, cols] of [
        [4, 5],
        [2, 9],
      ] as const)
        for (const part of [0.05, 0.125, -0.2, 0.4]) {
          const x = { shape: [1, rows, cols, 1], data: draw(1, [rows * cols]).data }
          const [cos, sin] = [Math.cos(2 * Math.PI * part), Math.sin(2 * Math.PI * part)]
          const expected = build([1, rows, cols, 1], ([, r, c]) => {
            const [down, across] = [(r as number) - (rows - 1) / 2, (c as number) - (cols - 1) / 2]
            const row = cos * down + sin * across + (rows - 1) / 2
            return sampled(x, row, cos * across - sin * down + (cols - 1) / 2, fill)
          })
          close(turned(part, x, { fill }), expected, 1e-3)
        }
    })

  it('draws an angle between the ends for each image', () => {
    // A line from the middle to the right shows by how much it was turned.
    const x = build([100, 41, 41, 1], ([, r, c]) => (r === 20 && (c as number) > 20 ? 1 : 0))
    const { output } = run(RandomRotation([0, 0.25], { fill: 0 }), x, { training: true })
    const angles = Array.from({ length: 100 }, (_, i) => {
      const sums = imageOf(output, i).reduce(
        ([y, z], value, at) =>
          [y + value * (20 - Math.floor(at / 41)), z + value * ((at % 41) - 20)] as [number, number],
        [0, 0] as [number, number],
      )
      return Math.atan2(...sums) / (2 * Math.PI)
    })
    expect(Math.min(...angles)).to.be.within(-0.002, 0.02)
    expect(Math.max(...angles)).to.be.within(0.23, 0.252)
    expect(angles.reduce((sum, angle) => sum + angle, 0) / 100).to.be.closeTo(0.125, 0.03)
  })

  it('changes nothing outside of training, nor by an angle of 0', () => {
    const x = draw(1, [2, 4, 5, 3])
    close(run(RandomRotation(0.5), x).output, x, 0)
    close(run(RandomRotation(0), x, { training: true }).output, x, 0)
  })

  it('reads back and prints its options', () => {
    const layer = RandomRotation(0.1, { fill: 0 })
    expect(layer).to.deep.include({ factor: [-0.1, 0.1], fill: 0, interpolation: 'bilinear' })
    expect(String(layer)).to.equal('RandomRotation(0.1, { fill: 0 })')
    expect(String(RandomRotation([0.2, 0.1]))).to.equal('RandomRotation([0.1, 0.2])')
  })

  behaves(() => untyped.RandomRotation(0.3))
  describe('to the nearest pixel', () =>
    behaves(() => untyped.RandomRotation(0.3, { fill: 1, interpolation: 'nearest' })))

  refuses([
    [
      () => untyped.RandomRotation(90),
      'InvalidOption of RandomRotation, factor: expected a number from -1 to 1 for both directions, or two for the ends, got 90.',
    ],
    [
      () => untyped.RandomRotation([0.1, 0.2, 0.3]),
      'InvalidOption of RandomRotation, factor: expected a number from -1 to 1 for both directions, or two for the ends, got [0.1, 0.2, 0.3].',
    ],
    [
      () => untyped.RandomRotation(0.1, { fill: 'constant' }),
      "InvalidOption of RandomRotation, fill: expected a number, 'reflect', 'wrap' or 'nearest', got 'constant'.",
    ],
    [
      () => untyped.RandomRotation(0.1, { interpolation: 'cubic' }),
      "InvalidOption of RandomRotation, interpolation: expected 'bilinear' or 'nearest', got 'cubic'.",
    ],
    [
      () => untyped.join(Input([8, 8]), untyped.RandomRotation(0.1)),
      'LayerConnectionError of random-rotation-1: expected a 4-dimensional input [batch, rows, cols, channels], got',
    ],
  ])
})
