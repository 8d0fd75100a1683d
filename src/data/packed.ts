import { DataError, show } from '../base/errors.ts'
import { isTensorLike } from '../base/nested.ts'
import { isRecord } from '../base/trees.ts'
import { isFlat } from './stack.ts'

// Items as bytes: their structure as JSON, and the numbers of typed arrays and of arrays of numbers behind it, as they are in
// memory.

/** Arrays of numbers, by the place of their class here; the last one stands for plain arrays. */
const classes = [
  ...[Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Uint8Array, Uint8ClampedArray, Uint16Array],
  Uint32Array,
] as const
const plain = classes.length

/**
 * A value as JSON: what JSON knows as it is, everything else as a record of one name: numbers (the place of their class, where
 * they begin, how many), the elements of an array, the fields of a record, or the text of a number that JSON does not know.
 */
type Node =
  | null
  | boolean
  | number
  | string
  | { readonly numbers: readonly [kind: number, at: number, length: number] }
  | { readonly list: readonly Node[] }
  | { readonly fields: Readonly<Record<string, Node>> }
  | { readonly number: string }

/** Numbers begin where arrays of 64-bit floats may. */
const aligned = (length: number): number => Math.ceil(length / 8) * 8

/**
 * An item as bytes.
 *
 * @throws DataError if it holds anything but numbers, texts, booleans, null, and arrays and records of them
 */
export const pack = (item: unknown, row: number): Uint8Array<ArrayBuffer> => {
  const parts: { readonly at: number; readonly bytes: Uint8Array }[] = []
  let length = 0
  const put = (kind: number, numbers: ArrayBufferView, count: number): Node => {
    const at = length
    parts.push({ at, bytes: new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength) })
    length = aligned(length + numbers.byteLength)
    return { numbers: [kind, at, count] }
  }
  const nodeOf = (value: unknown): Node => {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
    if (typeof value === 'number')
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { number: Object.is(value, -0) ? '-0' : `${value}` }
    if (ArrayBuffer.isView(value)) {
      const kind = classes.findIndex(each => value instanceof each)
      if (kind >= 0) return put(kind, value, (value as Uint8Array).length)
    } else if (Array.isArray(value))
      return value.length > 0 && value.every(part => typeof part === 'number')
        ? put(plain, Float64Array.from(value as readonly number[]), value.length)
        : { list: value.map(nodeOf) }
    else if (isTensorLike(value)) return nodeOf({ data: value.dataSync(), shape: value.shape })
    else if (isRecord(value) && (isFlat(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value))))
      return { fields: Object.fromEntries(Object.entries(value).map(([name, part]) => [name, nodeOf(part)])) }
    throw new DataError({
      owner: 'cache',
      row,
      expected: 'numbers, texts, booleans, null, and arrays and records of them',
      got: show(value),
      remedy: 'Make such values with map, or cache in memory: cache().',
    })
  }
  const json = new TextEncoder().encode(JSON.stringify(nodeOf(item)))
  const start = aligned(4 + json.length)
  const bytes = new Uint8Array(start + length)
  new DataView(bytes.buffer).setUint32(0, json.length, true)
  bytes.set(json, 4)
  for (const { at, bytes: part } of parts) bytes.set(part, start + at)
  return bytes
}

/** The item of bytes that belong to the caller. */
export const unpack = (bytes: Uint8Array<ArrayBuffer>): unknown => {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const start = bytes.byteOffset + aligned(4 + length)
  const valueIn = (node: Node): unknown => {
    if (typeof node !== 'object' || node === null) return node
    if ('number' in node) return Number(node.number)
    if ('list' in node) return Object.freeze(node.list.map(valueIn))
    if ('fields' in node)
      return Object.freeze(Object.fromEntries(Object.entries(node.fields).map(([name, part]) => [name, valueIn(part)])))
    const [kind, at, count] = node.numbers
    const Kind = classes[kind]
    if (Kind !== undefined) return new Kind(bytes.buffer, start + at, count)
    return Object.freeze([...new Float64Array(bytes.buffer, start + at, count)])
  }
  return valueIn(JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Node)
}
