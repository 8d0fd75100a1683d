import type { Images } from './images.ts'

/** The characters of a picture: how much ink each has in its upper and in its lower half. */
const glyphs: readonly (readonly [glyph: string, upper: number, lower: number])[] = [
  [' ', 0, 0],
  ['░', 0.25, 0.25],
  ['▒', 0.5, 0.5],
  ['▓', 0.75, 0.75],
  ['█', 1, 1],
  ['▀', 1, 0],
  ['▄', 0, 1],
]

/** The character that looks most like two pixels, one above the other. */
const nearestGlyph = (upper: number, lower: number): string => {
  const error = ([, u, l]: (typeof glyphs)[number]): number => (u - upper) ** 2 + (l - lower) ** 2
  return glyphs.reduce((best, glyph) => (error(glyph) < error(best) ? glyph : best))[0]
}

/** Image `index` as lines of text, two rows of pixels to a line. Small images are enlarged to some 16 columns. */
export const picture = ({ data, shape }: Images, index: number): readonly string[] => {
  const [, rows, cols] = shape
  const zoom = Math.max(1, Math.round(16 / cols))
  const pixel = (row: number, col: number): number => {
    const [r, c] = [Math.floor(row / zoom), Math.floor(col / zoom)]
    return r < rows ? (data[(index * rows + r) * cols + c] as number) : 0
  }
  return Array.from({ length: Math.ceil((rows * zoom) / 2) }, (_, line) =>
    Array.from({ length: cols * zoom }, (_, col) => nearestGlyph(pixel(2 * line, col), pixel(2 * line + 1, col))).join(
      '',
    ),
  )
}

/** A picture with a text beside it, at half its height. */
export const captioned = (picture: readonly string[], caption: string): readonly string[] => {
  const middle = Math.floor((picture.length - 1) / 2)
  return picture.map((line, i) => `${line}  ${(i === middle ? caption : '').padEnd(caption.length)}`)
}

/** Blocks of equal height in rows, as many to a row as the width allows. */
export const sideBySide = (blocks: readonly (readonly string[])[], width: number): string => {
  const gap = '   '
  const widest = Math.max(...blocks.map(([line = '']) => line.length))
  const perRow = Math.max(1, Math.floor((width + gap.length) / (widest + gap.length)))
  const rows = Array.from({ length: Math.ceil(blocks.length / perRow) }, (_, row) =>
    blocks.slice(row * perRow, (row + 1) * perRow),
  )
  const text = (row: readonly (readonly string[])[]): string =>
    (row[0] ?? [])
      .map((_, line) =>
        row
          .map(block => (block[line] ?? '').padEnd(widest))
          .join(gap)
          .trimEnd(),
      )
      .join('\n')
  return rows.map(text).join('\n\n')
}
