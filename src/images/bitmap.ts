import { pngUri } from '../pictures/pixels.ts'
import { paletteOf } from '../pictures/theme.ts'

// Numbers as pixels. A file of pixels has the same colours on any page: scales for numbers are those of light pages.

const palette = paletteOf('light')
const bytesOf = (colour: string): readonly number[] =>
  [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16))
type Table = readonly (readonly number[])[]
const table = (colour: (i: number) => readonly number[]): Table => Array.from({ length: 256 }, (_, i) => colour(i))
const alarm: readonly number[] = bytesOf(palette.alarm)
const tables: { readonly sequential: Table; readonly diverging: Table; readonly grey: Table } = {
  sequential: table(i => bytesOf(palette.sequential(i / 255))),
  diverging: table(i => bytesOf(palette.diverging(i / 127.5 - 1))),
  grey: table(i => [i, i, i]),
}

/** How a number becomes a colour: dark to bright, blue over white to red, or black to white. */
export type ColourScale = keyof typeof tables
/** The numbers at both ends of a scale of colours. */
export type Ends = readonly [low: number, high: number]

/** Rows of pixels, as a PNG file in a data URI. */
export interface Bitmap {
  readonly rows: number
  readonly cols: number
  readonly href: string
}

const byteOf = (value: number, [low, high]: Ends): number => {
  const part = high > low ? (value - low) / (high - low) : 0.5
  return Math.round(255 * Math.min(1, Math.max(0, part)))
}

/** Numbers [rows, cols] by a scale of colours. What is not finite has the colour of what is wrong. */
export const scaled = (
  data: ArrayLike<number>,
  [rows, cols]: readonly [number, number],
  ends: Ends,
  scale: ColourScale,
): Bitmap => {
  const bytes = new Uint8Array(3 * rows * cols)
  const colours = tables[scale]
  for (let i = 0; i < rows * cols; i++) {
    const value = data[i] as number
    bytes.set(Number.isFinite(value) ? (colours[byteOf(value, ends)] as readonly number[]) : alarm, 3 * i)
  }
  return { rows, cols, href: pngUri(bytes, { width: cols, height: rows, channels: 3 }) }
}

/** An image [rows, cols, channels] of 1 (grey), 3 (red, green, blue) or 4 (with opacity) channels. */
export const pictured = (
  data: ArrayLike<number>,
  [rows, cols, channels]: readonly [number, number, number],
  ends: Ends,
): Bitmap => {
  if (channels === 1) return scaled(data, [rows, cols], ends, 'grey')
  const bytes = new Uint8Array(channels * rows * cols)
  for (let pixel = 0; pixel < rows * cols; pixel++) {
    const from = pixel * channels
    const own = Array.from({ length: channels }, (_, c) => data[from + c] as number)
    const colours = own.every(Number.isFinite) ? own.map(value => byteOf(value, ends)) : [...alarm, 255]
    bytes.set(colours.slice(0, channels), from)
  }
  return { rows, cols, href: pngUri(bytes, { width: cols, height: rows, channels: channels as 3 | 4 }) }
}

/** A bar from the low to the high end of a scale, left to right. */
export const scaleBar = (scale: ColourScale): Bitmap =>
  scaled(
    Array.from({ length: 128 }, (_, i) => i / 127),
    [1, 128],
    [0, 1],
    scale,
  )

/** The least and the largest of the finite numbers, and how many are not finite. */
export const extentOf = (
  data: ArrayLike<number>,
): { readonly low: number; readonly high: number; readonly others: number } => {
  let [low, high, others] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number
    if (!Number.isFinite(value)) others++
    else {
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  return others === data.length ? { low: 0, high: 0, others } : { low, high, others }
}

/** What a caption says of numbers that are not finite; nothing if all are. */
export const notFinite = (count: number, things = 'value'): readonly string[] =>
  count === 0 ? [] : [`${count} ${things}${count === 1 ? ' is' : 's are'} not finite, shown in red`]
