import { DocumentError } from '../../src/index.ts'
import type { Content } from './content.ts'
import type { Labelled } from './images.ts'

/** An array as an IDX file holds it: its dimensions, and its values after the header. */
interface IdxArray {
  readonly dimensions: readonly number[]
  readonly values: Uint8Array
  readonly offset: number
}

const remedy = 'Download it again, and check that it is the file that its name says.'

const hex = (magic: number): string => `0x${magic.toString(16).padStart(8, '0')}`

/** How long a file is that begins so: the header says it. */
export const idxLength = (bytes: Uint8Array): number => {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const rank = bytes[3] ?? 0
  const offset = 4 + 4 * rank
  if (bytes.length < offset) return offset
  const size = Array.from({ length: rank }, (_, i) => header.getUint32(4 + 4 * i)).reduce((n, d) => n * d, 1)
  return Math.min(offset + size, largest)
}
/** No data set of digits is larger. */
const largest = 2 ** 28

/**
 * Reads an array of unsigned bytes in the IDX format of LeCun's MNIST (1998): the magic number 0x0000080d, where d counts
 * the dimensions; each dimension as a big-endian integer of 32 bits; the values.
 */
const readArray = ({ file, bytes }: Content, rank: number): IdxArray => {
  const fail = (expected: string, got: string): never => {
    throw new DocumentError({ file, expected, got, remedy })
  }
  const offset = 4 + 4 * rank
  const length = bytes.length === 0 ? 'an empty file' : `${bytes.length} bytes`
  if (bytes.length < offset) fail(`a header of ${offset} bytes at byte 0`, length)
  const header = new DataView(bytes.buffer, bytes.byteOffset, offset)
  const [magic, right] = [header.getUint32(0), 0x0800 + rank]
  if (magic !== right) fail(`the magic number ${hex(right)} at byte 0`, hex(magic))
  const dimensions = Array.from({ length: rank }, (_, i) => header.getUint32(4 + 4 * i))
  const empty = dimensions.indexOf(0)
  if (empty !== -1) fail(`a dimension of at least 1 at byte ${4 + 4 * empty}`, '0')
  const size = dimensions.reduce((product, dimension) => product * dimension, 1)
  if (bytes.length !== offset + size)
    fail(`${size} values (${dimensions.join(' x ')}) from byte ${offset} to byte ${offset + size}, the end`, length)
  return { dimensions, values: bytes.subarray(offset), offset }
}

/**
 * Reads a file of images and the file of their labels.
 *
 * @throws DocumentError that names the byte
 */
export const readIdx = (images: Content, labels: Content): Labelled => {
  const pixels = readArray(images, 3)
  const digits = readArray(labels, 1)
  const [count = 0, rows = 0, cols = 0] = pixels.dimensions
  if (digits.values.length !== count)
    throw new DocumentError({
      file: labels.file,
      expected: `${count} labels at byte 4, one for each image of ${images.file}`,
      got: String(digits.values.length),
      remedy: 'Take both files from the same data set.',
    })
  const wrong = digits.values.findIndex(digit => digit > 9)
  if (wrong !== -1)
    throw new DocumentError({
      file: labels.file,
      expected: `a digit from 0 to 9 at byte ${digits.offset + wrong}`,
      got: String(digits.values[wrong]),
      remedy,
    })
  return {
    images: { data: Float32Array.from(pixels.values, value => value / 255), shape: [count, rows, cols, 1] },
    labels: digits.values.slice(),
  }
}
