import { expect } from 'chai'
import fc from 'fast-check'
import { Convolution3D, Input, init, join, key, outputShape } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import type { Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'
import { convolved, several } from './windows.ts'

const cases = fc.record({
  seed: fc.nat(1000),
  volume: several(3, 4, 6),
  size: several(3, 1, 2),
  stride: several(3, 1, 3),
  dilation: several(3, 1, 2),
  groups: fc.integer({ min: 1, max: 2 }),
  each: fc.integer({ min: 1, max: 2 }),
  padding: fc.oneof(fc.constantFrom<'valid' | 'same'>('valid', 'same'), several(3, 0, 2)),
})

describe('Convolution3D', () => {
  it('is the sum that its description gives, for every padding, stride, dilation and number of groups', () => {
    fc.assert(
      fc.property(cases, ({ seed, volume, size, stride, dilation, groups, each, padding }) => {
        const made = 2 * groups
        const x = draw(seed, [2, ...volume, each * groups])
        const bias = draw(seed + 1, [made])
        const layer = untyped.Convolution3D([...size, made], { stride, dilation, groups, padding, bias: bias.data })
        const { output, params } = run(layer, x, { seed })
        const expected = convolved(x, params.weight as Numbers, { size, stride, dilation, padding }, groups, f =>
          at(bias, f),
        )
        close(output, expected, 1e-4)
        expect(outputShape(layer, [null, ...volume, each * groups])).to.deep.equal([null, ...output.shape.slice(1)])
      }),
      { numRuns: 40 },
    )
  })

  it('has no bias where it is null, and reads back and prints its options', () => {
    const layer = Convolution3D([3, 3, 3, 4], { padding: 1, stride: [1, 2, 2], bias: null })
    const { params } = init(join(Input([5, 5, 5, 2]), layer), key(1))
    expect(Object.keys(params['convolution3d-1'])).to.deep.equal(['weight'])
    expect(params['convolution3d-1'].weight.shape).to.deep.equal([3, 3, 3, 2, 4])
    expect(layer).to.deep.include({ padding: [1, 1, 1], stride: [1, 2, 2], dilation: [1, 1, 1], groups: 1 })
    expect(String(layer)).to.equal('Convolution3D([3, 3, 3, 4], { padding: 1, stride: [1, 2, 2], bias: null })')
    expect(String(Convolution3D([1, 1, 1, 1], { padding: 'same' }))).to.equal(
      "Convolution3D([1, 1, 1, 1], { padding: 'same' })",
    )
  })

  it('keeps unknown dimensions unknown', () => {
    expect(outputShape(Convolution3D([2, 2, 2, 4]), [null, null, 5, null, 2])).to.deep.equal([null, null, 4, null, 4])
    expect(outputShape(Convolution3D([2, 2, 2, 4]), null)).to.deep.equal([null, null, null, null, 4])
  })

  const connect = (layer: unknown, shape: unknown) => () => untyped.join(untyped.Input(shape), layer)
  refuses([
    [
      () => untyped.Convolution3D([3, 3, 4]),
      'InvalidOption of Convolution3D, size: expected [depth, rows, cols, channels], four positive integers, got [3, 3, 4].',
    ],
    [
      () => untyped.Convolution3D([3, 3, 3, 4], { stride: [1, 2] }),
      'InvalidOption of Convolution3D, stride: expected a positive integer or [depth, rows, cols] of them, got [1, 2].',
    ],
    [
      () => untyped.Convolution3D([3, 3, 3, 4], { padding: 'causal' }),
      "InvalidOption of Convolution3D, padding: expected 'valid', 'same', an integer >= 0 or [depth, rows, cols] of them, got 'causal'.",
    ],
    [
      () => untyped.Convolution3D([3, 3, 3, 4], { groups: 3 }),
      'InvalidOption of Convolution3D, groups: expected a number that divides the 4 channels that come out, got 3.',
    ],
    [
      connect(untyped.Convolution3D([3, 3, 3, 4], { groups: 2 }), [9, 9, 9, 3]),
      'LayerConnectionError of convolution3d-1: expected input channels that 2 groups divide, got (?, 9, 9, 9, 3).',
    ],
    [
      connect(untyped.Convolution3D([3, 3, 3, 4]), [9, 9, 1]),
      'LayerConnectionError of convolution3d-1: expected a 5-dimensional input [batch, depth, rows, cols, channels], got (?, 9, 9, 1).',
    ],
    [
      connect(untyped.Convolution3D([3, 3, 3, 4]), [9, 2, 9, 1]),
      'LayerConnectionError of convolution3d-1: expected an input of at least 3x3x3 elements, padding included, got (?, 9, 2, 9, 1).',
    ],
    [
      () => init(untyped.join(Input([9, 9, 9, null]), untyped.Convolution3D([3, 3, 3, 4])), key(1)),
      'WeightInitializationError of convolution3d-1: expected a known number of input channels, got (?, 9, 9, 9, ?).',
    ],
  ])
})
