import { known, type Shape, sizeOf } from '../../../base/shape.ts'
import { shares } from '../../../ops/numbers/loops.ts'
import type { Margin, Window } from '../../../ops/ops.ts'
import { resultShape } from '../../../ops/shapes.ts'
import { spread } from '../../../ops/spread.ts'
import type { Emitter } from '../emitter.ts'
import { reshapeTo } from '../moving.ts'
import { inOrder, laid, type Value } from '../values.ts'
import { channelsFirst, pads } from './convolution.ts'
import type { Lowerings, Target } from './lowering.ts'
import { around, margins } from './moves.ts'

const none: Window['padding'] = [
  [0, 0],
  [0, 0],
]
const isNone = (padding: Window['padding']): boolean => padding.every(([before, after]) => before === 0 && after === 0)

/**
 * Pads images by margins of any size. The reshapes keep ONNX Runtime from fusing the padding with the pooling, which would
 * then refuse it.
 */
const framed = (emit: Emitter, name: string, x: Value, [rows, cols]: Window['padding'], value: number): string => {
  const [batch, high, wide, channels] = x.shape as readonly [number, number, number, number]
  const images = reshapeTo(emit, name, [batch * channels, high, wide])
  const wider = [batch, channels, high + rows[0] + rows[1], wide + cols[0] + cols[1]]
  return reshapeTo(emit, margins(emit, images, [[0, 0], rows, cols], value), wider)
}

/** Whether the operators take the padding: it must be smaller than the window. */
const fits = ({ size, padding }: Window): boolean =>
  padding.every(([before, after], i) => Math.max(before, after) < (size[i] as number) && Math.min(before, after) >= 0)

const attributesOf = ({ size, stride, padding }: Window) => ({
  kernel_shape: { ints: size },
  strides: { ints: stride },
  pads: pads(padding),
})

/** Applies a pooling operator, after padding the input if the operator does not take the padding. */
const pooled = (emit: Emitter, operator: string, name: string, x: Value, window: Window): readonly string[] => {
  const isDirect = fits(window)
  const value = operator === 'MaxPool' ? Number.NEGATIVE_INFINITY : 0
  const given = isDirect ? name : framed(emit, name, x, window.padding, value)
  const attributes = attributesOf(isDirect ? window : { ...window, padding: none })
  return emit.nodes(operator, [given], attributes, { outputs: operator === 'MaxPool' ? 2 : 1 })
}

const asPooled = (name: string, x: Value, window: Window): Value =>
  inOrder(name, known(resultShape('maxPool', [x.shape], [window])), channelsFirst)

/** The largest elements, and their indices in the input. */
const largest = (emit: Emitter, x: Value, window: Window): readonly [string, string] =>
  pooled(emit, 'MaxPool', laid(emit, x, channelsFirst), x, window) as readonly [string, string]

const averagePool = ({ emit, ops }: Target, x: Value, window: Window): Value => {
  const [name] = pooled(emit, 'AveragePool', laid(emit, x, channelsFirst), x, window) as readonly [string]
  const means = asPooled(name, x, window)
  return fits(window) ? means : withShares(ops, means, x.shape, window)
}

/** Corrects means over windows of a padded input to count only elements of the input. */
const withShares = (ops: Target['ops'], means: Value, shape: readonly number[], window: Window): Value => {
  const factors = shares(shape, window, means.shape)
  return factors === null ? means : ops.multiply(means, ops.constant(factors.values, factors.shape))
}

/** Whether windows cover the input without gaps and overlaps. */
const isTiled = ([, rows, cols]: readonly number[], dy: Value, { size, stride, padding }: Window): boolean =>
  isNone(padding) &&
  size[0] === stride[0] &&
  size[1] === stride[1] &&
  rows === (dy.shape[1] as number) * size[0] &&
  cols === (dy.shape[2] as number) * size[1]

const averagePoolGradient = ({ emit, ops }: Target, dy: Value, given: Shape, window: Window): Value => {
  const shape = known(given)
  const [batch, rows, cols, channels] = shape as readonly [number, number, number, number]
  const { size, stride, padding } = window
  const [, high, wide] = dy.shape as readonly [number, number, number]
  const shared = withShares(ops, dy, shape, window)
  if (isTiled(shape, dy, window)) {
    const scaled = laid(emit, ops.multiply(shared, ops.constant(1 / (size[0] * size[1]))), channelsFirst)
    const apart = reshapeTo(emit, scaled, [batch, channels, high, 1, wide, 1])
    const tiles = emit.node('Expand', [apart, emit.integers([batch, channels, high, size[0], wide, size[1]])])
    return inOrder(reshapeTo(emit, tiles, [batch, channels, rows, cols]), shape, channelsFirst)
  }
  // The gradient of an element is a sum over the windows that contain it: a mean over a window of the spread gradient.
  const apart = spread(ops, spread(ops, shared, 1, stride[0]), 2, stride[1])
  const reach = (axis: 0 | 1): Margin => [size[axis] - 1, size[axis] - 1]
  const sums = emit.node('AveragePool', [laid(emit, apart, channelsFirst)], {
    ...attributesOf({ size, stride: [1, 1], padding: [reach(0), reach(1)] }),
    count_include_pad: { int: 1 },
  })
  const rest = (axis: 0 | 1): Margin => {
    const before = padding[axis][0]
    return [-before, (shape[axis + 1] as number) + before - ((apart.shape[axis + 1] as number) + size[axis] - 1)]
  }
  return inOrder(around(emit, sums, [rest(0), rest(1)]), shape, channelsFirst)
}

/** Whether no windows overlap, so that each element gets at most one gradient. */
const isApart = ({ size, stride }: Window): boolean => stride[0] >= size[0] && stride[1] >= size[1]

const maxPoolGradient = ({ emit }: Target, dy: Value, x: Value, _: Value, window: Window): Value => {
  const [batch, rows, cols, channels] = x.shape as readonly [number, number, number, number]
  const places = largest(emit, x, window)[1]
  const given = laid(emit, dy, channelsFirst)
  const [[top, bottom], [left, right]] = fits(window) ? none : window.padding
  const whole = [batch, channels, rows + top + bottom, cols + left + right]
  const count = sizeOf(whole)
  const flat =
    !emit.aim.isPortable && isApart(window)
      ? emit.node('MaxUnpool', [given, places, emit.integers(whole)], {
          // The indices suffice. Windows that reach into padding would be checked against a larger shape.
          kernel_shape: { ints: [1, 1] },
          strides: { ints: [1, 1] },
        })
      : emit.node(
          'ScatterElements',
          [
            emit.node('Expand', [emit.scalar(0), emit.integers([count])]),
            reshapeTo(emit, places, [sizeOf(dy.shape)]),
            reshapeTo(emit, given, [sizeOf(dy.shape)]),
          ],
          { axis: { int: 0 }, reduction: { text: 'add' } },
        )
  const cut = around(emit, reshapeTo(emit, flat, whole), [
    [-top, -bottom],
    [-left, -right],
  ])
  return inOrder(cut, x.shape, channelsFirst)
}

/** The lowest 32-bit float, with which ONNX Runtime's max pooling starts. */
const lowest = -3.4028234663852886e38

/** The largest elements; minus infinity for windows that contain nothing else, apart from padding. */
const most = (emit: Emitter, x: Value, window: Window): string => {
  const [found] = largest(emit, x, window)
  if (emit.aim.isPortable || isNone(window.padding) || !fits(window)) return found
  return emit.node('Where', [
    emit.node('Greater', [found, emit.scalar(lowest)]),
    found,
    emit.scalar(Number.NEGATIVE_INFINITY),
  ])
}

/**
 * The largest elements, or NaN for windows with a NaN, which ONNX Runtime ignores. There, and only there, the mean of absolute
 * values is NaN.
 */
const maxPool = ({ emit }: Target, x: Value, window: Window): Value => {
  if (emit.aim.isPortable) return asPooled(most(emit, x, window), x, window)
  const input = laid(emit, x, channelsFirst)
  const magnitudes = emit.source(input)?.operator === 'Relu' ? input : emit.node('Abs', [input])
  const [means] = pooled(emit, 'AveragePool', magnitudes, x, window) as readonly [string]
  return asPooled(emit.node('Where', [emit.node('IsNaN', [means]), means, most(emit, x, window)]), x, window)
}

/** Operations on windows. */
export const pooling: Lowerings<'maxPool' | 'averagePool' | 'maxPoolGradient' | 'averagePoolGradient'> = {
  maxPool,
  averagePool,
  maxPoolGradient,
  averagePoolGradient,
}
