import { chain, flatten, isLeft, left, map, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type * as t from 'io-ts/lib/index.js'
import { JoineryError, LayerConnectionError, show } from '../base/errors.ts'
import { automaticPattern } from '../base/names.ts'
import { nearest } from '../base/options.ts'
import { byName, type Json, merged } from '../base/trees.ts'
import { block, branch, end, parallel, repeat, shared, start } from '../combinators/index.ts'
import { type Definition, definitionOf, shownDefault } from '../core/constructor.ts'
import { compose } from '../network/compose.ts'
import { type Arrangement, isComposition, isPart, type LayerValue, type Part } from '../network/parts.ts'
import { all, at, called, entriesIn, type Fields, fails, fieldsIn, rejects, surplus } from '../plain/faults.ts'
import type { Registry } from '../plain/registry.ts'
import { type Kind, longestWay, NoDocument, readValue, type Vocabulary, writeValue } from '../plain/values.ts'
import { initializerKind, valuesKind } from './initial.ts'
import { makerOf, makers, nameOfMaker } from './registry.ts'

// Layers and compositions as plain data. A record's first name says what it is: `layer`, or the name of a combinator.

type Checked<A> = t.Validation<A>
type Read = (json: unknown, context: t.Context) => Checked<Part>

// Layers.

/** A parsed value stands as it is: the short forms of layers, initial values and initializers are for people. */
const shortForm = ({ codec }: Definition['options'][string], value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'kind' in value ? value : codec.encode(value)

const writeLayer = (layer: LayerValue, place: string, registry: Registry): Json => {
  const definition = definitionOf(layer)
  const word = nameOfMaker(registry, layer)
  if (definition === undefined || word === undefined) throw new NoDocument(`${place}.layer`, layer)
  const vocabulary = vocabularyOf(registry)
  const options = Object.entries(definition.options).flatMap(([name, option]) => {
    // A layer has its options as fields, by the names of its definition.
    const own = (layer as unknown as Fields)[name]
    const value = shortForm(option, own)
    if (option.later && show(option.codec.encode(own)) === shownDefault(option)) return []
    return [[name, writeValue(value, `${place}.options.${name}`, vocabulary)] as const]
  })
  return byName<Json>([
    ['layer', word],
    ...(layer.name === automaticPattern(layer.kind) ? [] : [['name', layer.name] as const]),
    ...(options.length > 0 ? [['options', byName(options)] as const] : []),
  ])
}

/** What a constructor makes, or why it does not. */
const made = <V = Part>(context: t.Context, make: () => unknown): Checked<V> => {
  try {
    return right(make() as V)
  } catch (error) {
    if (error instanceof LayerConnectionError) return fails(at(context, error.layer), error)
    if (error instanceof JoineryError) return fails(context, error)
    throw error
  }
}

/** An option as the document gives it: a value of whatever kind, or nothing where there is a default. */
const readOption = (
  [name, option]: readonly [string, Definition['options'][string]],
  given: Fields,
  kind: string,
  context: t.Context,
  vocabulary: Vocabulary,
): Checked<readonly (readonly [string, unknown])[]> => {
  if (Object.hasOwn(given, name))
    return pipe(
      readValue(given[name], context, vocabulary),
      map(value => [[name, value] as const]),
    )
  return 'default' in option
    ? right([])
    : fails(context, { expected: option.codec.name, got: 'nothing', remedy: `${kind} needs its option ${name}.` })
}

const readLayer = (json: Fields, context: t.Context, registry: Registry): Checked<Part> => {
  const { layer: word, name, options: said = {} } = json
  const make = typeof word === 'string' ? makerOf(registry, word) : undefined
  const definition = make && definitionOf(make)
  if (make === undefined || definition === undefined) {
    const meant = typeof word === 'string' ? nearest(word, makers(registry)) : undefined
    const remedy = meant
      ? `Did you mean ${meant}?`
      : `Pass its constructor: { registry: { ${show(word).replaceAll("'", '')} } }.`
    return rejects(at(context, 'layer'), 'the name of a layer of the library or the registry', word, remedy)
  }
  const place = at(context, 'options')
  const given = fieldsIn(said)
  if (given === undefined) return rejects(place, 'an object of options', said, 'Options stand by their names.')
  const named =
    name === undefined || typeof name === 'string'
      ? right(null)
      : rejects(at(context, 'name'), 'a name', name, 'For example: "encoder".')
  const rows = Object.entries(definition.options)
  const checks: Checked<unknown> = all<unknown>([
    surplus(json, ['layer', 'name', 'options'], context),
    named,
    surplus(given, Object.keys(definition.options), place),
  ])
  const vocabulary = vocabularyOf(registry)
  const values = all(rows.map(row => readOption(row, given, definition.kind, at(place, row[0]), vocabulary)))
  if (isLeft(checks) || isLeft(values))
    return left([checks, values].flatMap(result => (isLeft(result) ? result.left : [])))
  const options = merged(byName(values.right.flat()), name === undefined ? {} : { name })
  return flatten(made<Checked<Part>>(context, () => called(place, () => make(options) as Part)))
}

// Compositions.

/** A combinator in documents: what is written of an arrangement, and how it is read. */
interface Form<A extends Arrangement> {
  readonly write: (arrangement: A, write: (part: Part, place: string) => Json) => readonly (readonly [string, Json])[]
  readonly fields: readonly string[]
  readonly read: (json: Fields, context: t.Context, read: Read) => Checked<Part>
}
type FormOf<K extends Arrangement['form']> = Extract<Arrangement, { readonly form: K }>

/** Chains within a chain are part of it, as long as they have no title: joining is associative. */
const flat = (parts: readonly Part[]): readonly Part[] => {
  const found: Part[] = []
  // A list of what is to come, not calls within calls: a chain of `to` is as deep as it is long.
  const next = [...parts].reverse()
  for (let part = next.pop(); part !== undefined; part = next.pop())
    if (isComposition(part) && part.arrangement.form === 'sequence' && part.arrangement.title === undefined)
      for (const inner of [...part.arrangement.parts].reverse()) next.push(inner)
    else found.push(part)
  return found
}

const readParts = (json: unknown, context: t.Context, read: Read): Checked<readonly Part[]> => {
  const parts = entriesIn(json)
  return parts !== undefined && parts.length > 0
    ? all(parts.map((part, i) => read(part, at(context, i))))
    : rejects(context, 'a list of at least one layer', json, 'Layers stand in the order in which they run.')
}

/** The combinators take what the compiler has checked; documents are checked as they are read. */
type Combine = (...given: readonly unknown[]) => unknown

const several = (word: 'parallel' | 'branch', combine: Combine): Form<FormOf<'parallel' | 'branch'>> => ({
  write: ({ parts }, write) => [[word, parts.map((part, i) => write(part, `${word}[${i}]`))]],
  fields: [word],
  read: (json, context, read) =>
    pipe(
      readParts(json[word], at(context, word), read),
      chain(parts => made(context, () => combine(...parts))),
    ),
})
const named = (word: 'shared' | 'block', combine: Combine): Form<FormOf<'shared' | 'block'>> => ({
  write: ({ part, name }, write) => [
    [word, write(part, word)],
    ['name', name],
  ],
  fields: [word, 'name'],
  read: (json, context, read) =>
    pipe(
      read(json[word], at(context, word)),
      chain(part => made(context, () => combine(json.name, part))),
    ),
})
const sliced = (word: 'start' | 'end', combine: Combine): Form<FormOf<'slice'>> => ({
  write: ({ of, cut }, write) => [
    [word, write(of, word)],
    ['names', cut.names],
  ],
  fields: [word, 'names'],
  read: (json, context, read) =>
    pipe(
      read(json[word], at(context, word)),
      chain(of => {
        const names = entriesIn(json.names)
        return names === undefined
          ? rejects(at(context, 'names'), 'a list of names of layers', json.names, 'Say where the network is cut.')
          : made(context, () => combine(of, ...names))
      }),
    ),
})

const join: Form<FormOf<'sequence'>> = {
  write: ({ parts, title }, write) => [
    ['join', flat(parts).map((part, i) => write(part, `join[${i}]`))],
    ...(title === undefined ? [] : [['title', title] as const]),
  ],
  fields: ['join', 'title'],
  read: ({ join, title }, context, read) => {
    if (title !== undefined && typeof title !== 'string')
      return rejects(at(context, 'title'), 'a text', title, 'Leave it out, or give a text.')
    return pipe(
      readParts(join, at(context, 'join'), read),
      chain(parts => made(context, () => compose({ form: 'sequence', parts, ...(title !== undefined && { title }) }))),
    )
  },
}
const repeated: Form<FormOf<'repeat'>> = {
  write: ({ part, times }, write) => [
    ['repeat', write(part, 'repeat')],
    ['times', times],
  ],
  fields: ['repeat', 'times'],
  read: (json, context, read) =>
    pipe(
      read(json.repeat, at(context, 'repeat')),
      chain(part => made(context, () => (repeat as Combine)(part, json.times))),
    ),
}

const forms: Readonly<Record<string, Form<never>>> = {
  join,
  parallel: several('parallel', parallel as Combine),
  branch: several('branch', branch as Combine),
  repeat: repeated,
  shared: named('shared', shared as Combine),
  block: named('block', block as Combine),
  start: sliced('start', start as Combine),
  end: sliced('end', end as Combine),
}
const words = Object.keys(forms)
const wordOf = (arrangement: Arrangement): string =>
  arrangement.form === 'sequence' ? 'join' : arrangement.form === 'slice' ? arrangement.cut.at : arrangement.form

/** Writes a layer or composition; `place` is where it stands in the document. */
export const writePart = (part: Part, place: string, registry: Registry): Json => {
  if (!isComposition(part)) return writeLayer(part, place, registry)
  const { arrangement } = part
  const form = forms[wordOf(arrangement)] as Form<Arrangement>
  return byName(form.write(arrangement, (inner, to) => writePart(inner, `${place}.${to}`, registry)))
}

/** Reads a layer or composition. */
export const readPart = (json: unknown, context: t.Context, registry: Registry): Checked<Part> => {
  const expected = `a layer, or one of ${words.join(', ')}`
  if (context.length > longestWay)
    return rejects(context, 'at most 500 compositions within one another', 'more', 'Join all layers at once.')
  const own = fieldsIn(json)
  if (own === undefined)
    return rejects(context, expected, json, 'For example: { "layer": "Relu", "options": { "units": 10 } }.')
  if (Object.hasOwn(own, 'layer')) return readLayer(own, context, registry)
  const word = words.find(name => Object.hasOwn(own, name))
  if (word === undefined) return rejects(context, expected, json, 'For example: { "join": [{ "layer": "Relu" }] }.')
  const { fields, read } = forms[word] as Form<never>
  const more = surplus(own, fields, context)
  // A call within calls of pipe for each level would fill the stack.
  return isLeft(more) ? more : read(own, context, (inner, way) => readPart(inner, way, registry))
}

/** Layers and compositions, such as those within layers. */
const partKind = (registry: Registry): Kind => ({
  write: (value, place) => (isPart(value) ? writePart(value, place, registry) : undefined),
  read: Object.fromEntries(
    ['layer', ...words].map(word => [word, (json: Fields, context: t.Context) => readPart(json, context, registry)]),
  ),
})

/** What options of layers may be. */
const vocabularyOf = (registry: Registry): Vocabulary => ({
  registry,
  kinds: [partKind(registry), valuesKind, initializerKind],
})
