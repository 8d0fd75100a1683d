/** A type of elements in a file: the bytes of each, and how they are read as 32-bit floats. */
export interface ElementType {
  readonly bytes: number
  /**
   * The elements of a whole buffer as numbers.
   *
   * @returns `undefined` if some bytes are no element
   */
  readonly read: (buffer: ArrayBuffer) => Float32Array<ArrayBuffer> | undefined
  /** The bytes of 32-bit floats, for types that are written. */
  readonly write?: (data: Float32Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>
}
/** One that is written. */
export type WritableType = ElementType & Required<Pick<ElementType, 'write'>>

/** What the elements of a file may be that is written. */
export const writtenTypes = ['F32', 'F16', 'BF16'] as const
/** One of them. */
export type WrittenType = (typeof writtenTypes)[number]

// Typed arrays use the processor's byte order. It is that of the format, little-endian, wherever JavaScript runs today.

/** IEEE 754's binary16, exactly. */
const ofHalf = (bits: number): number => {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}

const bitsOf = ({ buffer, byteOffset, length }: Float32Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length)

/** A value without its lowest bits, rounded to the nearest, ties to even. */
const withoutLowest = (value: number, bits: number): number => {
  const kept = value >>> bits
  const [rest, half] = [value & ((1 << bits) - 1), 1 << (bits - 1)]
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept
}

/** The bits of a 32-bit float as those of binary16, rounded to the nearest, ties to even. */
const toHalf = (bits: number): number => {
  const sign = (bits >>> 16) & 0x8000
  const [exponent, fraction] = [((bits >>> 23) & 0xff) - 112, bits & 0x7fffff]
  if (exponent === 143) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200)
  if (exponent >= 31) return sign | 0x7c00
  // What is rounded up to the next power of two, or to infinity, carries into the exponent.
  if (exponent > 0) return sign | withoutLowest((exponent << 23) | fraction, 13)
  return exponent < -10 ? sign : sign | withoutLowest(fraction | 0x800000, 14 - exponent)
}

/** The bits of a 32-bit float as its upper half, rounded to the nearest, ties to even. */
const toBrainFloat = (bits: number): number =>
  (bits & 0x7fffffff) > 0x7f800000 ? (bits >>> 16) | 0x40 : withoutLowest(bits, 16)

const halves =
  (convert: (bits: number) => number) =>
  (data: Float32Array): Uint8Array<ArrayBuffer> =>
    new Uint8Array(Uint16Array.from(bitsOf(data), convert).buffer)

/** The upper half of a 32-bit float, exactly. */
const brainFloats = (buffer: ArrayBuffer): Float32Array<ArrayBuffer> =>
  new Float32Array(Uint32Array.from(new Uint16Array(buffer), bits => bits << 16).buffer)

const booleans = (buffer: ArrayBuffer): Float32Array<ArrayBuffer> | undefined => {
  const bytes = new Uint8Array(buffer)
  return bytes.every(byte => byte < 2) ? Float32Array.from(bytes) : undefined
}

/**
 * A double that rounds to the same 32-bit float as an integer; the nearest double may not. Bits that a double cannot hold
 * are kept as one sticky bit, its last (rounding to odd, Boldo and Melquiond 2008).
 */
const roundedOnce = (value: bigint): number => {
  const size = value < 0n ? -value : value
  if (size < 1n << 53n) return Number(value)
  const kept = (size >> 12n) | ((size & 0xfffn) === 0n ? 0n : 1n)
  return (value < 0n ? -1 : 1) * Number(kept) * 4096
}

/**
 * The element types of safetensors that are read, by name, and how some are written. Types wider than 32-bit floats are rounded to the nearest, ties
 * to even, and overflow to infinity; false is 0, true is 1.
 */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  [
    'F32',
    {
      bytes: 4,
      read: buffer => new Float32Array(buffer),
      write: ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    },
  ],
  ['F64', { bytes: 8, read: buffer => Float32Array.from(new Float64Array(buffer)) }],
  ['F16', { bytes: 2, read: buffer => Float32Array.from(new Uint16Array(buffer), ofHalf), write: halves(toHalf) }],
  ['BF16', { bytes: 2, read: brainFloats, write: halves(toBrainFloat) }],
  ['I64', { bytes: 8, read: buffer => Float32Array.from(new BigInt64Array(buffer), roundedOnce) }],
  ['U64', { bytes: 8, read: buffer => Float32Array.from(new BigUint64Array(buffer), roundedOnce) }],
  ['I32', { bytes: 4, read: buffer => Float32Array.from(new Int32Array(buffer)) }],
  ['U32', { bytes: 4, read: buffer => Float32Array.from(new Uint32Array(buffer)) }],
  ['I16', { bytes: 2, read: buffer => Float32Array.from(new Int16Array(buffer)) }],
  ['U16', { bytes: 2, read: buffer => Float32Array.from(new Uint16Array(buffer)) }],
  ['I8', { bytes: 1, read: buffer => Float32Array.from(new Int8Array(buffer)) }],
  ['U8', { bytes: 1, read: buffer => Float32Array.from(new Uint8Array(buffer)) }],
  ['BOOL', { bytes: 1, read: booleans }],
])
