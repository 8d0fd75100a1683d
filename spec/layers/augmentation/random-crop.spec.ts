import { expect } from 'chai'
import { Input, RandomCrop } from '../../../src/index.ts'
import { refuses } from '../../faults.ts'
import { build } from '../../ops/reference.ts'
import { close, draw, run, untyped } from '../../running.ts'
import { behaves, counted, imageOf, numbered } from './images.ts'

describe('RandomCrop', () => {
  it('cuts every part equally often, each image at a place of its own', () => {
    const { output } = run(RandomCrop([2, 1]), numbered(600, 3, 3), { training: true })
    expect(output.shape).to.deep.equal([600, 2, 1, 1])
    const found = counted(Array.from({ length: 600 }, (_, i) => imageOf(output, i).join(',')))
    expect([...found.keys()].sort()).to.deep.equal(['1,4', '2,5', '3,6', '4,7', '5,8', '6,9'])
    for (const count of found.values()) expect(count).to.be.within(60, 140)
  })

  it('puts zeros around the image first', () => {
    const { output } = run(RandomCrop(1, { padding: [0, 1] }), numbered(300, 1, 1), { training: true })
    const found = counted(output.data.map(String))
    expect([...found.keys()].sort()).to.deep.equal(['0', '1'])
    expect(found.get('1')).to.be.within(70, 130)
    const whole = run(RandomCrop([3, 4], { padding: [1, 1] }), numbered(1, 1, 2), { training: true }).output
    expect(whole.data).to.deep.equal([0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0])
  })

  it('keeps channels together', () => {
    const x = build([4, 5, 5, 3], ([, r, c, k]) => (r as number) * 100 + (c as number) * 10 + (k as number))
    const { data } = run(RandomCrop(2), x, { training: true }).output
    for (let i = 0; i < data.length; i += 3)
      expect([
        (data[i + 1] as number) - (data[i] as number),
        (data[i + 2] as number) - (data[i] as number),
      ]).to.deep.equal([1, 2])
  })

  it('cuts the middle outside of training', () => {
    expect(run(RandomCrop(1), numbered(1, 3, 3)).output.data).to.deep.equal([5])
    expect(run(RandomCrop([1, 2]), numbered(1, 2, 3)).output.data).to.deep.equal([1, 2])
    const x = draw(1, [2, 4, 4, 3])
    close(run(RandomCrop(4, { padding: 2 }), x).output, x, 0)
    close(run(RandomCrop(4), x, { training: true }).output, x, 0)
  })

  it('reads back and prints its options', () => {
    expect(RandomCrop(3)).to.deep.include({ size: [3, 3], padding: [0, 0] })
    expect(String(RandomCrop([3, 4], { padding: 2 }))).to.equal('RandomCrop([3, 4], { padding: 2 })')
  })

  behaves(() => untyped.RandomCrop([4, 5], { padding: 1 }))

  refuses([
    [
      () => untyped.RandomCrop(0),
      'InvalidOption of RandomCrop, size: expected a positive integer or a pair of them, got 0.',
    ],
    [
      () => untyped.RandomCrop(3, { padding: -1 }),
      'InvalidOption of RandomCrop, padding: expected an integer >= 0 or a pair of them, got -1.',
    ],
    [
      () => untyped.join(Input([3, 8, 1]), untyped.RandomCrop(6, { padding: 1 })),
      'LayerConnectionError of random-crop-1: expected an input of at least 6 rows and 6 columns, with padding of 1 and 1, got (?, 3, 8, 1).',
    ],
  ])
})
