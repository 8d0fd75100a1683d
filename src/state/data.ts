import * as tf from '@tensorflow/tfjs-core'
import { type Either, isRight } from 'fp-ts/lib/Either.js'
import { InvalidOption, show } from '../base/errors.ts'
import {
  type Allocate,
  floats,
  integers,
  isTensorLike,
  type Numbers,
  type Read,
  readFlatInto,
  readNestedInto,
  readTensorInto,
  type Unread,
} from '../base/nested.ts'
import { anything, type Options, oneOf, orNull, parseOptions } from '../base/options.ts'
import type { NestedNumbers } from '../base/parameters.ts'
import { isShape, sizeOf } from '../base/shape.ts'
import type { DType, Tensor } from '../base/tensor.ts'
import { isRecord } from '../base/trees.ts'
import type { LayerValue, Part } from '../network/parts.ts'
import type { ShapeOf } from '../network-types/data.ts'
import { another, handOver, tensorOf } from '../tfjs/index.ts'
import { reading } from './given.ts'

/** Typed arrays of numbers: of ImageData, of audio, of files. */
export type TypedNumbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array

/** Numbers in row-major order, with their shape `S`. */
export interface FlatData<S extends readonly number[] = readonly number[]> {
  readonly data: TypedNumbers | readonly number[]
  readonly shape: S
}

/** Every form in which a tensor can be given. */
export type TensorInput = tf.Tensor | NestedNumbers | FlatData['data'] | FlatData
/** One tensor, or several in order. */
export type TensorInputs = TensorInput | readonly TensorInput[]

const fault = (expected: string, got: string): InvalidOption =>
  new InvalidOption({
    layer: 'tensor',
    option: 'data',
    expected,
    got,
    remedy:
      got === 'a promise'
        ? 'Await it first.'
        : 'For example: [[1, 2], [3, 4]], or { data: new Float32Array(4), shape: [2, 2] }.',
  })

/** Whether a value is numbers with their shape. */
export const isFlat = (value: unknown): value is FlatData =>
  typeof value === 'object' && value !== null && !isTensorLike(value) && 'data' in value && 'shape' in value

/** A copy of a shape, which must hold as many numbers as there are. */
const checkedShape = (shape: unknown, count: number): number[] => {
  if (!isShape(shape) || shape.includes(null))
    throw fault('a shape that is an array of integers >= 0', `the shape ${show(shape)}`)
  const expected = sizeOf(shape as readonly number[])
  if (expected !== count) throw fault(`${expected} numbers for the shape ${show(shape)}`, `${count} numbers`)
  return [...(shape as readonly number[])]
}

const orThrow = <R>(read: Either<Unread, R>): R => {
  if (isRight(read)) return read.right
  throw fault(read.left.expected, read.left.got)
}

/** Numbers, copied, of anything but a tensor. */
const numbersIn = <N extends Numbers>(input: unknown, shape: unknown, make: Allocate<N>): Read<N> => {
  if (isFlat(input)) {
    const { data } = orThrow(readFlatInto(input.data, make))
    return { data, shape: checkedShape(shape ?? input.shape, data.length) }
  }
  const read = orThrow(isTensorLike(input) ? readTensorInto(input, make) : readNestedInto(input, make))
  return shape === undefined ? read : { ...read, shape: checkedShape(shape, read.data.length) }
}

const readingInput = <R>(read: () => R): R => reading('tensor', 'data', read)

const checkedTensor = (input: tf.Tensor, dtype: DType): tf.Tensor => {
  if (input.isDisposed) throw fault('a tensor that has not been disposed', 'a disposed one')
  if (input.dtype === 'string' || input.dtype === 'complex64')
    throw fault('a tensor of numbers', `one of type ${input.dtype}`)
  return input.dtype === dtype ? input : tf.cast(input, dtype)
}

/** A tensor of one kind of numbers. Casts to integers would cut numbers that are not whole, so they are read and checked. */
const toTensorOf = (dtype: DType, input: unknown, shape?: readonly number[]): tf.Tensor => {
  const isTensor = readingInput(() => input instanceof tf.Tensor && (dtype === 'float32' || dtype === input.dtype))
  if (isTensor) {
    const given = checkedTensor(input as tf.Tensor, dtype)
    return shape === undefined ? given : tf.reshape(given, checkedShape(shape, given.size))
  }
  const read = readingInput(() =>
    dtype === 'int32' ? numbersIn(input, shape, integers) : numbersIn(input, shape, floats),
  )
  return tensorOf(read.data, read.shape)
}

/**
 * A tensor of 32-bit floats of any input, in the enclosing `tf.tidy`; one that is a tensor of them stays itself.
 *
 * @throws InvalidOption if the input holds anything but numbers, or the shape does not fit
 */
export const toTensor = (input: unknown, shape?: readonly number[]): tf.Tensor => toTensorOf('float32', input, shape)

/**
 * The numbers of any input, copied.
 *
 * @param isLent whether nobody writes to arrays of the input as long as the numbers are in use: 32-bit floats are not copied
 *   then
 * @throws InvalidOption as {@link toTensor}
 */
export const toNumbers = (input: unknown, isLent = false): Read =>
  readingInput(() => {
    if (!isLent || !isFlat(input)) return numbersIn(input, undefined, floats)
    const { data, shape } = input
    return data instanceof Float32Array
      ? { data, shape: checkedShape(shape, data.length) }
      : numbersIn(input, undefined, floats)
  })

/** How many inputs or outputs there are: a number, several, or as many as are given. */
export type Count = number | 'several' | 'any'

/** How many inputs a network or layer takes. */
export const inputCount = (part: Part): Count => {
  if (!('inputs' in part)) return ofLayer(part)
  if (part.inputs.length !== 1) return part.inputs.length
  const first = part.nodes.find(({ externals }) => externals.length > 0)
  return first === undefined ? 1 : ofLayer(first.layer)
}
const ofLayer = ({ rules: { inputs } }: LayerValue): Count => (inputs === 'one' ? 1 : inputs)
/** How many outputs it has. */
export const outputCount = (part: Part): Count => {
  if ('outputs' in part) return part.outputs.length
  return part.rules.further === undefined ? 1 : 'several'
}

/** No network has more inputs or outputs. */
const mostParts = 4096

/** Whether an array holds several inputs, whoever takes them: nested arrays alone may be one input. */
const showsSeveral = (input: readonly unknown[]): boolean =>
  input.some(part => part instanceof tf.Tensor || isFlat(part))

/**
 * The inputs of an argument that holds one or several. Where several are taken, an array of as many holds one each, in
 * whichever form; else nested arrays are one input.
 */
export const partsOf = (input: unknown, count: Count): readonly unknown[] =>
  readingInput(() => {
    if (!Array.isArray(input) || input.length > mostParts) return [input]
    const each = count === 'several' || (count !== 1 && count === input.length) || showsSeveral(input)
    return each ? [...input] : [input]
  })

/** Inputs as tensors, in the enclosing `tf.tidy`. */
export const toTensors = (input: unknown, count: Count): readonly tf.Tensor[] =>
  partsOf(input, count).map(part => toTensor(part))

/** One value alone, several as a tuple, as inputs and outputs are. */
export const single = <T>(values: readonly T[]): T | readonly T[] =>
  values.length === 1 ? (values[0] as T) : Object.freeze(values)

/** The options of {@link tensor}. */
export interface TensorOptions {
  /** Of as many elements as there are numbers. Default: that of the data. */
  readonly shape?: readonly number[]
  /** The kind of its numbers. Default: that of the data: of a tensor, or `'int32'` of an Int32Array; else `'float32'`. */
  readonly dtype?: DType
}
/** The shape that a call says; else that of the data, as far as their type says it. */
type ShapeIn<G, X> = G extends readonly number[]
  ? { -readonly [K in keyof G]: G[K] }
  : G extends { readonly shape: infer S extends readonly number[] }
    ? { -readonly [K in keyof S]: S[K] }
    : 'shape' extends keyof G
      ? number[]
      : number[] extends ShapeOf<X>
        ? number[]
        : Extract<ShapeOf<X>, number[]>
type DTypeIn<G, X> = G extends { readonly dtype: infer D extends DType }
  ? D
  : 'dtype' extends keyof G
    ? DType
    : DTypeOf<X>
/** That of `any` is what it is of lists, as most data without a type are. */
type DTypeOf<X> = 0 extends 1 & X
  ? 'float32'
  : X extends { readonly dtype: infer D }
    ? D extends 'int32'
      ? 'int32'
      : 'float32'
    : X extends Int32Array | { readonly data: Int32Array }
      ? 'int32'
      : 'float32'

const dtypeOf = (data: unknown): DType => {
  if (isTensorLike(data)) return data.dtype === 'int32' ? 'int32' : 'float32'
  const numbers = isFlat(data) ? data.data : data
  return Object.prototype.toString.call(numbers) === '[object Int32Array]' ? 'int32' : 'float32'
}

interface NormalOptions {
  /** As it is given: it is checked where the number of elements is known. */
  readonly shape: unknown
  readonly dtype: DType | null
}
const tensorOptions: Options<NormalOptions> = {
  shape: { codec: anything, default: null },
  dtype: { codec: orNull(oneOf(['float32', 'int32']), 'that of the data'), default: null },
}

/**
 * A tensor of 32-bit floats, or of 32-bit integers if the data are, or `dtype` says so. Integers fit wherever floats do; layers
 * that take ids, such as `Embedding`, take tensors of integers alone. Networks and functions compute with floats, also with
 * integers that they are given: whole numbers up to 2^24 are exact there, others may be rounded. Its type has the shape that is
 * given, or what the type of the data says of it: `tensor([[1, 2]])` is a `Tensor<[number, number]>`.
 *
 * @param data nested arrays, a flat or typed array with a shape, or a tensor
 * @param shape its shape, or `{ shape, dtype }`
 * @throws InvalidOption if arrays are ragged or hold anything but numbers, or the shape has another number of elements; for
 *   integers, if a number is not whole or has more than 32 bits
 * @example
 * ```ts
 * tensor([[1, 2], [3, 4]]).shape // [2, 2]
 * tensor(new Float32Array(6), [2, 3]).shape // [2, 3]
 * tensor([[3, 7]], { dtype: 'int32' }).dtype // 'int32'
 * ```
 */
export const tensor = <
  X extends TensorInput,
  const G extends number[] | readonly number[] | TensorOptions | undefined = undefined,
>(
  data: X,
  shape?: G,
): Tensor<ShapeIn<G, X>, DTypeIn<G, X>> =>
  handOver(
    tf.tidy(() => {
      const asked = isRecord(shape)
        ? parseOptions('tensor', "tensor([[1, 2]], { dtype: 'int32' })", tensorOptions, shape)
        : undefined
      // Any shape may come from JavaScript: it is checked where the number of elements is known.
      const own = (asked === undefined ? shape : (asked.shape ?? undefined)) as readonly number[] | undefined
      const made = toTensorOf(asked?.dtype ?? readingInput(() => dtypeOf(data)), data, own)
      return made === data ? another(made) : made
    }),
  )
