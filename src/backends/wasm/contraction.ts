import { stridesOf } from '../../base/shape.ts'
import { cutOff } from '../../ops/cropping.ts'
import type { Sliding } from '../../ops/ops.ts'
import type { Operand } from './sources.ts'

// Products and convolutions are both contractions: for every place, the result at (row, column) is the sum over the depth
// of a(row, depth) times b(depth, column). Transposes, strides and dilations only change the distances between elements.

/** An axis: its size, and its stride in each tensor. */
export interface Axis {
  readonly size: number
  readonly a: number
  readonly b: number
  readonly c: number
}

/** Offsets of a contraction in each tensor, in elements. */
export interface Place {
  readonly a: number
  readonly b: number
  readonly c: number
}

/** What to sum. Columns are contiguous in the result. */
export interface Contraction {
  readonly rows: readonly Axis[]
  readonly depth: readonly Axis[]
  readonly columns: readonly Axis[]
  /** Axes of the matrices of a batch, or of the groups of a convolution: a place for each. */
  readonly places: readonly Axis[]
  /** Where `a` begins. */
  readonly start: number
}

/** How a tensor lies in memory. */
export interface Layout {
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** The layout of an operand, which is stored in row-major order. */
export const layout = ({ stored, permutation }: Operand): Layout => {
  const strides = stridesOf(stored)
  return {
    shape: permutation.map(axis => stored[axis] as number),
    strides: permutation.map(axis => strides[axis] as number),
  }
}

/** The number of elements along some axes. */
export const countOf = (axes: readonly { readonly size: number }[]): number =>
  axes.reduce((count, { size }) => count * size, 1)

/** All places of a contraction. */
export const placesOf = ({ places, start }: Contraction): readonly Place[] => {
  const [a, b, c] = (['a', 'b', 'c'] as const).map(tensor => offsets(places, tensor)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ]
  return Array.from(a, (at, i) => ({ a: start + at, b: b[i] as number, c: c[i] as number }))
}

/** The offsets of all elements along some axes, the last axis innermost. */
export const offsets = (axes: readonly Axis[], tensor: keyof Place): Int32Array =>
  axes.reduce((before, axis) => {
    const far = new Int32Array(before.length * axis.size)
    for (let i = 0; i < far.length; i++)
      far[i] = (before[Math.floor(i / axis.size)] as number) + (i % axis.size) * axis[tensor]
    return far
  }, new Int32Array(1))

/** The order of axes in which `a` is read most nearly in sequence. */
const nearestLast = (axes: readonly Axis[]): readonly Axis[] => axes.toSorted((one, other) => other.a - one.a)

/** [..., n, k] times [..., k, m]. */
export const product = (a: Layout, b: Layout): Contraction => {
  const last = a.shape.length - 1
  const sizes = { n: a.shape[last - 1] as number, k: a.shape[last] as number, m: b.shape[last] as number }
  return {
    rows: [{ size: sizes.n, a: a.strides[last - 1] as number, b: 0, c: sizes.m }],
    depth: [{ size: sizes.k, a: a.strides[last] as number, b: b.strides[last - 1] as number, c: 0 }],
    columns: [{ size: sizes.m, a: 0, b: b.strides[last] as number, c: 1 }],
    places: a.shape.slice(0, -2).map((size, axis, { length }) => ({
      size,
      a: a.strides[axis] as number,
      b: b.strides[axis] as number,
      c: a.shape.slice(axis + 1, length).reduce((n, d) => n * d, sizes.n * sizes.m),
    })),
    start: 0,
  }
}

/**
 * [batch, rows, cols, channels] by [high, wide, channels of a group, outputs].
 *
 * @param x with its padding
 */
export const convolution = (x: Layout, filter: Layout, sliding: Sliding, result: readonly number[]): Contraction => {
  const { stride, dilation, padding, groups } = sliding
  const [batch, rows, cols, outputs] = result as [number, number, number, number]
  const [high, wide, each] = filter.shape as [number, number, number]
  const [ofBatch, ofRow, ofCol, ofChannel] = x.strides as [number, number, number, number]
  const [fHigh, fWide, fChannel, fOutput] = filter.strides as [number, number, number, number]
  // Negative padding crops: the first rows and columns are skipped.
  const [[above], [before]] = cutOff(padding)
  const own = outputs / groups
  return {
    rows: nearestLast([
      { size: batch, a: ofBatch, b: 0, c: rows * cols * outputs },
      { size: rows, a: ofRow * stride[0], b: 0, c: cols * outputs },
      { size: cols, a: ofCol * stride[1], b: 0, c: outputs },
    ]),
    depth: nearestLast([
      { size: high, a: ofRow * dilation[0], b: fHigh, c: 0 },
      { size: wide, a: ofCol * dilation[1], b: fWide, c: 0 },
      { size: each, a: ofChannel, b: fChannel, c: 0 },
    ]),
    columns: [{ size: own, a: 0, b: fOutput, c: 1 }],
    places: [{ size: groups, a: each * ofChannel, b: own * fOutput, c: own }],
    start: above * ofRow + before * ofCol,
  }
}
