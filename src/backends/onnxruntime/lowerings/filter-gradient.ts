import type { Sliding } from '../../../ops/ops.ts'
import type { Emitter } from '../emitter.ts'
import { microsoft } from '../model.ts'
import { reshapeTo } from '../moving.ts'
import { inOrder, laid, type Value } from '../values.ts'
import { around, part } from './moves.ts'

// The gradient of a filter is a convolution whose filter is as large as an image and whose result has few positions. Each
// position is a product of a part of the input and the output's gradient. The batch of the training step is the innermost
// axis of both here.

/** Whether a convolution with results [channels, rows, cols, outputs] is faster as a product for each position. */
export const hasFewPlaces = (filter: Value, shape: readonly number[], { groups }: Sliding): boolean => {
  const [high, wide] = filter.shape as readonly [number, number]
  const [, rows, cols] = shape as readonly [number, number, number]
  return groups === 1 && high * wide > 4 * rows * cols
}

/** The part of the input that belongs to each position; rows and columns are the last two axes. */
const seen = (
  emit: Emitter,
  input: string,
  [, rows, cols]: readonly number[],
  size: readonly number[],
  { stride, dilation }: Sliding,
): readonly string[] => {
  const cut = (axis: 0 | 1, i: number) => {
    const from = i * stride[axis]
    return { axis: axis + 2, from, to: from + ((size[axis] as number) - 1) * dilation[axis] + 1, step: dilation[axis] }
  }
  return Array.from({ length: (rows as number) * (cols as number) }, (_, i) =>
    part(emit, input, [cut(0, Math.floor(i / (cols as number))), cut(1, i % (cols as number))]),
  )
}

/**
 * The convolution as a product for each position: either a batched product summed over the examples, or one product over all
 * examples, for which channels must come before examples. The latter for small images of many channels, whose products
 * for each example would be larger than their factors.
 */
export const byPlace = (emit: Emitter, x: Value, filter: Value, shape: readonly number[], sliding: Sliding): Value => {
  const [channels, rows, cols, outputs] = shape as readonly [number, number, number, number]
  const [high, wide, batch] = filter.shape as readonly [number, number, number]
  const moved = channels * (x.shape[1] as number) * (x.shape[2] as number) + outputs * high * wide
  const isAtOnce = rows * cols * channels * outputs > moved
  // A product is 10 % faster with its longer side first. For short sums, that does not pay for the transpose afterwards.
  const isOutputsFirst = outputs >= channels && batch * high * wide > 4096

  const flat = (name: string, of: number): string =>
    reshapeTo(emit, name, isAtOnce ? [of, batch * high * wide] : [batch, of, high * wide])
  const multiplied = (factors: readonly string[]): string => {
    const transB = { int: 1 }
    if (isAtOnce) return emit.node('Gemm', factors, { transB })
    const each = emit.node('FusedMatMul', factors, { transB }, { domain: microsoft })
    return emit.node('ReduceSum', [each, emit.integers([0])], { keepdims: { int: 0 } })
  }
  const input = around(emit, laid(emit, x, isAtOnce ? [0, 3, 1, 2] : [3, 0, 1, 2]), sliding.padding)
  const gradient = flat(laid(emit, filter, isAtOnce ? [3, 2, 0, 1] : [2, 3, 0, 1]), outputs)
  const products = seen(emit, input, shape, filter.shape, sliding).map(one => {
    const given = flat(one, channels)
    return multiplied(isOutputsFirst ? [gradient, given] : [given, gradient])
  })
  const all = products.length === 1 ? (products[0] as string) : emit.node('Concat', products, { axis: { int: 0 } })
  const order = isOutputsFirst ? [1, 2, 3, 0] : [1, 2, 0, 3]
  const dims = order.map(axis => shape[axis] as number)
  return inOrder(reshapeTo(emit, all, dims), shape, order)
}
