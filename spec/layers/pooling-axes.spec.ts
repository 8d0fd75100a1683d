import { expect } from 'chai'
import fc from 'fast-check'
import { AveragePooling1D, MaxPooling1D, MaxPooling3D, outputShape } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { close, draw, run, untyped } from '../running.ts'
import { pooled, several } from './windows.ts'

const largest = (values: readonly number[]): number => Math.max(...values)
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const kinds = [
  ['MaxPooling', largest],
  ['AveragePooling', mean],
] as const

for (const axes of [1, 3] as const)
  for (const [base, f] of kinds) {
    const kind = `${base}${axes}D` as const
    const padding = fc.constantFrom<'valid' | 'same'>('valid', 'same')
    const cases = fc.record({
      seed: fc.nat(1000),
      shape: several(axes, 4, 7),
      size: several(axes, 1, 3),
      stride: fc.option(several(axes, 1, 4)),
      padding,
    })

    describe(kind, () => {
      it('is a function of each window, for every stride and padding', () => {
        fc.assert(
          fc.property(cases, ({ seed, shape, size, stride, padding }) => {
            const x = draw(seed, [2, ...shape, 2])
            const one = <V>(values: readonly V[] | null) => (axes === 1 ? (values?.[0] ?? null) : values)
            const layer = untyped[kind](one(size), { stride: one(stride), padding })
            const { output } = run(layer, x)
            const dilation = size.map(() => 1)
            close(output, pooled(x, { size, stride: stride ?? size, dilation, padding }, f))
            expect(outputShape(layer, [null, ...shape, 2])).to.deep.equal([null, ...output.shape.slice(1)])
          }),
          { numRuns: 40 },
        )
      })

      const connect = (layer: unknown, shape: unknown) => () => untyped.join(untyped.Input(shape), layer)
      const base_ = kind === 'MaxPooling1D' || kind === 'MaxPooling3D' ? 'max-pooling' : 'average-pooling'
      const name = `${base_}${axes}d-1`
      const size = axes === 1 ? 3 : [3, 3, 3]
      refuses([
        [() => untyped[kind](0), `InvalidOption of ${kind}, size: expected `],
        [
          () => untyped[kind](size, { padding: 1 }),
          `InvalidOption of ${kind}, padding: expected 'valid' or 'same', got 1.`,
        ],
        [() => untyped[kind](size, { stride: 0 }), `InvalidOption of ${kind}, stride: expected a positive integer`],
        [connect(untyped[kind](size), 9), `LayerConnectionError of ${name}: expected a ${axes + 2}-dimensional input`],
        [
          connect(untyped[kind](size), [...Array(axes).fill(2), 1]),
          `LayerConnectionError of ${name}: expected an input of at least`,
        ],
      ])
    })
  }

describe('Poolings over one and three axes', () => {
  it('read back and print their options', () => {
    expect(MaxPooling1D(2)).to.deep.include({ size: 2, stride: null, padding: 'valid' })
    expect(String(AveragePooling1D(2, { stride: 1, padding: 'same' }))).to.equal(
      "AveragePooling1D(2, { stride: 1, padding: 'same' })",
    )
    expect(MaxPooling3D([2, 2, 1], { stride: 2 })).to.deep.include({ size: [2, 2, 1], stride: [2, 2, 2] })
    expect(String(MaxPooling3D([2, 2, 1], { stride: [2, 2, 2] }))).to.equal('MaxPooling3D([2, 2, 1], { stride: 2 })')
  })
})
