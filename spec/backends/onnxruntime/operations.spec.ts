import fc from 'fast-check'
import { calls, meant } from '../../ops/calls.ts'
import { build, reference } from '../../ops/reference.ts'

import { called, draws, expectSame } from './running.ts'

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
})
