// Pixels as numbers: channels, and sizes.

/** An image: rows of pixels from the top, each with its channels, from 0 to 1. */
export interface Pixels {
  readonly rows: number
  readonly cols: number
  readonly channels: number
  readonly data: Float32Array
}

/** Luma of red, green and blue (ITU-R BT.601). */
const luma = [0.299, 0.587, 0.114] as const

/** How many channels an image has: gray, gray with alpha, colors, colors with alpha. */
export type Channels = 1 | 2 | 3 | 4

/** An image with other channels: gray becomes three equal colors, colors their luma; alpha is left out, or 1. */
export const withChannels = ({ rows, cols, channels, data }: Pixels, wanted: Channels): Pixels => {
  if (channels === wanted) return { rows, cols, channels, data }
  const into = new Float32Array(rows * cols * wanted)
  const [hasColor, wantsColor] = [channels > 2, wanted > 2]
  const [hasAlpha, wantsAlpha] = [channels % 2 === 0, wanted % 2 === 0]
  for (let pixel = 0; pixel < rows * cols; pixel++) {
    const [from, to] = [pixel * channels, pixel * wanted]
    const red = data[from] as number
    if (!wantsColor)
      into[to] = hasColor
        ? luma[0] * red + luma[1] * (data[from + 1] as number) + luma[2] * (data[from + 2] as number)
        : red
    else for (let c = 0; c < 3; c++) into[to + c] = hasColor ? (data[from + c] as number) : red
    if (wantsAlpha) into[to + wanted - 1] = hasAlpha ? (data[from + channels - 1] as number) : 1
  }
  return { rows, cols, channels: wanted, data: into }
}

/** Which pixels each pixel of another length is made of, and how much of each. */
const weights = (from: number, to: number): readonly (readonly [first: number, parts: Float32Array])[] => {
  const scale = from / to
  // Where an image becomes smaller the triangle is wide enough to see all pixels, so that nothing is skipped.
  const reach = Math.max(1, scale)
  return Array.from({ length: to }, (_, i) => {
    const center = (i + 0.5) * scale - 0.5
    const [first, last] = [Math.max(0, Math.ceil(center - reach)), Math.min(from - 1, Math.floor(center + reach))]
    const parts = Float32Array.from({ length: last - first + 1 }, (_, j) =>
      Math.max(0, 1 - Math.abs(first + j - center) / reach),
    )
    const sum = parts.reduce((total, part) => total + part, 0)
    return [first, parts.map(part => part / sum)] as const
  })
}

/** One axis in another length: `outer` times `from` times `inner` numbers. */
const resized = (
  data: Float32Array,
  [outer, from, inner]: readonly [number, number, number],
  to: number,
): Float32Array => {
  if (from === to) return data
  const into = new Float32Array(outer * to * inner)
  for (const [i, [first, parts]] of weights(from, to).entries())
    for (let o = 0; o < outer; o++)
      for (const [j, part] of parts.entries()) {
        const [source, target] = [(o * from + first + j) * inner, (o * to + i) * inner]
        for (let k = 0; k < inner; k++)
          into[target + k] = (into[target + k] as number) + part * (data[source + k] as number)
      }
  return into
}

/** An image in another size: linear between the centers of pixels, with a wider triangle where it becomes smaller. */
export const withSize = (
  { rows, cols, channels, data }: Pixels,
  [height, width]: readonly [number, number],
): Pixels => ({
  ...{ rows: height, cols: width, channels },
  data: resized(resized(data, [1, rows, cols * channels], height), [height, cols, channels], width),
})
