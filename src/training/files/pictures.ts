import { InvalidOption } from '../../base/errors.ts'
import { showShape } from '../../base/shape.ts'
import { type TensorInput, toNumbers } from '../../state/data.ts'
import type { Png } from './summaries.ts'

/** Whether numbers are given as bytes, of which 255 is the brightest; else it is 1. */
const inBytes = (input: unknown): boolean => {
  const data = typeof input === 'object' && input !== null && 'data' in input ? input.data : input
  return data instanceof Uint8Array || data instanceof Uint8ClampedArray
}

/**
 * Pictures as PNG files.
 *
 * @param given `[rows, cols]`, `[rows, cols, channels]` or `[pictures, rows, cols, channels]`, of 1 to 4 channels: numbers
 *   from 0 to 1, or bytes
 * @throws InvalidOption if the shape is another
 */
export const picturesOf = async (owner: string, name: string, given: TensorInput): Promise<readonly Png[]> => {
  const { data, shape } = toNumbers(given)
  const [rows, cols, channels] = shape.length === 2 ? [...shape, 1] : shape.slice(-3)
  if (![2, 3, 4].includes(shape.length) || !rows || !cols || !channels || channels > 4)
    throw new InvalidOption({
      layer: owner,
      option: `images, ${name}`,
      expected: '[rows, cols], [rows, cols, channels] or [pictures, rows, cols, channels] of 1 to 4 channels',
      got: showShape(shape),
      remedy: 'For example: images: () => ({ noise: { data: new Float32Array(64), shape: [8, 8] } }).',
    })
  // Loaded with the first picture.
  const { encode } = await import('fast-png')
  const scale = inBytes(given) ? 1 : 255
  const size = rows * cols * channels
  return Array.from({ length: data.length / size }, (_, i) => {
    // What is beyond the range is as dark, or as bright, as can be.
    const pixels = Uint8ClampedArray.from(data.subarray(i * size, (i + 1) * size), value => value * scale)
    const picture = { width: cols, height: rows, channels, depth: 8, data: new Uint8Array(pixels.buffer) } as const
    return { rows, cols, channels, bytes: encode(picture) }
  })
}
