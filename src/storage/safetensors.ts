import { isLeft } from 'fp-ts/lib/Either.js'
import { InvalidOption, show, wrongArgument } from '../base/errors.ts'
import { isTensorLike, type Read, readFlat, viewTensor } from '../base/nested.ts'
import { codec, type Options, oneOf, ownOptions, parseOptions } from '../base/options.ts'
import { sizeOf } from '../base/shape.ts'
import { byName, isRecord, merged, own } from '../base/trees.ts'
import { concatenated } from './bytes.ts'
import { elementTypes, type WritableType, type WrittenType, writtenTypes } from './element-types.ts'
import {
  elementsOf,
  faultsOf,
  headerOf,
  isDimensions,
  isText,
  isTexts,
  lengthBytes,
  reserved,
  startOf,
} from './safetensors-header.ts'
import { flattenTensors } from './tensor-trees.ts'

// A header, and the elements of all tensors one after another: see safetensors-header.ts.

/** A tensor as a file holds it. */
export interface StoredTensor {
  readonly data: Float32Array
  readonly shape: readonly number[]
  /** The type of the elements in the file, such as `'F32'`. */
  readonly dtype: string
}

/** What a file holds. */
export interface Safetensors {
  /** Tensors by name, in the order of the file's bytes. */
  readonly tensors: Readonly<Record<string, StoredTensor>>
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>
}

/** Tensors that can be written: those of tfjs, or numbers with their shape. */
export type Storable =
  | { readonly data: ArrayLike<number>; readonly shape: readonly number[] }
  | { readonly shape: readonly number[]; readonly dataSync: () => ArrayLike<number> }

/** The name of the text that holds a network's document. */
export const documentKey = 'joinery'

const [encoding, decoding] = ['encodeSafetensors', 'decodeSafetensors']
const example = `${encoding}({ weight: { data: new Float32Array(4), shape: [2, 2] } }, { metadata: { by: 'me' } })`

const metadataOption = codec('texts by name', value => (isTexts(value) ? byName(Object.entries(value)) : undefined))

/** The numbers of a tensor that is to be written. */
const numbersOf = (owner: string, name: string, value: unknown): Read => {
  const fault = (expected: string, got: string) => wrongArgument(owner, `tensors, ${name}`, expected, got, example)
  try {
    if (!isRecord(value)) throw fault('a tensor, or { data, shape }', show(value))
    const read = isTensorLike(value) ? viewTensor(value) : readFlat(own(value, 'data'))
    if (isLeft(read)) throw fault(read.left.expected, read.left.got)
    const { data } = read.right
    const { shape } = value
    if (!isDimensions(shape)) throw fault('a shape of integers >= 0', show(shape))
    const count = sizeOf(shape)
    if (count !== data.length) throw fault(`${count} numbers for the shape ${show(shape)}`, String(data.length))
    return { shape: [...shape], data }
  } catch (error) {
    if (error instanceof InvalidOption) throw error
    throw fault('an object that can be read', `one that throws ${show(error)}`)
  }
}

/** The options of {@link encodeSafetensors}. */
export interface SafetensorsOptions {
  /** Texts by name that are kept beside the tensors. Default: none. */
  readonly metadata?: Readonly<Record<string, string>>
  /** What the elements are in the file: `'F16'` and `'BF16'` are rounded to the nearest, ties to even. Default: `'F32'`. */
  readonly dtype?: WrittenType
  /** A network as plain data, from `toDocument`, so that one file holds both. Default: none. */
  readonly document?: object
}

interface NormalOptions {
  readonly metadata: Readonly<Record<string, string>>
  readonly dtype: WrittenType
  readonly document: object | null
}
const safetensorsOptions: Options<NormalOptions> = {
  metadata: { codec: metadataOption, default: {} },
  dtype: { codec: oneOf(writtenTypes), default: 'F32' },
  document: {
    codec: codec<object | null>('a document, from toDocument', value =>
      value === null || isRecord(value) ? value : undefined,
    ),
    default: null,
  },
}

/** Whether a value can only be a level of a tree: what has data or a shape is meant for a tensor. */
const isLevel = (value: unknown): boolean => {
  try {
    return isRecord(value) && !['data', 'shape', 'dataSync'].some(name => name in value)
  } catch {
    return false
  }
}

/** Tensors by name, where a tree of them may be given. */
const flat = (owner: string, given: unknown): Readonly<Record<string, unknown>> => {
  const own = ownOptions(owner, example, given ?? null, 'tensors by name', 'tensors')
  return Object.keys(own).length > 0 && Object.values(own).every(isLevel) ? flattenTensors(own) : own
}

/** The bytes of a file, in parts that follow one another: the tensors are not copied where they are written as they are. */
export const safetensorsParts = (
  owner: string,
  tensors: unknown,
  options: SafetensorsOptions,
): readonly Uint8Array<ArrayBuffer>[] => {
  const { metadata, dtype, document } = parseOptions<NormalOptions>(owner, example, safetensorsOptions, options)
  const given = flat(owner, tensors)
  if (Object.hasOwn(given, reserved))
    throw new InvalidOption({
      layer: owner,
      option: 'tensors',
      expected: 'other names',
      got: reserved,
      remedy: `The format keeps ${reserved} to itself.`,
    })
  const { bytes: size, write } = elementTypes.get(dtype) as WritableType
  const read = Object.keys(given)
    .sort()
    .map(name => [name, numbersOf(owner, name, given[name])] as const)
  let end = 0
  const entries = read.map(([name, { shape, data }]) => {
    const begin = end
    end += data.length * size
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const
  })
  const texts = document === null ? metadata : merged(metadata, { [documentKey]: JSON.stringify(document) })
  const header = Object.keys(texts).length > 0 ? [[reserved, texts] as const] : []
  const json = new TextEncoder().encode(JSON.stringify(byName<object>([...header, ...entries])))
  // Padded with spaces, so that the elements are aligned.
  const length = Math.ceil(json.length / 8) * 8
  const first = new Uint8Array(lengthBytes + length)
  new DataView(first.buffer).setBigUint64(0, BigInt(length), true)
  first.fill(0x20, lengthBytes).set(json, lengthBytes)
  return [first, ...read.map(([, { data }]) => write(data as Float32Array<ArrayBuffer>))]
}

/**
 * Encodes tensors as a safetensors file. The same tensors give the same bytes, in any order.
 *
 * @param tensors tensors, or numbers with their shape, by name; or a tree of them, such as the variables of a network, with
 *   the names that {@link flattenTensors} gives
 * @throws InvalidOption if a value is not a numeric tensor, a name is `__metadata__`, or an option is invalid
 * @example
 * ```ts
 * const bytes = encodeSafetensors({ scale: { data: [1, 2], shape: [2] } }, { metadata: { made: 'by hand' } })
 * const { tensors, metadata } = decodeSafetensors(bytes)
 * tensors.scale?.shape // [2]
 * metadata.made // by hand
 * ```
 */
export const encodeSafetensors = (tensors: object, options: SafetensorsOptions = {}): Uint8Array<ArrayBuffer> => {
  const parts = safetensorsParts(encoding, tensors, options)
  return concatenated(parts)
}

const fileOption = codec<string>('the name of a file', value => (isText(value) && value !== '' ? value : undefined))

/**
 * The tensors of a file in the safetensors format, converted to 32-bit floats: wider elements are rounded to the nearest,
 * narrower ones are exact, booleans are 0 and 1. Every byte of the file is checked.
 *
 * @param bytes of the file; they are copied
 * @param options `file`: the name of the file for errors (default: `safetensors`)
 * @throws DocumentError if the file is cut off, damaged or of another format, or has elements of a type that is not read
 * @throws InvalidOption if an argument is invalid
 * @example
 * ```ts
 * const bytes = encodeSafetensors({ bias: { data: new Float32Array([1, 2, 3]), shape: [3] } })
 * decodeSafetensors(bytes).tensors.bias?.data // [1, 2, 3]
 * ```
 */
export const decodeSafetensors = (bytes: Uint8Array, options: { readonly file?: string } = {}): Safetensors => {
  const remedy = `${decoding}(bytes)`
  const { file } = parseOptions(decoding, remedy, { file: { codec: fileOption, default: 'safetensors' } }, options)
  if (!(bytes instanceof Uint8Array)) throw wrongArgument(decoding, 'bytes', 'a Uint8Array', show(bytes), remedy)
  const fault = faultsOf(file)
  const start = startOf(bytes.subarray(0, lengthBytes), bytes.length, fault)
  const { entries, metadata } = headerOf(bytes.subarray(lengthBytes, start), bytes.length, fault)
  const tensors = entries.map(entry => {
    const data = elementsOf(entry, new Uint8Array(bytes.subarray(start + entry.begin, start + entry.end)), fault)
    return [entry.name, Object.freeze({ data, shape: entry.shape, dtype: entry.dtype })] as const
  })
  return Object.freeze({ tensors: byName(tensors), metadata })
}
