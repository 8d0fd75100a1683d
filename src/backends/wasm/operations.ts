import type { TensorInfo } from '@tensorflow/tfjs-core'
import { sizeOf } from '../../base/shape.ts'
import type { Margin, Window } from '../../ops/ops.ts'
import { resultShape } from '../../ops/shapes.ts'
import { aligned } from '../../ops/walks.ts'
import { copying, type Part } from './copying.ts'
import type { Module, Windows } from './module.ts'

export type Reduction = 'sum' | 'max'

/** Where windows lie, as the kernels take it. */
const windowsOf = (x: readonly number[], y: readonly number[], { size, stride, padding }: Window): Windows => {
  const [batch, rows, cols, channels] = x as [number, number, number, number]
  const [, outRows, outCols] = y as [number, number, number]
  const [[top], [left]] = padding as readonly [Margin, Margin]
  return [batch, rows, cols, channels, outRows, outCols, ...size, ...stride, top, left]
}

/** How many matrices of how many rows and columns a tensor is. */
export interface Matrices {
  readonly count: number
  readonly rows: number
  readonly columns: number
}

/** Operations of our own where those of tfjs are slow or missing. */
export interface Operations {
  /** A tensor whose numbers are whatever lies there. */
  readonly blank: (shape: readonly number[]) => TensorInfo
  readonly slice: (x: TensorInfo, begin: readonly number[], size: readonly number[]) => TensorInfo
  readonly broadcast: (x: TensorInfo, shape: readonly number[]) => TensorInfo
  /** `where` of a condition of the result's shape, and of others of that shape or of one element. */
  readonly select: (condition: TensorInfo, a: TensorInfo, b: TensorInfo) => TensorInfo
  readonly reverse: (x: TensorInfo, axes: readonly number[]) => TensorInfo
  readonly pad: (x: TensorInfo, margins: readonly (readonly number[])[]) => TensorInfo
  readonly concatenate: (xs: readonly TensorInfo[], axis: number) => TensorInfo
  /** The sum, or the largest, of each column of some matrices, as a tensor of a shape of as many elements. */
  readonly reduce: (reduction: Reduction, x: TensorInfo, matrices: Matrices, shape: readonly number[]) => TensorInfo
  /**
   * Copies the rows of a table that indices name.
   *
   * @returns the place of the first index that names none, -1 where all do
   */
  readonly gather: (table: TensorInfo, indices: TensorInfo, made: TensorInfo) => number
  /** The converse. */
  readonly scatter: (values: TensorInfo, indices: TensorInfo, shape: readonly number[]) => TensorInfo
  readonly pool: (averages: boolean, x: TensorInfo, window: Window) => TensorInfo
  readonly maxPoolGradient: (dy: TensorInfo, x: TensorInfo, y: TensorInfo, window: Window) => TensorInfo
}

/** The operations in the memory of a module. */
export const operationsIn = (module: Module): Operations => {
  const { kernels, addressOf, allocate, blank, free } = module
  const few = kernels.fewRows()
  const place = (made: TensorInfo, x: TensorInfo, part: Part): void =>
    copying(module, part)(addressOf(made), addressOf(x))
  /** A tensor that is all a part of another. */
  const copied = (x: TensorInfo, part: Part): TensorInfo => {
    const made = blank(part.to)
    place(made, x, part)
    return made
  }
  return Object.freeze<Operations>({
    blank,
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
    reduce: (reduction, x, { count, rows, columns }, shape) => {
      if (reduction === 'max') {
        const made = blank(shape)
        kernels.maxRows(addressOf(x), count, rows, columns, addressOf(made))
        return made
      }
      const scratch = rows > few ? allocate(8 * columns) : 0
      try {
        const made = blank(shape)
        kernels.sumRows(addressOf(x), count, rows, columns, addressOf(made), scratch)
        return made
      } finally {
        if (scratch !== 0) free(scratch)
      }
    },
    gather: (table, indices, made) => {
      const [rows = 1, ...rest] = table.shape
      const [count, width] = [sizeOf(indices.shape), sizeOf(rest)]
      return kernels.gatherRows(addressOf(table), addressOf(indices), count, width, rows, addressOf(made))
    },
    scatter: (values, indices, shape) => {
      const made = blank(shape)
      const [count, rows] = [sizeOf(indices.shape), shape[0] as number]
      const width = sizeOf(shape.slice(1))
      kernels.scatterRows(addressOf(values), addressOf(indices), count, width, rows, addressOf(made))
      return made
    },
    pool: (averages, x, window) => {
      const shape = resultShape(averages ? 'averagePool' : 'maxPool', [x.shape], [window]) as readonly number[]
      const made = blank(shape)
      kernels.pool(Number(averages), addressOf(x), addressOf(made), ...windowsOf(x.shape, shape, window))
      return made
    },
    maxPoolGradient: (dy, x, y, window) => {
      const made = blank(x.shape)
      const [given, from, largest, to] = [dy, x, y, made].map(addressOf) as [number, number, number, number]
      kernels.maxPoolGradient(given, from, largest, to, ...windowsOf(x.shape, y.shape, window))
      return made
    },
  })
}
