import { importOptional } from './optional.ts'

// What consoles and notebooks show of a value: a text that fits a screen instead of all its properties. Notebooks also get what
// the entry `joinery/display` draws of it. It is asked for by name when it is needed: nothing here depends on pictures, and
// bundles leave it out.

/** Asked by `console.log` in Node and in Deno. */
export const inspecting: unique symbol = Symbol.for('nodejs.util.inspect.custom')
/** Asked by Deno's notebooks. */
export const displaying: unique symbol = Symbol.for('Jupyter.display')

/** The room of `joinery/display` that knows what notebooks show of each kind of value. */
interface Display {
  /** What is shown, by MIME type. */
  readonly bundleOf: (value: unknown) => Promise<object>
}

/**
 * The properties that make consoles and notebooks show a text for a value, or for all values with a prototype; notebooks show
 * what `joinery/display` draws of it, too.
 */
export const shownAs = <V>(text: (value: V) => string): PropertyDescriptorMap => ({
  [inspecting]: {
    value(this: V): string {
      try {
        return text(this)
      } catch {
        return 'a value that throws when it is read'
      }
    },
  },
  [displaying]: {
    value(this: { readonly [inspecting]: () => string }): Promise<object> {
      return importOptional('joinery/display').then(
        display => (display as Display).bundleOf(this),
        () => ({ 'text/plain': this[inspecting]() }),
      )
    },
  },
})

/** The prototype of plain values with getters: consoles show the values of these, which they would not call otherwise. */
export const shownWithGetters: object = Object.freeze(
  Object.defineProperty({}, inspecting, {
    value(this: object): object {
      return { ...this }
    },
  }),
)

/** The number of spaces between two columns. */
const gap = 2

/** The width of each column; a row of one cell is a line of its own and does not count. */
const widthsOf = (rows: readonly (readonly string[])[]): readonly number[] => {
  const widths: number[] = []
  for (const row of rows)
    if (row.length > 1) for (const [c, cell] of row.entries()) widths[c] = Math.max(widths[c] ?? 0, [...cell].length)
  return widths
}

/** Lines up cells: text to the left, numbers to the right. */
export const table = (
  rows: readonly (readonly string[])[],
  rightFrom: number = Number.POSITIVE_INFINITY,
): readonly string[] => {
  const widths = widthsOf(rows)
  return rows.map(row =>
    row
      .map((cell, c) => (c < rightFrom ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0)))
      .join(' '.repeat(gap))
      .trimEnd(),
  )
}

/** The width of blocks of columns, and the most of them. */
const [widest, most] = [100, 3]

/**
 * Lines up cells as {@link table} does. Columns that do not fit continue in blocks below, each of which begins with the first
 * column; a last line names the columns that are left out.
 *
 * @param rows the first one has the names of the columns
 */
export const blocks = (rows: readonly (readonly string[])[]): readonly string[] => {
  const [first = 0, ...widths] = widthsOf(rows)
  const groups: number[][] = []
  let left = 0
  for (const [c, width] of widths.entries()) {
    if (width + gap > left) {
      groups.push([])
      left = widest - first
    }
    groups.at(-1)?.push(c + 1)
    left -= width + gap
  }
  const lines = groups.slice(0, most).flatMap((group, g) => {
    const part = rows.map(row => (row.length === 1 ? row : [0, ...group].map(c => row[c] ?? '')))
    return [...(g === 0 ? [] : ['']), ...table(part)]
  })
  const others = groups.slice(most).flatMap(group => group.map(c => rows[0]?.[c] ?? ''))
  return others.length === 0
    ? lines
    : [...lines, '', cut(`… ${others.length} columns more: ${others.join(', ')}`, widest)]
}

/** A text cut off at a number of characters. */
export const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** The first and last rows of many, with a line between them that counts the others. */
export const shortened = (
  rows: readonly (readonly string[])[],
  things: string,
  [first, last]: readonly [number, number] = [14, 5],
): readonly (readonly string[])[] =>
  rows.length <= first + last + 1
    ? rows
    : [...rows.slice(0, first), [`… ${rows.length - first - last} ${things} more`], ...rows.slice(-last)]

/** A line, and below it the first and last of rows for layers, lined up: as many as a screen has room for. */
export const listed = (head: string, rows: readonly (readonly string[])[]): string =>
  [head, ...table(shortened(rows, 'layers'))].join('\n  ')

/** A whole number with a comma before every three digits. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')

/** The shortest decimal that rounds to the same 32-bit float. */
export const shortestFloat = (value: number): number => {
  if (value === 0) return value
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits))
    if (Object.is(Math.fround(rounded), value)) return rounded
  }
  return Number(value.toPrecision(9))
}

/** A number with a few digits. */
export const digits = (value: number): string => {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value)
  const size = Math.abs(value)
  return size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(2)
}
