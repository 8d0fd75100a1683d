import type { Margin, Sliding } from '../../../core/ops.ts'
import { resultShape } from '../../../ops/shapes.ts'
import type { Emitter } from '../emitter.ts'
import { microsoft } from '../model.ts'
import { inOrder, laid, reshapeTo, type Value } from '../values.ts'
import { margins, part } from './moves.ts'

/** [batch, channels, rows, cols]: the order that ONNX wants. */
export const channelsFirst: readonly number[] = [0, 3, 1, 2]
/** A filter [rows, cols, channels, outputs] as [outputs, channels, rows, cols]. */
const outputsFirst: readonly number[] = [3, 2, 0, 1]

/** Cuts off what negative margins say, and gives the margins that are left. */
const cropped = (
  emit: Emitter,
  name: string,
  { shape }: Value,
  padding: Sliding['padding'],
): readonly [string, Sliding['padding']] => {
  const cuts = padding.flatMap(([before, after], i) => {
    const d = shape[i + 1] as number
    return before >= 0 && after >= 0
      ? []
      : [{ axis: i + 2, from: Math.max(0, -before), to: d - Math.max(0, -after), step: 1 }]
  })
  const left = padding.map(([before, after]): Margin => [Math.max(0, before), Math.max(0, after)])
  return [part(emit, name, cuts), [left[0] as Margin, left[1] as Margin]]
}

/** Margins as operators take them: all that come before, then all that come after. */
export const pads = ([rows, cols]: Sliding['padding']): { readonly ints: readonly number[] } => ({
  ints: [rows[0], cols[0], rows[1], cols[1]],
})

const shapeOf = (x: Value, filter: Value, sliding: Sliding): readonly number[] =>
  resultShape('convolve', [x.shape, filter.shape], [sliding]) as readonly number[]

const direct = (emit: Emitter, x: Value, filter: Value, sliding: Sliding, bias?: string): Value => {
  const [input, padding] = cropped(emit, laid(emit, x, channelsFirst), x, sliding.padding)
  const weights = laid(emit, filter, outputsFirst)
  const name = emit.node('Conv', bias === undefined ? [input, weights] : [input, weights, bias], {
    kernel_shape: { ints: filter.shape.slice(0, 2) },
    strides: { ints: sliding.stride },
    dilations: { ints: sliding.dilation },
    pads: pads(padding),
    group: { int: sliding.groups },
  })
  return inOrder(name, shapeOf(x, filter, sliding), channelsFirst)
}

/**
 * The gradient of a filter is a convolution with a filter as large as an image, of which few places come out. Each of
 * these places is a product of the part of the input that it sees with the gradient, example by example.
 */
const isFewPlaces = (filter: Value, shape: readonly number[], { groups }: Sliding): boolean => {
  const [high, wide] = filter.shape as readonly [number, number]
  const [, rows, cols] = shape as readonly [number, number, number]
  return groups === 1 && high * wide > 4 * rows * cols
}

const byParts = (emit: Emitter, x: Value, filter: Value, sliding: Sliding): Value => {
  const shape = shapeOf(x, filter, sliding)
  const [channels, rows, cols, outputs] = shape as readonly [number, number, number, number]
  const [high, wide, batch] = filter.shape as readonly [number, number, number]
  const { stride, dilation, padding } = sliding
  // What is the batch here lies innermost in the graph, and outermost where the gradient came from.
  const [top, left] = padding
  const input = margins(emit, laid(emit, x, [3, 0, 1, 2]), [[0, 0], [0, 0], top, left])
  const cut = (axis: 0 | 1, i: number, size: number) => {
    const from = i * stride[axis]
    return { axis: axis + 2, from, to: from + (size - 1) * dilation[axis] + 1, step: dilation[axis] }
  }
  const gradient = reshapeTo(emit, laid(emit, filter, [2, 3, 0, 1]), [batch, outputs, high * wide])
  const products = Array.from({ length: rows * cols }, (_, i) => {
    const seen = part(emit, input, [cut(0, Math.floor(i / cols), high), cut(1, i % cols, wide)])
    const flat = reshapeTo(emit, seen, [batch, channels, high * wide])
    const each = emit.node('FusedMatMul', [flat, gradient], { transB: { int: 1 } }, { domain: microsoft })
    return emit.node('ReduceSum', [each, emit.integers([0])], { keepdims: { int: 0 } })
  })
  const all = products.length === 1 ? (products[0] as string) : emit.node('Concat', products, { axis: { int: 0 } })
  return inOrder(reshapeTo(emit, all, [rows, cols, channels, outputs]), shape, [1, 2, 0, 3])
}

/** A convolution, plus a bias for each output where there is one. */
export const convolution = (emit: Emitter, x: Value, filter: Value, sliding: Sliding, bias?: string): Value =>
  bias === undefined && isFewPlaces(filter, shapeOf(x, filter, sliding), sliding)
    ? byParts(emit, x, filter, sliding)
    : direct(emit, x, filter, sliding, bias)
