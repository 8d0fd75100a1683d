import { type Either, isLeft, left, map, right } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts/lib/index.js'
import { DocumentError, type Fault, InvalidOption, show } from '../base/errors.ts'
import { faultsOfOptions, nearest } from '../base/options.ts'
import { isList, isRecord, merged } from '../base/trees.ts'

// What is wrong with a document is a list of io-ts errors, each with the way to its place. What was expected there is the name
// of the last type on the way, as in all codecs of the library; the remedy is the error's message.

/** What was found, where it is not a value of the document: told as it is, without quotes. */
class Told {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const described = (expected: string): t.Mixed =>
  new t.Type(
    expected,
    (_): _ is unknown => true,
    t.success,
    value => value,
  )

/** What stands at a step of a way: only what is expected at its end is told. */
const step = described('')
/** The way to an entry of what stands at `context`. */
export const at = (context: t.Context, key: string | number): t.Context => [
  ...context,
  { key: String(key), type: step, actual: undefined },
]

/** One fault, at the place of `context`. */
export const fails = (context: t.Context, { expected, got, remedy }: Fault): t.Validation<never> =>
  t.failures([
    {
      value: undefined,
      context: [...context, { key: '', type: described(expected), actual: new Told(got) }],
      message: remedy,
    },
  ])

/** What a value of the document should have been. */
export const rejects = (context: t.Context, expected: string, value: unknown, remedy: string): t.Validation<never> =>
  fails(context, { expected, got: show(value), remedy })

/** What a call gives, or every option that it refuses; `options` is where these stand. */
export const called = <V>(options: t.Context, make: () => V): t.Validation<V> => {
  try {
    return right(make())
  } catch (error) {
    return refused(options, error)
  }
}

/** The faults of options, as a call that refuses them throws; anything else is thrown again. */
export const refused = (options: t.Context, error: unknown): t.Validation<never> => {
  if (!(error instanceof InvalidOption)) throw error
  const faults = faultsOfOptions(error).map(each => fails(at(options, each.option), each))
  return left(faults.flatMap(fault => (isLeft(fault) ? fault.left : [])))
}

/** An object of plain data. */
export type Fields = Readonly<Record<string, unknown>>

/** A copy of an object, read once; `undefined` for anything else, also for what throws when it is read. */
export const fieldsIn = (json: unknown): Fields | undefined => {
  try {
    return isRecord(json) ? merged(json) : undefined
  } catch {
    return undefined
  }
}

/** A copy of an array, read once; `undefined` for anything else, and for holes, of which there may be billions. */
export const entriesIn = (json: unknown): readonly unknown[] | undefined => {
  if (!isList(json)) return undefined
  try {
    const entries: unknown[] = []
    for (let i = 0; i < json.length; i++) {
      if (!Object.hasOwn(json, i)) return undefined
      entries.push(json[i])
    }
    return entries
  } catch {
    return undefined
  }
}

/** Names of a record that it should not have, with what they may mean. */
export const surplus = (json: Fields, known: readonly string[], context: t.Context): t.Validation<null> => {
  const faults = Object.keys(json)
    .filter(name => !known.includes(name))
    .map(name => {
      const meant = nearest(name, known)
      const expected = known.length === 0 ? 'nothing' : `one of ${known.join(', ')}`
      return rejects(at(context, name), expected, name, meant ? `Did you mean ${meant}?` : 'Leave it out.')
    })
  return map(() => null)(all(faults))
}

/** All of some results, or all of their faults. */
export const all = <A>(results: readonly t.Validation<A>[]): t.Validation<readonly A[]> => {
  const faults: t.Errors = []
  const values: A[] = []
  for (const result of results)
    if (isLeft(result)) faults.push(...result.left)
    else values.push(result.right)
  return faults.length > 0 ? left(faults) : right(values)
}

/** A name that needs no quotes after a dot. */
const plain = /^[A-Za-z_$][\w$]*$/
/** A place as a program would reach it: `network.join[2].options.size`. */
const placeOf = (context: t.Context): string =>
  context
    .map(({ key }) =>
      key === '' ? '' : /^\d+$/.test(key) ? `[${key}]` : plain.test(key) ? `.${key}` : `[${show(key)}]`,
    )
    .join('')
    .replace(/^\./, '')

const errorOf = (file: string, { context, message = '' }: t.ValidationError): DocumentError => {
  const last = context.at(-1)
  return new DocumentError({
    file,
    place: placeOf(context),
    expected: last?.type.name ?? '',
    got: last?.actual instanceof Told ? last.actual.text : show(last?.actual),
    remedy: message,
  })
}

/** More faults than these are not told: the first ones say what the document is. */
const mostTold = 100

/** What was read, or the errors of the document named `file`. */
export const asErrors =
  (file: string) =>
  <A>(result: t.Validation<A>): Either<readonly DocumentError[], A> =>
    isLeft(result) ? left(result.left.slice(0, mostTold).map(error => errorOf(file, error))) : result
