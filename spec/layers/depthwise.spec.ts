import { expect } from 'chai'
import fc from 'fast-check'
import { DepthwiseConvolution, Input, init, join, key, SeparableConvolution } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import type { Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'
import { convolved, several } from './windows.ts'

const cases = fc.record({
  seed: fc.nat(1000),
  image: several(2, 6, 9),
  size: several(2, 1, 3),
  stride: several(2, 1, 3),
  dilation: several(2, 1, 2),
  channels: fc.integer({ min: 1, max: 3 }),
  multiplier: fc.integer({ min: 1, max: 3 }),
  padding: fc.oneof(fc.constantFrom<'valid' | 'same'>('valid', 'same'), several(2, 0, 2)),
})

/** Filters [rows, cols, channels, multiplier] as those of one group for each channel. */
const inGroups = ({ shape, data }: Numbers): Numbers => ({
  shape: [...shape.slice(0, 2), 1, (shape[2] as number) * (shape[3] as number)],
  data,
})

describe('DepthwiseConvolution', () => {
  it('convolves each channel with filters of its own', () => {
    fc.assert(
      fc.property(cases, ({ seed, image, size, channels, multiplier, ...window }) => {
        const x = draw(seed, [2, ...image, channels])
        const bias = draw(seed + 1, [channels * multiplier])
        const layer = untyped.DepthwiseConvolution(size, { ...window, multiplier, bias: bias.data })
        const { output, params } = run(layer, x, { seed })
        const expected = convolved(x, inGroups(params.weight as Numbers), { size, ...window }, channels, f =>
          at(bias, f),
        )
        close(output, expected, 1e-4)
      }),
      { numRuns: 40 },
    )
  })

  it('draws filters by the size of a window, not by the number of channels', () => {
    const { weight } = init(join(Input([9, 9, 400]), DepthwiseConvolution([3, 3])), key(1)).params[
      'depthwise-convolution-1'
    ]
    const values = weight.dataSync()
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length
    expect(variance).to.be.closeTo(2 / 9, 0.02)
  })

  it('reads back and prints its options', () => {
    const layer = DepthwiseConvolution([3, 2], { multiplier: 2, bias: null, padding: 'same' })
    expect(layer).to.deep.include({ size: [3, 2], multiplier: 2, bias: null, padding: 'same', stride: [1, 1] })
    expect(String(layer)).to.equal("DepthwiseConvolution([3, 2], { padding: 'same', multiplier: 2, bias: null })")
    const { params } = init(join(Input([4, 4, 3]), layer), key(1))
    expect(Object.keys(params['depthwise-convolution-1'])).to.deep.equal(['weight'])
  })

  const connect = (layer: unknown, shape: unknown) => () => untyped.join(untyped.Input(shape), layer)
  refuses([
    [
      () => untyped.DepthwiseConvolution([3, 3, 8]),
      'InvalidOption of DepthwiseConvolution, size: expected [rows, cols], two positive integers, got [3, 3, 8].',
    ],
    [
      () => untyped.DepthwiseConvolution([3, 3], { multiplier: 0 }),
      'InvalidOption of DepthwiseConvolution, multiplier: expected a positive integer, got 0.',
    ],
    [
      connect(untyped.DepthwiseConvolution([3, 3]), [9, 3]),
      'LayerConnectionError of depthwise-convolution-1: expected a 4-dimensional input [batch, rows, cols, channels], got (?, 9, 3).',
    ],
    [
      () => init(untyped.join(Input([9, 9, null]), untyped.DepthwiseConvolution([3, 3])), key(1)),
      'WeightInitializationError of depthwise-convolution-1: expected a known number of input channels, got (?, 9, 9, ?).',
    ],
  ])
})

describe('SeparableConvolution', () => {
  it('mixes what a depthwise convolution gives', () => {
    fc.assert(
      fc.property(cases, ({ seed, image, size, channels, multiplier, ...window }) => {
        const x = draw(seed, [2, ...image, channels])
        const bias = draw(seed + 1, [3])
        const layer = untyped.SeparableConvolution([...size, 3], { ...window, multiplier, bias: bias.data })
        const { output, params } = run(layer, x, { seed })
        const { depthwiseWeight, pointwiseWeight } = params as Record<'depthwiseWeight' | 'pointwiseWeight', Numbers>
        const deep = convolved(x, inGroups(depthwiseWeight), { size, ...window }, channels, () => 0)
        const point = { size: [1, 1], stride: [1, 1], dilation: [1, 1], padding: 'valid' } as const
        close(
          output,
          convolved(deep, pointwiseWeight, point, 1, f => at(bias, f)),
          1e-4,
        )
      }),
      { numRuns: 40 },
    )
  })

  it('has typed variables, reads back and prints its options', () => {
    const layer = SeparableConvolution([3, 3, 8], { multiplier: 2, bias: null })
    const own = init(join(Input([9, 9, 4]), layer), key(1)).params['separable-convolution-1']
    expect(Object.keys(own)).to.deep.equal(['depthwiseWeight', 'pointwiseWeight'])
    expect(own.depthwiseWeight.shape).to.deep.equal([3, 3, 4, 2])
    expect(own.pointwiseWeight.shape).to.deep.equal([1, 1, 8, 8])
    expect(String(layer)).to.equal('SeparableConvolution([3, 3, 8], { multiplier: 2, bias: null })')
  })

  refuses([
    [
      () => untyped.SeparableConvolution([3, 3]),
      'InvalidOption of SeparableConvolution, size: expected [rows, cols, channels], three positive integers, got [3, 3].',
    ],
    [
      () => untyped.SeparableConvolution([3, 3, 4], { weight: 1 }),
      'InvalidOption of SeparableConvolution, weight: expected an option of ',
    ],
  ])
})
