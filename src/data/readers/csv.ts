import type { Options as CsvParseOptions } from 'csv-parse/sync'
import { DataError, InvalidOption, show } from '../../base/errors.ts'
import { importOptional, isServer } from '../../base/optional.ts'
import { boolean, codec, isFunction, nearest, parseOptions } from '../../base/options.ts'
import { isList, isRecord } from '../../base/trees.ts'
import type { Dataset } from '../dataset.ts'
import { fromSource } from '../operations.ts'
import { dropped } from '../source.ts'
import {
  type ColumnType,
  expectedInstead,
  isNumber,
  type Misread,
  type Missing,
  type MissingRule,
  missing,
  reader,
  skipped,
  type ValueOf,
} from './cells.ts'
import { asContent, type Content, contentError, type DataSource } from './content.ts'
import { type Lines, linesOf } from './lines.ts'

/** How a CSV file is read. */
export interface CsvOptions {
  /** Whether the first line names the columns, as by default. */
  readonly header?: boolean
  /** The columns to read, in this order; without a header, the names of all columns, which else are '0', '1', and so on. */
  readonly columns?: readonly string[]
  /** The separator of cells. Default: a comma. */
  readonly delimiter?: string
  /** The type of each column. By default, numbers if the cell in the first row is a number or missing, else texts. */
  readonly types?: Readonly<Record<string, ColumnType>>
  /** What becomes of missing values where numbers or booleans are expected; an error by default. */
  readonly missing?: Missing
}

type Parse = (text: string, options: CsvParseOptions) => readonly (readonly string[])[]

/** The parser: bundles for browsers hold one that needs nothing of Node. */
const loadParse = async (): Promise<Parse> => {
  if (isServer())
    try {
      return ((await importOptional('csv-parse/sync')) as { readonly parse: Parse }).parse
    } catch {
      // A bundle, beside which there are no packages.
    }
  return (await import('csv-parse/browser/esm/sync')).parse as Parse
}

interface Rules {
  readonly header: boolean
  readonly columns: readonly string[] | 'all'
  readonly delimiter: string
  readonly types: Readonly<Record<string, ColumnType>>
  readonly missing: MissingRule
}

const names = codec('names of columns', value =>
  value === 'all' || (isList(value) && value.length > 0 && value.every(name => typeof name === 'string'))
    ? (value as readonly string[] | 'all')
    : undefined,
)
const isType = (value: unknown): value is ColumnType =>
  value === 'number' || value === 'boolean' || value === 'text' || isFunction(value)
const typesByName = codec("'number', 'boolean', 'text' or a function of a text for each column", value =>
  isRecord(value) && Object.values(value).every(isType)
    ? ({ ...value } as Readonly<Record<string, ColumnType>>)
    : undefined,
)
const text = codec('a text', value =>
  typeof value === 'string' && value.length > 0 && !/["\r\n]/.test(value) ? value : undefined,
)

const options = {
  header: { codec: boolean, default: true },
  columns: { codec: names, default: 'all' },
  delimiter: { codec: text, default: ',' },
  types: { codec: typesByName, default: {} },
  missing: { codec: missing, default: 'error' },
}

/** Which cells of a row become which fields. */
interface Layout {
  readonly width: number
  readonly fields: readonly { readonly name: string; readonly at: number; readonly read: (cell: string) => unknown }[]
}

const layoutOf = (
  content: Content,
  { columns, types, missing }: Rules,
  header: readonly string[] | undefined,
  first: readonly string[],
): Layout => {
  const fault = (expected: string, got: string, remedy: string) =>
    new DataError({ owner: 'fromCsv', file: content.name, line: 1, expected, got, remedy })
  const present = header?.map(name => name.trim()) ?? (columns === 'all' ? first.map((_, i) => `${i}`) : columns)
  const twice = present.find((name, i) => present.indexOf(name) !== i)
  if (twice !== undefined) throw fault('another name for each column', `${show(twice)} twice`, 'Rename one of them.')
  if (header === undefined && columns !== 'all' && columns.length !== first.length)
    throw fault(`${columns.length} cells: ${columns.join(', ')}`, `${first.length}`, 'Name all columns.')
  const named = (name: string): string => {
    if (present.includes(name)) return name
    const meant = nearest(name, present)
    throw fault(`a column ${show(name)}`, present.join(', '), meant ? `Did you mean ${meant}?` : 'Choose one of these.')
  }
  const chosen = (columns === 'all' ? present : columns).map(named)
  Object.keys(types).forEach(named)
  return {
    width: present.length,
    fields: chosen.map(name => {
      const at = present.indexOf(name)
      const cell = (first[at] ?? '').trim()
      const type = types[name] ?? (isNumber(cell) || missing.texts.has(cell) ? 'number' : 'text')
      return { name, at, read: reader(type, missing) }
    }),
  }
}

const cellFault = (content: Content, line: number, column: string, cell: string, { cause, ...fault }: Misread) =>
  new DataError(
    {
      owner: 'fromCsv',
      ...{ file: content.name, line, column, expected: expectedInstead(fault) as string },
      got: cause === undefined ? (cell.trim() === '' ? 'an empty cell' : show(cell)) : show(cause),
      remedy:
        cell.trim() === ''
          ? "Leave out such rows with missing: 'skip', or give a number in the place of missing values: missing: 0."
          : "Correct the cell, or read the column as texts: types: { column: 'text' }.",
    },
    cause === undefined ? {} : { cause },
  )

async function* rowsOf(content: Content, rules: Rules): AsyncGenerator<unknown, void, undefined> {
  const parse = await loadParse()
  const settings: CsvParseOptions = {
    ...{ delimiter: rules.delimiter, skip_empty_lines: true, relax_column_count: true },
    record_delimiter: ['\r\n', '\n', '\r'],
  }
  const parsed = ({ text, line }: Lines): readonly (readonly string[])[] => {
    try {
      return parse(text, settings)
    } catch (error) {
      const { lines = 1, column } = error as { readonly lines?: number; readonly column?: number | string }
      const place = { line: line + lines - 1, ...(column === undefined ? {} : { column: `${column}` }) }
      throw contentError(content, 'a table in CSV', error, place)
    }
  }
  /** The line of a row. It is only asked for where something is wrong: to count lines takes longer than to parse. */
  const lineOf = ({ text, line }: Lines, row: number): number => {
    const all = parse(text, { ...settings, info: true }) as unknown as readonly {
      readonly info: { readonly lines: number }
    }[]
    return line + (all[row]?.info.lines ?? 1) - 1
  }
  let header: readonly string[] | undefined
  let layout: Layout | undefined
  for await (const lines of linesOf(content, { quoted: true }))
    for (const [i, row] of parsed(lines).entries()) {
      if (rules.header && header === undefined) {
        header = row
        continue
      }
      layout ??= layoutOf(content, rules, header, row)
      if (row.length !== layout.width)
        throw new DataError({
          owner: 'fromCsv',
          ...{ file: content.name, line: lineOf(lines, i) },
          expected: `${layout.width} cells, as in the first line`,
          got: `${row.length}`,
          remedy: `Put cells that hold ${show(rules.delimiter)} in quotes, or give another delimiter.`,
        })
      const made: Record<string, unknown> = {}
      let skip = false
      for (const { name, at, read } of layout.fields) {
        const value = read(row[at] as string)
        if (value === skipped) skip = true
        const expected = expectedInstead(value)
        if (expected !== undefined)
          throw cellFault(content, lineOf(lines, i), name, row[at] as string, value as Misread)
        made[name] = value
      }
      if (!skip) yield Object.freeze(made)
    }
  if (layout === undefined)
    throw contentError(
      content,
      'at least one row',
      new Error(header === undefined ? 'an empty file' : 'a header alone'),
    )
}

/**
 * The rows of a CSV file as records of numbers and texts, read lazily: a file can be larger than memory. It must be
 * UTF-8, may be gzipped, and may have line breaks in quoted cells.
 *
 * @throws InvalidOption if an argument is invalid; while iterating, FileError if the file cannot be read, DataError
 *   with line and column if a row has another number of cells, or a cell has the wrong type
 * @example
 * ```ts
 * const bytes = new TextEncoder().encode('width,height,kind\n1.5,2,iris\n3,4,rose\n')
 * const flowers = fromCsv(bytes, { types: { kind: 'text' } })
 * await flowers.toArray() // [{ width: 1.5, height: 2, kind: 'iris' }, { width: 3, height: 4, kind: 'rose' }]
 *
 * const kinds = oneHot(['iris', 'rose'])
 * const batches = flowers.map(({ width, height, kind }) => ({ x: [width, height], y: kinds.apply(kind) })).batch(2)
 * ```
 */
export function fromCsv<const Types extends Readonly<Record<string, ColumnType>>>(
  source: DataSource,
  options: CsvOptions & { readonly types: Types },
): Dataset<{ readonly [K in keyof Types]: ValueOf<Types[K]> } & Readonly<Record<string, unknown>>>
export function fromCsv(source: DataSource, options?: CsvOptions): Dataset<Readonly<Record<string, number | string>>>
export function fromCsv(source: unknown, given?: CsvOptions): Dataset<unknown> {
  const content = asContent('fromCsv', source)
  const rules: Rules = parseOptions('fromCsv', "fromCsv('data.csv', { delimiter: ';' })", options, given)
  if (rules.columns !== 'all' && new Set(rules.columns).size < rules.columns.length)
    throw new InvalidOption({
      layer: 'fromCsv',
      option: 'columns',
      expected: 'each column once',
      got: show(rules.columns),
      remedy: 'Remove the duplicate.',
    })
  return fromSource({
    text: content.name,
    size: undefined,
    batchSize: undefined,
    read: ({ from }) => dropped(rowsOf(content, rules), from),
  })
}
