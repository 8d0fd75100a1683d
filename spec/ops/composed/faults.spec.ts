import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import {
  graphOps,
  InvalidOption,
  LayerConnectionError,
  type Ops,
  placeholder,
  tape,
  tfjsOps,
} from '../../../src/index.ts'
import { reference } from '../reference.ts'

// What is refused is refused by every interpreter in the same words, which name the operation, what came and the shape.

type Call = <T>(ops: Ops<T>, x: T) => unknown

/** Operations that take an axis of (2, 3). */
const ofAxes: Readonly<Record<string, (axis: number) => Call>> = {
  sum: axis => (ops, x) => ops.sum(x, [axis]),
  mean: axis => (ops, x) => ops.mean(x, [axis]),
  max: axis => (ops, x) => ops.max(x, [axis]),
  min: axis => (ops, x) => ops.min(x, [axis]),
  prod: axis => (ops, x) => ops.prod(x, [axis]),
  any: axis => (ops, x) => ops.any(x, [axis]),
  all: axis => (ops, x) => ops.all(x, [axis]),
  argMax: axis => (ops, x) => ops.argMax(x, axis),
  argMin: axis => (ops, x) => ops.argMin(x, axis),
  argSort: axis => (ops, x) => ops.argSort(x, axis),
  sort: axis => (ops, x) => ops.sort(x, axis),
  topK: axis => (ops, x) => ops.topK(x, 1, axis),
  takeAlong: axis => (ops, x) => ops.takeAlong(x, x, axis),
  gather: axis => (ops, x) => ops.gather(x, ops.constant(0), axis),
  cumsum: axis => (ops, x) => ops.cumsum(x, axis),
  cumprod: axis => (ops, x) => ops.cumprod(x, axis),
  split: axis => (ops, x) => ops.split(x, 1, axis),
  squeeze: axis => (ops, x) => ops.squeeze(x, [axis]),
  fft: axis => (ops, x) => ops.fft([x, x], axis),
  ifft: axis => (ops, x) => ops.ifft([x, x], axis),
  rfft: axis => (ops, x) => ops.rfft(x, axis),
  irfft: axis => (ops, x) => ops.irfft([x, x], undefined, axis),
  concatenate: axis => (ops, x) => ops.concatenate([x, x], axis),
  reverse: axis => (ops, x) => ops.reverse(x, [axis]),
  transpose: axis => (ops, x) => ops.transpose(x, [0, axis]),
}
const ofNewAxes: typeof ofAxes = {
  stack: axis => (ops, x) => ops.stack([x, x], axis),
  expandDims: axis => (ops, x) => ops.expandDims(x, axis),
  oneHot: axis => (ops, x) => ops.oneHot(x, 2, axis),
}

const refused = (call: Call): readonly (readonly [unknown, string])[] => {
  const fault = (work: () => unknown): readonly [unknown, string] => {
    try {
      work()
    } catch (error) {
      return [(error as Error).constructor, (error as Error).message]
    }
    return [undefined, 'nothing']
  }
  return [
    fault(() => call(reference, { shape: [2, 3], data: [0, 1, 0, 1, 0, 1] })),
    fault(() => tf.tidy(() => void call(tfjsOps, tf.zeros([2, 3])))),
    fault(() => call(graphOps, placeholder('x', [2, 3]))),
    fault(() => {
      const { ops, variable } = tape(reference)
      call(ops, variable({ shape: [2, 3], data: [0, 1, 0, 1, 0, 1] }))
    }),
  ]
}
const check = (call: Call, type: unknown, message: string | RegExp): void => {
  for (const [kind, text] of refused(call)) {
    expect(text).to.match(typeof message === 'string' ? new RegExp(message.replace(/[()[\].?+*]/g, '\\$&')) : message)
    expect(kind).to.equal(type)
  }
}

describe('An axis that does not exist', () => {
  for (const [name, call] of Object.entries(ofAxes))
    for (const axis of [2, -3, 0.5, Number.NaN])
      it(`is refused by ${name}: ${axis}`, () =>
        check(
          call(axis),
          InvalidOption,
          new RegExp(`${name}, ax[ie]s: expected an axis of \\(2, 3\\), from -2 to 1, got ${axis}`),
        ))
  for (const [name, call] of Object.entries(ofNewAxes))
    for (const axis of [3, -4, 0.5])
      it(`is refused by ${name}: ${axis}`, () =>
        check(
          call(axis),
          InvalidOption,
          `${name}, axis: expected a place for an axis of (2, 3), from -3 to 2, got ${axis}`,
        ))
})

const others: readonly (readonly [string, Call, unknown, string])[] = [
  [
    'too many elements',
    (ops, x) => ops.topK(x, 4),
    LayerConnectionError,
    'topK: expected at least 4 elements along axis 1',
  ],
  ['no count', (ops, x) => ops.topK(x, 0), InvalidOption, 'topK, count: expected a whole number, 1 or more, got 0'],
  [
    'positions of other rows',
    (ops, x) => ops.takeAlong(x, ops.constant(0, [3, 1])),
    LayerConnectionError,
    'takeAlong: expected positions of the same shape but for axis 1, got [(2, 3), (3, 1)]',
  ],
  [
    'half a class',
    (ops, x) => ops.oneHot(x, 1.5),
    InvalidOption,
    'oneHot, count: expected a whole number, 1 or more, got 1.5',
  ],
  [
    'too few repeats',
    (ops, x) => ops.tile(x, [2]),
    InvalidOption,
    'tile, repeats: expected a number for each axis of (2, 3)',
  ],
  ['nothing to stack', ops => ops.stack([]), InvalidOption, 'stack, tensors: expected at least one tensor'],
  [
    'shapes that differ',
    (ops, x) => ops.stack([x, ops.constant(0, [3, 2])]),
    LayerConnectionError,
    'stack: expected tensors of one shape, got [(2, 3), (3, 2)]',
  ],
  [
    'uneven parts',
    (ops, x) => ops.split(x, 2, 1),
    InvalidOption,
    'split, parts: expected parts of axis 1 of (2, 3), got 2',
  ],
  [
    'parts of more',
    (ops, x) => ops.split(x, [1, 3], 1),
    InvalidOption,
    'split, parts: expected parts of axis 1 of (2, 3)',
  ],
  [
    'an axis that is full',
    (ops, x) => ops.squeeze(x, [1]),
    InvalidOption,
    'squeeze, axes: expected axes of one element of (2, 3)',
  ],
  [
    'what is no image',
    (ops, x) => ops.resize(x, [2, 2]),
    LayerConnectionError,
    'resize: expected images [batch, rows, cols, channels], got (2, 3)',
  ],
  [
    'half a pixel',
    (ops, x) => ops.resize(ops.reshape(x, [1, 2, 3, 1]), [2, 1.5]),
    InvalidOption,
    'resize, size: expected a whole number, 1 or more, got 1.5',
  ],
  [
    'another method',
    (ops, x) => ops.resize(ops.reshape(x, [1, 2, 3, 1]), [2, 2], { method: 'cubic' as never }),
    InvalidOption,
    "resize, method: expected 'nearest' or 'bilinear'",
  ],
  [
    'numbers that are not complex',
    (ops, x) => ops.fft(x as never),
    InvalidOption,
    'fft, x: expected [real, imaginary]',
  ],
  [
    'parts that differ',
    (ops, x) => ops.fft([x, ops.constant(0)]),
    LayerConnectionError,
    'fft: expected real and imaginary parts of one shape',
  ],
  [
    'another length',
    (ops, x) => ops.irfft([x, x], 7),
    InvalidOption,
    'irfft, length: expected 4 or 5, as there are 3 numbers, got 7',
  ],
  ['what is no square', (ops, x) => ops.cholesky(x), LayerConnectionError, 'cholesky: expected matrices [..., n, n]'],
  ['no square to solve', (ops, x) => ops.solve(x, x), LayerConnectionError, 'solve: expected matrices [..., n, n]'],
  [
    'other right-hand sides',
    (ops, x) => ops.solveTriangular(ops.constant(1, [3, 3]), x),
    LayerConnectionError,
    'solveTriangular: expected right-hand sides [..., 3, k], got [(3, 3), (2, 3)]',
  ],
  [
    'no equation',
    (ops, x) => ops.einsum('i j k', x),
    LayerConnectionError,
    "einsum: expected a tensor of 3 axes for 'ijk'",
  ],
  ['signs', (ops, x) => ops.einsum('i#', x), InvalidOption, 'einsum, equation: expected letters'],
  [
    'too many tensors',
    (ops, x) => ops.einsum('ij', x, x),
    InvalidOption,
    'einsum, equation: expected indices of 2 tensors',
  ],
  [
    'an index of nothing',
    (ops, x) => ops.einsum('ij->ik', x),
    InvalidOption,
    'einsum, equation: expected a result of indices of the tensors',
  ],
  [
    'sizes that differ',
    (ops, x) => ops.einsum('ii', x),
    LayerConnectionError,
    "einsum: expected one size for each index of 'ii'",
  ],
]
describe('Composed operations', () => {
  for (const [says, call, type, message] of others) it(`refuse ${says}`, () => check(call, type, message))

  it('say which dimension has to be known', () => {
    const x = placeholder('x', [4, null])
    for (const call of [() => graphOps.cumsum(x), () => graphOps.prod(x), () => graphOps.fft([x, x])])
      expect(call).to.throw(InvalidOption, 'expected axes of known sizes, got axis 1 of (4, ?)')
  })

  it('take a batch of any size where they do not work along it', () => {
    const x = placeholder('x', [null, 4])
    expect(graphOps.sort(x).shape).to.deep.equal([null, 4])
    expect(graphOps.topK(x, 2)[1].shape).to.deep.equal([null, 2])
    expect(graphOps.rfft(x)[0].shape).to.deep.equal([null, 3])
    expect(graphOps.matmul(x, placeholder('b', [2, 4, 5])).shape).to.deep.equal([2, null, 5])
    expect(graphOps.matmul(placeholder('a', [null, 7, 4]), placeholder('b', [4, 5])).shape).to.deep.equal([null, 7, 5])
    expect(graphOps.einsum('bi,ij->bj', x, placeholder('w', [4, 3])).shape).to.deep.equal([null, 3])
    expect(graphOps.tile(x, [1, 2]).shape).to.deep.equal([null, 8])
    expect(graphOps.resize(placeholder('i', [null, 4, 4, 3]), [8, 8]).shape).to.deep.equal([null, 8, 8, 3])
  })
})
