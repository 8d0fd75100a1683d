import { shortestFloat } from '../base/shown.ts'
import type { Linear } from './linear.ts'

// Values as JavaScript.

/** A text in quotes. Separators of lines, which stand for themselves in JSON, are escaped. */
export const quoted = (text: string): string =>
  `'${JSON.stringify(text)
    .slice(1, -1)
    .replace(/\\"/g, '"')
    .replace(/'/g, "\\'")
    .replace(/[\u2028\u2029]/g, sign => `\\u${sign.charCodeAt(0).toString(16)}`)}'`

/** A text as lines of comments. */
export const commented = (text: string, indent = ''): string =>
  text
    .split(/[\n\r\u2028\u2029]/)
    .map(line => `${indent}// ${line}`.trimEnd())
    .join('\n')

/** A float. */
export const float = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value < 0 ? '-Infinity' : 'Infinity'
  return Object.is(value, -0) ? '-0' : String(shortestFloat(value))
}

/** A number that may depend on the batch, `n`. */
export const size = ({ slope, offset }: Linear): string => {
  if (slope === 0) return float(offset)
  const term = slope === 1 ? 'n' : `${slope} * n`
  return offset === 0 ? term : `${term} ${offset < 0 ? '-' : '+'} ${Math.abs(offset)}`
}

/** A list on one line. */
export const list = (items: readonly string[]): string => `[${items.join(', ')}]`

/** A list on as many lines as it has items. */
export const lines = (items: readonly string[]): string =>
  items.length === 0 ? '[]' : `[\n${items.map(item => `  ${item},\n`).join('')}]`

/** Bytes in base64. */
export const base64 = (bytes: Uint8Array): string => {
  let signs = ''
  // As many at once as a call may have arguments, and a multiple of three.
  for (let from = 0; from < bytes.length; from += 0x6000)
    signs += btoa(String.fromCharCode(...bytes.subarray(from, from + 0x6000)))
  return signs
}
