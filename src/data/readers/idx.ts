import { sizeOf } from '../../base/shape.ts'
import type { FlatData } from '../../state/data.ts'
import type { Dataset } from '../dataset.ts'
import { fromArrays, type Layout } from './arrays.ts'
import { type Content, contentError, type DataSource } from './content.ts'
import { elements } from './elements.ts'

/** The kinds of numbers, by the third byte. */
const kinds: Readonly<Record<number, string>> = { 8: 'u1', 9: 'i1', 11: 'i2', 12: 'i4', 13: 'f4', 14: 'f8' }

const layoutOf = (content: Content, bytes: Uint8Array): Layout | undefined => {
  const wrong = (expected: string, got: string) => contentError(content, expected, new Error(got))
  if (bytes.length < 4) return undefined
  const [zero, other, kind = 0, rank = 0] = bytes
  const code = kinds[kind]
  const element = code === undefined ? undefined : elements[code]
  if (zero !== 0 || other !== 0 || element === undefined || rank === 0) {
    const magic = [...bytes.subarray(0, 4)].map(byte => byte.toString(16).padStart(2, '0')).join('')
    throw wrong('an IDX file: 0x0000, the kind of its numbers and the number of its dimensions at byte 0', `0x${magic}`)
  }
  const start = 4 + 4 * rank
  if (bytes.length < start) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  const empty = shape.indexOf(0)
  if (empty >= 0) throw wrong(`a dimension of at least 1 at byte ${4 + 4 * empty}`, '0')
  return { element, little: false, isFortran: false, shape, start, end: start + sizeOf(shape) * element.bytes }
}

/**
 * The rows of a file in the IDX format of LeCun's MNIST (1998), gzipped or not: numbers if it has one dimension, else
 * `{ data, shape }`. With a record of sources, rows are records; all files must have equally many rows.
 *
 * Files are read at the first iteration: up to 256 MB whole, larger ones row by row. A gzip file may unpack to what its header says and no more.
 *
 * @throws InvalidOption if a source is invalid; while iterating, FileError if a file cannot be read, DataError if it is
 *   not an IDX file, is truncated, or has more bytes than its header says
 * @example
 * ```ts
 * const bytes = new Uint8Array([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])
 * const [batch] = await fromIdx({ x: bytes }).batch(2).toArray()
 * batch?.x.shape // [2, 3]
 * ```
 */
export function fromIdx(source: DataSource): Dataset<number | FlatData>
export function fromIdx<const Sources extends Readonly<Record<string, DataSource>>>(
  sources: Sources,
): Dataset<{ readonly [K in keyof Sources]: number | FlatData }>
export function fromIdx(source: unknown): Dataset<unknown> {
  return fromArrays('fromIdx', source, layoutOf)
}
