import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { DocumentError } from '../base/errors.ts'
import { anything, codec, type Options, parseOptions } from '../base/options.ts'
import type { Json } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import { isPreprocessing, type Preprocessing } from '../data/preprocessing/json.ts'
import { asPart } from '../network/parts.ts'
import type { AnyNetwork } from '../network-types/compose.ts'
import { asErrors, type Fields, surplus } from '../plain/faults.ts'
import { unwritable } from '../plain/json.ts'
import { makingKind } from '../plain/making.ts'
import type { Registry } from '../plain/registry.ts'
import { NoDocument, writeValue } from '../plain/values.ts'
import { type Beside, readBeside } from './beside.ts'
import { fieldsOf, networkOf, orThrow, readNetwork, version } from './network.ts'
import { writePart } from './parts.ts'
import { checkRegistry } from './registry.ts'
import { type Training, writeTraining } from './training.ts'

/** A network as plain data. */
export interface NetworkDocument {
  readonly format: 'joinery'
  /** The version of the format. */
  readonly version: number
  readonly network: Json
  /** How it is trained, if that was given. */
  readonly training?: Json
  /** What prepares its data, if that was given. */
  readonly preprocessing?: Json
}

/** The options of `fromDocument` and `readDocument`. */
export interface DocumentOptions {
  /**
   * What documents cannot hold, by the names that stand for it: constructors of layers, functions, initializers, losses,
   * metrics and preprocessors of your own. Give the same to read the document. Default: none.
   */
  readonly registry?: Registry
}

/** The options of {@link toDocument}. */
export interface ToDocumentOptions extends DocumentOptions {
  /** How the network is trained: options of `fit`, such as `loss`, `optimizer` and `metrics`. Default: not said. */
  readonly training?: Training
  /** What prepares its data: a fitted preprocessor, or several in lists and records. Default: not said. */
  readonly preprocessing?: Preprocessing
}

/** What a document holds. */
export interface DocumentContent extends Beside {
  readonly network: AnyNetwork
}

const preprocessing = codec<unknown>(
  'a fitted preprocessor such as standardize(numbers), or lists and records of them',
  value => (value === null || isPreprocessing(value) ? value : undefined),
)
interface Normal {
  readonly registry: unknown
  readonly training: unknown
  readonly preprocessing: unknown
}
const readingOptions: Options<Pick<Normal, 'registry'>> = { registry: { codec: anything, default: {} } }
const options: Options<Normal> = {
  ...readingOptions,
  training: { codec: anything, default: null },
  preprocessing: { codec: preprocessing, default: null },
}
const registryOf = (owner: string, given: unknown): Registry => {
  const example = `${owner}(…, { registry: { LayerScale } })`
  return checkRegistry(owner, parseOptions(owner, example, readingOptions, given).registry)
}

/** What is written, or where it cannot be. */
const writing = (expected: string, write: () => Json): Json => {
  try {
    return write()
  } catch (error) {
    throw error instanceof NoDocument ? unwritable('toDocument', 'network', error, expected) : error
  }
}

/**
 * A network as plain data, which JSON can hold and people can read: every layer with its options, names, and how they
 * are wired; and if they are given, how it is trained and what prepares its data. `fromDocument` reads the network again,
 * `readDocument` all of it.
 *
 * @param network a network or layer
 * @throws InvalidOption if a layer, function, initializer, loss or other value is neither the library's nor in the registry;
 *   the error says where in the document it would stand
 * @example
 * ```ts
 * const network = join(Input(4), Relu(8, { bias: null }), Softmax(3))
 * const document = toDocument(network, { training: { loss: 'mse', optimizer: adam() } })
 * JSON.stringify(document).slice(0, 71) // {"format":"joinery","version":1,"network":{"join":[{"layer":"Input","op
 * String(fromDocumentOrThrow(document)) // (?, 4) -> [... 3 layers ...] -> (?, 3)
 * ```
 */
export const toDocument = (network: AnyLayer, given: ToDocumentOptions = {}): NetworkDocument => {
  const part = asPart('toDocument', network)
  const own = parseOptions<Normal>('toDocument', 'toDocument(network, { registry: { LayerScale } })', options, given)
  const registry = checkRegistry('toDocument', own.registry)
  const described = 'a layer, function or initializer'
  const document: NetworkDocument = {
    format: 'joinery',
    version,
    network: writing(described, () => writePart(part, 'network', registry)),
    ...(own.training !== null && {
      training: writing('a value', () => writeTraining('toDocument', own.training, registry)),
    }),
    ...(own.preprocessing !== null && {
      preprocessing: writing('a preprocessor', () =>
        writeValue(own.preprocessing, 'preprocessing', { registry, kinds: [makingKind] }),
      ),
    }),
  }
  return Object.freeze(document)
}

/**
 * The network of a document, whatever else it holds. Documents of older versions are read as well.
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
  given: DocumentOptions = {},
): E.Either<readonly DocumentError[], AnyNetwork> =>
  asErrors('document')(readNetwork(json, registryOf('fromDocument', given)))

/**
 * The same, for where an error ends everything.
 *
 * @throws DocumentError, the first one, which says how many there are
 * @throws InvalidOption if an option is invalid
 */
export const fromDocumentOrThrow = (json: unknown, given: DocumentOptions = {}): AnyNetwork =>
  orThrow(readNetwork(json, registryOf('fromDocumentOrThrow', given)), 'document')

/** What a document may say. */
const names = ['format', 'version', 'network', 'training', 'preprocessing']

const contentOf = async (fields: Fields, registry: Registry): Promise<t.Validation<DocumentContent>> => {
  const network = networkOf(fields, registry)
  const beside = await readBeside(fields, registry)
  const others = surplus(fields, names, [])
  if (E.isRight(network) && E.isRight(beside) && E.isRight(others))
    return E.right(Object.freeze({ network: network.right, ...beside.right }))
  return E.left([network, beside, others].flatMap(part => (E.isLeft(part) ? part.left : [])))
}

const readWhole = async (json: unknown, registry: Registry): Promise<t.Validation<DocumentContent>> => {
  const fields = fieldsOf(json)
  return E.isLeft(fields) ? fields : contentOf(fields.right, registry)
}

/**
 * All that a document holds: the network, how it is trained and what prepares its data. It is a promise because the library
 * of a tokenizer may have to be loaded.
 *
 * @param json plain data, such as `JSON.parse` gives
 * @returns left every error, each with its place in the document, such as `training.optimizer.options.step`
 * @throws InvalidOption if an option is invalid
 * @example
 * ```ts
 * const network = join(Input(4), Softmax(3))
 * const document = toDocument(network, {
 *   training: { loss: 'categoricalCrossentropy', optimizer: adam({ step: 0.01 }) },
 *   preprocessing: standardize([[1, 10, 2, 0], [3, 20, 2, 1]]),
 * })
 * const read = await readDocument(JSON.parse(JSON.stringify(document)))
 * read._tag === 'Right' && String(read.right.training?.loss) // categoricalCrossentropy
 * ```
 */
export const readDocument = async (
  json: unknown,
  given: DocumentOptions = {},
): Promise<E.Either<readonly DocumentError[], DocumentContent>> =>
  asErrors('document')(await readWhole(json, registryOf('readDocument', given)))

/**
 * The same, for where an error ends everything.
 *
 * @throws DocumentError, the first one, which says how many there are
 * @throws InvalidOption if an option is invalid
 */
export const readDocumentOrThrow = async (json: unknown, given: DocumentOptions = {}): Promise<DocumentContent> =>
  orThrow(await readWhole(json, registryOf('readDocumentOrThrow', given)), 'document', 'readDocument')
