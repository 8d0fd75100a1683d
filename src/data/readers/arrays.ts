import { DataError } from '../../core/errors.ts'
import { isRecord } from '../../core/trees.ts'
import type { TypedNumbers } from '../../state/data.ts'
import { reading } from '../../state/given.ts'
import { once } from '../cache.ts'
import { columns } from '../columns.ts'
import type { Dataset } from '../dataset.ts'
import { fromSource } from '../operations.ts'
import { byRow } from '../source.ts'
import { asContent, type Content } from './content.ts'

// Datasets of arrays that files hold: their rows.

/** Numbers of a file, in row-major order. */
export interface NumberArray {
  readonly data: TypedNumbers
  readonly shape: readonly number[]
}

/** One column of a dataset, and the file that it comes from. */
export type Named = readonly [name: string, array: NumberArray, content: Content]

/** Whether sources are given by name. */
export const isByName = (value: unknown): value is Readonly<Record<string, unknown>> => {
  try {
    return isRecord(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value))
  } catch {
    // A proxy of the user's.
    return false
  }
}

/** The columns of arrays, which must have as many rows. */
const checkedColumns = (owner: string, named: readonly Named[]): Readonly<Record<string, NumberArray>> => {
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
  return Object.fromEntries(named.map(([name, array]) => [name, array]))
}

/** A dataset of the rows of arrays that are read at the first iteration; one without a name is alone. */
export const fromNamed = (owner: string, text: string, load: () => Promise<readonly Named[]>): Dataset<unknown> => {
  const view = once(async () => {
    const named = await load()
    const byName = checkedColumns(owner, named)
    return columns(owner, named.length === 1 && named[0]?.[0] === '' ? byName[''] : byName)
  })
  return fromSource(
    byRow({ text, size: undefined, batchSize: undefined }, async () => {
      const rows = await view()
      return () => rows
    }),
  )
}

/** A dataset of the rows of a source, or of several by name. */
export const fromArrays = (
  owner: string,
  source: unknown,
  read: (content: Content) => Promise<NumberArray>,
): Dataset<unknown> => {
  const contents = reading(owner, 'source', () =>
    isByName(source)
      ? Object.entries(source).map(([name, each]) => [name, asContent(owner, each, name)] as const)
      : [['', asContent(owner, source)] as const],
  )
  if (contents.length === 0) asContent(owner, source)
  return fromNamed(owner, contents.map(([, { name }]) => name).join(', '), () =>
    // Of several errors the first one counts, whichever file is read first.
    Promise.allSettled(contents.map(async ([name, content]) => [name, await read(content), content] as const)).then(
      results =>
        results.map(result => {
          if (result.status === 'rejected') throw result.reason
          return result.value
        }),
    ),
  )
}
