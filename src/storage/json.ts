import { DocumentError } from '../base/errors.ts'
import { byName, isList, isRecord } from '../base/trees.ts'

// JSON has no NaN, infinities or negative zero; a history of losses may hold all of them.

/** The values of JSON, and the numbers that it lacks. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain }

const lacking: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
])

/** The name under which a record holds a number that JSON lacks; other names that begin with `$` get a second one. */
const marker = '$number'

/** The value in JSON's terms. */
export const toJson = (value: Plain): Plain => {
  if (typeof value === 'number') {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value
    return byName([[marker, Object.is(value, -0) ? '-0' : String(value)]])
  }
  if (isList(value)) return (value as readonly Plain[]).map(toJson)
  if (!isRecord(value)) return value
  return byName(Object.entries(value).map(([name, own]) => [name.startsWith('$') ? `$${name}` : name, toJson(own)]))
}

/** The inverse of {@link toJson}, frozen. */
export const fromJson = (value: Plain): Plain => {
  if (isList(value)) return Object.freeze((value as readonly Plain[]).map(fromJson))
  if (!isRecord(value)) return value
  const entries = Object.entries(value) as [string, Plain][]
  const [first] = entries
  if (entries.length === 1 && first?.[0] === marker) return lacking.get(String(first[1])) ?? Number.NaN
  return byName(entries.map(([name, own]) => [name.startsWith('$$') ? name.slice(1) : name, fromJson(own)] as const))
}

/**
 * What a file in JSON holds.
 *
 * @throws DocumentError if it is none
 */
export const parsedJson = (file: string, bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown
  } catch {
    throw new DocumentError({
      file,
      expected: 'a file in JSON',
      got: `${bytes.length} bytes that are none`,
      remedy: 'It is cut off or damaged: write or download it again.',
    })
  }
}
