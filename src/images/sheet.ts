import { digits } from '../base/shown.ts'
import { type Drawing, fittedText, type Shape, widestOf } from '../pictures/drawing.ts'
import { cutTo, type TextStyle, widthOf } from '../pictures/text-width.ts'
import { sizes } from '../pictures/theme.ts'
import { type Bitmap, type ColourScale, type Ends, scaleBar } from './bitmap.ts'
import type { Labels } from './options.ts'

// Sheets of small images: a heading, tiles in rows, what their colours mean, and captions.

/** An image on a sheet, with what stands below it. */
export interface Tile {
  readonly bitmap: Bitmap
  readonly label?: string
  /** What a reader is told who points at it. */
  readonly title?: string
}
/** What the colours of all tiles mean. */
export interface Scale {
  readonly scale: ColourScale
  readonly ends: Ends
  readonly label: string
}
/** What a sheet shows. */
export interface Sheet {
  readonly heading: string
  readonly tiles: readonly Tile[]
  /** Tiles in a row; `null` for as many as fit. */
  readonly columns: number | null
  readonly scale?: Scale
  readonly captions: readonly string[]
}

/** The space around and between, and the width of a sheet. */
export const margin = 12
export const gap = 8
export const widest = 640
/** How large a tile is meant to be, and how large it is at most. */
const [wanted, largest] = [72, 240]

/** The width and height of each tile: pixels are enlarged by a whole number; images that are too large are made smaller. */
export const tileSize = ({
  rows,
  cols,
}: {
  readonly rows: number
  readonly cols: number
}): readonly [number, number] => {
  const side = Math.max(rows, cols, 1)
  const by = side > largest ? largest / side : Math.max(1, Math.floor(wanted / side))
  return [cols * by, rows * by]
}

/** The names of places along an axis, or their numbers: of those only that have room for a text of some height. */
export const named = (
  names: Labels | null | undefined,
  count: number,
  cell: number,
  needed: number,
): readonly (readonly [at: number, text: string])[] => {
  const step = Math.max(1, Math.ceil(needed / cell))
  return Array.from(
    { length: Math.ceil(count / step) },
    (_, i) => [i * step, String(names?.[i * step] ?? i * step)] as const,
  )
}

/** The room for the widest of some names beside an image, and a gap. */
export const roomFor = (
  names: readonly (readonly [at: number, text: string])[],
  most: number,
  style: TextStyle,
): number =>
  Math.min(
    most,
    widestOf(
      names.map(([, text]) => text),
      style,
    ),
  ) + 6

/** A heading, on one line. */
export const headed = (text: string, width: number): Shape =>
  fittedText({ text, x: margin, y: margin + sizes.title, size: sizes.title, weight: 'bold' }, width - 2 * margin)

/** Captions, each on lines of its own, from a place on; a caption that is too long goes on in the next line. */
export const captioned = (captions: readonly string[], y: number, width: number): readonly Shape[] => {
  const style = { size: sizes.small }
  const lines = captions.flatMap(caption => {
    const found: string[] = []
    let line = ''
    for (const word of caption.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`
      if (line !== '' && widthOf(longer, style) > width - 2 * margin) {
        found.push(line)
        line = word
      } else line = longer
    }
    return [...found, line]
  })
  return lines.map(
    (text, i): Shape => ({
      kind: 'text',
      text: cutTo(text, width - 2 * margin, style),
      x: margin,
      y: y + lineHeight * (i + 1) - 4,
      ...style,
      colour: 'muted',
    }),
  )
}
/** From one line of small text to the next. */
export const lineHeight = 14

/** A bar of colours with the numbers at its ends and what they measure, 160 wide. */
export const scaleKey = (
  { scale, ends: [low, high], label }: Scale,
  x: number,
  y: number,
  width: number,
): readonly Shape[] => {
  const style = { size: sizes.small, colour: 'muted' } as const
  const [left, right] = [digits(low), digits(high)]
  const from = x + widthOf(left, style) + 6
  const { href } = scaleBar(scale)
  const after = from + 120 + 6
  const labelAt = after + widthOf(right, style) + 12
  return [
    { kind: 'text', text: left, x, y: y + 9, ...style },
    { kind: 'image', x: from, y, width: 120, height: 10, href },
    { kind: 'rect', x: from, y, width: 120, height: 10, stroke: 'border' },
    { kind: 'text', text: right, x: after, y: y + 9, ...style },
    fittedText({ text: label, x: labelAt, y: y + 9, ...style }, width - margin - labelAt),
  ]
}

/** A drawing that says that there is nothing to show. */
export const nothing = (heading: string, captions: readonly string[] = []): Drawing => {
  const width = 320
  const below = captioned(captions, 110, width)
  return {
    width,
    height: 122 + lineHeight * below.length,
    shapes: [
      headed(heading, width),
      { kind: 'rect', x: margin, y: 38, width: width - 2 * margin, height: 66, stroke: 'border', dashes: [4, 4] },
      { kind: 'text', text: 'no data', x: width / 2, y: 75, size: sizes.label, anchor: 'middle', colour: 'muted' },
      ...below,
    ],
  }
}

/** A sheet, laid out. */
export const sheetOf = ({ heading, tiles, columns, scale, captions }: Sheet): Drawing => {
  if (tiles.length === 0) return nothing(heading, captions)
  const boxes = tiles.map(({ bitmap }) => tileSize(bitmap))
  const hasLabels = tiles.some(({ label }) => label !== undefined)
  const cell = Math.max(hasLabels ? 48 : 1, ...boxes.map(([width]) => width))
  const high = Math.max(...boxes.map(([, height]) => height)) + (hasLabels ? lineHeight + 2 : 0)
  const fitting = Math.max(1, Math.floor((widest - 2 * margin + gap) / (cell + gap)))
  const across = columns ?? Math.min(tiles.length, fitting)
  const rows = Math.ceil(tiles.length / across)
  const width = Math.max(2 * margin + Math.min(across, tiles.length) * (cell + gap) - gap, 320)
  const top = margin + sizes.title + 12
  const shapes = tiles.flatMap(({ bitmap: { href }, label, title }, i): readonly Shape[] => {
    const [w, h] = boxes[i] as readonly [number, number]
    const x = margin + (i % across) * (cell + gap)
    const y = top + Math.floor(i / across) * (high + gap)
    const at = { x: x + (cell - w) / 2, y, width: w, height: h }
    return [
      { kind: 'image', ...at, href, ...(title !== undefined && { title }) },
      { kind: 'rect', ...at, stroke: 'border', strokeWidth: 0.5 },
      ...(label === undefined
        ? []
        : [
            fittedText(
              { text: label, x: x + cell / 2, y: y + h + 12, size: sizes.small, anchor: 'middle', colour: 'muted' },
              cell + gap - 2,
            ),
          ]),
    ]
  })
  const bottom = top + rows * (high + gap)
  const key = scale === undefined ? [] : scaleKey(scale, margin, bottom + 2, width)
  const below = captioned(captions, bottom + (scale === undefined ? 0 : 18), width)
  return {
    width,
    height: bottom + (scale === undefined ? 0 : 18) + lineHeight * below.length + margin - gap,
    shapes: [headed(heading, width), ...shapes, ...key, ...below],
  }
}
