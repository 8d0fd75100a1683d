// What consoles and notebooks show of a value: a text that fits a screen, in place of what the value is made of.

/** Asked by `console.log` in Node and in Deno. */
const inspecting = Symbol.for('nodejs.util.inspect.custom')
/** Asked by Deno's notebooks. */
const displaying = Symbol.for('Jupyter.display')

/** Where a value cannot be read any more, a console still shows something. */
const safely = <V>(text: (value: V) => string, value: V): string => {
  try {
    return text(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

/**
 * The properties by which a value, or all values of a prototype, show themselves. They are not listed among its own.
 *
 * @param inNotebook what a notebook shows, where it is something else than what a console does
 */
export const shownAs = <V>(
  text: (value: V) => string,
  inNotebook: (value: V) => string = text,
): PropertyDescriptorMap => ({
  [inspecting]: {
    value(this: V): string {
      return safely(text, this)
    },
  },
  [displaying]: {
    value(this: V): Readonly<Record<string, string>> {
      return { 'text/plain': safely(inNotebook, this) }
    },
  },
})

/** Lines up cells: text to the left, numbers to the right. */
export const table = (
  rows: readonly (readonly string[])[],
  rightFrom: number = Number.POSITIVE_INFINITY,
): readonly string[] => {
  const widths: number[] = []
  for (const row of rows) for (const [c, cell] of row.entries()) widths[c] = Math.max(widths[c] ?? 0, [...cell].length)
  return rows.map(row =>
    row
      .map((cell, c) => (c < rightFrom ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

/** Text of at most so many signs. */
export const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** The first and last of many rows, with a row between them that counts the others. */
export const shortened = <R>(
  rows: readonly R[],
  others: (count: number) => R,
  [first, last]: readonly [number, number] = [14, 5],
): readonly R[] =>
  rows.length <= first + last + 1
    ? rows
    : [...rows.slice(0, first), others(rows.length - first - last), ...rows.slice(-last)]

/** A few digits of a number, for people. */
export const digits = (value: number): string => {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value)
  const size = Math.abs(value)
  return size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(2)
}
