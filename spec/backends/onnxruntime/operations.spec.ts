import { expect } from 'chai'
import fc from 'fast-check'
import type { GraphNode } from '../../../src/graph/graph.ts'
import { graphOps } from '../../../src/graph.ts'
import { type Operation, perform } from '../../../src/ops/operations.ts'
import type { Margin, Window } from '../../../src/ops/ops.ts'
import { calls, meant } from '../../ops/calls.ts'
import { build, type Numbers, reference, sizeOf } from '../../ops/reference.ts'
import { at } from '../../running.ts'

import { called, compute, draws, expectSame, numbersOf } from './running.ts'

describe('ONNX Runtime computes what the eager operations do', () => {
  for (const [operation, arbitrary] of Object.entries(calls))
    it(operation, () => fc.assert(fc.asyncProperty(arbitrary.map(meant), expectSame), { numRuns: 30 }))

  it('with margins that are negative, or as large as the window', async () => {
    const [x, filter] = [draws(1, [2, 6, 7, 4]), draws(2, [3, 2, 4, 6])]
    const padding = [
      [-1, 2],
      [3, -2],
    ] as const
    const sliding = { stride: [2, 1], dilation: [1, 2], groups: 1, padding }
    await expectSame(called('convolve', [x, filter], [sliding]))
    const window = {
      size: [2, 3],
      stride: [2, 1],
      padding: [
        [1, 0],
        [2, 2],
      ],
    }
    await expectSame(called('averagePool', [x], [window]))
    const wide = {
      size: [2, 2],
      stride: [1, 1],
      padding: [
        [2, 0],
        [0, 3],
      ],
    }
    await expectSame(called('maxPool', [x], [wide]))
  })

  it('the gradient of a pooling goes to the first of equal elements, also where windows overlap', async () => {
    const x = build([1, 5, 5, 2], index => ((index[1] as number) + (index[2] as number)) % 2)
    for (const stride of [1, 2, 3]) {
      const window = {
        size: [2, 2],
        stride: [stride, stride],
        padding: [
          [0, 1],
          [1, 0],
        ],
      } as const
      const y = reference.maxPool(x, window)
      await expectSame(called('maxPoolGradient', [draws(3, y.shape as readonly number[]), x, y], [window]))
    }
  })

  it('axes of large tensors in every order', async () => {
    const orders = (axes: readonly number[]): readonly (readonly number[])[] =>
      axes.length < 2
        ? [axes]
        : axes.flatMap(axis => orders(axes.filter(other => other !== axis)).map(rest => [axis, ...rest]))
    for (const shape of [
      [3, 5, 60, 41],
      [150, 1, 240],
    ])
      for (const order of orders(shape.map((_, axis) => axis)))
        await expectSame(called('transpose', [draws(7, shape)], [order]))
  })

  it('many rows that are summed by index, in parallel', async () => {
    const indices = { shape: [4000], data: Array.from({ length: 4000 }, (_, i) => (i * 7) % 13) }
    await expectSame(called('scatter', [draws(4, [4000, 8]), indices], [13]))
  })

  it('constants that differ in the sign of a zero', async () => {
    const [quotient, opposite] = await compute([{ shape: [2], data: [1, 1] }], ([x]) =>
      [0, -0].map(zero => graphOps.divide(x as GraphNode, graphOps.constant(Float32Array.of(zero, 1)))),
    )
    expect(await numbersOf(quotient)).to.deep.equal([Number.POSITIVE_INFINITY, 1])
    expect(await numbersOf(opposite)).to.deep.equal([Number.NEGATIVE_INFINITY, 1])
  })

  it('NaN wherever an element that is compared is NaN, and infinities where there are some', async () => {
    const resultOf = async (inputs: readonly Numbers[], operation: Operation, attributes: readonly unknown[]) => {
      const [found] = await compute(inputs, nodes => [perform(graphOps)(operation, nodes, attributes as never)])
      return numbersOf(found)
    }
    const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b))
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    const x = build([2, 6, 9, 3], ([n = 0, i = 0, k = 0, c = 0]) => {
      const place = (n * 31 + i * 17 + k * 7 + c * 3) % 23
      return special[place] ?? place - 11
    })
    for (const axes of [[0], [1, 2], [3], [0, 1, 2, 3]] as const)
      expect(await resultOf([x], 'max', [axes, false])).to.deep.equal(
        Array.from(grouped(x, axes).values(), largest),
        `max over ${axes}`,
      )
    const depths = build([1, 5, 6, 2], () => Number.NEGATIVE_INFINITY)
    for (const [size, padding] of [
      [2, [0, 0]],
      [3, [1, 1]],
      [2, [2, 2]],
    ] as const)
      for (const given of [x, depths]) {
        const window = { size: [size, size], stride: [1, 2], padding: [padding, padding] } as const
        const found = await resultOf([given], 'maxPool', [window])
        expect(found).to.deep.equal(windows(given, window).map(largest), `windows of ${size}`)
      }
  })
})

/** The elements that a reduction brings together, in the order of its results. */
const grouped = ({ shape, data }: Numbers, axes: readonly number[]): ReadonlyMap<string, readonly number[]> => {
  const groups = new Map<string, number[]>()
  data.forEach((value, i) => {
    const index = shape.map((d, axis) => Math.floor(i / sizeOf(shape.slice(axis + 1))) % d)
    const key = index.filter((_, axis) => !axes.includes(axis)).join()
    groups.set(key, [...(groups.get(key) ?? []), value])
  })
  return groups
}

/** The elements that each window of a pooling sees, in the order of its results; minus infinity where it sees padding alone. */
const windows = (x: Numbers, { size, stride, padding }: Window): readonly (readonly number[])[] => {
  const [batch, rows, cols, channels] = x.shape as readonly [number, number, number, number]
  const places = ([before, after]: Margin, d: number, axis: 0 | 1) =>
    Array.from({ length: Math.floor((d + before + after - size[axis]) / stride[axis]) + 1 }, (_, i) =>
      Array.from({ length: size[axis] }, (__, k) => i * stride[axis] + k - before).filter(at => at >= 0 && at < d),
    )
  return Array.from({ length: batch }, (_, n) =>
    places(padding[0], rows, 0).flatMap(high =>
      places(padding[1], cols, 1).flatMap(wide =>
        Array.from({ length: channels }, (__, c) => [
          Number.NEGATIVE_INFINITY,
          ...high.flatMap(i => wide.map(k => at(x, n, i, k, c))),
        ]),
      ),
    ),
  ).flat()
}
