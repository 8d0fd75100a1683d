import { expect } from 'chai'
import { countParameters, init, key, names, outputShape, unet } from '../../src/index.ts'
import { faultOf, refuses } from '../faults.ts'
import { draw, untyped } from '../running.ts'
import { computed } from './comparing.ts'

/** The parameters of a U-Net, level by level. */
const parameters = (input: number, classes: number, depth: number, channels: number): number => {
  const filters = (size: number, from: number, to: number) => size * size * from * to + to
  const twice = (from: number, to: number) => filters(3, from, to) + filters(3, to, to)
  const width = (level: number) => channels * 2 ** level
  const levels = Array.from({ length: depth }, (_, i) => {
    const down = twice(i === 0 ? input : width(i - 1), width(i))
    return down + filters(2, width(i + 1), width(i)) + twice(2 * width(i), width(i))
  })
  return levels.reduce((a, b) => a + b, twice(width(depth - 1), width(depth)) + filters(1, channels, classes))
}

describe('unet', () => {
  it('has the layers and parameters of the paper', () => {
    expect(String(unet())).to.equal('(?, 256, 256, 1) -> [... 55 layers ...] -> (?, 256, 256, 2)')
    expect(countParameters(unet())).to.deep.equal({ total: 31_030_658, trainable: 31_030_658 })
    expect(parameters(1, 2, 4, 64)).to.equal(31_030_658)
  })

  it('has as many levels, channels and classes as its options say', () => {
    for (const [depth, channels, classes, input] of [
      [1, 3, 1, 2],
      [3, 8, 5, 3],
      [5, 4, 2, 1],
    ] as const) {
      const network = untyped.unet({ inputShape: [64, 32, input], depth, channels, classes })
      expect(outputShape(network)).to.deep.equal([null, 64, 32, classes])
      expect(countParameters(network).total).to.equal(parameters(input, classes, depth, channels))
    }
  })

  it('names its levels', () => {
    const blocks = names(unet({ depth: 2 })).flatMap(name => /^(?:\w+\/convolution-1|up\d|classes)$/.exec(name) ?? [])
    expect(blocks).to.deep.equal([
      ...['down1/convolution-1', 'down2/convolution-1', 'bottom/convolution-1', 'up2', 'merge2/convolution-1'],
      ...['up1', 'merge1/convolution-1', 'classes'],
    ])
  })

  it('takes images of unknown size', () => {
    expect(outputShape(unet({ inputShape: [null, null, 3] }))).to.deep.equal([null, null, null, 2])
  })

  it('computes the same compiled as eager: probabilities for every pixel', async () => {
    const network = unet({ inputShape: [16, 8, 2], depth: 2, channels: 4, classes: 3 })
    const output = await computed(network, draw(1, [2, 16, 8, 2]))
    expect(output.shape).to.deep.equal([2, 16, 8, 3])
    for (let i = 0; i < output.data.length; i += 3)
      expect(output.data.slice(i, i + 3).reduce((a, b) => a + b)).to.be.closeTo(1, 1e-5)
  })

  it('gives the path of what is wrong within', () => {
    expect(faultOf(() => init(unet({ inputShape: [32, 32, null] }), key(1)))).to.match(
      /^WeightInitializationError of unet > down1 > convolution-1: expected /,
    )
  })

  refuses([
    [
      () => untyped.unet({ inputShape: [100, 96, 3] }),
      'InvalidOption of unet, inputShape: expected rows and columns that are multiples of 16, as they are halved 4 times, got [100, 96, 3]. ',
    ],
    [() => untyped.unet({ depth: 0 }), 'InvalidOption of unet, depth: expected a positive integer, got 0. '],
    [() => untyped.unet({ channels: -4 }), 'InvalidOption of unet, channels: expected a positive integer, got -4. '],
    [
      () => untyped.unet({ classes: 'two' }),
      "InvalidOption of unet, classes: expected a positive integer, got 'two'. ",
    ],
    [
      () => untyped.unet({ dept: 3 }),
      "InvalidOption of unet, dept: expected an option of inputShape, classes, depth, channels, got 'dept'. Did you mean depth?",
    ],
  ])
})
