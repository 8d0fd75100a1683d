import type * as t from 'io-ts/lib/index.js'
import { DocumentError } from '../../base/errors.ts'
import { boolean, codec, type Options, ownOptions, parseOptions } from '../../base/options.ts'
import { isList, merged, own } from '../../base/trees.ts'
import { writeFileAtomically } from '../../storage/atomic.ts'
import { bytesIn, type Disk, fileError, type Location, locationOption, openDisk } from '../../storage/disk.ts'
import type { Callback, EpochEnd, Updated } from '../loops/callbacks.ts'
import type { MetricValue } from '../report.ts'
import { type Every, everyOption, isTime, type NormalEvery } from './every.ts'

/** How the file is written. */
export interface CsvLogOptions {
  /**
   * Whether to append to the file; a resumed run has one row per epoch. Default: false, the file is overwritten.
   */
  readonly append?: boolean
  /** The separator of cells. Default: `,`. */
  readonly separator?: string
  /** How often to write a row, in epochs or updates. Default: 1, after every epoch. */
  readonly every?: Every
}

interface Normal {
  readonly file: string
  readonly append: boolean
  readonly separator: string
  readonly every: NormalEvery
}

const separatorOption: t.Type<string, unknown, unknown> = codec('one character, such as , or ; or a tab', value =>
  typeof value === 'string' && /^[^"\r\n0-9a-zA-Z.+-]$/u.test(value) ? value : undefined,
)

const options: Options<Normal> = {
  file: { codec: locationOption('file') },
  append: { codec: boolean, default: false },
  separator: { codec: separatorOption, default: ',' },
  every: { codec: everyOption, default: 1 },
}

/** A cell as RFC 4180 has it: in quotes where it would be taken for more than one. */
const cell = (value: MetricValue | string | undefined, separator: string): string => {
  const text = value === undefined ? '' : isList(value) ? JSON.stringify(value) : String(value)
  return text.includes(separator) || /["\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The update of a row, which stands behind its epoch. */
const updateIn = (row: string): number => Number(/^\d+\D(\d+)/u.exec(row)?.[1] ?? Number.NaN)

/**
 * A file with the rows that stay where the next one is of an update: those of later updates are written again, and one that
 * breaks off is none.
 *
 * @throws DocumentError if the file has other columns
 */
const keptRows = (file: string, text: string, header: string, update: number): string => {
  if (text !== '' && !text.startsWith(header))
    throw new DocumentError({
      file,
      line: 1,
      expected: `the columns ${header.trimEnd()}`,
      got: text.split('\n', 1)[0] ?? '',
      remedy: 'Log only values that the file has columns for, or use another file.',
    })
  const rows = text.slice(header.length).split('\n').slice(0, -1)
  return header + rows.flatMap(row => (updateIn(row) < update ? [`${row}\n`] : [])).join('')
}

/** Adds a row behind a file, which is open only meanwhile. */
const addRow = async ({ fs }: Disk, file: string, row: string): Promise<void> => {
  try {
    await fs.appendFile(file, row)
  } catch (error) {
    throw fileError(file, 'a file that can be written', error)
  }
}

/**
 * A callback of `fit` that logs to a CSV file: a row for each epoch, or for every so many updates, under the headers
 * `epoch`, `update`, `loss`, the metrics, and `validationLoss` and so on. Each row is written before training
 * continues. Metrics with several numbers are JSON.
 *
 * @param file a path, or an URL that begins with `file:`; a folder on the way to it that is missing is made
 * @param options `append` (default false), `separator` (`,`), `every` (each epoch)
 * @throws InvalidOption if an option is invalid; while training, FileError if the system does not let the file be written,
 *   and DocumentError if rows are appended to a file that has other columns
 * @example
 * ```ts
 * const log = csvLog('runs/first/log.csv', { separator: ';' })
 * ```
 */
export const csvLog = (file: Location, given: CsvLogOptions = {}): Callback => {
  const example = "csvLog('log.csv', { append: true })"
  const {
    append,
    separator,
    every,
    file: path,
  } = parseOptions('csvLog', example, options, merged(ownOptions('csvLog', example, given), { file }))
  const rowOf = (cells: readonly (MetricValue | string | undefined)[]): string =>
    `${cells.map(value => cell(value, separator)).join(separator)}\n`
  /** The names of what is reported, once it is known. */
  let names: readonly string[] | null = null

  const begin = async (disk: Disk, update: number): Promise<void> => {
    const header = rowOf(['epoch', 'update', ...(names ?? [])])
    const found = append ? await bytesIn(disk, path) : undefined
    const rows = keptRows(path, new TextDecoder().decode(found), header, update)
    await writeFileAtomically(disk, path, new TextEncoder().encode(rows))
  }
  const add = async (epoch: number, update: number, values: Readonly<Record<string, MetricValue>>): Promise<void> => {
    const disk = await openDisk(path)
    if (names === null) {
      names = Object.keys(values)
      await begin(disk, update)
    }
    await addRow(disk, path, rowOf([epoch, update, ...names.map(name => own(values, name))]))
  }
  return Object.freeze({
    trainStart: () => {
      names = null
    },
    update: ({ epoch, update, last }: Updated) =>
      isTime(every, 'updates', update) ? add(epoch, update, last) : undefined,
    epoch: ({ epoch, update, values }: EpochEnd) =>
      isTime(every, 'epochs', epoch) ? add(epoch, update, values) : undefined,
  })
}
