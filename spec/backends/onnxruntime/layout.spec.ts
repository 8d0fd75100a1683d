import { expect } from 'chai'
import fc from 'fast-check'
import type { GraphNode } from '../../../src/graph/graph.ts'
import { graphOps } from '../../../src/graph.ts'
import type { Ops } from '../../../src/ops/ops.ts'
import { reference } from '../../ops/reference.ts'

import { close, compute, draws, numbersOf } from './running.ts'

describe('ONNX Runtime lays tensors out', () => {
  const spatial = { shape: [2, 6, 8, 4], data: draws(5, [2, 6, 8, 4]).data }
  const filter = draws(6, [3, 3, 4, 4])
  const same = {
    stride: [1, 1],
    dilation: [1, 1],
    groups: 1,
    padding: [
      [1, 1],
      [1, 1],
    ],
  } as const
  type Build = <T>(ops: Ops<T>, x: T) => T
  /** What can follow a convolution: each keeps the shape, or its rank. */
  const followers: Readonly<Record<string, Build>> = {
    'its tanh': (ops, x) => ops.tanh(x),
    'plus a vector': (ops, x) => ops.add(x, ops.constant(Float32Array.of(1, 2, 3, 4))),
    'times a matrix of columns and channels': (ops, x) =>
      ops.multiply(
        x,
        ops.constant(
          Float32Array.from({ length: 32 }, (_, i) => i / 16),
          [8, 4],
        ),
      ),
    'minus its mean by channel': (ops, x) => ops.subtract(x, ops.mean(x, [0, 1, 2], true)),
    'minus its largest by row': (ops, x) => ops.subtract(x, ops.max(x, [1], true)),
    'as probabilities of channels': (ops, x) => ops.softmax(x),
    'the columns reversed': (ops, x) => ops.reverse(x, [2]),
    'rows and columns exchanged, and back': (ops, x) =>
      ops.transpose(ops.tanh(ops.transpose(x, [0, 2, 1, 3])), [0, 2, 1, 3]),
    'as matrices, and back': (ops, x) =>
      ops.reshape(ops.exp(ops.negative(ops.square(ops.reshape(x, [2, 48, 4])))), [2, 6, 8, 4]),
    'in groups of channels': (ops, x) => {
      const groups = ops.reshape(x, [2, 6, 8, 2, 2])
      return ops.reshape(ops.subtract(groups, ops.mean(groups, [1, 2, 4], true)), [2, 6, 8, 4])
    },
    'a margin cut off again': (ops, x) => {
      const margins = [
        [0, 0],
        [1, 2],
        [0, 1],
        [0, 0],
      ] as const
      return ops.slice(ops.pad(x, margins), [0, 1, 0, 0], [null, 6, 8, null])
    },
    'half of it twice': (ops, x) => {
      const half = ops.slice(x, [0, 0, 0, 2], [null, null, null, 2])
      return ops.concatenate([half, half], 3)
    },
    'where it is positive': (ops, x) => ops.where(ops.greater(x, ops.constant(0)), x, ops.constant(0, [2, 6, 8, 4])),
    'plus the mean of each image': (ops, x) => ops.add(x, ops.broadcast(ops.mean(x, [1, 2, 3], true), [2, 6, 8, 4])),
    'convolved once more': (ops, x) =>
      ops.convolve(x, ops.constant(Float32Array.from(filter.data), filter.shape), same),
  }
  const computeWith = <T>(ops: Ops<T>, x: T, weights: T, names: readonly string[]): T =>
    names.reduce((value, name) => (followers[name] as Build)(ops, value), ops.convolve(x, weights, same))

  it('so that whatever follows a convolution gives the same', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...Object.keys(followers)), { minLength: 1, maxLength: 4 }),
        async names => {
          const expected = computeWith(reference, spatial, filter, names)
          const [result] = await compute([spatial, filter], ([x, weights]) => [
            computeWith(graphOps, x as GraphNode, weights as GraphNode, names),
          ])
          expect(result?.shape).to.deep.equal(expected.shape)
          close(await numbersOf(result), expected.data, 2e-4)
        },
      ),
      { numRuns: 80 },
    ))

  it('knows the axes of what one number and a vector make together', async () => {
    const [largest] = await compute([{ shape: [1], data: [3] }], ([x]) => {
      const row = graphOps.reshape(x as GraphNode, [1, 1])
      return [graphOps.max(graphOps.add(row, graphOps.constant(Float32Array.of(1, 2))), [1])]
    })
    close(await numbersOf(largest), [5])
  })
})
