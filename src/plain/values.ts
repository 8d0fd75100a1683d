import { map } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts/lib/index.js'
import { JoineryError, show } from '../base/errors.ts'
import { byName, isList, type Json, own } from '../base/trees.ts'
import { all, at, entriesIn, type Fields, fieldsIn, rejects } from './faults.ts'
import { nameOf, type Registry, readRegistered, writeMade } from './registry.ts'

// Values as plain data. Numbers, texts, true, false, null and lists of them are themselves; anything else is a record whose
// first name says what it is.

/** Why a value has no plain data: the way to it, and what it is. */
export class NoDocument extends Error {
  readonly place: string
  readonly value: unknown
  constructor(place: string, value: unknown) {
    super(place)
    this.place = place
    this.value = value
  }
}

/** Writes a value; the place is where it stands, for errors. */
export type Write = (value: unknown, place: string) => Json
/** Reads a value that stands where `context` leads. */
export type Read = (json: unknown, context: t.Context) => t.Validation<unknown>

/** Reads the record of a value. */
type ReadRecord = (json: Fields, context: t.Context, read: Read) => t.Validation<unknown>

/** Values of one kind, which plain data alone does not hold. */
export interface Kind {
  /** Writes a value of the kind; `undefined` for any other. */
  readonly write?: (value: object, place: string, write: Write) => Json | undefined
  /** What records stand for, by the name that they begin with. */
  readonly read?: Readonly<Record<string, ReadRecord>>
}

/** What values may be beside plain data. */
export interface Vocabulary {
  /** What users have registered, by name. */
  readonly registry: Registry
  readonly kinds: readonly Kind[]
}

/** Compositions are at most 500 deep, each of which takes two steps of the way: its name and a number. */
export const longestWay = 1100

const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * Writes a value.
 *
 * @throws NoDocument if it, or something within it, is neither plain data nor of a kind nor registered
 */
export const writeValue = (value: unknown, place: string, vocabulary: Vocabulary): Json => {
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { number: Object.is(value, -0) ? '-0' : String(value) }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value !== 'object' && typeof value !== 'function') throw new NoDocument(place, value)
  try {
    return writeObject(value, place, vocabulary)
  } catch (error) {
    // What throws when it is read cannot be written.
    throw error instanceof NoDocument || error instanceof JoineryError ? error : new NoDocument(place, value)
  }
}

const writeObject = (value: object, place: string, vocabulary: Vocabulary): Json => {
  const { registry, kinds } = vocabulary
  const registered = nameOf(registry, value)
  if (registered !== undefined) return { registered }
  const write: Write = (inner, to) => writeValue(inner, to, vocabulary)
  if (isList(value)) return value.map((one, i) => write(one, `${place}[${i}]`))
  for (const kind of kinds) {
    const json = kind.write?.(value, place, write)
    if (json !== undefined) return json
  }
  const made = writeMade(registry, value, place, write)
  if (made !== undefined) return made
  if (typeof value === 'function' || !isPlain(value) || isOfKind(value, registry)) throw new NoDocument(place, value)
  return { record: byName(Object.entries(value).map(([name, one]) => [name, write(one, `${place}.${name}`)] as const)) }
}

/** Whether a value is more than a record: it says what it is, and has functions that nobody registered. */
const isOfKind = (value: object, registry: Registry): boolean =>
  'kind' in value &&
  typeof value.kind === 'string' &&
  Object.values(value).some(part => typeof part === 'function' && nameOf(registry, part) === undefined)

const lacking: Readonly<Record<string, number>> = { '-0': -0, NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity }

/** The records that stand for values of no kind, by their first name. */
const tagged: Readonly<
  Record<string, (json: Fields, context: t.Context, read: Read, registry: Registry) => t.Validation<unknown>>
> = {
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
  registered: readRegistered,
  record: ({ record }, context, read) => {
    const fields = fieldsIn(record)
    return fields === undefined
      ? rejects(at(context, 'record'), 'an object', record, 'Write the document anew.')
      : pipe(
          all(
            Object.entries(fields).map(([name, one]) =>
              pipe(
                read(one, at(at(context, 'record'), name)),
                map(value => [name, value] as const),
              ),
            ),
          ),
          map(byName),
        )
  },
}

/** Reads a value. */
export const readValue = (json: unknown, context: t.Context, vocabulary: Vocabulary): t.Validation<unknown> => {
  if (json === null || typeof json === 'string' || typeof json === 'boolean') return t.success(json)
  if (typeof json === 'number') return t.success(json)
  if (context.length > longestWay)
    return rejects(context, 'values that are not so deep', 'more', 'Write the document anew.')
  const { registry, kinds } = vocabulary
  const read: Read = (inner, way) => readValue(inner, way, vocabulary)
  const entries = entriesIn(json)
  if (entries !== undefined) return all(entries.map((one, i) => read(one, at(context, i))))
  const fields = fieldsIn(json)
  if (fields === undefined) return rejects(context, 'plain data', json, 'A document holds what JSON can.')
  const readers = kinds.flatMap(kind => Object.entries(kind.read ?? {}))
  const [, reader] = readers.find(([word]) => Object.hasOwn(fields, word)) ?? []
  if (reader !== undefined) return reader(fields, context, read)
  const tag = Object.keys(tagged).find(name => Object.hasOwn(fields, name))
  if (tag !== undefined) return (tagged[tag] as (typeof tagged)[string])(fields, context, read, registry)
  const words = [...Object.keys(tagged), ...readers.map(([word]) => word)]
  const [surplus] = Object.keys(fields)
  return rejects(
    context,
    `an object with one of ${words.join(', ')}`,
    json,
    surplus === undefined ? 'It is empty.' : `There is no '${show(surplus).slice(1, -1)}'.`,
  )
}
