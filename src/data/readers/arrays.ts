import { DataError } from '../../base/errors.ts'
import { sizeOf } from '../../base/shape.ts'
import { isRecord } from '../../base/trees.ts'
import type { TypedNumbers } from '../../state/data.ts'
import { reading } from '../../state/given.ts'
import { type Slices, whileOpen } from '../../storage/slices.ts'
import { once } from '../cache.ts'
import { flatColumn } from '../columns.ts'
import type { Dataset } from '../dataset.ts'
import { fromSource } from '../operations.ts'
import { byRow, runsOf, type View, whenAll } from '../source.ts'
import { refuseNaN } from '../stack.ts'
import { allBytes, asContent, beginning, type Content, contentError, isGzip } from './content.ts'
import { type Element, numbersIn } from './elements.ts'

// Datasets of arrays that files hold: their rows.

/** Where the numbers of an array are in a file. */
export interface Layout {
  readonly element: Element
  readonly little: boolean
  /** Whether the first axis varies fastest, instead of the last. */
  readonly isFortran: boolean
  readonly shape: readonly number[]
  /** The byte at which the numbers begin, and the one at which they end. */
  readonly start: number
  readonly end: number
}

/** What the first bytes of a file say; `undefined` where they end before its header does. */
export type ReadLayout = (content: Content, bytes: Uint8Array) => Layout | undefined

/** An array of a file: its rows. */
export interface FileArray {
  readonly shape: readonly number[]
  /** @param name of the column that they become */
  readonly rows: (name: string) => View<unknown>
}

/** Arrays of more bytes stay in their file, and are read row by row. */
const kept = 2 ** 28

const numbersOf = (content: Content, bytes: Uint8Array<ArrayBuffer>, { element, little }: Layout): TypedNumbers => {
  try {
    return numbersIn(bytes, element, little)
  } catch (error) {
    throw contentError(content, 'integers that a double holds', error)
  }
}

/** Numbers whose first axis varies fastest, in row-major order. */
const rowMajor = (data: TypedNumbers, shape: readonly number[]): TypedNumbers => {
  const into = data.slice()
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)))
  const at = shape.map(() => 0)
  let from = 0
  for (let i = 0; i < into.length; i++) {
    into[i] = data[from] as number
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [size = 1, stride = 1] = [shape[axis], strides[axis]]
      at[axis] = (at[axis] as number) + 1
      from += stride
      if ((at[axis] as number) < size) break
      at[axis] = 0
      from -= size * stride
    }
  }
  return into
}

const checkedLength = (content: Content, { shape, end }: Layout, length: number): void => {
  if (length !== end)
    throw contentError(content, `${end} bytes for ${shape.join(' x ')} numbers`, new Error(`${length} bytes`))
}

/** The array in the bytes of a whole file. */
export const arrayIn = (content: Content, bytes: Uint8Array<ArrayBuffer>, layout: Layout): FileArray => {
  checkedLength(content, layout, bytes.length)
  const { shape, isFortran, start } = layout
  const data = numbersOf(content, bytes.subarray(start), layout)
  const ordered = isFortran && shape.length > 1 ? rowMajor(data, shape) : data
  return { shape, rows: name => flatColumn(name, ordered, shape) }
}

/** Rows that stay in a file, which is open while some of them are read. */
const rowsIn = (content: Content, open: () => Promise<Slices>, layout: Layout, column: string): View<unknown> => {
  const { element, shape, start } = layout
  const [count = 0, ...rest] = shape
  const width = sizeOf(rest)
  const bytesOfRow = width * element.bytes
  const own = Object.freeze(rest)
  const read = async (slices: Slices, from: number, rows: number): Promise<TypedNumbers> => {
    const at = start + from * bytesOfRow
    return numbersOf(content, await slices.slice(at, at + rows * bytesOfRow), layout)
  }
  const using = <R>(work: (slices: Slices) => Promise<R>): Promise<R> => whileOpen(open, work)
  return {
    count,
    at: row =>
      using(async slices => {
        const data = await read(slices, row, 1)
        return rest.length === 0 ? data[0] : Object.freeze({ data, shape: own })
      }),
    gather: ({ rows, allowNaN }) =>
      using(async slices => {
        const data = new Float32Array(rows.length * width)
        await Promise.all(
          runsOf(rows).map(async ({ at, from, count }) => data.set(await read(slices, from, count), at * width)),
        )
        const stacked = { data, shape: Object.freeze([rows.length, ...rest]) }
        if (!allowNaN) refuseNaN(data, stacked.shape, column, { owner: content.name, rowOf: i => rows[i] as number })
        return Object.freeze(stacked)
      }),
  }
}

/** An array that is too large to be kept, if it is one: of a file that is not packed, and whose last axis varies fastest. */
export const largeArray = async (content: Content, layoutOf: ReadLayout): Promise<FileArray | undefined> => {
  const { open } = content
  const slices = await open?.()
  if (open === undefined || slices === undefined) return undefined
  try {
    const head = await slices.slice(0, Math.min(beginning, slices.length))
    if (slices.length <= kept || isGzip(head)) return undefined
    const layout = layoutOf(content, head)
    if (layout === undefined || layout.isFortran) return undefined
    checkedLength(content, layout, slices.length)
    return { shape: layout.shape, rows: name => rowsIn(content, open, layout, name) }
  } finally {
    await slices.close()
  }
}

/** One column of a dataset, and the file that it comes from. */
export type Named = readonly [name: string, array: FileArray, content: Content]

/** Whether sources are given by name. */
export const isByName = (value: unknown): value is Readonly<Record<string, unknown>> => {
  try {
    return isRecord(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value))
  } catch {
    // A proxy of the user's.
    return false
  }
}

/** Arrays side by side, which must have as many rows; one without a name is alone. */
const together = (owner: string, named: readonly Named[]): View<unknown> => {
  const [first] = named
  for (const [name, { shape }, content] of named) {
    const fault = (expected: string, got: string, remedy: string) =>
      new DataError({ owner, file: content.name, ...(name === '' ? {} : { column: name }), expected, got, remedy })
    const [rows] = shape
    if (rows === undefined || rows === 0)
      throw fault('an array with at least one row', `shape [${shape.join(', ')}]`, 'Choose other arrays.')
    if (rows !== first?.[1].shape[0])
      throw fault(`${first?.[1].shape[0]} rows, as ${first?.[0]} has`, `${rows}`, 'Choose arrays that belong together.')
  }
  const names = named.map(([name]) => name)
  const views = named.map(([name, { rows }]) => rows(name))
  const [alone] = views
  if (alone !== undefined && names[0] === '') return alone
  const record = (values: readonly unknown[]): unknown =>
    Object.freeze(Object.fromEntries(values.map((value, i) => [names[i], value])))
  return {
    count: alone?.count ?? 0,
    at: row =>
      whenAll(
        views.map(({ at }) => at(row)),
        record,
      ),
    gather: gathering =>
      whenAll(
        views.map(({ gather }) => gather(gathering)),
        record,
      ),
  }
}

/** A dataset of the rows of arrays that are read at the first iteration. */
export const fromNamed = (owner: string, text: string, load: () => Promise<readonly Named[]>): Dataset<unknown> => {
  const view = once(async () => together(owner, await load()))
  return fromSource(
    byRow({ text, size: undefined, batchSize: undefined }, async () => {
      const rows = await view()
      return () => rows
    }),
  )
}

/** The array of a file that holds one. */
const readArray = async (content: Content, layoutOf: ReadLayout): Promise<FileArray> => {
  const large = await largeArray(content, layoutOf)
  if (large !== undefined) return large
  const bytes = await allBytes(content, head => layoutOf(content, head)?.end)
  const layout = layoutOf(content, bytes)
  if (layout === undefined) throw contentError(content, 'a header', new Error(`${bytes.length} bytes`))
  return arrayIn(content, bytes, layout)
}

/** A dataset of the rows of a source, or of several by name. */
export const fromArrays = (owner: string, source: unknown, layoutOf: ReadLayout): Dataset<unknown> => {
  const contents = reading(owner, 'source', () =>
    isByName(source)
      ? Object.entries(source).map(([name, each]) => [name, asContent(owner, each, name)] as const)
      : [['', asContent(owner, source)] as const],
  )
  // The error for what is no source.
  if (contents.length === 0) asContent(owner, source)
  return fromNamed(owner, contents.map(([, { name }]) => name).join(', '), async () => {
    const read: Named[] = []
    for (const [name, content] of contents) read.push([name, await readArray(content, layoutOf), content])
    return read
  })
}
