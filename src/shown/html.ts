import { escapeXml } from '../pictures/svg.ts'

// Tables for notebooks. They have no colours of their own, so they suit light and dark pages.

const style = 'border-collapse:collapse;font-variant-numeric:tabular-nums'
const cellStyle = (isNumber: boolean): string =>
  ` style="padding:2px 10px 2px 0;text-align:${isNumber ? 'right' : 'left'}"`

const row = (cells: readonly string[], tag: 'td' | 'th', rightFrom: number): string => {
  const written = cells.map((cell, c) => `<${tag}${cellStyle(c >= rightFrom)}>${escapeXml(cell)}</${tag}>`)
  return `<tr>${written.join('')}</tr>`
}

/** A line of text above a table, or alone. */
export const htmlLine = (text: string): string => `<div>${escapeXml(text)}</div>`

/**
 * A table; a row of one cell is as wide as all columns.
 *
 * @param head the names of the columns, and `rightFrom` the first column of numbers
 */
export const htmlTable = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
  rightFrom: number = Number.POSITIVE_INFINITY,
): string => {
  const body = rows.map(cells =>
    cells.length === 1 && head.length > 1
      ? `<tr><td colspan="${head.length}"${cellStyle(false)}>${escapeXml(cells[0] ?? '')}</td></tr>`
      : row(cells, 'td', rightFrom),
  )
  return `<table style="${style}"><thead>${row(head, 'th', rightFrom)}</thead><tbody>${body.join('')}</tbody></table>`
}
