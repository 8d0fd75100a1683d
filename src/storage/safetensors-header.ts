import { DocumentError, show } from '../base/errors.ts'
import { showShape, sizeOf } from '../base/shape.ts'
import { byName, isList, isRecord, own } from '../base/trees.ts'
import { type ElementType, elementTypes } from './element-types.ts'

// The format (https://huggingface.co/docs/safetensors): the length of a header as an unsigned 64-bit integer, the header as
// JSON, and the elements of all tensors, which leave no byte out.

/** The name under which a header has texts. */
export const reserved = '__metadata__'
/** The limit of the reference implementation. */
const longestHeader = 100_000_000
/** How many bytes say how long the header is. */
export const lengthBytes = 8

const isDimension = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
/** Whether a value is a list of dimensions, or of places in a file. Spread, so that holes are seen. */
export const isDimensions = (value: unknown): value is readonly number[] =>
  isList(value) && [...value].every(isDimension)
/** Whether a value is a text. */
export const isText = (value: unknown): value is string => typeof value === 'string'
/** Whether a value has texts by name. */
export const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  isRecord(value) && Object.values(value).every(isText)

/** Makes an error of the file that is read. */
export type Faults = (expected: string, got: string) => DocumentError

/** The errors of a file of this name. */
export const faultsOf =
  (file: string): Faults =>
  (expected, got) =>
    new DocumentError({
      file,
      expected,
      got,
      remedy: 'It is cut off, damaged, or no safetensors file: write or download it again.',
    })

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

/** A tensor that the header tells of; its places are counted from the end of the header. */
export interface Entry {
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

/** Checks that tensors, sorted by their place, fill a file's bytes from the first to the last. */
const checkPlaces = (entries: readonly Entry[], size: number, fault: Faults): void => {
  let at = 0
  for (const { name, begin, end } of entries) {
    if (begin !== at) throw fault(`the bytes of ${show(name)} to begin at ${at}, where those before end`, String(begin))
    if (end > size) throw fault(`${end} bytes of elements, for ${show(name)}`, String(size))
    at = end
  }
  if (at !== size) throw fault(`${at} bytes of elements`, String(size))
}

/** What a header says. */
export interface Header {
  /** Where the elements begin. */
  readonly start: number
  /** The tensors, in the order in which they lie in the file. */
  readonly entries: readonly Entry[]
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Where the elements begin, which the first bytes of a file say.
 *
 * @param size of the file
 */
export const startOf = (first: Uint8Array, size: number, fault: Faults): number => {
  if (first.length < lengthBytes) throw fault('8 bytes that give the length of the header', `${first.length} bytes`)
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true)
  if (length > longestHeader) throw fault(`a header of at most ${longestHeader} bytes`, String(length))
  const start = lengthBytes + Number(length)
  if (start > size) throw fault(`a header of ${length} bytes`, `${size - lengthBytes} bytes`)
  return start
}

/**
 * Reads a header, and checks that its tensors leave no byte of the file out.
 *
 * @param bytes of the header alone
 * @param size of the file
 */
export const headerOf = (bytes: Uint8Array, size: number, fault: Faults): Header => {
  const start = lengthBytes + bytes.length
  const { [reserved]: texts = {}, ...rest } = parsedHeader(bytes, fault)
  if (!isTexts(texts)) throw fault(`${reserved} of texts by name`, show(texts))
  const entries = Object.entries(rest)
    .map(([name, value]) => entryOf(name, value, fault))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  checkPlaces(entries, size - start, fault)
  return { start, entries, metadata: byName(Object.entries(texts)) }
}

/** The elements of a tensor, from its bytes alone. */
export const elementsOf = (
  { name, dtype, type }: Entry,
  bytes: Uint8Array<ArrayBuffer>,
  fault: Faults,
): Float32Array<ArrayBuffer> => {
  const own = bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer
  const data = type.read(own)
  if (data === undefined) throw fault(`of ${show(name)} elements of type ${dtype}`, 'bytes that are none')
  return data
}
