import { map } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts/lib/index.js'
import { JoineryError, show } from '../base/errors.ts'
import { nearest } from '../base/options.ts'
import type { Initializer, Values } from '../base/parameters.ts'
import { key } from '../base/random.ts'
import { shortestFloat } from '../base/shown.ts'
import { byName, isList, isRecord, own } from '../base/trees.ts'
import * as initializers from '../initializers/index.ts'
import { isPart } from '../network/parts.ts'
import { all, at, fails, rejects } from './faults.ts'
import { nameOf, type Registry } from './registry.ts'

// Values of options as plain data. Numbers, texts, true, false, null and lists of them are themselves; anything else is a
// record whose first name says what it is.

/** Plain data, as JSON holds it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** Why a value has no document: the way to it, and what it is. */
export class NoDocument extends Error {
  readonly place: string
  readonly value: unknown
  constructor(place: string, value: unknown) {
    super(place)
    this.place = place
    this.value = value
  }
}

/** How layers within layers are written. */
type WritePart = (part: object, place: string) => Json

/** How layers within layers are read. */
export interface Parts {
  readonly read: (json: unknown, context: t.Context) => t.Validation<unknown>
  readonly isPart: (json: Readonly<Record<string, unknown>>) => boolean
}

/** Compositions are at most 500 deep, each of which takes two steps of the way: its name and a number. */
export const longestWay = 1100

/** More numbers than these are written in base64, as bytes of 32-bit floats in little-endian order. */
const mostWritten = 64

const toBase64 = (data: Float32Array): string => {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  let text = ''
  // An argument list has a limited length.
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(text)
}
const fromBase64 = (text: string): Float32Array | undefined => {
  try {
    const bytes = Uint8Array.from(atob(text), sign => sign.charCodeAt(0))
    return bytes.length % 4 === 0 ? new Float32Array(bytes.buffer) : undefined
  } catch {
    return undefined
  }
}

const writeValues = ({ shape, data }: Values): Json => ({
  values:
    data.length > mostWritten || data.some(value => Object.is(value, -0))
      ? toBase64(data)
      : Array.from(data, shortestFloat),
  shape,
})

const makersOfInitializers: Readonly<Record<string, (options: never) => Initializer>> = {
  ...initializers,
  constant: ({ value }: { readonly value: number }) => initializers.constant(value),
}

/** Whether an initializer is the library's of its name, and no other one that is called alike: it then draws alike. */
const drawsAlike = ({ name, options, sample }: Initializer): boolean => {
  const make = own(makersOfInitializers, name)
  if (make === undefined) return false
  try {
    // Whatever has this name: the maker checks the options.
    const [mine, other] = [sample, make(options as never).sample].map(draw => draw(key(1), [2, 3]))
    return mine?.every((value, i) => Object.is(value, other?.[i])) === true
  } catch {
    return false
  }
}
/** The same of initializers that cannot change. Hundreds of layers may have one and the same. */
const known = new WeakMap<Initializer, boolean>()
const isLibrarys = (initializer: Initializer): boolean => {
  if (!Object.isFrozen(initializer) || !Object.isFrozen(initializer.options)) return drawsAlike(initializer)
  const found = known.get(initializer) ?? drawsAlike(initializer)
  known.set(initializer, found)
  return found
}

const kindOf = (value: object): unknown => ('kind' in value ? value.kind : undefined)

/** Writes a value of an option. */
export const writeValue = (value: unknown, place: string, registry: Registry, writePart: WritePart): Json => {
  const registered = typeof value === 'object' || typeof value === 'function' ? nameOf(registry, value) : undefined
  if (value !== null && registered !== undefined) return { registered }
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { number: Object.is(value, -0) ? '-0' : String(value) }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (isList(value)) return value.map((one, i) => writeValue(one, `${place}[${i}]`, registry, writePart))
  if (typeof value !== 'object') throw new NoDocument(place, value)
  if (isPart(value)) return writePart(value, place)
  if (kindOf(value) === 'Values') return writeValues(value as Values)
  if (kindOf(value) === 'Initializer') {
    const { name, options } = value as Initializer
    if (!isLibrarys(value as Initializer)) throw new NoDocument(place, value)
    return { initializer: name, options: byName(Object.entries(options)) }
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new NoDocument(place, value)
  const entries = Object.entries(value).map(
    ([name, one]) => [name, writeValue(one, `${place}.${name}`, registry, writePart)] as const,
  )
  return { record: byName(entries) }
}

const lacking: Readonly<Record<string, number>> = { '-0': -0, NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity }

type Read = (
  json: Readonly<Record<string, unknown>>,
  context: t.Context,
  registry: Registry,
  parts: Parts,
) => t.Validation<unknown>

/** The records that stand for values, by their first name. */
const tagged: Readonly<Record<string, Read>> = {
  number: ({ number }, context) => {
    const value = typeof number === 'string' ? own(lacking, number) : undefined
    return value === undefined
      ? rejects(
          at(context, 'number'),
          Object.keys(lacking)
            .map(text => `'${text}'`)
            .join(', '),
          number,
          'Write other numbers as they are.',
        )
      : t.success(value)
  },
  registered: ({ registered }, context, registry) => {
    const value = typeof registered === 'string' ? own(registry, registered) : undefined
    if (value !== undefined) return t.success(value)
    const names = Object.keys(registry)
    const expected = names.length > 0 ? `a name of the registry (${names.join(', ')})` : 'a registry'
    return rejects(
      at(context, 'registered'),
      expected,
      registered,
      `Pass what it stands for: { registry: { ${registered} } }.`,
    )
  },
  values: ({ values, shape }, context) => {
    const data = typeof values === 'string' ? fromBase64(values) : numbersOf(values)
    if (data === undefined || !data.every(Number.isFinite))
      return rejects(
        at(context, 'values'),
        'finite numbers in a list, or 32-bit floats in base64',
        values,
        'Write the document anew.',
      )
    if (shape !== null && !isShapeOf(shape, data.length))
      return rejects(
        at(context, 'shape'),
        `a shape of ${data.length} numbers, or null`,
        shape,
        'Write the document anew.',
      )
    return t.success(
      Object.freeze({ kind: 'Values', shape: shape === null ? null : Object.freeze([...(shape as number[])]), data }),
    )
  },
  initializer: ({ initializer, options = {} }, context) => {
    const make = typeof initializer === 'string' ? own(makersOfInitializers, initializer) : undefined
    if (make === undefined) {
      const names = Object.keys(makersOfInitializers)
      const meant = typeof initializer === 'string' ? nearest(initializer, names) : undefined
      return rejects(
        at(context, 'initializer'),
        `an initializer (${names.join(', ')})`,
        initializer,
        meant ? `Did you mean ${meant}?` : 'Choose one of these.',
      )
    }
    try {
      // The options come from a document: the maker checks them.
      return t.success(make(options as never))
    } catch (error) {
      if (error instanceof JoineryError) return fails(at(context, 'options'), error)
      throw error
    }
  },
  record: ({ record }, context, registry, parts) =>
    isRecord(record)
      ? pipe(
          all(
            Object.entries(record).map(([name, one]) =>
              pipe(
                readValue(one, at(at(context, 'record'), name), registry, parts),
                map(value => [name, value] as const),
              ),
            ),
          ),
          map(byName),
        )
      : rejects(at(context, 'record'), 'an object', record, 'Write the document anew.'),
}

const numbersOf = (values: unknown): Float32Array | undefined =>
  isList(values) && values.every(value => typeof value === 'number') ? Float32Array.from(values as number[]) : undefined
const isShapeOf = (shape: unknown, count: number): boolean =>
  isList(shape) &&
  shape.every(d => Number.isSafeInteger(d) && (d as number) >= 0) &&
  (shape as readonly number[]).reduce((n, d) => n * d, 1) === count

/** Reads a value of an option. */
export const readValue: (json: unknown, context: t.Context, registry: Registry, parts: Parts) => t.Validation<unknown> =
  (json, context, registry, parts) => {
    if (json === null || typeof json === 'string' || typeof json === 'boolean') return t.success(json)
    if (typeof json === 'number') return t.success(json)
    if (context.length > longestWay)
      return rejects(context, 'values that are not so deep', 'more', 'Write the document anew.')
    if (isList(json)) return all(Array.from(json, (one, i) => readValue(one, at(context, i), registry, parts)))
    if (!isRecord(json)) return rejects(context, 'plain data', json, 'A document holds what JSON can.')
    if (parts.isPart(json)) return parts.read(json, context)
    const tag = Object.keys(tagged).find(name => Object.hasOwn(json, name))
    const surplus = Object.keys(json)[0]
    return tag === undefined
      ? rejects(
          context,
          `an object with one of ${Object.keys(tagged).join(', ')}, or a layer`,
          json,
          surplus === undefined ? 'It is empty.' : `There is no '${show(surplus).slice(1, -1)}'.`,
        )
      : (tagged[tag] as Read)(json, context, registry, parts)
  }
