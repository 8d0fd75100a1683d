import type { Initializer, Values } from '../base/parameters.ts'
import { shortestFloat } from '../base/shown.ts'
import { makers } from './value.ts'

// Values as the notation writes them; `undefined` for values without a text.

/** How many numbers a value may have in a text: more belong in variables. */
export const mostNumbers = 256

const bare = /^[A-Za-z_][\w.{}:-]*$/
const words: readonly string[] = ['true', 'false', 'null']

/** A text, in quotes if it needs them or `quoted` asks for them. */
export const printText = (text: string, quoted = false): string =>
  !quoted && bare.test(text) && !words.includes(text) ? text : `'${text.replace(/[\\']/g, '\\$&')}'`

const printNumber = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

const printFloat = (value: number): string => printNumber(shortestFloat(value))

/** Nested lists of a shape. */
const printNested = (shape: readonly number[], data: readonly number[]): string => {
  const [first = 1, ...rest] = shape
  if (shape.length === 0) return printFloat(data[0] as number)
  const size = data.length / first
  const parts = Array.from({ length: first }, (_, i) => printNested(rest, data.slice(i * size, (i + 1) * size)))
  return `[${parts.join(', ')}]`
}

const printValues = ({ shape, data }: Values): string | undefined => {
  if (data.length === 0 || data.length > mostNumbers) return undefined
  if (shape === null) return `flat(${Array.from(data, printFloat).join(', ')})`
  return shape.length === 0 ? undefined : printNested(shape, [...data])
}

const printInitializer = ({ name, options }: Initializer): string | undefined => {
  if (!Object.hasOwn(makers, name)) return undefined
  if (name === 'constant') return `constant(${printNumber(options.value as number)})`
  const given = Object.entries(options).map(([option, value]) => `${option}=${printNumber(value)}`)
  return `${name}(${given.join(', ')})`
}

const kindOf = (value: unknown): unknown => (value as { readonly kind?: unknown } | null)?.kind

/** Any value of an option; `undefined` if it has no text. */
export const printValue = (value: unknown): string | undefined => {
  if (typeof value === 'number') return printNumber(value)
  if (typeof value === 'string') return printText(value)
  if (typeof value === 'boolean' || value === null) return String(value)
  if (Array.isArray(value)) {
    const parts = value.map(printValue)
    return parts.includes(undefined) ? undefined : `[${parts.join(', ')}]`
  }
  if (kindOf(value) === 'Values') return printValues(value as Values)
  return kindOf(value) === 'Initializer' ? printInitializer(value as Initializer) : undefined
}
