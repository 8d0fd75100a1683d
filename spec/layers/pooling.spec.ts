import { expect } from 'chai'
import fc from 'fast-check'
import {
  AveragePooling,
  AvgPool,
  GlobalPool,
  GlobalPooling,
  Input,
  MaxPool,
  MaxPooling,
  outputShape,
  type Reduction,
} from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build, type Numbers } from '../ops/reference.ts'
import { at, back, close, draw, run, untyped } from '../running.ts'

type Pair = readonly [number, number]
const pair: fc.Arbitrary<Pair> = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
const cases = fc.record({
  seed: fc.nat(1000),
  rows: fc.integer({ min: 3, max: 7 }),
  cols: fc.integer({ min: 3, max: 7 }),
  size: pair,
  stride: fc.option(pair),
  padding: fc.constantFrom<'valid' | 'same'>('valid', 'same'),
})

/** Pooling in loops: rows and columns outside of the input are left out of every window. */
const pooled = (
  x: Numbers,
  size: Pair,
  stride: Pair,
  padding: 'valid' | 'same',
  reduce: (values: readonly number[]) => number,
): Numbers => {
  const [batch, rows, cols, channels] = x.shape as [number, number, number, number]
  const along = (n: number, axis: 0 | 1): readonly [out: number, before: number] => {
    if (padding === 'valid') return [Math.floor((n - size[axis]) / stride[axis]) + 1, 0]
    const out = Math.ceil(n / stride[axis])
    return [out, Math.floor(Math.max(0, (out - 1) * stride[axis] + size[axis] - n) / 2)]
  }
  const [[high, top], [wide, left]] = [along(rows, 0), along(cols, 1)]
  return build([batch, high, wide, channels], index => {
    const [b, i, j, k] = index as [number, number, number, number]
    const values: number[] = []
    for (let r = i * stride[0] - top; r < i * stride[0] - top + size[0]; r++)
      for (let c = j * stride[1] - left; c < j * stride[1] - left + size[1]; c++)
        if (r >= 0 && c >= 0 && r < rows && c < cols) values.push(at(x, b, r, c, k))
    return reduce(values)
  })
}
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

describe('Pooling', () => {
  it('takes the largest element, or the mean, of each window without what padding adds', () => {
    fc.assert(
      fc.property(cases, ({ seed, rows, cols, size, stride, padding }) => {
        // Below 0 throughout, so that a zero of the padding would win.
        const { shape, data } = draw(seed, [2, rows, cols, 2])
        const x = { shape, data: data.map(value => -Math.abs(value) - 0.1) }
        const options = { stride, padding }
        close(
          run(MaxPooling(size, options), x).output,
          pooled(x, size, stride ?? size, padding, values => Math.max(...values)),
        )
        close(run(AveragePooling(size, options), x).output, pooled(x, size, stride ?? size, padding, mean))
        const shapes = [MaxPooling, AveragePooling].map(pool =>
          outputShape(pool(size, options), [null, ...shape.slice(1)]),
        )
        const [, ...rest] = pooled(x, size, stride ?? size, padding, mean).shape
        expect(shapes).to.deep.equal([
          [null, ...rest],
          [null, ...rest],
        ])
      }),
      { numRuns: 60 },
    )
  })

  it('leaves out what no window reaches where the stride exceeds the window', () => {
    const x = { shape: [1, 1, 5, 1], data: [1, 9, 9, 2, 9] }
    close(run(MaxPooling([1, 1], { stride: [1, 3] }), x).output, { shape: [1, 1, 2, 1], data: [1, 2] })
  })

  it('sends the gradient to the first largest element, or shares it out', () => {
    const x = { shape: [1, 2, 2, 1], data: [1, 5, 5, 2] }
    const dy = { shape: [1, 1, 1, 1], data: [8] }
    expect(back(MaxPooling([2, 2]), x, dy).input.data).to.deep.equal([0, 8, 0, 0])
    expect(back(AveragePooling([2, 2]), x, dy).input.data).to.deep.equal([2, 2, 2, 2])
  })

  it('reads its options back and prints them', () => {
    const plain = MaxPooling([2, 3])
    expect([plain.kind, plain.size, plain.stride, plain.padding, plain.name]).to.deep.equal([
      'MaxPooling',
      [2, 3],
      null,
      'valid',
      'max-pooling-{}',
    ])
    expect(AveragePooling([2, 2], { stride: 3, padding: 'same' }).stride).to.deep.equal([3, 3])
    expect(untyped.MaxPooling([2, 2], { padding: 'SAME' })).to.include({ padding: 'same' })
    expect(String(plain)).to.equal('MaxPooling([2, 3])')
    expect(String(AveragePooling([2, 2], { stride: [1, 2], padding: 'same', name: 'p' }))).to.equal(
      "AveragePooling([2, 2], { stride: [1, 2], padding: 'same', name: 'p' })",
    )
    expect([MaxPool, AvgPool]).to.deep.equal([MaxPooling, AveragePooling])
  })

  it('keeps unknown dimensions unknown', () => {
    expect(outputShape(MaxPooling([2, 2]), [null, null, 7, null])).to.deep.equal([null, null, 3, null])
    expect(outputShape(AveragePooling([2, 2]), null)).to.deep.equal([null, null, null, null])
  })

  refuses([
    [
      () => untyped.MaxPooling(),
      'InvalidOption of MaxPooling, size: expected [rows, cols], two positive integers, got undefined.',
    ],
    [
      () => untyped.MaxPooling(2),
      'InvalidOption of MaxPooling, size: expected [rows, cols], two positive integers, got 2.',
    ],
    [
      () => untyped.MaxPooling([2, -2]),
      'InvalidOption of MaxPooling, size: expected [rows, cols], two positive integers, got [2, -2].',
    ],
    [
      () => untyped.AveragePooling([2, 2.5]),
      "InvalidOption of AveragePooling, size: expected [rows, cols], two positive integers, got [2, 2.5]. For example: AveragePooling([2, 2], { padding: 'same' }).",
    ],
    [
      () => untyped.MaxPooling([2, 2], { stride: 0 }),
      'InvalidOption of MaxPooling, stride: expected a positive integer or a pair of them, or null for the size of the window, got 0.',
    ],
    [
      () => untyped.MaxPooling([2, 2], { stride: '2' }),
      "InvalidOption of MaxPooling, stride: expected a positive integer or a pair of them, or null for the size of the window, got '2'.",
    ],
    [
      () => untyped.MaxPooling([2, 2], { padding: 'full' }),
      "InvalidOption of MaxPooling, padding: expected 'valid' or 'same', got 'full'.",
    ],
    [
      () => untyped.MaxPooling([2, 2], { padding: 1 }),
      "InvalidOption of MaxPooling, padding: expected 'valid' or 'same', got 1.",
    ],
    [
      () => untyped.MaxPooling([2, 2], { strides: 2 }),
      "InvalidOption of MaxPooling, strides: expected an option of size, stride, padding, got 'strides'. Did you mean stride?",
    ],
    [
      () => untyped.join(Input(10), untyped.MaxPooling([2, 2])),
      'LayerConnectionError of max-pooling-1: expected a 4-dimensional input [batch, rows, cols, channels], got (?, 10). Give the Input three dimensions',
    ],
    [
      () => untyped.join(Input([2, 3, 1]), untyped.AveragePooling([3, 3])),
      'LayerConnectionError of average-pooling-1: expected an input of at least 3 rows and 3 columns, padding included, got (?, 2, 3, 1). Use a smaller window',
    ],
  ])
})

describe('GlobalPooling', () => {
  const x = draw(3, [2, 3, 4, 2])
  const over = (reduce: (values: readonly number[]) => number): Numbers =>
    build([2, 2], index => {
      const [b, k] = index as [number, number]
      return reduce([0, 1, 2].flatMap(r => [0, 1, 2, 3].map(c => at(x, b, r, c, k))))
    })

  it('reduces every axis but the batch and the channels', () => {
    close(run(GlobalPooling(), x).output, over(mean))
    close(run(GlobalPooling('avg'), x).output, over(mean))
    close(
      run(GlobalPooling('max'), x).output,
      over(values => Math.max(...values)),
    )
    close(
      run(GlobalPooling('sum'), x).output,
      over(values => values.reduce((a, b) => a + b, 0)),
    )
    const squares: Reduction = (ops, z, axes) => ops.sum(ops.square(z), axes)
    close(
      run(GlobalPooling(squares), x).output,
      over(values => values.reduce((a, b) => a + b * b, 0)),
    )
  })

  it('takes inputs of any number of dimensions from two on', () => {
    expect(run(GlobalPooling('max'), { shape: [1, 3, 1], data: [1, 7, 3] }).output.data).to.deep.equal([7])
    expect(run(GlobalPooling('max'), { shape: [1, 3], data: [1, 7, 3] }).output.data).to.deep.equal([1, 7, 3])
    expect(outputShape(GlobalPooling(), [null, null, 4, 5, 6])).to.deep.equal([null, 6])
    expect(outputShape(GlobalPooling(), null)).to.deep.equal([null, null])
  })

  it('reads its reduction back and prints it', () => {
    expect([GlobalPooling().function, GlobalPooling('max').function]).to.deep.equal(['avg', 'max'])
    expect([GlobalPooling(), GlobalPooling('avg'), GlobalPooling('sum', { name: 'g' })].map(String)).to.deep.equal([
      'GlobalPooling()',
      'GlobalPooling()',
      "GlobalPooling('sum', { name: 'g' })",
    ])
    expect(GlobalPool).to.equal(GlobalPooling)
  })

  refuses([
    [
      () => untyped.GlobalPooling('median'),
      "InvalidOption of GlobalPooling, function: expected 'avg', 'max', 'sum' or a function, got 'median'. For example: GlobalPooling('avg').",
    ],
    [
      () => untyped.GlobalPooling('toString'),
      "InvalidOption of GlobalPooling, function: expected 'avg', 'max', 'sum' or a function, got 'toString'.",
    ],
    [
      () => untyped.GlobalPooling(3),
      "InvalidOption of GlobalPooling, function: expected 'avg', 'max', 'sum' or a function, got 3.",
    ],
    [
      () => outputShape(GlobalPooling(), [5]),
      'LayerConnectionError of global-pooling-1: expected an input of at least two dimensions [batch, ..., channels], got (5,). Give the Input a number of channels.',
    ],
  ])
})
