import * as t from 'io-ts/lib/index.js'
import { JoineryError, show } from '../base/errors.ts'
import { isFunction } from '../base/options.ts'
import { byName, isRecord, type Json, own } from '../base/trees.ts'
import { at, called, type Fields, fails, fieldsIn, rejects } from './faults.ts'
import { readOptions } from './options.ts'
import type { Read, Write } from './values.ts'

// What plain data cannot hold goes by a name: the value itself, what makes values of options, or what reads them from JSON.

/**
 * What plain data cannot hold, by the names that stand for it: constructors of your layers, functions, initializers, losses,
 * metrics; functions that make optimizers and the like of options; objects with `fromJSON`.
 */
export type Registry = Readonly<Record<string, unknown>>

/** The name under which a value is registered. */
export const nameOf = (registry: Registry, value: unknown): string | undefined =>
  Object.entries(registry).find(([, other]) => Object.is(other, value))?.[0]

const isObject = (value: unknown): value is Fields =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

/** What reads JSON again, as `standardize.fromJSON` does. */
const readerOf = (registered: unknown): ((json: unknown) => unknown) | undefined => {
  const { fromJSON } = (isObject(registered) ? registered : {}) as Fields
  return isFunction(fromJSON) ? json => (fromJSON as (json: unknown) => unknown).call(registered, json) : undefined
}

/** Whether two values say the same of themselves. */
const saysAlike = (value: Fields, other: unknown): boolean =>
  isObject(other) &&
  other.kind === value.kind &&
  other.name === value.name &&
  show(other.options) === show(value.options)

/**
 * Writes a value that something registered makes: under the value's `name`, a function of its `options`; under its `kind`,
 * what has `fromJSON`. `undefined` if nothing does.
 */
export const writeMade = (registry: Registry, value: object, place: string, write: Write): Json | undefined => {
  const { kind, name, options, toJSON } = value as Fields
  if (typeof kind === 'string' && isFunction(toJSON) && readerOf(own(registry, kind)) !== undefined)
    // What JSON.stringify would call, as it would.
    return { registered: kind, json: (toJSON as () => Json).call(value) }
  if (typeof name !== 'string' || typeof kind !== 'string' || !isRecord(options)) return undefined
  const make = own(registry, name)
  if (!isFunction(make)) return undefined
  try {
    if (!saysAlike(value as Fields, (make as (options: unknown) => unknown)(options))) return undefined
  } catch {
    return undefined
  }
  const entries = Object.entries(options).map(([key, one]) => [key, write(one, `${place}.options.${key}`)] as const)
  return { registered: name, options: byName(entries) }
}

const calling = (context: t.Context, options: t.Context, make: () => unknown): t.Validation<unknown> => {
  try {
    return called(options, make)
  } catch (error) {
    if (error instanceof JoineryError) return fails(context, error)
    const got = `one that throws ${show(error instanceof Error ? error.message : error)}`
    return fails(at(context, 'registered'), {
      expected: 'a function that takes what it has written',
      got,
      remedy: 'Register what the document was written with.',
    })
  }
}

/** Reads what stands for something registered. */
export const readRegistered = (
  json: Fields,
  context: t.Context,
  read: Read,
  registry: Registry,
): t.Validation<unknown> => {
  const { registered, options } = json
  const value = typeof registered === 'string' ? own(registry, registered) : undefined
  if (value === undefined) {
    const names = Object.keys(registry)
    const expected = names.length > 0 ? `a name of the registry (${names.join(', ')})` : 'a registry'
    const remedy = `Pass what it stands for: { registry: { ${show(registered).replaceAll("'", '')} } }.`
    return rejects(at(context, 'registered'), expected, registered, remedy)
  }
  if (Object.hasOwn(json, 'json')) {
    const reader = readerOf(value)
    return reader === undefined
      ? rejects(at(context, 'registered'), 'the name of what has fromJSON', registered, 'Register what reads it.')
      : calling(context, at(context, 'json'), () => reader(json.json))
  }
  if (options === undefined) return t.success(value)
  const given = fieldsIn(options)
  if (given === undefined)
    return rejects(at(context, 'options'), 'an object of options', options, 'Options stand by their names.')
  if (!isFunction(value))
    return rejects(
      at(context, 'registered'),
      'the name of a function of options',
      registered,
      'Register what makes it.',
    )
  const place = at(context, 'options')
  const make = value as (given: Fields) => unknown
  return readOptions(given, place, read, values => calling(context, place, () => make(values)))
}
