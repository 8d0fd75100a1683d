import { chain, type Either, isLeft, map } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type * as t from 'io-ts/lib/index.js'
import { DocumentError, InvalidOption, show } from '../base/errors.ts'
import { ownOptions } from '../base/options.ts'
import { isRecord, own } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import { compose } from '../network/compose.ts'
import { asPart, isComposition } from '../network/parts.ts'
import type { AnyNetwork } from '../network-types/compose.ts'
import { asErrors, at, rejects } from './faults.ts'
import { type Migrations, migrated } from './migrations.ts'
import { readPart, writePart } from './parts.ts'
import { checkRegistry, type Registry } from './registry.ts'
import { type Json, NoDocument } from './values.ts'

/** A network as plain data. */
export interface NetworkDocument {
  readonly format: 'joinery'
  /** The version of the format. */
  readonly version: number
  readonly network: Json
}

/** The options of {@link toDocument}. */
export interface DocumentOptions {
  /**
   * What documents cannot hold, by the names that stand for it: constructors of layers, functions and initializers of your
   * own. Give the same to read the document. Default: none.
   */
  readonly registry?: Registry
}

/** The version that is written. */
const version = 1
/** From each older version to the next. */
const migrations: Migrations = {}

const registryOf = (owner: string, options: unknown): Registry => {
  const { registry, ...others } = ownOptions(owner, `${owner}(…, { registry: { LayerScale } })`, options)
  const [unknown] = Object.keys(others)
  if (unknown !== undefined)
    throw new InvalidOption({
      layer: owner,
      option: unknown,
      expected: 'an option of registry',
      got: show(unknown),
      remedy: `For example: ${owner}(…, { registry: { LayerScale } }).`,
    })
  return checkRegistry(owner, registry)
}

/**
 * A network as plain data, which JSON can hold and people can read: every layer with its options, names, and how they
 * are wired. `fromDocument` reads it back as the same network.
 *
 * @param network a network or layer
 * @throws InvalidOption if a layer, function or initializer is neither the library's nor in the registry; the error says
 *   where in the document it would stand
 * @example
 * ```ts
 * const network = join(Input(4), Relu(8, { bias: null }), Softmax(3))
 * const document = toDocument(network)
 * JSON.stringify(document).slice(0, 71) // {"format":"joinery","version":1,"network":{"join":[{"layer":"Input","op
 * String(fromDocumentOrThrow(document)) // (?, 4) -> [... 3 layers ...] -> (?, 3)
 * ```
 */
export const toDocument = (network: AnyLayer, options: DocumentOptions = {}): NetworkDocument => {
  const part = asPart('toDocument', network)
  const registry = registryOf('toDocument', options)
  try {
    return Object.freeze({ format: 'joinery', version, network: writePart(part, 'network', registry) })
  } catch (error) {
    if (!(error instanceof NoDocument)) throw error
    throw new InvalidOption({
      layer: 'toDocument',
      option: error.place,
      expected: 'a layer, function or initializer of the library or the registry, or plain data',
      got: show(error.value),
      remedy: 'Register it under a name: toDocument(network, { registry: { name: it } }).',
    })
  }
}

const example = 'A document is what toDocument gives.'

/** The version of a document, which says how the rest is read. */
const versionOf = (json: Readonly<Record<string, unknown>>): t.Validation<number> => {
  const { format, version: found } = json
  if (format !== 'joinery') return rejects(at([], 'format'), "'joinery'", format, example)
  if (!Number.isSafeInteger(found) || (found as number) < 1)
    return rejects(at([], 'version'), 'a positive integer', found, example)
  if ((found as number) > version)
    return rejects(
      at([], 'version'),
      `a version up to ${version}`,
      found,
      'A later joinery wrote it: update joinery to read it.',
    )
  return { _tag: 'Right', right: found as number }
}

/** Reads a document; `file` is what errors call it. */
const readDocument = (json: unknown, registry: Registry, file: string): Either<readonly DocumentError[], AnyNetwork> =>
  asErrors(file)(
    isRecord(json)
      ? pipe(
          versionOf(json),
          chain(found =>
            readPart(own(migrated(migrations, json, found, version), 'network'), at([], 'network'), registry),
          ),
          map(
            part =>
              (isComposition(part) ? part : compose({ form: 'sequence', parts: [part] })) as unknown as AnyNetwork,
          ),
        )
      : rejects([], 'an object', json, example),
  )

/**
 * The network of a document. Documents of older versions are read as well.
 *
 * @param json plain data, such as `JSON.parse` gives
 * @returns left every error, each with its place in the document, such as `network.join[1].options.units`
 * @throws InvalidOption if an option is invalid
 * @example
 * ```ts
 * const wrong = { format: 'joinery', version: 1, network: { join: [{ layer: 'Relu', options: { units: 0 } }] } }
 * const read = fromDocument(wrong)
 * read._tag === 'Left' && read.left.map(error => error.place) // ['network.join[0].options.units']
 * ```
 */
export const fromDocument = (
  json: unknown,
  options: DocumentOptions = {},
): Either<readonly DocumentError[], AnyNetwork> => readDocument(json, registryOf('fromDocument', options), 'document')

/** The first of some errors, which says how many there are. */
const summed = ([first, ...others]: readonly DocumentError[]): DocumentError => {
  const { file, place, expected, got, remedy } = first as DocumentError
  const more = others.length === 0 ? '' : ` fromDocument lists ${others.length} more.`
  return new DocumentError({ file, ...(place && { place }), expected, got, remedy: remedy + more })
}

/** Reads a document, or throws the first of its errors. */
export const readDocumentOrThrow = (json: unknown, registry: Registry, file: string): AnyNetwork => {
  const read = readDocument(json, registry, file)
  if (isLeft(read)) throw summed(read.left)
  return read.right
}

/**
 * The same, for where an error ends everything.
 *
 * @throws DocumentError, the first one, which says how many there are
 * @throws InvalidOption if an option is invalid
 */
export const fromDocumentOrThrow = (json: unknown, options: DocumentOptions = {}): AnyNetwork =>
  readDocumentOrThrow(json, registryOf('fromDocumentOrThrow', options), 'document')
