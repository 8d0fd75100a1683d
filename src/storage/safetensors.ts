import { isLeft } from 'fp-ts/lib/Either.js'
import { DocumentError, InvalidOption, show, wrongArgument } from '../base/errors.ts'
import { isTensorLike, type Read, readFlat, readTensor } from '../base/nested.ts'
import { codec, ownOptions, parseOptions } from '../base/options.ts'
import { showShape, sizeOf } from '../base/shape.ts'
import { byName, isList, isRecord, own } from '../base/trees.ts'
import { type ElementType, elementTypes } from './element-types.ts'

// The format (https://huggingface.co/docs/safetensors): the length of a header as an unsigned 64-bit integer, the header as
// JSON, and the elements of all tensors, which leave no byte out.

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

/** The limit of the reference implementation. */
const longestHeader = 100_000_000
const reserved = '__metadata__'

const isDimension = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
/** Spread, so that holes are seen. */
const isDimensions = (value: unknown): value is readonly number[] => isList(value) && [...value].every(isDimension)
const isText = (value: unknown): value is string => typeof value === 'string'
const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  isRecord(value) && Object.values(value).every(isText)

const [encoding, decoding] = ['encodeSafetensors', 'decodeSafetensors']
const example = `${encoding}({ weight: { data: new Float32Array(4), shape: [2, 2] } }, { metadata: { by: 'me' } })`

const metadataOption = codec('texts by name', value => (isTexts(value) ? byName(Object.entries(value)) : undefined))

/** The numbers of a tensor that is to be written. */
const numbersOf = (name: string, value: unknown): Read => {
  const fault = (expected: string, got: string) => wrongArgument(encoding, `tensors, ${name}`, expected, got, example)
  try {
    if (!isRecord(value)) throw fault('a tensor, or { data, shape }', show(value))
    const read = isTensorLike(value) ? readTensor(value) : readFlat(own(value, 'data'))
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

/**
 * Encodes tensors as a safetensors file of 32-bit floats. The same tensors give the same bytes, in any order.
 *
 * @param tensors tensors, or numbers with their shape, by name
 * @param options `metadata`: texts by name, stored beside the tensors
 * @throws InvalidOption if a value is not a numeric tensor, or a name is `__metadata__`
 * @example
 * ```ts
 * const bytes = encodeSafetensors({ scale: { data: [1, 2], shape: [2] } }, { metadata: { made: 'by hand' } })
 * const { tensors, metadata } = decodeSafetensors(bytes)
 * tensors.scale?.shape // [2]
 * metadata.made // by hand
 * ```
 */
export const encodeSafetensors = (
  tensors: Readonly<Record<string, Storable>>,
  options: { readonly metadata?: Readonly<Record<string, string>> } = {},
): Uint8Array<ArrayBuffer> => {
  const { metadata } = parseOptions(encoding, example, { metadata: { codec: metadataOption, default: {} } }, options)
  const given = ownOptions(encoding, example, tensors ?? null, 'tensors by name', 'tensors')
  if (Object.hasOwn(given, reserved))
    throw new InvalidOption({
      layer: encoding,
      option: 'tensors',
      expected: 'other names',
      got: reserved,
      remedy: `The format keeps ${reserved} to itself.`,
    })
  const read = Object.keys(given)
    .sort()
    .map(name => [name, numbersOf(name, given[name])] as const)
  let end = 0
  const entries = read.map(([name, { shape, data }]) => {
    const begin = end
    end += data.byteLength
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const
  })
  const texts = Object.keys(metadata).length > 0 ? [[reserved, metadata] as const] : []
  const json = new TextEncoder().encode(JSON.stringify(byName<object>([...texts, ...entries])))
  // Padded with spaces, so that the elements are aligned.
  const length = Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(8 + length + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.fill(0x20, 8, 8 + length).set(json, 8)
  let at = 8 + length
  for (const [, { data }] of read) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

/** Makes an error of the file that is read. */
type Faults = (expected: string, got: string) => DocumentError

/** The name that an object of the header has twice, of which `JSON.parse` keeps the last. */
const twiceIn = (json: string): string | undefined => {
  const seen: Set<string>[] = []
  let text = ''
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}:]/g))
    if (token === '{') seen.push(new Set())
    else if (token === '}') seen.pop()
    else if (token !== ':') text = token
    else {
      const [names, name] = [seen.at(-1), JSON.parse(text) as string]
      if (names?.has(name)) return name
      names?.add(name)
    }
  return undefined
}

const parsedHeader = (bytes: Uint8Array, fault: Faults): Readonly<Record<string, unknown>> => {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw fault('a header in UTF-8', 'bytes that are none')
  }
  if (!text.startsWith('{')) throw fault("a header that begins with '{'", show(text.slice(0, 20)))
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (error) {
    throw fault('a header of JSON', (error as Error).message)
  }
  const twice = twiceIn(text)
  if (twice !== undefined) throw fault('a header with each name once', `${show(twice)} twice`)
  // It begins like an object, hence it is one.
  return header as Readonly<Record<string, unknown>>
}

/** A tensor as the header describes it. */
interface Entry {
  readonly name: string
  readonly dtype: string
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

const fields = ['dtype', 'shape', 'data_offsets']

const entryOf = (name: string, value: unknown, fault: Faults): Entry => {
  const subject = `of ${show(name)}`
  if (!isRecord(value)) throw fault(`${subject} { ${fields.join(', ')} }`, show(value))
  const unknown = Object.keys(value).find(field => !fields.includes(field))
  if (unknown !== undefined) throw fault(`${subject} ${fields.join(', ')} only`, show(unknown))
  const [dtype, shape, offsets] = fields.map(field => own(value, field))
  const type = isText(dtype) ? elementTypes.get(dtype) : undefined
  if (!isText(dtype) || type === undefined)
    throw fault(`${subject} a dtype of ${[...elementTypes.keys()].join(', ')}`, show(dtype))
  if (!isDimensions(shape)) throw fault(`${subject} a shape of integers >= 0`, show(shape))
  if (!isDimensions(offsets) || offsets.length !== 2)
    throw fault(`${subject} data_offsets, [begin, end]`, show(offsets))
  const [begin, end] = offsets as [number, number]
  const size = sizeOf(shape) * type.bytes
  if (end - begin !== size)
    throw fault(`${subject} ${size} bytes for ${dtype} ${showShape(shape)}`, String(end - begin))
  return { name, dtype, type, shape: Object.freeze(shape), begin, end }
}

/** Checks that tensors, sorted by where they begin, fill the bytes of a file without a gap. */
const checkPlaces = (entries: readonly Entry[], size: number, fault: Faults): void => {
  let at = 0
  for (const { name, begin, end } of entries) {
    if (begin !== at) throw fault(`the bytes of ${show(name)} to begin at ${at}, where those before end`, String(begin))
    if (end > size) throw fault(`${end} bytes of elements, for ${show(name)}`, String(size))
    at = end
  }
  if (at !== size) throw fault(`${at} bytes of elements`, String(size))
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
  const fault: Faults = (expected, got) =>
    new DocumentError({
      file,
      expected,
      got,
      remedy: 'It is cut off, damaged, or no safetensors file: write or download it again.',
    })
  if (bytes.length < 8) throw fault('8 bytes that give the length of the header', `${bytes.length} bytes`)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > longestHeader) throw fault(`a header of at most ${longestHeader} bytes`, String(length))
  const start = 8 + Number(length)
  if (start > bytes.length) throw fault(`a header of ${length} bytes`, `${bytes.length - 8} bytes`)
  const { [reserved]: texts = {}, ...rest } = parsedHeader(bytes.subarray(8, start), fault)
  if (!isTexts(texts)) throw fault(`${reserved} of texts by name`, show(texts))
  const entries = Object.entries(rest)
    .map(([name, value]) => entryOf(name, value, fault))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  checkPlaces(entries, bytes.length - start, fault)
  const tensors = entries.map(({ name, dtype, type, shape, begin, end }) => {
    const data = type.read(bytes.slice(start + begin, start + end).buffer as ArrayBuffer)
    if (data === undefined) throw fault(`of ${show(name)} elements of type ${dtype}`, 'bytes that are none')
    return [name, Object.freeze({ data, shape, dtype })] as const
  })
  return Object.freeze({ tensors: byName(tensors), metadata: byName(Object.entries(texts)) })
}
