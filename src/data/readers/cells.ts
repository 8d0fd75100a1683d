import { codec } from '../../base/options.ts'
import { isList, isRecord } from '../../base/trees.ts'

// What the cells of text files become.

/** The type of a column's cells; a function gets the text of a cell. */
export type ColumnType = 'number' | 'boolean' | 'text' | ((text: string) => unknown)

/** The values of a column. */
export type ValueOf<T> = T extends 'number'
  ? number
  : T extends 'boolean'
    ? boolean
    : T extends 'text'
      ? string
      : T extends (text: string) => infer Value
        ? Value
        : never

/**
 * What becomes of a cell of numbers or booleans that holds nothing: an error, a row that is left out, or a number in its
 * place.
 */
export type MissingAs = 'error' | 'skip' | number

/** How to read missing values, and which texts mark them. Default: only the empty text. */
export type Missing = MissingAs | { readonly as: MissingAs; readonly texts?: readonly string[] }

/** What becomes of missing values, in its normal form. */
export interface MissingRule {
  readonly as: MissingAs
  readonly texts: ReadonlySet<string>
}

export const isMissingAs = (value: unknown): value is MissingAs =>
  value === 'error' || value === 'skip' || typeof value === 'number'

/** How missing values are given. */
export const missing: ReturnType<typeof codec<MissingRule>> = codec<MissingRule>(
  "'error', 'skip', a number in their place, or { as, texts }",
  value => {
    if (isMissingAs(value)) return { as: value, texts: new Set(['']) }
    if (!isRecord(value) || !isMissingAs(value.as)) return undefined
    const { as, texts = [], ...others } = value
    if (!isList(texts) || !texts.every(text => typeof text === 'string') || Object.keys(others).length > 0)
      return undefined
    return { as: as as MissingAs, texts: new Set(['', ...(texts as readonly string[])]) }
  },
)

/** The row is left out. */
export const skipped: unique symbol = Symbol('skipped')

const misread: unique symbol = Symbol('misread')

/** A cell that is not what its column is read as. */
export interface Misread {
  readonly [misread]: string
  readonly cause?: unknown
}

const wrong = (expected: string, cause?: unknown): Misread => ({ [misread]: expected, cause })

/** What was expected in the place of a cell; `undefined` where it was read. */
export const expectedInstead = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && misread in value ? (value as Misread)[misread] : undefined

const truths: Readonly<Record<string, boolean>> = {
  ...{ true: true, t: true, yes: true, y: true, '1': true },
  ...{ false: false, f: false, no: false, n: false, '0': false },
}

/** Whether a text is a number. */
export const isNumber = (text: string): boolean => text.trim() !== '' && !Number.isNaN(Number(text))

/** How the cells of a column are read: what comes of one is a value, {@link skipped}, or a {@link Misread}. */
export const reader = (type: ColumnType, { as, texts }: MissingRule): ((text: string) => unknown) => {
  if (typeof type === 'function')
    return text => {
      try {
        return type(text)
      } catch (error) {
        return wrong('a text that the type of the column reads', error)
      }
    }
  if (type === 'text') return text => text
  const missed = (): unknown => {
    if (as === 'skip') return skipped
    if (as === 'error') return wrong(`a ${type}`)
    return type === 'boolean' ? as !== 0 : as
  }
  if (type === 'boolean')
    return text => {
      const cell = text.trim()
      if (texts.has(cell)) return missed()
      return Object.hasOwn(truths, cell.toLowerCase()) ? truths[cell.toLowerCase()] : wrong('true or false')
    }
  return text => {
    const value = Number(text)
    // Almost every cell. An empty one is 0, too, and texts that stand for missing values may be numbers.
    if (value !== 0 && !Number.isNaN(value) && texts.size === 1) return value
    if (texts.has(text.trim())) return missed()
    return isNumber(text) ? value : wrong('a number')
  }
}
