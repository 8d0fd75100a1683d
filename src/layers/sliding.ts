import { type Shape, sizeOf } from '../base/shape.ts'
import type { Margin, Ops, Pair, Window } from '../ops/ops.ts'
import { knownDimensions } from './known.ts'
import { type AxisWindow, marginOf, places, point } from './window.ts'

// What is computed of windows. Windows of every rank are computed as windows over rows and columns.

/** The windows of rows and columns, and the zeros around these. */
const flat = (layer: string, image: Shape, windows: readonly AxisWindow[]) => {
  const [high = point, wide = point] = windows
  const needed = [1, 2].filter(axis => {
    const { padding, stride } = windows[axis - 1] ?? point
    return padding === 'same' && stride > 1
  })
  knownDimensions(
    layer,
    image,
    needed,
    "known rows and columns, on which padding: 'same' with a stride depends",
    'Give the Input its rows and columns.',
  )
  // At stride 1 the margins are the same for any number of rows or columns.
  const padding: readonly [Margin, Margin] = [marginOf(image[1] ?? 1, high), marginOf(image[2] ?? 1, wide)]
  const pair = (key: 'size' | 'stride' | 'dilation'): Pair => [high[key], wide[key]]
  return { size: pair('size'), stride: pair('stride'), dilation: pair('dilation'), padding }
}

/** A sequence taken for an image of one row. */
const asRow = <T>(layer: string, ops: Ops<T>, x: T, make: (row: T) => T): T => {
  const [batch = null, , channels = null] = ops.shape(x)
  const [steps = 0] = knownDimensions(layer, ops.shape(x), [1])
  const y = make(ops.reshape(x, [batch, 1, steps, channels]))
  return ops.reshape(y, [batch, ...ops.shape(y).slice(2)])
}

/**
 * Every slice along the depth that a tap of the filter meets, the taps' channels side by side within each group:
 * [batch · depth', rows, cols, taps · channels].
 */
const gatherDepth = <T>(layer: string, ops: Ops<T>, x: T, window: AxisWindow, groups: number): T => {
  const [batch = null] = ops.shape(x)
  const [n = 0, rows = 0, cols = 0, channels = 0] = knownDimensions(layer, ops.shape(x), [1, 2, 3, 4])
  const { size, stride, dilation } = window
  const depth = places(n, window)
  const [before] = marginOf(n, window)
  const reach = (size - 1) * dilation + depth * stride
  const lines = ops.reshape(x, [batch, n, rows * cols * channels])
  const none = [0, 0] as const
  const padded = ops.pad(lines, [none, [before, Math.max(0, reach - before - n)], none])
  const taps = Array.from({ length: size }, (_, tap) => {
    const steps = ops.slice(padded, [0, tap * dilation, 0], [null, depth * stride, null])
    const apart = ops.reshape(steps, [batch, depth, stride, rows * cols * channels])
    const first = stride === 1 ? apart : ops.slice(apart, [0, 0, 0, 0], [null, null, 1, null])
    return ops.reshape(first, [sizeOf([batch, depth, rows, cols]), groups, channels / groups])
  })
  return ops.reshape(ops.concatenate(taps, 2), [sizeOf([batch, depth]), rows, cols, size * channels])
}

/** A filter over the axes of `x`, whose last two are input channels and channels. */
export const convolve = <T>(
  layer: string,
  ops: Ops<T>,
  x: T,
  filter: T,
  windows: readonly AxisWindow[],
  groups = 1,
): T => {
  const shape = ops.shape(x)
  if (windows.length === 1)
    return asRow(layer, ops, x, row =>
      convolve(layer, ops, row, ops.reshape(filter, [1, ...ops.shape(filter)]), [point, ...windows], groups),
    )
  if (windows.length === 2) {
    const { stride, dilation, padding } = flat(layer, shape, windows)
    return ops.convolve(x, filter, { stride, dilation, padding, groups })
  }
  // Over rows and columns, with what meets the taps of the depth as further channels.
  const [deep = point, ...others] = windows
  const gathered = gatherDepth(layer, ops, x, deep, groups)
  const [taps = null, rows = null, cols = null, channels = null, made = null] = ops.shape(filter)
  const wide = ops.reshape(ops.transpose(filter, [1, 2, 0, 3, 4]), [rows, cols, sizeOf([taps, channels]), made])
  const y = convolve(layer, ops, gathered, wide, others, groups)
  return ops.reshape(y, [shape[0] ?? null, places(shape[1] ?? 0, deep), ...ops.shape(y).slice(1)])
}

/** What becomes of each window of rows and columns. */
export type Pool = <T>(ops: Ops<T>, x: T, window: Window) => T

/** The windows of the axes of `x`, each made one element: the largest or the mean of all in it. */
export const pool = <T>(layer: string, ops: Ops<T>, x: T, windows: readonly AxisWindow[], by: Pool): T => {
  const shape = ops.shape(x)
  if (windows.length === 1) return asRow(layer, ops, x, row => pool(layer, ops, row, [point, ...windows], by))
  if (windows.length === 2) {
    const { size, stride, padding } = flat(layer, shape, windows)
    return by(ops, x, { size, stride, padding })
  }
  // Rows and columns first, then the depth. Largest elements and, as every window counts alike along each axis, means
  // are those of the whole window.
  const [batch = null] = shape
  const [deep = point, ...others] = windows
  const [depth = 0, rows = 0, cols = 0, channels = 0] = knownDimensions(layer, shape, [1, 2, 3, 4])
  const slices = pool(layer, ops, ops.reshape(x, [sizeOf([batch, depth]), rows, cols, channels]), others, by)
  const [, ...made] = ops.shape(slices)
  const lines = ops.reshape(slices, [batch, depth, sizeOf(made.slice(0, 2)), channels])
  const y = pool(layer, ops, lines, [deep, point], by)
  return ops.reshape(y, [batch, ops.shape(y)[1] ?? null, ...made])
}
