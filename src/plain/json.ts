import { isLeft } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { type DocumentError, InvalidOption, show } from '../base/errors.ts'
import { codec, type Options, ownOptions, parseOptions } from '../base/options.ts'
import { isRecord, type Json } from '../base/trees.ts'
import { asErrors, rejects } from './faults.ts'
import { makingKind, makingOf } from './making.ts'
import type { Registry } from './registry.ts'
import { type Kind, NoDocument, readValue, writeValue } from './values.ts'

// Values on their own: an optimizer or a schedule in a file of settings, say.

/** What values are described with. */
export interface RegistryOption {
  /**
   * What plain data cannot hold, by the names that stand for it: functions, losses, metrics and the like of your own. Give
   * the same to read it again. Default: none.
   */
  readonly registry?: Registry
}

const record = codec<Registry>('an object of functions and values by name', value =>
  isRecord(value) ? ownOptions('registry', '{ registry: { double } }', value) : undefined,
)
const options: Options<{ readonly registry: Registry }> = { registry: { codec: record, default: {} } }
/** The registry of options. */
export const registryOf = (owner: string, given: unknown): Registry =>
  parseOptions(owner, `${owner}(…, { registry: { double } })`, options, given).registry

/**
 * The error of a value that plain data cannot hold.
 *
 * @param given what `owner` writes
 * @param expected what might stand in the value's place
 */
export const unwritable = (
  owner: string,
  given: string,
  { place, value }: NoDocument,
  expected: string,
): InvalidOption =>
  new InvalidOption({
    layer: owner,
    option: place === '' ? 'value' : place.replace(/^\./, ''),
    expected: `${expected} of the library or the registry, or plain data`,
    got: show(value),
    remedy: `Register it under a name: ${owner}(${given}, { registry: { name: it } }).`,
  })

/**
 * A value of the library as plain data, which JSON can hold: an optimizer, loss, metric, schedule, regularizer, constraint
 * or fitted preprocessor, with all that it is made of. `optimizerFromJson`, `lossFromJson` and so on read it. Where nothing
 * is registered, `JSON.stringify` of the value gives the same.
 *
 * @throws InvalidOption if it holds a function or another value that is neither the library's nor in the registry; the
 *   error says where
 * @example
 * ```ts
 * const optimizer = chain(clipByNorm(1), adam({ step: 0.01 }))
 * const json = toJson(optimizer)
 * String(optimizerFromJson(json)) === String(optimizer) // true
 *
 * const own = (update: number) => 1 / (update + 1)
 * JSON.stringify(toJson(warmup({ to: own, warmupIter: 10 }), { registry: { own } })) // {"schedule":"warmup","to":{"registered":"own"},"warmupIter":10,"initialValue":0}
 * ```
 */
export const toJson = (value: unknown, given: RegistryOption = {}): Json =>
  written('toJson', value, registryOf('toJson', given))

const written = (owner: string, value: unknown, registry: Registry): Json => {
  try {
    return writeValue(value, '', { registry, kinds: [makingKind] })
  } catch (error) {
    throw error instanceof NoDocument ? unwritable(owner, 'value', error, 'something') : error
  }
}

/** The property by which `JSON.stringify` describes a value; what the library has not made stays as it was. */
export const asJson: PropertyDescriptorMap = {
  toJSON: {
    value(this: object): Json | undefined {
      return makingOf(this) !== undefined ? written('toJson', this, {}) : undefined
    },
  },
}

/**
 * What reads values of one kind.
 *
 * @param noun what errors call a value
 * @param is whether a value is of the kind: what is registered may be anything
 */
export const fromJson =
  <V>(owner: string, noun: string, kinds: readonly Kind[], is: (value: unknown) => value is V) =>
  (json: unknown, given: RegistryOption = {}): V => {
    const read = readValue(json, [], { registry: registryOf(owner, given), kinds })
    const isWrong = !isLeft(read) && !is(read.right)
    return readAs(owner, isWrong ? rejects([], noun, json, 'Give what toJson gave.') : (read as t.Validation<V>))
  }

/**
 * What was read.
 *
 * @throws InvalidOption, the first of all errors, which says how many there are
 */
export const readAs = <V>(owner: string, read: t.Validation<V>): V => {
  const result = asErrors(owner)(read)
  if (!isLeft(result)) return result.right
  const [first, ...others] = result.left
  const { place = '', expected, got, remedy } = first as DocumentError
  const more = others.length === 0 ? '' : ` This is the first of ${others.length + 1} errors.`
  throw new InvalidOption({ layer: owner, option: place || 'json', expected, got, remedy: remedy + more })
}
