import { type Layer, notation } from '../../src/index.ts'

// Values as the text of a program.

const numbers = (values: ArrayLike<number>): string =>
  Array.from(values, value => (Object.is(value, -0) ? '-0' : String(value))).join(', ')

/** The text of a value, for a program that has all of joinery's names. */
export const source = (value: unknown): string => {
  if (typeof value === 'function') return String(value)
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (value instanceof Float32Array) return `Float32Array.of(${numbers(value)})`
  if (Array.isArray(value)) return `[${value.map(source).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  if ('arrangement' in value) return `net(${JSON.stringify(notation(value as unknown as Layer))})`
  // A layer prints itself as its call.
  if ('rules' in value) return String(value)
  if ((value as { kind?: unknown }).kind === 'Initializer') return String(value)
  const entries = Object.entries(value).map(([name, part]) => `${name}: ${source(part)}`)
  return entries.length > 0 ? `{ ${entries.join(', ')} }` : '{}'
}
