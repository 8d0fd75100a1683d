import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { prepare } from '../../../src/backends/prepare.ts'
import { graph } from '../../../src/graph/build.ts'
import type { GraphNode } from '../../../src/graph/graph.ts'
import { interner } from '../../../src/graph/intern.ts'
import { placeholder, tracer } from '../../../src/graph/ops.ts'
import { tfjsOps } from '../../../src/index.ts'
import { perform } from '../../../src/ops/operations.ts'
import type { Ops } from '../../../src/ops/ops.ts'
import { tape } from '../../../src/ops/tape.ts'
import { type Call, calls, meant } from '../../ops/calls.ts'
import type { Numbers } from '../../ops/reference.ts'
import { backend, called, close, draws, numbersOf, toTensor, upload } from './running.ts'

/** The gradients of the sum of a call's squared result, where they exist. */
const gradientsOf = <T>(ops: Ops<T>, { operation, attributes, differentiable }: Call, inputs: readonly T[]) => {
  const { ops: traced, variable, fixed, gradients } = tape(ops)
  const given = inputs.map((input, i) => (differentiable[i] ? variable(input) : fixed(input)))
  const squares = traced.square(perform(traced)(operation, given, attributes))
  const axes = traced.shape(squares).map((_, axis) => axis)
  return gradients(
    [[traced.sum(squares, axes), ops.constant(1)]],
    given.filter((_, i) => differentiable[i]),
  )
}

const onBackend = async (call: Call): Promise<readonly number[][]> => {
  const given = call.inputs.map(({ shape }, i) => placeholder(`x${i}`, shape))
  const found = gradientsOf<GraphNode>(tracer(interner()), call, given)
  const program = await backend.compile(prepare(graph(given, found)).graph)
  const results = await program.run(call.inputs.map(upload))
  program.dispose()
  return Promise.all(results.map(numbersOf))
}
const eagerly = (call: Call): readonly number[][] => {
  const results: number[][] = []
  tf.tidy(() => {
    for (const gradient of gradientsOf<tf.Tensor>(tfjsOps, call, call.inputs.map(toTensor)))
      results.push(Array.from(gradient.dataSync()))
  })
  return results
}
const expectSame = async (call: Call, tolerance = 1e-4): Promise<void> => {
  const [found, expected] = [await onBackend(call), eagerly(call)]
  for (const [i, gradient] of expected.entries()) close(found[i] ?? [], gradient, tolerance)
}

const pair = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
/** Convolutions of images of sizes that a filter of the largest dilation fits into, or of the smallest that give a result. */
const convolutionsOf = (least: number, most: number) =>
  fc
    .record({
      seed: fc.nat(1000),
      batch: fc.integer({ min: 1, max: 3 }),
      image: pair(least, most),
      filter: pair(1, 3),
      groups: fc.constantFrom(1, 1, 2),
      channels: fc.integer({ min: 1, max: 3 }),
      outputs: fc.integer({ min: 1, max: 3 }),
      stride: pair(1, 3),
      dilation: pair(1, 2),
      padding: fc.tuple(pair(0, 2), pair(0, 2)),
    })
    .filter(({ image, filter, dilation, padding }) =>
      ([0, 1] as const).every(i => image[i] + padding[i][0] + padding[i][1] >= (filter[i] - 1) * dilation[i] + 1),
    )
    .map(({ seed, batch, image, filter, groups, channels, outputs, ...sliding }): Call => {
      const x: Numbers = draws(seed, [batch, ...image, groups * channels])
      const weights = draws(seed + 1, [...filter, channels, groups * outputs])
      return { ...called('convolve', [x, weights], [{ ...sliding, groups }]), differentiable: [true, true] }
    })

/** Operations without a derivative. */
const none: readonly string[] = ['greater', 'equal', 'argMax', 'stopGradient']

describe('ONNX Runtime computes the gradients that the eager tape does', () => {
  for (const [operation, arbitrary] of Object.entries(calls).filter(([name]) => !none.includes(name)))
    it(operation, () =>
      fc.assert(
        fc.asyncProperty(arbitrary.map(meant), call => expectSame(call)),
        { numRuns: 20 },
      ),
    )

  it('of a scalar that is repeated to one element', () =>
    expectSame({ ...called('broadcast', [{ shape: [], data: [1] }], [[1]]), differentiable: [true] }))

  it('of convolutions of images, with stride, dilation, padding and groups', () =>
    fc.assert(
      fc.asyncProperty(convolutionsOf(5, 11), call => expectSame(call)),
      { numRuns: 120 },
    ))

  it('of convolutions of images of few elements, whose strides leave some over', () =>
    fc.assert(
      fc.asyncProperty(convolutionsOf(1, 4), call => expectSame(call)),
      { numRuns: 120 },
    ))

  it('of convolutions that reach no further than their padding, and of strides that leave elements over', async () => {
    for (const [image, filter, sliding] of [
      [
        [1, 1, 1, 1],
        [1, 1, 1, 1],
        {
          stride: [3, 1],
          dilation: [1, 1],
          padding: [
            [2, 0],
            [0, 0],
          ],
        },
      ],
      [
        [1, 2, 3, 1],
        [1, 1, 1, 1],
        {
          stride: [2, 2],
          dilation: [2, 1],
          padding: [
            [0, 0],
            [0, 0],
          ],
        },
      ],
    ] as const)
      await expectSame({
        ...called('convolve', [draws(1, image), draws(2, filter)], [{ ...sliding, groups: 1 }]),
        differentiable: [true, true],
      })
  })

  it('of convolutions of one place, and of many channels in small images', async () => {
    const plain = { stride: [1, 1], dilation: [1, 1], groups: 1 }
    const none = [
      [0, 0],
      [0, 0],
    ]
    const one = [
      [1, 1],
      [1, 1],
    ]
    // Thousands of terms are summed in another order.
    for (const [image, filter, padding] of [
      [[2, 9, 8, 5], [1, 1, 5, 7], none],
      [[3, 5, 5, 80], [3, 3, 80, 72], one],
      [[40, 14, 12, 6], [3, 3, 6, 8], one],
    ] as const)
      await expectSame(
        {
          ...called('convolve', [draws(1, image), draws(2, filter)], [{ ...plain, padding }]),
          differentiable: [true, true],
        },
        2e-3,
      )
  })
})
