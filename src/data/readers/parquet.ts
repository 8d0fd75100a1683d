import type { AsyncBuffer, FileMetaData } from 'hyparquet'
import { DataError, show } from '../../base/errors.ts'
import { codec, nearest, parseOptions } from '../../base/options.ts'
import { isList } from '../../base/trees.ts'
import { type Slices, slicesOfBytes } from '../../storage/slices.ts'
import type { Dataset } from '../dataset.ts'
import { fromSource } from '../operations.ts'
import type { Pass } from '../source.ts'
import { isMissingAs, type MissingAs } from './cells.ts'
import { allBytes, asContent, type Content, contentError, type DataSource } from './content.ts'

/** How a Parquet file is read. */
export interface ParquetOptions {
  /** The columns to read; all by default. */
  readonly columns?: readonly string[]
  /** What becomes of missing values: an error, a row that is left out, or a number in their place. */
  readonly missing?: MissingAs
}

/** A value of a Parquet file. */
export type ParquetValue =
  | number
  | boolean
  | string
  | Date
  | Uint8Array
  | readonly ParquetValue[]
  | { readonly [name: string]: ParquetValue }

interface Rules {
  readonly columns: readonly string[] | 'all'
  readonly missing: MissingAs
}

const options = {
  columns: {
    codec: codec('names of columns', value =>
      value === 'all' || (isList(value) && value.length > 0 && value.every(name => typeof name === 'string'))
        ? (value as readonly string[] | 'all')
        : undefined,
    ),
    default: 'all',
  },
  missing: {
    codec: codec("'error', 'skip', or a number in their place", value => (isMissingAs(value) ? value : undefined)),
    default: 'error',
  },
}

/** Reads in any order; a stream, which cannot, is read whole. */
const slicesOf = async (content: Content): Promise<Slices> => {
  if (content.open !== undefined) return content.open()
  return slicesOfBytes(await allBytes(content, () => undefined))
}

/** An integer of 64 bits as a number; `undefined` where a double does not hold it. */
const whole = (value: bigint): number | undefined => (Number.isSafeInteger(Number(value)) ? Number(value) : undefined)

/** A value without BigInts and without missing parts; what is wrong with it goes to `wrong`. */
const plain = (value: unknown, missing: MissingAs, wrong: (expected: string, got: string) => never): unknown => {
  if (typeof value === 'bigint') return whole(value) ?? wrong('an integer that a double holds, up to 2^53', `${value}`)
  if (value === null || value === undefined) return typeof missing === 'number' ? missing : wrong('a value', 'none')
  if (isList(value)) return Object.freeze(value.map(part => plain(part, missing, wrong)))
  if (typeof value !== 'object' || ArrayBuffer.isView(value) || value instanceof Date) return value
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part, missing, wrong)])),
  )
}

const checkedColumns = (content: Content, { schema }: FileMetaData, columns: Rules['columns']): readonly string[] => {
  // The first element is the root: its children are the columns, each of which may have parts.
  const present: string[] = []
  let left = schema[0]?.num_children ?? 0
  for (let i = 1; left > 0 && i < schema.length; left--) {
    present.push(schema[i]?.name ?? '')
    let parts = 1
    for (; parts > 0 && i < schema.length; i++) parts += (schema[i]?.num_children ?? 0) - 1
  }
  const chosen = columns === 'all' ? present : columns
  const unknown = chosen.find(name => !present.includes(name))
  if (unknown === undefined) return chosen
  const meant = nearest(unknown, present)
  throw new DataError({
    owner: 'fromParquet',
    file: content.name,
    expected: `a column ${show(unknown)}`,
    got: present.join(', '),
    remedy: meant ? `Did you mean ${meant}?` : 'Choose one of these.',
  })
}

async function* rowsOf(content: Content, rules: Rules, { from }: Pass): AsyncGenerator<unknown, void, undefined> {
  const [{ parquetMetadataAsync, parquetReadObjects }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ])
  const reading = async <R>(read: () => Promise<R>): Promise<R> => {
    try {
      return await read()
    } catch (error) {
      throw contentError(content, 'a Parquet file', error)
    }
  }
  const slices = await slicesOf(content)
  try {
    const file: AsyncBuffer = {
      byteLength: slices.length,
      slice: async (from, to = slices.length) => {
        const bytes = await slices.slice(from < 0 ? slices.length + from : from, to)
        return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer
      },
    }
    const metadata = await reading(() => parquetMetadataAsync(file))
    const columns = checkedColumns(content, metadata, rules.columns)
    const inGroups = metadata.row_groups.reduce((sum, { num_rows }) => sum + num_rows, 0n)
    if (inGroups !== metadata.num_rows)
      throw contentError(content, `${metadata.num_rows} rows in row groups`, new Error(`${inGroups}`))
    if (metadata.num_rows === 0n) throw contentError(content, 'at least one row', new Error('none'))
    // Rows that are left out for a missing value are not counted: to leave out the first rows, they have to be read.
    let left = from
    let first = 0
    for (const { num_rows } of metadata.row_groups) {
      const [start, end] = [first, first + Number(num_rows)]
      first = end
      if (rules.missing !== 'skip' && left >= end - start) {
        left -= end - start
        continue
      }
      const rows = await reading(() =>
        parquetReadObjects({
          ...{ file, metadata, compressors, rowStart: start, rowEnd: end },
          columns: [...columns],
        }),
      )
      for (const [i, row] of rows.entries()) {
        if (rules.missing !== 'skip' && left > 0) {
          left--
          continue
        }
        const made = rowOf(content, row, columns, rules, start + i)
        if (made === undefined) continue
        if (left > 0) left--
        else yield made
      }
    }
  } finally {
    await slices.close()
  }
}

const rowOf = (
  content: Content,
  row: Readonly<Record<string, unknown>>,
  columns: readonly string[],
  { missing }: Rules,
  number: number,
): unknown => {
  const made: Record<string, unknown> = {}
  for (const column of columns) {
    const value = row[column]
    if (missing === 'skip' && (value === null || value === undefined)) return undefined
    made[column] = plain(value, missing, (expected, got) => {
      throw new DataError({
        owner: 'fromParquet',
        ...{ file: content.name, row: number, column, expected, got },
        remedy: "Skip rows without a value with missing: 'skip', or replace missing values: missing: 0.",
      })
    })
  }
  return Object.freeze(made)
}

/**
 * The rows of a Parquet file as records, one row group after the other: a file may be larger than memory. Integers of 64 bits
 * become numbers, times become Dates, lists become arrays.
 *
 * @throws InvalidOption if an argument is invalid; while iterating, FileError if the file cannot be read, DataError if
 *   it is not a Parquet file or is damaged, or a value is missing (with row and column)
 * @example
 * ```ts
 * const flowers = fromParquet('flowers.parquet', { columns: ['width', 'height', 'kind'], missing: 'skip' })
 * const batches = flowers.map(({ width, height, kind }) => ({ x: [width, height], y: kind })).batch(32)
 * ```
 */
export const fromParquet = (
  source: DataSource,
  given?: ParquetOptions,
): Dataset<Readonly<Record<string, ParquetValue>>> => {
  const content = asContent('fromParquet', source)
  const rules: Rules = parseOptions(
    'fromParquet',
    "fromParquet('data.parquet', { columns: ['x', 'y'] })",
    options,
    given,
  )
  return fromSource({
    text: content.name,
    size: undefined,
    batchSize: undefined,
    // The columns of a file are known when it is read.
    read: pass =>
      rowsOf(content, rules, pass) as AsyncGenerator<Readonly<Record<string, ParquetValue>>, void, undefined>,
  })
}
