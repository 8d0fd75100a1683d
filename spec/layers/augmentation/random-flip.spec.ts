import { expect } from 'chai'
import { Input, RandomFlip } from '../../../src/index.ts'
import { refuses } from '../../faults.ts'
import { close, draw, run, untyped } from '../../running.ts'
import { behaves, counted, imageOf, numbered } from './images.ts'

describe('RandomFlip', () => {
  const x = numbered(400, 2, 2)
  const flips = (layer: ReturnType<typeof RandomFlip>) => {
    const { output } = run(layer, x, { training: true })
    return counted(Array.from({ length: 400 }, (_, i) => imageOf(output, i).join('')))
  }

  it('flips half of the images, each by a draw of its own', () => {
    for (const [direction, turned] of [
      ['horizontal', '2143'],
      ['vertical', '3412'],
    ] as const) {
      const found = flips(RandomFlip(direction))
      expect([...found.keys()].sort()).to.deep.equal(['1234', turned].sort())
      expect(found.get(turned)).to.be.within(160, 240)
    }
    const both = flips(RandomFlip('horizontalAndVertical'))
    expect([...both.keys()].sort()).to.deep.equal(['1234', '2143', '3412', '4321'])
    for (const count of both.values()) expect(count).to.be.within(65, 135)
  })

  it('changes nothing outside of training', () => {
    const images = draw(1, [3, 4, 5, 2])
    close(run(RandomFlip('horizontalAndVertical'), images).output, images, 0)
  })

  it('keeps what is not a number where it was', () => {
    const odd = { shape: [1, 1, 2, 1], data: [Number.NaN, 1] }
    const { data } = run(RandomFlip(), odd, { training: true }).output
    expect(data.filter(Number.isNaN)).to.have.length(1)
  })

  it('reads back and prints its options', () => {
    expect([RandomFlip().direction, String(RandomFlip()), String(RandomFlip('vertical', { name: 'f' }))]).to.deep.equal(
      ['horizontal', 'RandomFlip()', "RandomFlip('vertical', { name: 'f' })"],
    )
  })

  behaves(() => untyped.RandomFlip('horizontalAndVertical'))

  refuses([
    [
      () => untyped.RandomFlip('both'),
      "InvalidOption of RandomFlip, direction: expected 'horizontal' or 'vertical' or 'horizontalAndVertical', got 'both'.",
    ],
    [
      () => untyped.join(Input(4), untyped.RandomFlip()),
      'LayerConnectionError of random-flip-1: expected a 4-dimensional input [batch, rows, cols, channels], got',
    ],
  ])
})
