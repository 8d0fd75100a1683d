import { type Content, contentError } from './content.ts'
import type { Pixels } from './pixels.ts'

// Image files as pixels.

/** More pixels than a photograph has: a file of a few kilobytes may say that it is larger. */
const most = 2 ** 28

const isPng = (bytes: Uint8Array): boolean => [0x89, 0x50, 0x4e, 0x47].every((byte, i) => bytes[i] === byte)
const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8

/** The size that the header of a PNG file says. */
const sizeOfPng = (bytes: Uint8Array): number => {
  if (bytes.length < 24) return 0
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return header.getUint32(16) * header.getUint32(20)
}

/** The bits of packed pixels as numbers: each row begins with a byte of its own. */
const unpackedBits = (data: Uint8Array, rows: number, cols: number, depth: number): Uint8Array => {
  const into = new Uint8Array(rows * cols)
  const stride = Math.ceil((cols * depth) / 8)
  for (let row = 0; row < rows; row++)
    for (let col = 0; col < cols; col++) {
      const bit = col * depth
      const byte = data[row * stride + (bit >> 3)] as number
      into[row * cols + col] = (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
    }
  return into
}

/** Pixels with an alpha channel, which is 0 where they have the transparent color. */
const withTransparency = (
  pixels: ArrayLike<number>,
  channels: number,
  color: Uint16Array,
  opaque: number,
): Float32Array => {
  const count = pixels.length / channels
  const into = new Float32Array(count * (channels + 1))
  for (let i = 0; i < count; i++) {
    let same = true
    for (let c = 0; c < channels; c++) {
      const value = pixels[i * channels + c] as number
      into[i * (channels + 1) + c] = value
      same &&= value === color[c]
    }
    into[i * (channels + 1) + channels] = same ? 0 : opaque
  }
  return into
}

const decodePng = async (bytes: Uint8Array): Promise<Pixels> => {
  if (sizeOfPng(bytes) > most) throw new RangeError(`an image of ${sizeOfPng(bytes)} pixels`)
  const { convertIndexedToRgb, decode } = await import('fast-png')
  const image = decode(bytes, { checkCrc: true })
  const { width: cols, height: rows, depth, channels, palette, transparency } = image
  if (palette !== undefined) {
    const data = Float32Array.from(convertIndexedToRgb(image), value => value / 255)
    return { rows, cols, channels: data.length / (rows * cols), data }
  }
  const opaque = 2 ** depth - 1
  const raw = depth < 8 ? unpackedBits(image.data as Uint8Array, rows, cols, depth) : image.data
  const isKeyed = transparency !== undefined && transparency.length === channels
  const values = isKeyed ? withTransparency(raw, channels, transparency, opaque) : raw
  return {
    ...{ rows, cols, channels: isKeyed ? channels + 1 : channels },
    data: Float32Array.from(values, value => value / opaque),
  }
}

const decodeJpeg = async (bytes: Uint8Array): Promise<Pixels> => {
  const { default: jpeg } = await import('jpeg-js')
  const {
    width: cols,
    height: rows,
    data,
  } = jpeg.decode(bytes, {
    ...{ useTArray: true, formatAsRGBA: false, tolerantDecoding: false },
    ...{ maxResolutionInMP: most / 1e6, maxMemoryUsageInMB: 4096 },
  })
  return { rows, cols, channels: 3, data: Float32Array.from(data, value => value / 255) }
}

/**
 * The pixels of a PNG or JPEG file.
 *
 * @throws DataError if it is neither, or damaged
 */
export const decodeImage = async (content: Content, bytes: Uint8Array): Promise<Pixels> => {
  try {
    if (isPng(bytes)) return await decodePng(bytes)
    if (isJpeg(bytes)) return await decodeJpeg(bytes)
  } catch (error) {
    throw contentError(content, `a ${isPng(bytes) ? 'PNG' : 'JPEG'} image`, error)
  }
  throw contentError(content, 'a PNG or JPEG image', new Error(bytes.length === 0 ? 'an empty file' : 'another file'))
}
