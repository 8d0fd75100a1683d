import { expect } from 'chai'
import fc from 'fast-check'
import {
  apply,
  Conv,
  Convolution,
  type ConvolutionOptions,
  constant,
  Input,
  init,
  join,
  key,
  type Layer,
  normals,
  outputShape,
  tensor,
} from '../../src/index.ts'

type Pair = readonly [number, number]
const both = (option: number | Pair | undefined): Pair =>
  option === undefined ? [1, 1] : typeof option === 'number' ? [option, option] : option

/** What the docstring says, in loops. */
const convolved = (
  x: (b: number, i: number, j: number, k: number) => number,
  weight: (r: number, c: number, k: number, f: number) => number,
  sizes: {
    readonly batch: number
    readonly out: Pair
    readonly filter: Pair
    readonly channels: number
    readonly made: number
  },
  { stride, dilation, before }: { readonly stride: Pair; readonly dilation: Pair; readonly before: Pair },
  bias: number,
): number[] => {
  const values: number[] = []
  for (let b = 0; b < sizes.batch; b++)
    for (let i = 0; i < sizes.out[0]; i++)
      for (let j = 0; j < sizes.out[1]; j++)
        for (let f = 0; f < sizes.made; f++) {
          let sum = bias
          for (let r = 0; r < sizes.filter[0]; r++)
            for (let c = 0; c < sizes.filter[1]; c++)
              for (let k = 0; k < sizes.channels; k++) {
                const row = i * stride[0] + r * dilation[0] - before[0]
                const col = j * stride[1] + c * dilation[1] - before[1]
                sum += x(b, row, col, k) * weight(r, c, k, f)
              }
          values.push(sum)
        }
  return values
}

const pair = fc.oneof(
  fc.integer({ min: 1, max: 3 }),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
)
const cases = fc.record({
  seed: fc.nat(1000),
  input: fc.tuple(fc.integer({ min: 7, max: 10 }), fc.integer({ min: 7, max: 10 }), fc.integer({ min: 1, max: 2 })),
  filter: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  stride: pair,
  dilation: pair,
  padding: fc.oneof(fc.constantFrom<'same' | 'valid'>('same', 'valid'), fc.nat(2), fc.tuple(fc.nat(2), fc.nat(2))),
})

describe('Convolution', () => {
  it('is the sum that its description gives, for every padding, stride and dilation, also together', () => {
    fc.assert(
      fc.property(cases, ({ seed, input, filter, stride, dilation, padding }) => {
        const [rows, cols, channels] = input
        const layer = Convolution(filter, { stride, dilation, padding, bias: 0.5 } as ConvolutionOptions)
        const network: Layer = (join as (...layers: readonly unknown[]) => Layer)(Input([...input]), layer)
        const variables = init(network, key(seed))
        const data = normals(key(seed + 1), 2 * rows * cols * channels)
        const { output } = apply(network, variables, { data, shape: [2, rows, cols, channels] } as never) as {
          output: { shape: number[]; dataSync: () => Float32Array }
        }
        const values = Float32Array.from(
          (variables.params as never as Record<string, { weight: { dataSync: () => Float32Array } }>)[
            'convolution-1'
          ]?.weight.dataSync() ?? [],
        )

        const [strides, dilations] = [both(stride), both(dilation)]
        const extents = [0, 1].map(a => (filter[a as 0] - 1) * (dilations[a as 0] as number) + 1)
        const added = (n: number, a: 0 | 1): readonly [before: number, total: number] => {
          if (padding === 'valid') return [0, 0]
          if (padding !== 'same') return [both(padding)[a], 2 * both(padding)[a]]
          const total = Math.max(0, (Math.ceil(n / strides[a]) - 1) * strides[a] + (extents[a] as number) - n)
          return [Math.floor(total / 2), total]
        }
        const margins = [added(rows, 0), added(cols, 1)] as const
        const out = [rows, cols].map(
          (n, a) => Math.floor((n + margins[a as 0][1] - (extents[a] as number)) / strides[a as 0]) + 1,
        )
        expect(output.shape).to.deep.equal([2, ...out, filter[2]])
        expect(outputShape(layer, [null, rows, cols, channels])).to.deep.equal([null, ...out, filter[2]])
        const inside = (b: number, i: number, j: number, k: number): number =>
          i < 0 || j < 0 || i >= rows || j >= cols ? 0 : (data[((b * rows + i) * cols + j) * channels + k] as number)
        const expected = convolved(
          inside,
          (r, c, k, f) => values[((r * filter[1] + c) * channels + k) * filter[2] + f] as number,
          { batch: 2, out: out as never, filter: [filter[0], filter[1]], channels, made: filter[2] },
          { stride: strides, dilation: dilations, before: [margins[0][0], margins[1][0]] },
          0.5,
        )
        const found = output.dataSync()
        for (const [i, value] of expected.entries()) expect(found[i]).to.be.closeTo(value, 1e-4)
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
})
