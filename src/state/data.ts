import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption, show } from '../core/errors.ts'
import type { LayerValue, Part } from '../core/network.ts'
import { flatten, nestedShape } from '../core/options.ts'
import { sizeOf } from '../core/shape.ts'
import type { NestedNumbers, Tensor } from '../core/variables.ts'
import { handOver } from '../ops/tfjs/index.ts'

/** Numbers in row-major order, with their shape. */
export interface FlatData {
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array | readonly number[]
  readonly shape: readonly number[]
}

/** Every form in which a tensor can be given. */
export type TensorInput = tf.Tensor | NestedNumbers | FlatData['data'] | FlatData

const fault = (expected: string, got: unknown): InvalidOption =>
  new InvalidOption({
    layer: 'tensor',
    option: 'data',
    expected,
    got: typeof got === 'string' ? got : show(got),
    remedy: 'For example: [[1, 2], [3, 4]], or { data: new Float32Array(4), shape: [2, 2] }.',
  })

const isFlat = (value: unknown): value is FlatData =>
  typeof value === 'object' && value !== null && 'data' in value && 'shape' in value && Array.isArray(value.shape)

const checkedShape = (shape: readonly unknown[], count: number): number[] => {
  if (!shape.every(d => Number.isSafeInteger(d) && (d as number) >= 0))
    throw fault('a shape of integers >= 0', `the shape ${show(shape)}`)
  const expected = sizeOf(shape as readonly number[])
  if (expected !== count) throw fault(`${expected} numbers for the shape ${show(shape)}`, `${count} numbers`)
  return [...(shape as readonly number[])]
}

const fromNumbers = (numbers: FlatData['data'], shape: readonly unknown[]): tf.Tensor =>
  tf.tensor(Float32Array.from(numbers), checkedShape(shape, numbers.length))

/**
 * A tensor of any input, in the enclosing `tf.tidy`; a tensor stays itself.
 *
 * @throws InvalidOption when nested arrays are ragged or hold anything but numbers, or the shape does not fit
 */
export const toTensor = (input: unknown, shape?: readonly number[]): tf.Tensor => {
  if (input instanceof tf.Tensor) {
    if (input.isDisposed) throw fault('a tensor that has not been disposed', 'a disposed one')
    return shape === undefined ? input : tf.reshape(input, checkedShape(shape, input.size))
  }
  if (isFlat(input)) return fromNumbers(input.data, shape ?? input.shape)
  const own = nestedShape(input)
  if (own === undefined) throw fault('numbers in nested arrays of one length on each level', input)
  return fromNumbers(ArrayBuffer.isView(input) ? (input as Float32Array) : flatten(input), shape ?? own)
}

/** The numbers of flat data that need no conversion, not copied; `undefined` for inputs of any other form. */
export const plainNumbers = (
  input: unknown,
): { readonly data: Float32Array; readonly shape: readonly number[] } | undefined =>
  isFlat(input) && input.data instanceof Float32Array
    ? { data: input.data, shape: checkedShape(input.shape, input.data.length) }
    : undefined

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

/** Whether an array holds several inputs, whoever takes them: nested arrays alone may be one input. */
const showsSeveral = (input: readonly unknown[]): boolean =>
  input.some(part => part instanceof tf.Tensor || isFlat(part))

/**
 * The inputs of an argument that holds one or several. Where several are taken, an array of as many holds one each, in
 * whichever form; else nested arrays are one input.
 */
export const partsOf = (input: unknown, count: Count): readonly unknown[] => {
  if (!Array.isArray(input)) return [input]
  const each = count === 'several' || (count !== 1 && count === input.length) || showsSeveral(input)
  return each ? input : [input]
}

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
 * @throws InvalidOption when arrays are ragged or hold anything but numbers, or the shape has another number of elements
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
  handOver(tf.tidy(() => (data instanceof tf.Tensor ? tf.clone(toTensor(data, shape)) : toTensor(data, shape))))
