import type { Sliding } from '../../../ops/ops.ts'
import type { Emitter } from '../emitter.ts'
import { microsoft } from '../model.ts'
import { reshapeTo } from '../moving.ts'
import { inOrder, laid, type Value } from '../values.ts'
import { margins, part } from './moves.ts'

// The gradient of a filter is a convolution whose filter is as large as an image, and of which few places come out. Each of
// these places is a product: of the part of the input that it sees, and the gradient. What is the batch of the training
// step is the innermost axis of both here.

/** Whether a convolution with results [channels, rows, cols, outputs] is better made place by place. */
export const hasFewPlaces = (filter: Value, shape: readonly number[], { groups }: Sliding): boolean => {
  const [high, wide] = filter.shape as readonly [number, number]
  const [, rows, cols] = shape as readonly [number, number, number]
  return groups === 1 && high * wide > 4 * rows * cols
}

/** What the places have in common. */
interface Shared {
  readonly emit: Emitter
  readonly shape: readonly [channels: number, rows: number, cols: number, outputs: number]
  readonly size: readonly [high: number, wide: number, batch: number]
  readonly sliding: Sliding
}

/** For each place the part of the input that it sees; rows and columns are the last two axes. */
const seen = ({ emit, shape: [, rows, cols], size, sliding }: Shared, input: string): readonly string[] => {
  const cut = (axis: 0 | 1, i: number) => {
    const [from, step] = [i * sliding.stride[axis], sliding.dilation[axis]]
    return { axis: axis + 2, from, to: from + (size[axis] - 1) * step + 1, step }
  }
  return Array.from({ length: rows * cols }, (_, i) =>
    part(emit, input, [cut(0, Math.floor(i / cols)), cut(1, i % cols)]),
  )
}

/** The places' products, [channels, outputs] or the other way round, as one value. */
const gathered = ({ emit, shape }: Shared, products: readonly string[], outputsFirst: boolean): Value => {
  const [channels, rows, cols, outputs] = shape
  const all = products.length === 1 ? (products[0] as string) : emit.node('Concat', products, { axis: { int: 0 } })
  return outputsFirst
    ? inOrder(reshapeTo(emit, all, [rows, cols, outputs, channels]), shape, [1, 2, 3, 0])
    : inOrder(reshapeTo(emit, all, [rows, cols, channels, outputs]), shape, [1, 2, 0, 3])
}

/**
 * Whether the products are made with the outputs first: a product is a tenth faster with its longer side first, which for
 * few elements to sum does not pay for exchanging the sides afterwards.
 */
const isOutputsFirst = ({ shape: [channels, , , outputs], size: [high, wide, batch] }: Shared): boolean =>
  outputs >= channels && batch * high * wide > 4096

/** Example by example, summed: the images stay as they lie. */
const byExample = (shared: Shared, x: Value, filter: Value): Value => {
  const { emit, shape, size, sliding } = shared
  const [channels, , , outputs] = shape
  const [high, wide, batch] = size
  const [top, left] = sliding.padding
  const input = margins(emit, laid(emit, x, [3, 0, 1, 2]), [[0, 0], [0, 0], top, left])
  const gradient = reshapeTo(emit, laid(emit, filter, [2, 3, 0, 1]), [batch, outputs, high * wide])
  const outputsFirst = isOutputsFirst(shared)
  const products = seen(shared, input).map(one => {
    const flat = reshapeTo(emit, one, [batch, channels, high * wide])
    const factors = outputsFirst ? [gradient, flat] : [flat, gradient]
    const each = emit.node('FusedMatMul', factors, { transB: { int: 1 } }, { domain: microsoft })
    return emit.node('ReduceSum', [each, emit.integers([0])], { keepdims: { int: 0 } })
  })
  return gathered(shared, products, outputsFirst)
}

/** All examples in one product, for which channels come before examples. */
const atOnce = (shared: Shared, x: Value, filter: Value): Value => {
  const { emit, shape, size, sliding } = shared
  const [channels, , , outputs] = shape
  const count = size[0] * size[1] * size[2]
  const [top, left] = sliding.padding
  const input = margins(emit, laid(emit, x, [0, 3, 1, 2]), [[0, 0], [0, 0], top, left])
  const gradient = reshapeTo(emit, laid(emit, filter, [3, 2, 0, 1]), [outputs, count])
  const outputsFirst = isOutputsFirst(shared)
  const products = seen(shared, input).map(one => {
    const flat = reshapeTo(emit, one, [channels, count])
    return emit.node('Gemm', outputsFirst ? [gradient, flat] : [flat, gradient], { transB: { int: 1 } })
  })
  return gathered(shared, products, outputsFirst)
}

/**
 * The convolution place by place. Small images of many channels are brought together first, as the sum over the examples'
 * products would be larger than all that goes into them.
 */
export const byPlace = (emit: Emitter, x: Value, filter: Value, shape: readonly number[], sliding: Sliding): Value => {
  const shared = { emit, shape, size: filter.shape.slice(0, 3), sliding } as unknown as Shared
  const [channels, rows, cols, outputs] = shared.shape
  const [high, wide] = shared.size
  const summed = rows * cols * channels * outputs
  const moved = channels * (x.shape[1] as number) * (x.shape[2] as number) + outputs * high * wide
  return summed > moved ? atOnce(shared, x, filter) : byExample(shared, x, filter)
}
