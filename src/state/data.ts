import * as tf from '@tensorflow/tfjs-core'
import { type Either, isRight } from 'fp-ts/lib/Either.js'
import { InvalidOption, show } from '../base/errors.ts'
import { isTensorLike, type Read, readFlat, readNested, readTensor, type Unread } from '../base/nested.ts'
import type { NestedNumbers } from '../base/parameters.ts'
import { isShape, sizeOf } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import type { LayerValue, Part } from '../network/parts.ts'
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

/** Numbers in row-major order, with their shape. */
export interface FlatData {
  readonly data: TypedNumbers | readonly number[]
  readonly shape: readonly number[]
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
const numbersIn = (input: unknown, shape: unknown): Read => {
  if (isFlat(input)) {
    const { data } = orThrow(readFlat(input.data))
    return { data, shape: checkedShape(shape ?? input.shape, data.length) }
  }
  const read = orThrow(isTensorLike(input) ? readTensor(input) : readNested(input))
  return shape === undefined ? read : { ...read, shape: checkedShape(shape, read.data.length) }
}

const readingInput = <R>(read: () => R): R => reading('tensor', 'data', read)

const checkedTensor = (input: tf.Tensor): tf.Tensor => {
  if (input.isDisposed) throw fault('a tensor that has not been disposed', 'a disposed one')
  if (input.dtype === 'string' || input.dtype === 'complex64')
    throw fault('a tensor of numbers', `one of type ${input.dtype}`)
  return input.dtype === 'float32' ? input : tf.cast(input, 'float32')
}

/**
 * A tensor of 32-bit floats of any input, in the enclosing `tf.tidy`; one that is a tensor of them stays itself.
 *
 * @throws InvalidOption if the input holds anything but numbers, or the shape does not fit
 */
export const toTensor = (input: unknown, shape?: readonly number[]): tf.Tensor => {
  if (readingInput(() => input instanceof tf.Tensor)) {
    const given = checkedTensor(input as tf.Tensor)
    return shape === undefined ? given : tf.reshape(given, checkedShape(shape, given.size))
  }
  const read = readingInput(() => numbersIn(input, shape))
  return tensorOf(read.data, read.shape)
}

/**
 * The numbers of any input, copied.
 *
 * @param isLent whether nobody writes to arrays of the input as long as the numbers are in use: 32-bit floats are not copied
 *   then
 * @throws InvalidOption as {@link toTensor}
 */
export const toNumbers = (input: unknown, isLent = false): Read =>
  readingInput(() => {
    if (!isLent || !isFlat(input)) return numbersIn(input, undefined)
    const { data, shape } = input
    return data instanceof Float32Array
      ? { data, shape: checkedShape(shape, data.length) }
      : numbersIn(input, undefined)
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
export const outputCount = (part: Part): Count => ('outputs' in part ? part.outputs.length : 1)

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

/**
 * A tensor of 32-bit floats.
 *
 * @param data nested arrays, or a flat or typed array with a shape
 * @throws InvalidOption if arrays are ragged or hold anything but numbers, or the shape has another number of elements
 * @example
 * ```ts
 * tensor([[1, 2], [3, 4]]).shape // [2, 2]
 * tensor(new Float32Array(6), [2, 3]).shape // [2, 3]
 * ```
 */
export const tensor = <const S extends number[] | readonly number[] = number[]>(
  data: TensorInput,
  shape?: S,
): Tensor<{ -readonly [K in keyof S]: S[K] }> =>
  handOver(
    tf.tidy(() => {
      const made = toTensor(data, shape)
      return made === data ? another(made) : made
    }),
  )
