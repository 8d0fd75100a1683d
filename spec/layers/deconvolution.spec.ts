import { expect } from 'chai'
import fc from 'fast-check'
import {
  apply,
  Convolution,
  Deconvolution,
  gradients,
  Input,
  InvalidOption,
  init,
  join,
  key,
  LayerConnectionError,
  normals,
  outputShape,
  WeightInitializationError,
} from '../../src/index.ts'
import { untyped } from '../running.ts'

describe('Deconvolution', () => {
  it('reads its options back and prints them', () => {
    const layer = Deconvolution([3, 3, 4], { padding: 'same', stride: 2, bias: null })
    expect(layer.size).to.deep.equal([3, 3, 4])
    expect(layer.padding).to.equal('same')
    expect(layer.stride).to.deep.equal([2, 2])
    expect(layer.bias).to.equal(null)
    expect(String(layer)).to.equal("Deconvolution([3, 3, 4], { padding: 'same', stride: 2, bias: null })")
  })

  it('makes rows and columns as its rule says', () => {
    const out = (options: Parameters<typeof Deconvolution>[1]) =>
      outputShape(Deconvolution([3, 5, 4], options), [null, 7, 6, 2])
    expect(out({})).to.deep.equal([null, 9, 10, 4])
    expect(out({ stride: [2, 7] })).to.deep.equal([null, 15, 42, 4])
    expect(out({ padding: 'same', stride: [2, 3] })).to.deep.equal([null, 14, 18, 4])
    expect(out({ padding: 1, stride: 2 })).to.deep.equal([null, 13, 13, 4])
    expect(out({ padding: [0, 2] })).to.deep.equal([null, 9, 6, 4])
    expect(outputShape(Deconvolution([3, 3, 4]), [null, null, 6, 2])).to.deep.equal([null, null, 8, 4])
    expect(outputShape(Deconvolution([3, 3, 4]), null)).to.deep.equal([null, null, null, 4])
  })

  it('is the gradient of the convolution with the same filter', () => {
    const sizes = fc.record({
      rows: fc.integer({ min: 3, max: 8 }),
      filter: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 3 }),
      padding: fc.constantFrom<'same' | 0 | 1>('same', 0, 1),
      seed: fc.integer(),
    })
    fc.assert(
      fc.property(sizes, ({ rows, filter, stride, padding, seed }) => {
        const draw = (shape: readonly number[], name: number) => ({
          data: normals(
            key(seed + name),
            shape.reduce((n, d) => n * d, 1),
          ),
          shape,
        })
        const weight = draw([filter, filter, 2, 3], 1)
        const initial = { weight: { ...weight, dataSync: () => weight.data } as never, stride, padding, bias: null }
        const convolution = join(Input([rows, rows, 2]), Convolution([filter, filter, 3], initial))
        const [, outRows = 0, outCols = 0] = outputShape(convolution) as readonly number[]
        const dy = draw([1, outRows, outCols, 3], 2)
        const x = draw([1, rows, rows, 2], 3)
        const dx = gradients(convolution, init(convolution, key(0)), x, dy).input as { dataSync: () => Float32Array }
        const back = join(Input([outRows, outCols, 3]), Deconvolution([filter, filter, 2], initial))
        const y = apply(back, init(back, key(0)), dy).output
        // Where the stride leaves rows of the input unseen, the transposed convolution makes fewer of them.
        fc.pre(y.shape[1] === rows && y.shape[2] === rows)
        const [given, expected] = [y.dataSync(), dx.dataSync()]
        for (const [i, value] of given.entries()) expect(value).to.be.closeTo(expected[i] as number, 1e-4)
      }),
      { numRuns: 50 },
    )
  })

  it('counts the fans of its weight the right way round', () => {
    const { params } = init(join(Input([4, 4, 512]), Deconvolution([1, 1, 64])), key(1))
    const values = params['deconvolution-1'].weight.dataSync()
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length
    expect(variance).to.be.closeTo(2 / 512, 0.1 * (2 / 512))
  })

  it('refuses bad options and inputs', () => {
    expect(() => Deconvolution([3, 3] as never)).to.throw(InvalidOption, /three positive integers/)
    expect(() => untyped.Deconvolution([3, 3, 4], { padding: [2, -1] })).to.throw(
      InvalidOption,
      /Deconvolution, padding/,
    )
    expect(() => untyped.Deconvolution([3, 3, 4], { stride: 0 })).to.throw(InvalidOption, /Deconvolution, stride/)
    expect(() => Deconvolution([3, 3, 4], { dilation: 2 } as never)).to.throw(InvalidOption, /dilation/)
    expect(() => outputShape(Deconvolution([3, 3, 4]), [null, 4, 5])).to.throw(LayerConnectionError, /4-dimensional/)
    expect(() => outputShape(Deconvolution([1, 1, 4], { padding: 3 }), [null, 4, 4, 1])).to.throw(
      LayerConnectionError,
      /leaves something/,
    )
    expect(() => init(join(Input([4, 4, null]), Deconvolution([1, 1, 4])), key(0))).to.throw(
      WeightInitializationError,
      /input channels/,
    )
  })
})
