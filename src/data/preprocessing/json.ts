import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts/lib/index.js'
import { nearest } from '../../base/options.ts'
import { byName, isList, isRecord, own } from '../../base/trees.ts'
import { all, at, entriesIn, type Fields, fieldsIn, refused, rejects } from '../../plain/faults.ts'
import { type RegistryOption, readAs, registryOf } from '../../plain/json.ts'
import type { Registry } from '../../plain/registry.ts'
import { longestWay, readValue } from '../../plain/values.ts'
import { type Buckets, bucketize } from './bucketize.ts'
import { type MinMax, minMax } from './min-max.ts'
import { type OneHot, oneHot } from './one-hot.ts'
import { type Standardization, standardize } from './standardize.ts'
import { type Tokenization, tokenize } from './tokenize.ts'

/** What was fitted to data, and changes examples: a value of the library. */
export type Preprocessor = Buckets | MinMax | OneHot | Standardization | Tokenization

/** A preprocessor of your own: a value with a function `apply`, or a function. */
export type OwnPreprocessor = { readonly apply: (value: never) => unknown } | ((value: never) => unknown)

/** What prepares data for a network: a preprocessor, or several in lists and records. */
export type Preprocessing =
  | Preprocessor
  | OwnPreprocessor
  | readonly Preprocessing[]
  | { readonly [name: string]: Preprocessing }

const preprocessors: Readonly<Record<string, { readonly fromJSON: (json: unknown) => unknown }>> = {
  bucketize,
  minMax,
  oneHot,
  standardize,
  tokenize,
}

const isApplied = (value: unknown): boolean =>
  typeof value === 'function' || (isRecord(value) && typeof value.apply === 'function')

/** Whether a value prepares data, or consists of what does. */
export const isPreprocessing = (value: unknown, depth = 0): value is Preprocessing => {
  if (isApplied(value)) return true
  if (depth > longestWay || (!isList(value) && !isRecord(value))) return false
  return Object.values(value).every(part => isPreprocessing(part, depth + 1))
}

const noun = 'a preprocessor, or a list or record of them'
const example = 'Preprocessors are { "kind": "standardize", … }, as JSON.stringify gives them.'

/** What reads JSON, also later, or the options that it refuses. */
const later = async (context: t.Context, read: () => unknown): Promise<t.Validation<unknown>> => {
  try {
    return t.success(await read())
  } catch (error) {
    return refused(context, error)
  }
}

const readKind = async (json: Fields, context: t.Context): Promise<t.Validation<unknown>> => {
  const { kind } = json
  const made = typeof kind === 'string' ? own(preprocessors, kind) : undefined
  if (made !== undefined) return later(context, () => made.fromJSON(json))
  const names = Object.keys(preprocessors)
  const meant = typeof kind === 'string' ? nearest(kind, names) : undefined
  const remedy = meant === undefined ? 'Register one of your own: { registered: name }.' : `Did you mean ${meant}?`
  return rejects(at(context, 'kind'), `the kind of a preprocessor (${names.join(', ')})`, kind, remedy)
}

const readAll = async (
  entries: readonly (readonly [name: string | number, json: unknown])[],
  context: t.Context,
  registry: Registry,
): Promise<t.Validation<readonly Preprocessing[]>> => {
  const read: t.Validation<Preprocessing>[] = []
  for (const [name, json] of entries) read.push(await readPreprocessing(json, at(context, name), registry))
  return all(read)
}

/** Reads what {@link Preprocessing} is as plain data. A tokenizer's library may have to be loaded. */
export const readPreprocessing = async (
  json: unknown,
  context: t.Context,
  registry: Registry,
): Promise<t.Validation<Preprocessing>> => {
  if (context.length > longestWay) return rejects(context, 'lists that are not so deep', 'more', example)
  const entries = entriesIn(json)
  if (entries !== undefined) return readAll([...entries.entries()], context, registry)
  const fields = fieldsIn(json)
  if (fields === undefined) return rejects(context, noun, json, example)
  if (Object.hasOwn(fields, 'kind')) return (await readKind(fields, context)) as t.Validation<Preprocessing>
  const record = fieldsIn(fields.record)
  if (record !== undefined) {
    const read = await readAll(Object.entries(record), at(context, 'record'), registry)
    const names = Object.keys(record)
    return E.map((values: readonly Preprocessing[]) =>
      byName(names.map((name, i) => [name, values[i] as Preprocessing] as const)),
    )(read)
  }
  const found = readValue(fields, context, { registry, kinds: [] })
  const value = E.isLeft(found) ? found : await later(context, () => found.right)
  return E.isLeft(value) || isPreprocessing(value.right)
    ? (value as t.Validation<Preprocessing>)
    : rejects(context, noun, value.right, example)
}

/**
 * The preprocessor that plain data describes, whichever it is: the inverse of `toJson`, and of its `toJSON`.
 *
 * @param json what `toJson` or `JSON.stringify` of a preprocessor gave, or of a list or record of them
 * @param options `registry`: preprocessors of your own by the names that `toJson` was given
 * @throws InvalidOption if it is none, or has been changed; it says where, and how many errors there are more
 * @example
 * ```ts
 * const text = JSON.stringify(minMax([[0, 5], [10, 5]]))
 * String(await preprocessorFromJson(JSON.parse(text))) // minMax: least 0 5, most 10 5
 * ```
 */
export const preprocessorFromJson = async (json: unknown, options: RegistryOption = {}): Promise<Preprocessing> => {
  const owner = 'preprocessorFromJson'
  return readAs(owner, await readPreprocessing(json, [], registryOf(owner, options)))
}
