import { cropped } from '../../../ops/cropping.ts'
import type { Pair, Sliding } from '../../../ops/ops.ts'
import { resultShape } from '../../../ops/shapes.ts'
import type { Emitter } from '../emitter.ts'
import { microsoft } from '../model.ts'
import { reshapeTo } from '../moving.ts'
import { inOrder, laid, type Value } from '../values.ts'
import { byPlace, hasFewPlaces } from './filter-gradient.ts'
import type { Target } from './lowering.ts'

/** [batch, channels, rows, cols], which ONNX expects. */
export const channelsFirst: readonly number[] = [0, 3, 1, 2]
/** A filter [rows, cols, channels, outputs] as [outputs, channels, rows, cols]. */
const outputsFirst: readonly number[] = [3, 2, 0, 1]

/** Padding as operators take it: before each axis, then after each axis. */
export const pads = ([rows, cols]: Sliding['padding']): { readonly ints: readonly number[] } => ({
  ints: [rows[0], cols[0], rows[1], cols[1]],
})

const shapeOf = (x: Value, filter: Value, sliding: Sliding): readonly number[] =>
  resultShape('convolve', [x.shape, filter.shape], [sliding]) as readonly number[]

const direct = ({ emit, ops }: Target, x: Value, filter: Value, sliding: Sliding, bias?: string): Value => {
  const [images, padding] = cropped(ops, x, sliding.padding)
  const input = laid(emit, images, channelsFirst)
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

/** Whether a convolution is a product at each position. Not for constant filters, which ONNX Runtime prepares once. */
const isPointwise = (emit: Emitter, filter: Value, { stride, padding, groups }: Sliding): boolean =>
  groups === 1 &&
  [...filter.shape.slice(0, 2), ...stride].every(d => d === 1) &&
  padding.flat().every(d => d === 0) &&
  !emit.isConstant(filter.name)

/** Such a convolution, without moving the axes of the filter. */
const pointwise = (emit: Emitter, x: Value, filter: Value): Value => {
  const [batch, rows, cols, channels] = x.shape as readonly [number, number, number, number]
  const outputs = filter.shape[3] as number
  const isOutputsFirst = filter.order.indexOf(3) < filter.order.indexOf(2)
  const weights = isOutputsFirst
    ? reshapeTo(emit, laid(emit, filter, outputsFirst), [outputs, channels])
    : reshapeTo(emit, laid(emit, filter), [channels, outputs])
  const images = reshapeTo(emit, laid(emit, x, channelsFirst), [batch, channels, rows * cols])
  const flag = { int: isOutputsFirst ? 0 : 1 }
  const places = emit.node('FusedMatMul', [weights, images], { transA: flag }, { domain: microsoft })
  const shape = [batch, rows, cols, outputs]
  return inOrder(reshapeTo(emit, places, [batch, outputs, rows, cols]), shape, channelsFirst)
}

/** A tensor before its elements were spread: see `spread`. */
export interface Spread {
  readonly source: Value
  readonly gaps: Pair
}

/**
 * A convolution of a tensor whose elements were spread, as a transposed convolution of the tensor itself, which does not
 * multiply the zeros in between. `undefined` if the operator cannot express it.
 */
export const ofSpread = (
  { emit, ops }: Target,
  { source, gaps }: Spread,
  filter: Value,
  shape: readonly number[],
  { stride, dilation, padding, groups }: Sliding,
): Value | undefined => {
  if (groups !== 1 || Math.max(...stride) > 1) return undefined
  const around = padding.map((margin, i) => {
    const reach = ((filter.shape[i] as number) - 1) * (dilation[i] as number)
    return margin.map(each => reach - each)
  }) as [[number, number], [number, number]]
  const more = around.map(([, after]) => Math.max(0, -after))
  const isCovered = around.every(([before]) => before >= 0) && more.every((rows, i) => rows < (gaps[i] as number))
  if (!isCovered) return undefined
  const [[top, bottom], [left, right]] = around
  const weights = laid(emit, ops.reverse(filter, [0, 1]), [2, 3, 0, 1])
  const name = emit.node('ConvTranspose', [laid(emit, source, channelsFirst), weights], {
    kernel_shape: { ints: filter.shape.slice(0, 2) },
    strides: { ints: gaps },
    dilations: { ints: dilation },
    pads: { ints: [top, left, Math.max(0, bottom), Math.max(0, right)] },
    output_padding: { ints: more },
  })
  return inOrder(name, shape, channelsFirst)
}

/** A convolution, plus a bias if there is one. */
export const convolution = (target: Target, x: Value, filter: Value, sliding: Sliding, bias?: string): Value => {
  const { emit } = target
  const shape = shapeOf(x, filter, sliding)
  if (bias !== undefined || emit.aim.isPortable) return direct(target, x, filter, sliding, bias)
  if (hasFewPlaces(filter, shape, sliding)) return byPlace(emit, x, filter, shape, sliding)
  if (isPointwise(emit, filter, sliding)) return pointwise(emit, x, filter)
  return direct(target, x, filter, sliding)
}
