import { known } from '../base/shape.ts'
import type { Margin, Ops } from './ops.ts'

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

/**
 * Crops images by negative padding, for kernels that only add padding.
 *
 * @param x [batch, rows, cols, channels]
 * @returns the images, and the padding that is left
 */
export const cropped = <T>(ops: Ops<T>, x: T, padding: Padding): readonly [T, Padding] => {
  const cut = cutOff(padding)
  if (cut.flat().every(n => n === 0)) return [x, padding]
  const margins = added(padding)
  const sizes = ops.shape(x).slice(1, 3)
  // If the crop reaches into the other margin, that is added first.
  const isPadding = cut.some(([before, after], axis) => before + after >= (sizes[axis] as number))
  const whole = isPadding ? ops.pad(x, around(margins)) : x
  const shape = known(ops.shape(whole))
  const part = ops.slice(
    whole,
    around(cut).map(([before]) => before),
    around(cut).map(([before, after], axis) => (shape[axis] as number) - before - after),
  )
  return [part, isPadding ? none : margins]
}
