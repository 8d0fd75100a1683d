import type { Margin, Pair } from './ops.ts'

/** Margins of rows and columns; negative ones crop. */
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

/** The margins that padding adds. */
export const added = (padding: Padding): Padding => both(padding, n => Math.max(0, n))
/** The margins that it crops. */
export const cutOff = (padding: Padding): Padding => both(padding, n => Math.max(0, -n))
/** Padding for all axes of images: batch and channels have none. */
export const around = ([rows, cols]: Padding): [
  [number, number],
  [number, number],
  [number, number],
  [number, number],
] => [[0, 0], [...rows], [...cols], [0, 0]]

/** Padding in three steps, for kernels that pad but do not crop: pad, crop, pad. */
export interface Cropping {
  readonly before: Padding
  readonly cut: Padding
  readonly after: Padding
}

/** How to pad images of these rows and columns; `null` if nothing is cropped. */
export const cropping = (padding: Padding, sizes: Pair): Cropping | null => {
  const off = cutOff(padding)
  if (off.flat().every(n => n === 0)) return null
  // If the crop reaches into the other margin, add that first.
  const reachesBeyond = off.some(([before, after], axis) => before + after >= (sizes[axis] as number))
  const margins = added(padding)
  return reachesBeyond ? { before: margins, cut: off, after: none } : { before: none, cut: off, after: margins }
}
