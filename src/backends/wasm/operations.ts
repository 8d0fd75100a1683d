import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Margin, Window } from '../../core/ops.ts'
import { sizeOf } from '../../core/shape.ts'
import { copying, type Part } from './copying.ts'
import type { Module } from './module.ts'
import { aligned } from './walks.ts'

/** Operations of our own where those of tfjs are slow or missing. */
export interface Operations {
  readonly slice: (x: TensorInfo, begin: readonly number[], size: readonly number[]) => TensorInfo
  readonly broadcast: (x: TensorInfo, shape: readonly number[]) => TensorInfo
  /** `where` of a condition of the result's shape, and of others of that shape or of one element. */
  readonly select: (condition: TensorInfo, a: TensorInfo, b: TensorInfo) => TensorInfo
  readonly reverse: (x: TensorInfo, axes: readonly number[]) => TensorInfo
  readonly pad: (x: TensorInfo, margins: readonly (readonly number[])[]) => TensorInfo
  readonly concatenate: (xs: readonly TensorInfo[], axis: number) => TensorInfo
  /** `undefined` for axes that do not lie side by side before others: tfjs sums along the last ones well. */
  readonly sum: (x: TensorInfo, axes: readonly number[], keepDims: boolean) => TensorInfo | undefined
  readonly maxPoolGradient: (dy: TensorInfo, x: TensorInfo, y: TensorInfo, window: Window) => TensorInfo
}

/** The operations in the memory of a module. */
export const operationsIn = (module: Module): Operations => {
  const { kernels, addressOf, blank } = module
  const place = (made: TensorInfo, x: TensorInfo, part: Part): void =>
    copying(module, part)(addressOf(made), addressOf(x))
  /** A tensor that is all a part of another. */
  const copied = (x: TensorInfo, part: Part): TensorInfo => {
    const made = blank(part.to)
    place(made, x, part)
    return made
  }
  return Object.freeze<Operations>({
    slice: (x, begin, size) => copied(x, { size, from: x.shape, begin, to: size }),
    broadcast: (x, shape) => copied(x, { size: shape, from: aligned(x.shape, shape.length), to: shape }),
    select: (condition, a, b) => {
      const made = blank(condition.shape)
      const count = sizeOf(condition.shape)
      const [oneA, oneB] = [a, b].map(x => Number(sizeOf(x.shape) === 1 && count > 1)) as [number, number]
      kernels.select(addressOf(condition), addressOf(a), oneA, addressOf(b), oneB, addressOf(made), count)
      return made
    },
    reverse: (x, reversed) => copied(x, { size: x.shape, from: x.shape, to: x.shape, reversed }),
    pad: (x, margins) => {
      const to = x.shape.map((d, axis) => d + (margins[axis]?.[0] ?? 0) + (margins[axis]?.[1] ?? 0))
      const made = blank(to)
      kernels.clear(addressOf(made), 4 * sizeOf(to))
      place(made, x, { size: x.shape, from: x.shape, to, at: x.shape.map((_, axis) => margins[axis]?.[0] ?? 0) })
      return made
    },
    concatenate: (xs, axis) => {
      const [first] = xs as readonly [TensorInfo]
      const along = xs.reduce((sum, x) => sum + (x.shape[axis] as number), 0)
      const to = first.shape.map((d, i) => (i === axis ? along : d))
      const made = blank(to)
      let before = 0
      for (const x of xs) {
        place(made, x, { size: x.shape, from: x.shape, to, at: to.map((_, i) => (i === axis ? before : 0)) })
        before += x.shape[axis] as number
      }
      return made
    },
    sum: (x, axes, keepDims) => {
      const sorted = axes.toSorted((one, other) => one - other)
      const [first = 0, last = 0] = [sorted[0], sorted.at(-1)]
      const rest = x.shape.slice(last + 1)
      if (sorted.length === 0 || last - first + 1 !== sorted.length || sizeOf(rest) < 4) return undefined
      const made = blank(x.shape.flatMap((d, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [d])))
      const [count, rows] = [sizeOf(x.shape.slice(0, first)), sizeOf(x.shape.slice(first, last + 1))]
      kernels.sumRows(addressOf(x), count, rows, sizeOf(rest), addressOf(made))
      return made
    },
    maxPoolGradient: (dy, x, y, { size, stride, padding }) => {
      const made = blank(x.shape)
      const [batch, rows, cols, channels] = x.shape as [number, number, number, number]
      const [, outRows, outCols] = y.shape as [number, number, number]
      const [[top], [left]] = padding as readonly [Margin, Margin]
      const [given, from, largest, to] = [dy, x, y, made].map(addressOf) as [number, number, number, number]
      const places = [batch, rows, cols, channels, outRows, outCols] as const
      kernels.maxPoolGradient(given, from, largest, to, ...places, ...size, ...stride, top, left)
      return made
    },
  })
}
