import { DataError } from '../../base/errors.ts'
import { codec, parseOptions } from '../../base/options.ts'
import { sizeOf } from '../../base/shape.ts'
import { isList, isRecord } from '../../base/trees.ts'
import type { FlatData } from '../../state/data.ts'
import type { Dataset } from '../dataset.ts'
import {
  arrayIn,
  fromArrays,
  fromNamed,
  isByName,
  type Layout,
  largeArray,
  type Named,
  type ReadLayout,
} from './arrays.ts'
import { allBytes, asContent, type Content, contentError, type DataSource } from './content.ts'
import { elements } from './elements.ts'

// NumPy's files: NPY is a header, a Python dictionary, and the numbers; NPZ is a zip of NPY files.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

const magic = '\x93NUMPY'

const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/** The values of the header's dictionary. */
const headerPattern =
  /'descr':\s*'([<>|=])?([a-zA-Z])(\d+)'|'fortran_order':\s*(True|False)|'shape':\s*\(([\d,\sL]*)\)/g

const parseHeader = (text: string) => {
  const found = [...text.matchAll(headerPattern)]
  const group = (i: number) => found.map(match => match[i]).find(value => value !== undefined)
  const [letter, width, fortran, shape] = [group(2), group(3), group(4), group(5)]
  if (fortran === undefined || shape === undefined) return undefined
  return {
    kind: letter === undefined ? undefined : `${letter}${width}`,
    little: group(1) !== '>',
    isFortran: fortran === 'True',
    shape: shape.split(',').flatMap(size => (size.trim() === '' ? [] : [Number.parseInt(size, 10)])),
  }
}

/** @param within the array of an NPZ file */
const layoutOf = (content: Content, bytes: Uint8Array, within?: string): Layout | undefined => {
  const wrong = (expected: string, got: string) =>
    contentError(content, expected, new Error(got), within === undefined ? {} : { column: within })
  if (textOf(bytes.subarray(0, 6)) !== magic)
    throw wrong('an NPY file, which begins with \\x93NUMPY', bytes.length === 0 ? 'an empty file' : 'another file')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wide = (bytes[6] ?? 1) > 1
  const from = wide ? 12 : 10
  if (bytes.length < from) return undefined
  const start = from + (wide ? view.getUint32(8, true) : view.getUint16(8, true))
  if (bytes.length < start) return undefined
  const text = new TextDecoder().decode(bytes.subarray(from, start))
  const header = parseHeader(text)
  const element = elements[header?.kind ?? '']
  if (header === undefined || element === undefined)
    throw wrong(
      'an array of booleans, integers of 1 to 8 bytes or floats of 2 to 8 bytes',
      header === undefined ? 'another header' : `${/'descr':\s*(\[.*?\]|'.*?')/.exec(text)?.[1]}`,
    )
  const { shape, isFortran, little } = header
  return { element, little, isFortran, shape, start, end: start + sizeOf(shape) * element.bytes }
}

const isZip = (bytes: Uint8Array): boolean => textOf(bytes.subarray(0, 2)) === 'PK'

/** Deflate packs at most so many bytes into one. */
const mostPacked = 1032

/** The arrays of an NPZ file, by the names that the dataset gives them. */
const parseNpz = async (
  content: Content,
  bytes: Uint8Array<ArrayBuffer>,
  chosen: Readonly<Record<string, string>> | undefined,
): Promise<readonly Named[]> => {
  const { unzipSync } = await import('fflate')
  const present: string[] = []
  const wanted = chosen === undefined ? undefined : new Set(Object.values(chosen))
  let files: Readonly<Record<string, Uint8Array>>
  try {
    files = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        const array = name.replace(/\.npy$/, '')
        present.push(array)
        if (wanted !== undefined && !wanted.has(array)) return false
        if (originalSize > mostPacked * (size + 1))
          throw new RangeError(`${originalSize} bytes of ${name}, which are packed into ${size}`)
        return true
      },
    })
  } catch (error) {
    throw contentError(content, 'a zip file that is whole', error)
  }
  const names = chosen ?? Object.fromEntries(present.map(name => [name, name]))
  if (present.length === 0) throw contentError(content, 'an NPZ file with arrays', new Error('none'))
  return Object.entries(names).map(([name, array]) => {
    const file = files[`${array}.npy`] ?? files[array]
    if (file === undefined)
      throw new DataError({
        owner: 'fromNpy',
        file: content.name,
        column: name,
        expected: `an array of the file: ${present.join(', ')}`,
        got: array,
        remedy: 'Choose arrays with columns: { x: array, y: array }.',
      })
    const layout = layoutOf(content, file, array)
    if (layout === undefined)
      throw contentError(content, 'a header', new Error(`${file.length} bytes`), { column: array })
    return [name, arrayIn(content, new Uint8Array(file), layout), content] as const
  })
}

/** What is read of an NPZ file. */
export interface NpyOptions {
  /** The arrays to read: their names, or the name of an array for each name in the dataset. All by default. */
  readonly columns?: readonly string[] | Readonly<Record<string, string>>
}

const isName = (value: unknown): value is string => typeof value === 'string'
const choice = codec('names of arrays, or a name for each column', value => {
  if (value === 'all') return value
  const names = isList(value) && value.every(isName) ? Object.fromEntries(value.map(name => [name, name])) : value
  return isRecord(names) && Object.keys(names).length > 0 && Object.values(names).every(isName)
    ? Object.freeze({ ...names } as Record<string, string>)
    : undefined
})

/**
 * The rows of NumPy files. For an NPY file, numbers if the array has one dimension, else `{ data, shape }`. For an NPZ
 * file, records of the rows of its arrays, all or those in `columns`. With a record of NPY sources, rows are records.
 * All arrays must have equally many rows.
 *
 * Booleans, integers of 1 to 8 bytes and floats of 2 to 8 bytes are read, in either byte order and either order of axes. Files
 * are read at the first iteration: NPY files of more than 256 MB row by row, others whole.
 *
 * @throws InvalidOption if an argument is invalid; while iterating, FileError if a file cannot be read, DataError if it
 *   is not such a file, is truncated, or holds other values than numbers
 * @example
 * ```ts
 * const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }"
 * const bytes = Uint8Array.from([
 *   ...[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0],
 *   ...new TextEncoder().encode(header),
 *   ...new Uint8Array(new Float32Array([0.5, 2]).buffer),
 * ])
 * const [batch] = await fromNpy({ x: bytes }).batch(2).toArray()
 * batch?.x.data // [0.5, 2]
 * ```
 */
export function fromNpy<const Sources extends Readonly<Record<string, DataSource>>>(
  sources: Sources,
): Dataset<{ readonly [K in keyof Sources]: number | FlatData }>
export function fromNpy<const Name extends string>(
  source: DataSource,
  options: { readonly columns: readonly Name[] | Readonly<Record<Name, string>> },
): Dataset<{ readonly [K in Name]: number | FlatData }>
export function fromNpy(source: DataSource): Dataset<unknown>
export function fromNpy(source: unknown, options?: NpyOptions): Dataset<unknown> {
  const { columns } = parseOptions(
    'fromNpy',
    "fromNpy('data.npz', { columns: { x: 'x_train', y: 'y_train' } })",
    { columns: { codec: choice, default: 'all' } },
    options,
  )
  const chosen = columns === 'all' ? undefined : columns
  if (isByName(source)) return fromArrays('fromNpy', source, (of, bytes) => layoutOf(of, bytes))
  const content = asContent('fromNpy', source)
  return fromNamed('fromNpy', content.name, async () => {
    const large = chosen === undefined ? await largeArray(content, unlessZip) : undefined
    if (large !== undefined) return [['', large, content]]
    const bytes = await allBytes(content, head => unlessZip(content, head)?.end)
    if (isZip(bytes)) return parseNpz(content, bytes, chosen)
    if (chosen !== undefined)
      throw contentError(content, 'an NPZ file, as columns are chosen', new Error('another file'))
    const layout = layoutOf(content, bytes)
    if (layout === undefined) throw contentError(content, 'a header', new Error(`${bytes.length} bytes`))
    return [['', arrayIn(content, bytes, layout), content]]
  })
}

/** What the first bytes of an NPY file say. */
const unlessZip: ReadLayout = (content, bytes) => (isZip(bytes) ? undefined : layoutOf(content, bytes))
