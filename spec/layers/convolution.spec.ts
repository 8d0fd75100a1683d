import { expect } from 'chai'
import fc from 'fast-check'
import { apply, Conv, Convolution, constant, Input, init, join, key, outputShape, tensor } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { type Numbers, reference } from '../ops/reference.ts'
import { close, draw, run, untyped } from '../running.ts'
import { added, several } from './windows.ts'

const pair = fc.oneof(fc.integer({ min: 1, max: 3 }), several(2, 1, 3))
const both = (option: number | readonly number[]): readonly [number, number] =>
  typeof option === 'number' ? [option, option] : (option as unknown as readonly [number, number])
const cases = fc.record({
  seed: fc.nat(1000),
  image: several(2, 7, 10),
  size: several(2, 1, 3),
  stride: pair,
  dilation: pair,
  groups: fc.integer({ min: 1, max: 3 }),
  each: fc.integer({ min: 1, max: 2 }),
  made: fc.integer({ min: 1, max: 2 }),
  padding: fc.oneof(fc.constantFrom<'same' | 'valid'>('same', 'valid'), fc.nat(2), several(2, 0, 2)),
})

describe('Convolution', () => {
  it('is the sum that its description gives, for every padding, stride, dilation and groups, also together', () => {
    fc.assert(
      fc.property(cases, ({ seed, image, size, groups, each, made, ...options }) => {
        const x = draw(seed, [2, ...image, each * groups])
        const layer = untyped.Convolution([...size, made * groups], { ...options, groups, bias: 0.5 })
        const { output, params } = run(layer, x, { seed })
        const [stride, dilation] = [both(options.stride), both(options.dilation)]
        const padding = typeof options.padding === 'string' ? options.padding : both(options.padding)
        const windows = { size, stride, dilation, padding }
        const margins = image.map((n, axis) => added(n, windows, axis)) as [[number, number], [number, number]]
        const expected = reference.add(
          reference.convolve(x, params.weight as Numbers, { stride, dilation, padding: margins, groups }),
          reference.constant(0.5),
        )
        close(output, expected, 1e-4)
        expect(outputShape(layer, [null, ...image, each * groups])).to.deep.equal([null, ...output.shape.slice(1)])
      }),
      { numRuns: 60 },
    )
  })

  it('reads back every option in its normal form', () => {
    const plain = Convolution([3, 2, 16])
    expect(plain).to.include({ kind: 'Convolution', padding: 'valid', bias: 0, name: 'convolution-{}' })
    expect(plain.size).to.deep.equal([3, 2, 16])
    expect([plain.stride, plain.dilation]).to.deep.equal([
      [1, 1],
      [1, 1],
    ])
    expect(String(plain.weight)).to.equal('heNormal({ gain: 2 })')
    const full = Convolution([3, 2, 1], {
      padding: 1,
      stride: [1, 2],
      dilation: 2,
      weight: 0.5,
      bias: null,
      name: 'c-{:03d}',
    })
    expect([full.padding, full.stride, full.dilation]).to.deep.equal([
      [1, 1],
      [1, 2],
      [2, 2],
    ])
    expect(full).to.include({ weight: 0.5, bias: null, name: 'c-{:03d}' })
    expect(Object.isFrozen(full) && Object.isFrozen(full.stride)).to.equal(true)
    expect(Conv).to.equal(Convolution)
  })

  it('prints as the shortest call that makes it', () => {
    expect(String(Convolution([3, 3, 16]))).to.equal('Convolution([3, 3, 16])')
    expect(String(Convolution([3, 3, 16], { padding: 'valid', stride: [1, 1], bias: 0 }))).to.equal(
      'Convolution([3, 3, 16])',
    )
    expect(
      String(Convolution([3, 3, 1], { padding: [2, 2], stride: [2, 1], bias: null, weight: constant(1), name: 'a' })),
    ).to.equal("Convolution([3, 3, 1], { padding: 2, stride: [2, 1], weight: constant(1), bias: null, name: 'a' })")
    expect(String(Convolution([1, 1, 1], { weight: [[[[2]]]] }))).to.equal(
      "Convolution([1, 1, 1], { weight: '<1x1x1x1>' })",
    )
  })

  it('takes a weight and a bias in every form, and keeps a copy', () => {
    const values = new Float32Array([1, 2])
    const forms = [2, constant(2), [[[[2, 2]]]], new Float32Array([2, 2]), tensor([2, 2], [1, 1, 1, 2])]
    for (const weight of forms) {
      const network = join(Input([1, 1, 1]), Convolution([1, 1, 2], { weight: weight as number, bias: values }))
      values.fill(9)
      expect([...apply(network, init(network, key(1)), [[[[3]]]]).output.dataSync()]).to.deep.equal([7, 8])
      values.set([1, 2])
    }
  })

  it('has no bias, and none among its parameters, where bias is null', () => {
    const network = join(Input([2, 2, 1]), Convolution([1, 1, 2], { bias: null }))
    expect(Object.keys(init(network, key(1)).params['convolution-1'])).to.deep.equal(['weight'])
  })

  it('keeps unknown rows and columns unknown', () => {
    expect(outputShape(Convolution([3, 3, 4]), [null, null, 6, 2])).to.deep.equal([null, null, 4, 4])
    expect(outputShape(Convolution([3, 3, 4], { padding: 'same', stride: 2 }), [3, 7, null, null])).to.deep.equal([
      3,
      4,
      null,
      4,
    ])
    expect(outputShape(Convolution([3, 3, 4]), null)).to.deep.equal([null, null, null, 4])
  })

  const connect = (layer: unknown, shape: unknown) => () => untyped.join(untyped.Input(shape), layer)
  refuses([
    [
      () => untyped.Convolution([3, 3, 4], { groups: 0 }),
      'InvalidOption of Convolution, groups: expected a positive integer, got 0.',
    ],
    [
      () => untyped.Convolution([3, 3, 4], { groups: 3 }),
      'InvalidOption of Convolution, groups: expected a number that divides the 4 channels that come out, got 3.',
    ],
    [
      connect(untyped.Convolution([3, 3, 4], { groups: 2 }), [9, 9, 3]),
      'LayerConnectionError of convolution-1: expected input channels that 2 groups divide, got (?, 9, 9, 3).',
    ],
  ])
})
