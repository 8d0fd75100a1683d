import { type Either, isLeft, left, map, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { show } from './errors.ts'
import type { GivenTensor } from './parameters.ts'
import { sizeOf } from './shape.ts'

// Numbers as users give them: nested arrays and typed arrays. They are read in linear time, and their size is known before
// memory is allocated: arrays may contain themselves, or the same array a million times.

/** The numbers of a tensor in memory, of either kind. */
export type Numbers = Float32Array | Int32Array

/** Numbers in row-major order, with their shape. */
export interface Read<N extends Numbers = Float32Array> {
  readonly shape: readonly number[]
  readonly data: N
}
/** Makes an array for so many numbers: the kind that numbers are read as. */
export type Allocate<N extends Numbers> = (size: number) => N
export const floats: Allocate<Float32Array> = size => new Float32Array(size)
/** Of whole numbers alone: others are faults. */
export const integers: Allocate<Int32Array> = size => new Int32Array(size)

/** Why a value cannot be read as numbers. */
export interface Unread {
  readonly expected: string
  readonly got: string
}

/** The most levels of arrays, and the most numbers in them, that are read. */
const [deepest, most] = [32, 2 ** 28]

const typed: ReadonlySet<unknown> = new Set([
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array'],
  ...['Float16Array', 'Float32Array', 'Float64Array'],
])

/** Whether a value is a typed array of numbers, of any realm; not one of BigInts, nor a DataView. */
export const isTyped = (value: unknown): value is ArrayLike<number> =>
  ArrayBuffer.isView(value) &&
  typed.has((value as unknown as { readonly [Symbol.toStringTag]: string })[Symbol.toStringTag])

const inNested = 'numbers in nested arrays of one length on each level'
/** What a value should be that is no number of the kind that is read. */
const instead = (value: unknown, otherwise: string): string =>
  typeof value === 'number' ? `whole numbers from ${-(2 ** 31)} to ${2 ** 31 - 1}, as int32 holds` : otherwise

const placed = (path: readonly number[]): string => (path.length > 0 ? ` at ${placeIn('', path)}` : '')
const unread = (got: string, expected = inNested): Either<Unread, never> => left({ expected, got })

/** The shape by the first element of each level. */
const firstShape = (value: unknown): Either<Unread, readonly number[]> => {
  const shape: number[] = []
  let at = value
  while (Array.isArray(at)) {
    if (shape.length === deepest)
      return unread('more levels, or an array that holds itself', `at most ${deepest} levels of arrays`)
    if (at.length === 0) return unread(`an empty array${placed(shape.map(() => 0))}`)
    shape.push(at.length)
    at = at[0]
  }
  if (isTyped(at)) return right([...shape, at.length])
  return typeof at === 'number' ? right(shape) : unread(`${show(at)}${placed(shape.map(() => 0))}`)
}

/** Visits the arrays of the last level, and checks that all lengths are those of a shape. */
const eachRow = (
  value: unknown,
  shape: readonly number[],
  path: readonly number[],
  visit: (row: ArrayLike<unknown>, path: readonly number[]) => Either<Unread, never> | undefined,
): Either<Unread, never> | undefined => {
  const length = shape[path.length] as number
  const last = path.length === shape.length - 1
  if (!Array.isArray(value) && !(last && isTyped(value))) return unread(`${show(value)}${placed(path)}`)
  if (value.length !== length)
    return unread(`an array of length ${value.length}${placed(path)}, after one of ${length}`)
  if (last) return visit(value, path)
  for (let i = 0; i < length; i++) {
    const fault = eachRow((value as readonly unknown[])[i], shape, [...path, i], visit)
    if (fault !== undefined) return fault
  }
  return undefined
}

/**
 * Copies the numbers of one array; returns the index of the first element that is not a number, or not one that an array of
 * integers holds, or -1.
 */
const copy = (from: ArrayLike<unknown>, into: Numbers, at: number): number => {
  const isExact = into instanceof Int32Array
  if (isTyped(from) && (!isExact || from instanceof Int32Array)) {
    into.set(from, at)
    return -1
  }
  for (let i = 0; i < from.length; i++) {
    const value = from[i]
    if (typeof value !== 'number') return i
    into[at + i] = value
    if (isExact && into[at + i] !== value) return i
  }
  return -1
}

/** An array of so many numbers; `null` if there is no memory for it. */
const allocated = <N extends Numbers>(make: Allocate<N>, size: number): N | null => {
  try {
    return make(size)
  } catch {
    return null
  }
}
const tooMany = (size: number): Either<Unread, never> =>
  unread(`${size}`, `at most ${most} numbers in arrays, and memory for them`)

/** Reads a value whose getters or proxies may throw: that is a fault of the value. */
const guarded = <R>(read: () => Either<Unread, R>): Either<Unread, R> => {
  try {
    return read()
  } catch (error) {
    return unread(`an object that throws when it is read: ${show(error)}`)
  }
}

/** Any tensor of tfjs-core, of whichever copy of it. */
interface TensorLike extends GivenTensor {
  readonly isDisposed?: boolean
}
/** Whether a value is a tensor of tfjs-core, of whichever copy of it. */
export const isTensorLike = (value: unknown): value is TensorLike =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<TensorLike>).dataSync === 'function' &&
  Array.isArray((value as Partial<TensorLike>).shape)

/** The numbers of a tensor as it holds them. */
const heldBy = (tensor: TensorLike): Either<Unread, { readonly shape: number[]; readonly data: ArrayLike<number> }> => {
  const expected = 'a tensor of numbers that has not been disposed'
  if (tensor.isDisposed) return unread('a disposed one', expected)
  if (tensor.dtype === 'string' || tensor.dtype === 'complex64') return unread(`one of type ${tensor.dtype}`, expected)
  return right({ shape: [...tensor.shape], data: tensor.dataSync() as ArrayLike<number> })
}

/** Reads the numbers of a tensor, which may be its own: they must not be changed. */
export const viewTensor = (tensor: TensorLike): Either<Unread, Read> =>
  guarded(() =>
    pipe(
      heldBy(tensor),
      map(({ shape, data }) => ({ shape, data: data instanceof Float32Array ? data : Float32Array.from(data) })),
    ),
  )

/** Reads the numbers of a tensor into an array that is made for them. */
export const readTensorInto = <N extends Numbers>(tensor: TensorLike, make: Allocate<N>): Either<Unread, Read<N>> =>
  guarded(() => {
    const held = heldBy(tensor)
    if (isLeft(held)) return held
    const { shape, data: from } = held.right
    const data = make(from.length)
    const bad = copy(from, data, 0)
    if (bad < 0) return right({ shape, data })
    return unread(`${show(from[bad])}${placed(pathOf(shape, bad))}`, instead(from[bad], inNested))
  })
/** Reads the numbers of a tensor, as a copy. */
export const readTensor = (tensor: TensorLike): Either<Unread, Read> => readTensorInto(tensor, floats)

/** Flat numbers, whose shape is left open. */
type Flat<N extends Numbers> = Either<Unread, { readonly shape: null; readonly data: N }>
/** Reads flat numbers, a typed array or an array of numbers, into an array that is made for them. */
export const readFlatInto = <N extends Numbers>(value: unknown, make: Allocate<N>): Flat<N> =>
  guarded(() => {
    const expected = 'a typed array, or an array of numbers'
    if (!isTyped(value) && !Array.isArray(value)) return unread(show(value), expected)
    if (Array.isArray(value) && value.length > most) return tooMany(value.length)
    const data = allocated(make, value.length)
    if (data === null) return tooMany(value.length)
    const bad = copy(value, data, 0)
    if (bad < 0) return right({ shape: null, data })
    return unread(`${show(value[bad])}${placed([bad])}`, instead(value[bad], expected))
  })

/** Reads nested arrays of numbers, whose last level may be typed arrays, into an array that is made for them. */
export const readNestedInto = <N extends Numbers>(value: unknown, make: Allocate<N>): Either<Unread, Read<N>> =>
  guarded(() => {
    const first = firstShape(value)
    if (isLeft(first)) return first
    const shape = first.right
    const size = sizeOf(shape)
    if (size > most && !isTyped(value)) return tooMany(size)
    const misshapen = shape.length > 0 ? eachRow(value, shape, [], () => undefined) : undefined
    if (misshapen !== undefined) return misshapen
    const data = allocated(make, size)
    if (data === null) return tooMany(size)
    let at = 0
    const read = (row: ArrayLike<unknown>, path: readonly number[]): Either<Unread, never> | undefined => {
      const bad = copy(row, data, at)
      at += row.length
      return bad < 0 ? undefined : unread(`${show(row[bad])}${placed([...path, bad])}`, instead(row[bad], inNested))
    }
    const wrong = shape.length > 0 ? eachRow(value, shape, [], read) : read([value], [])
    return wrong ?? right({ shape, data })
  })

/** Reads flat numbers, a typed array or an array of numbers, as a copy. The shape is left open. */
export const readFlat = (value: unknown): Flat<Float32Array> => readFlatInto(value, floats)
/** Reads nested arrays of numbers, whose last level may be typed arrays, as a copy. */
export const readNested = (value: unknown): Either<Unread, Read> => readNestedInto(value, floats)

/** The indices of an element by its offset in row-major order. */
const pathOf = (shape: readonly number[], index: number): readonly number[] => {
  let rest = index
  return [...shape]
    .reverse()
    .map(size => {
      const i = rest % size
      rest = Math.floor(rest / size)
      return i
    })
    .reverse()
}

/**
 * The indices of the first NaN, the row first; `undefined` if there is none. A sum of products with 0 is NaN if an element
 * is, and is faster than a test of each.
 */
export const firstNaN = (data: ArrayLike<number>, shape: readonly number[]): readonly number[] | undefined => {
  for (let from = 0; from < data.length; from += 4096) {
    const to = Math.min(from + 4096, data.length)
    let sum = 0
    for (let i = from; i < to; i++) sum += (data[i] as number) * 0
    // Infinity * 0 is NaN as well.
    if (Number.isNaN(sum)) for (let i = from; i < to; i++) if (Number.isNaN(data[i])) return pathOf(shape, i)
  }
  return undefined
}

/** The name of a place in a field: `x[3]`. */
export const placeIn = (column: string, path: readonly number[]): string =>
  `${column}${path.map(i => `[${i}]`).join('')}`
