/** A type of elements in a file: how many bytes each has, and how they are read as 32-bit floats. */
export interface ElementType {
  readonly bytes: number
  /**
   * The numbers of elements that lie one after another from the start of a buffer.
   *
   * @returns `undefined` where a byte is no element
   */
  readonly read: (buffer: ArrayBuffer) => Float32Array | undefined
}

// Typed arrays read in the processor's byte order, which is that of the format, little-endian, wherever JavaScript runs today.

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
 * A double that rounds to the same 32-bit float as an integer does, which the nearest double need not: of what a double cannot hold, only that it is not zero
 * is kept, in the last bit (rounding to odd, Boldo and Melquiond 2008).
 */
const roundedOnce = (value: bigint): number => {
  const size = value < 0n ? -value : value
  if (size < 1n << 53n) return Number(value)
  const kept = (size >> 12n) | ((size & 0xfffn) === 0n ? 0n : 1n)
  return (value < 0n ? -1 : 1) * Number(kept) * 4096
}

/**
 * The element types of safetensors that are read, by name. What is wider than 32-bit floats is rounded to the nearest, ties
 * to even, and to infinity where it is larger than the largest; false is 0, true is 1.
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
