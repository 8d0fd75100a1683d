import type { Margin, Pair } from './ops.ts'

/** Margins of rows and columns; a negative one cuts off. */
type Padding = readonly [Margin, Margin]

const none: Padding = [
  [0, 0],
  [0, 0],
]
const both = (padding: Padding, of: (n: number) => number): Padding => {
  const [[top, bottom], [left, right]] = padding
  return [
    [of(top), of(bottom)],
    [of(left), of(right)],
  ]
}

/** What padding adds. */
export const added = (padding: Padding): Padding => both(padding, n => Math.max(0, n))
/** What it cuts off. */
export const cutOff = (padding: Padding): Padding => both(padding, n => Math.max(0, -n))
/** Padding for all axes of images: batch and channels have none. */
export const around = ([rows, cols]: Padding): [
  [number, number],
  [number, number],
  [number, number],
  [number, number],
] => [[0, 0], [...rows], [...cols], [0, 0]]

/** Padding in steps, for kernels that add margins but do not cut any off: what is added, then cut off, then added. */
export interface Cropping {
  readonly before: Padding
  readonly cut: Padding
  readonly after: Padding
}

/** How to pad images of these rows and columns; `null` where nothing is cut off. */
export const cropping = (padding: Padding, sizes: Pair): Cropping | null => {
  const off = cutOff(padding)
  if (off.flat().every(n => n === 0)) return null
  // Where margins are cut as well, they have to be there.
  const reachesBeyond = off.some(([before, after], axis) => before + after >= (sizes[axis] as number))
  const margins = added(padding)
  return reachesBeyond ? { before: margins, cut: off, after: none } : { before: none, cut: off, after: margins }
}
