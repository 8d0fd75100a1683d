import { expect } from 'chai'
import fc from 'fast-check'
import { apply, Convolution1D, Input, init, join, key, outputShape } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import type { Numbers } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'
import { convolved } from './windows.ts'

const cases = fc.record({
  seed: fc.nat(1000),
  steps: fc.integer({ min: 7, max: 10 }),
  size: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 4 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  groups: fc.integer({ min: 1, max: 3 }),
  each: fc.integer({ min: 1, max: 2 }),
  padding: fc.oneof(fc.constantFrom('valid', 'same', 'causal'), fc.nat(2)),
})

describe('Convolution1D', () => {
  it('is the sum that its description gives, for every padding, stride, dilation and number of groups', () => {
    fc.assert(
      fc.property(cases, ({ seed, steps, size, stride, dilation, groups, each, padding }) => {
        const made = 2 * groups
        const x = draw(seed, [2, steps, each * groups])
        const bias = draw(seed + 1, [made])
        const options = { stride, dilation, groups, padding, bias: bias.data }
        const layer = untyped.Convolution1D([size, made], options)
        const { output, params } = run(layer, x, { seed })
        const windows = {
          size: [size],
          stride: [stride],
          dilation: [dilation],
          padding: typeof padding === 'number' ? [padding] : (padding as 'same'),
        }
        close(
          output,
          convolved(x, params.weight as Numbers, windows, groups, f => at(bias, f)),
          1e-4,
        )
        expect(outputShape(layer, [null, steps, each * groups])).to.deep.equal([null, ...output.shape.slice(1)])
      }),
      { numRuns: 60 },
    )
  })

  it('depends on no later step with causal padding', () => {
    const network = join(Input([6, 1]), Convolution1D([3, 1], { padding: 'causal', dilation: 2 }))
    const variables = init(network, key(3))
    const values = [1, 2, 3, 4, 5, 6]
    const outputs = [values, [...values.slice(0, 3), 9, 9, 9]].map(steps =>
      Array.from(apply(network, variables, [steps.map(value => [value])]).output.dataSync()),
    )
    expect(outputs[0]?.slice(0, 3)).to.deep.equal(outputs[1]?.slice(0, 3))
    expect(outputs[0]?.slice(3)).not.to.deep.equal(outputs[1]?.slice(3))
  })

  it('has no bias where it is null, and reads back and prints its options', () => {
    const layer = Convolution1D([3, 4], { padding: 'causal', groups: 2, bias: null, name: 'c{}' })
    expect(Object.keys(init(join(Input([9, 2]), layer), key(1)).params.c1)).to.deep.equal(['weight'])
    expect(layer).to.deep.include({ size: [3, 4], padding: 'causal', stride: 1, dilation: 1, groups: 2, bias: null })
    expect(String(layer)).to.equal("Convolution1D([3, 4], { padding: 'causal', groups: 2, bias: null, name: 'c{}' })")
    expect(String(Convolution1D([3, 4], { stride: 1, padding: 'valid' }))).to.equal('Convolution1D([3, 4])')
  })

  it('keeps unknown steps unknown', () => {
    expect(outputShape(Convolution1D([3, 4]), [null, null, 2])).to.deep.equal([null, null, 4])
    expect(outputShape(Convolution1D([3, 4]), null)).to.deep.equal([null, null, 4])
  })

  const connect = (layer: unknown, shape: unknown) => () => untyped.join(untyped.Input(shape), layer)
  refuses([
    [
      () => untyped.Convolution1D([3]),
      'InvalidOption of Convolution1D, size: expected [steps, channels], two positive integers, got [3].',
    ],
    [
      () => untyped.Convolution1D([3, 4], { padding: 'full' }),
      "InvalidOption of Convolution1D, padding: expected 'valid', 'same', 'causal' or an integer >= 0, got 'full'.",
    ],
    [
      () => untyped.Convolution1D([3, 4], { groups: 3 }),
      'InvalidOption of Convolution1D, groups: expected a number that divides the 4 channels that come out, got 3. Use another number of groups, or a multiple of 3 channels.',
    ],
    [
      connect(untyped.Convolution1D([3, 4], { groups: 2 }), [9, 3]),
      'LayerConnectionError of convolution1d-1: expected input channels that 2 groups divide, got (?, 9, 3).',
    ],
    [
      connect(untyped.Convolution1D([3, 4]), [9]),
      'LayerConnectionError of convolution1d-1: expected a 3-dimensional input [batch, steps, channels], got (?, 9).',
    ],
    [
      connect(untyped.Convolution1D([3, 4], { dilation: 2 }), [4, 1]),
      'LayerConnectionError of convolution1d-1: expected an input of at least 5 elements, padding included, got (?, 4, 1).',
    ],
    [
      () => init(untyped.join(Input([9, null]), untyped.Convolution1D([3, 4])), key(1)),
      'WeightInitializationError of convolution1d-1: expected a known number of input channels, got (?, 9, ?).',
    ],
  ])
})
