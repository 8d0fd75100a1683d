import type { Margin, Window } from '../../ops/ops.ts'

/** The sizes of images and windows: `top` and `left` are padding. */
export type Windows = readonly [
  batch: number,
  rows: number,
  cols: number,
  channels: number,
  outRows: number,
  outCols: number,
  high: number,
  wide: number,
  down: number,
  right: number,
  top: number,
  left: number,
]

/** Sizes of images and windows, as kernels take them. */
export const windowsOf = (x: readonly number[], y: readonly number[], { size, stride, padding }: Window): Windows => {
  const [batch, rows, cols, channels] = x as [number, number, number, number]
  const [, outRows, outCols] = y as [number, number, number]
  const [[top], [left]] = padding as readonly [Margin, Margin]
  return [batch, rows, cols, channels, outRows, outCols, ...size, ...stride, top, left]
}
