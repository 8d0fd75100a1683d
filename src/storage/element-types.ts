/** A type of elements in a file: the bytes of each, and how they are read as 32-bit floats. */
export interface ElementType {
  readonly bytes: number
  /**
   * The elements of a whole buffer as numbers.
   *
   * @returns `undefined` if some bytes are no element
   */
  readonly read: (buffer: ArrayBuffer) => Float32Array | undefined
}

// Typed arrays use the processor's byte order. It is that of the format, little-endian, wherever JavaScript runs today.

/** IEEE 754's binary16, exactly. */
const ofHalf = (bits: number): number => {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}

/** The upper half of a 32-bit float, exactly. */
const brainFloats = (buffer: ArrayBuffer): Float32Array =>
  new Float32Array(Uint32Array.from(new Uint16Array(buffer), bits => bits << 16).buffer)

const booleans = (buffer: ArrayBuffer): Float32Array | undefined => {
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
 * The element types of safetensors that are read, by name. Types wider than 32-bit floats are rounded to the nearest, ties
 * to even, and overflow to infinity; false is 0, true is 1.
 */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ['F32', { bytes: 4, read: buffer => new Float32Array(buffer) }],
  ['F64', { bytes: 8, read: buffer => Float32Array.from(new Float64Array(buffer)) }],
  ['F16', { bytes: 2, read: buffer => Float32Array.from(new Uint16Array(buffer), ofHalf) }],
  ['BF16', { bytes: 2, read: brainFloats }],
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
