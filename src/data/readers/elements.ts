import type { TypedNumbers } from '../../state/data.ts'

// Numbers in the bytes of files, in either byte order.

type Read = (view: DataView, at: number, little: boolean) => number

/** A kind of number: how many bytes it takes, and the array that holds it in memory. */
export interface Element {
  readonly bytes: number
  readonly make: (length: number) => TypedNumbers
  /** The same bytes as an array, where they are in the order of this machine and begin where the array may. */
  readonly view?: (buffer: ArrayBuffer, at: number, length: number) => TypedNumbers
  readonly read: Read
}

/** 16-bit floats (IEEE 754-2008): 5 bits of exponent, 10 of fraction. */
const half = (bits: number): number => {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** A 64-bit integer that a double holds. */
const whole = (value: bigint): number => {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new RangeError(`${value}, an integer beyond 2^53`)
}

/** Kinds of numbers by letter and bytes, as NPY names them. */
export const elements: Readonly<Record<string, Element>> = {
  b1: {
    bytes: 1,
    make: length => new Uint8Array(length),
    read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  },
  u1: {
    bytes: 1,
    make: length => new Uint8Array(length),
    view: (buffer, at, length) => new Uint8Array(buffer, at, length),
    read: (view, at) => view.getUint8(at),
  },
  i1: {
    bytes: 1,
    make: length => new Int8Array(length),
    view: (buffer, at, length) => new Int8Array(buffer, at, length),
    read: (view, at) => view.getInt8(at),
  },
  u2: {
    bytes: 2,
    make: length => new Uint16Array(length),
    view: (buffer, at, length) => new Uint16Array(buffer, at, length),
    read: (view, at, little) => view.getUint16(at, little),
  },
  i2: {
    bytes: 2,
    make: length => new Int16Array(length),
    view: (buffer, at, length) => new Int16Array(buffer, at, length),
    read: (view, at, little) => view.getInt16(at, little),
  },
  u4: {
    bytes: 4,
    make: length => new Uint32Array(length),
    view: (buffer, at, length) => new Uint32Array(buffer, at, length),
    read: (view, at, little) => view.getUint32(at, little),
  },
  i4: {
    bytes: 4,
    make: length => new Int32Array(length),
    view: (buffer, at, length) => new Int32Array(buffer, at, length),
    read: (view, at, little) => view.getInt32(at, little),
  },
  u8: {
    bytes: 8,
    make: length => new Float64Array(length),
    read: (view, at, little) => whole(view.getBigUint64(at, little)),
  },
  i8: {
    bytes: 8,
    make: length => new Float64Array(length),
    read: (view, at, little) => whole(view.getBigInt64(at, little)),
  },
  f2: {
    bytes: 2,
    make: length => new Float32Array(length),
    read: (view, at, little) => half(view.getUint16(at, little)),
  },
  f4: {
    bytes: 4,
    make: length => new Float32Array(length),
    view: (buffer, at, length) => new Float32Array(buffer, at, length),
    read: (view, at, little) => view.getFloat32(at, little),
  },
  f8: {
    bytes: 8,
    make: length => new Float64Array(length),
    view: (buffer, at, length) => new Float64Array(buffer, at, length),
    read: (view, at, little) => view.getFloat64(at, little),
  },
}

const isLittleMachine = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/**
 * The numbers in bytes. Those in the order of this machine stay where they are, so the bytes must be nobody else's.
 *
 * @throws RangeError that says which number no double holds
 */
export const numbersIn = (
  bytes: Uint8Array<ArrayBuffer>,
  { bytes: width, make, view, read }: Element,
  little: boolean,
): TypedNumbers => {
  const length = Math.floor(bytes.length / width)
  if (view !== undefined && (width === 1 || little === isLittleMachine)) {
    if (bytes.byteOffset % width === 0) return view(bytes.buffer, bytes.byteOffset, length)
    return view(bytes.slice().buffer, 0, length)
  }
  const numbers = make(length)
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let i = 0; i < length; i++) numbers[i] = read(source, i * width, little)
  return numbers
}
