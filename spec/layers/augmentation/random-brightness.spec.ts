import { expect } from 'chai'
import { Input, RandomBrightness } from '../../../src/index.ts'
import { refuses } from '../../faults.ts'
import { build } from '../../ops/reference.ts'
import { close, draw, run, untyped } from '../../running.ts'
import { behaves, imageOf } from './images.ts'

describe('RandomBrightness', () => {
  const grey = build([500, 2, 2, 1], () => 0.5)

  it('adds one part of the range to all of an image, and another to the next', () => {
    const { output } = run(RandomBrightness(0.25), grey, { training: true })
    const levels = Array.from({ length: 500 }, (_, i) => {
      const [first, ...others] = imageOf(output, i)
      for (const other of others) expect(other).to.equal(first)
      return first as number
    })
    expect(Math.min(...levels)).to.be.within(0.25, 0.26)
    expect(Math.max(...levels)).to.be.within(0.74, 0.75)
    expect(levels.reduce((sum, level) => sum + level, 0) / 500).to.be.closeTo(0.5, 0.03)
  })

  it('keeps all in the range', () => {
    const bright = run(RandomBrightness([0.6, 1]), grey, { training: true }).output
    expect(new Set(bright.data)).to.deep.equal(new Set([1]))
    const dark = run(RandomBrightness(-1, { valueRange: [0, 255] }), grey, { training: true }).output
    expect([Math.min(...dark.data), Math.max(...dark.data)]).to.deep.equal([0, Math.max(...dark.data)])
    expect(Math.max(...dark.data)).to.be.within(240, 255)
  })

  it('changes nothing outside of training, nor by a part of 0', () => {
    const x = draw(1, [2, 3, 3, 1])
    close(run(RandomBrightness(0.5), x).output, x, 0)
    close(run(RandomBrightness(0), x, { training: true }).output, x, 0)
  })

  it('reads back and prints its options', () => {
    const layer = RandomBrightness([0.3, -0.1], { valueRange: [255, 0] })
    expect(layer).to.deep.include({ factor: [-0.1, 0.3], valueRange: [0, 255] })
    expect(String(layer)).to.equal('RandomBrightness([-0.1, 0.3], { valueRange: [0, 255] })')
    expect(String(RandomBrightness(0.2))).to.equal('RandomBrightness(0.2)')
  })

  behaves(() => untyped.RandomBrightness(0.3, { valueRange: [-5, 5] }))

  refuses([
    [
      () => untyped.RandomBrightness(1.5),
      'InvalidOption of RandomBrightness, factor: expected a number from -1 to 1 for both directions, or two for the ends, got 1.5.',
    ],
    [
      () => untyped.RandomBrightness(0.1, { valueRange: 255 }),
      'InvalidOption of RandomBrightness, valueRange: expected two numbers, the values of black and white, got 255.',
    ],
    [
      () => untyped.join(Input(4), untyped.RandomBrightness(0.1)),
      'LayerConnectionError of random-brightness-1: expected a 4-dimensional input [batch, rows, cols, channels], got',
    ],
  ])
})
