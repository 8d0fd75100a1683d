import * as tf from '@tensorflow/tfjs-core'
import type { Numbers } from '../backends/programs.ts'
import { InvalidOption, show } from '../core/errors.ts'
import type { Part } from '../core/network.ts'
import { isRecord } from '../core/trees.ts'
import { another } from '../ops/tfjs/index.ts'
import { inputCount, outputCount, partsOf, type TensorInput, toNumbers, toTensor, toTensors } from '../state/data.ts'
import { reading } from '../state/given.ts'
import { checkIds } from '../state/ids.ts'
import { keeping } from './given.ts'

/** Examples: inputs and what is expected of them, batch first. Several inputs or outputs are tuples. */
export interface Examples {
  readonly x: TensorInput | readonly TensorInput[]
  readonly y: TensorInput | readonly TensorInput[]
}

/** Examples as tensors. */
export interface Batch {
  readonly x: readonly tf.Tensor[]
  readonly y: readonly tf.Tensor[]
  readonly size: number
}

const fault = (owner: string, option: string, expected: string, got: string): InvalidOption =>
  new InvalidOption({ layer: owner, option, expected, got, remedy: 'Give x and y with one row for each example.' })

interface Shaped {
  readonly shape: readonly number[]
}

/** How many rows there are in each of some tensors. */
const rowsOf = (owner: string, option: string, tensors: readonly Shaped[]): number => {
  const [rows, ...others] = tensors.map(({ shape }) => shape[0])
  if (rows === undefined)
    throw fault(owner, option, 'one row for each example', tensors.length ? 'a single number' : 'none')
  if (others.some(other => other !== rows))
    throw fault(owner, option, 'as many rows in every tensor', [rows, ...others].join(' and '))
  return rows
}

/** Checks that a value is `{ x, y }`, as a call from JavaScript may give anything. */
const asExamples = (owner: string, value: unknown): Examples =>
  reading(owner, 'examples', () => {
    if (!isRecord(value) || !Object.hasOwn(value, 'x') || !Object.hasOwn(value, 'y'))
      throw fault(owner, 'examples', 'examples, { x, y }', show(value))
    for (const name of Object.keys(value))
      if (name !== 'x' && name !== 'y') throw fault(owner, name, 'examples of x and y alone', show(name))
    return { x: value.x, y: value.y } as Examples
  })

const checkedRows = <T extends Shaped>(owner: string, x: readonly T[], y: readonly T[]) => {
  const size = rowsOf(owner, 'x', x)
  if (size === 0) throw fault(owner, 'x', 'at least one example', 'none')
  const rows = rowsOf(owner, 'y', y)
  if (rows !== size) throw fault(owner, 'y', `${size} rows, as x has`, String(rows))
  return { x, y, size }
}

/** The tensors of a batch. */
const tensorsIn = ({ x, y }: Batch): readonly tf.Tensor[] => [...x, ...y]

/** A batch that belongs to the caller, whatever becomes of what it is made of. */
const keepBatch = (make: () => Batch): Batch =>
  keeping(tensorsIn, () => {
    const { x, y, size } = make()
    return { x: x.map(another), y: y.map(another), size }
  })

/**
 * Examples as tensors that belong to the caller.
 *
 * @throws InvalidOption when there are none, or the numbers of rows differ
 */
export const keepExamples = (owner: string, part: Part, examples: Examples): Batch => {
  const { x, y } = asExamples(owner, examples)
  return keepBatch(() => {
    const inputs = toTensors(x, inputCount(part))
    checkIds(part, inputs)
    return checkedRows(owner, inputs, toTensors(y, outputCount(part)))
  })
}

/** Inputs alone as a batch, which may be empty. */
export const keepInputs = (owner: string, part: Part, x: unknown): Batch =>
  keepBatch(() => {
    const inputs = toTensors(x, inputCount(part))
    checkIds(part, inputs)
    return { x: inputs, y: [], size: rowsOf(owner, 'x', inputs) }
  })

/**
 * Disposes a batch when the work on it ends or fails. The work begins when the call that it is part of has given its
 * promise: within a `tf.tidy` of the user's, what it makes would be disposed when that ends.
 */
export const finallyRelease = async <R>(batch: Batch, work: () => Promise<R>): Promise<R> => {
  try {
    await undefined
    return await work()
  } finally {
    for (const tensor of tensorsIn(batch)) tensor.dispose()
  }
}

/** Some rows of tensors, in the enclosing `tf.tidy`. */
export const rows = (tensors: readonly tf.Tensor[], from: number, count: number): readonly tf.Tensor[] =>
  tensors.map(tensor =>
    tf.slice(tensor, [from, ...tensor.shape.slice(1).map(() => 0)], [count, ...tensor.shape.slice(1)]),
  )

/** Examples as numbers, for engines. */
export interface NumberBatch {
  readonly x: readonly Numbers[]
  readonly y: readonly Numbers[]
  readonly size: number
}

/** Whether reading a tensor at once takes no longer than reading it later. */
const isNear = (): boolean => ['cpu', 'wasm'].includes(tf.getBackend())

/** Numbers that are there, or will be: a tensor of a graphics card is read while others wait. */
interface Reading {
  readonly shape: readonly number[]
  readonly data: Float32Array | Promise<Float32Array>
}

const readInput = (input: unknown): Reading => {
  // tfjs may hold numbers in the very array that it was given, which the user may fill anew.
  if (isNear() || !(input instanceof tf.Tensor)) return toNumbers(input)
  const [own] = keeping(
    tensors => tensors,
    () => [another(toTensor(input))],
  )
  const read = async () => {
    try {
      return Float32Array.from(await own.data())
    } finally {
      own.dispose()
    }
  }
  return { shape: own.shape, data: read() }
}

/**
 * Examples as numbers, read or copied before the call returns: what becomes of the original afterwards changes nothing.
 *
 * @param check is shown the shapes
 * @throws InvalidOption when there are none, or the numbers of rows differ; whatever `check` throws
 */
export const readNumbers = (
  owner: string,
  part: Part,
  examples: Examples,
  check: (batch: { readonly x: readonly Shaped[]; readonly y: readonly Shaped[] }) => void,
): Promise<NumberBatch> => {
  const given = asExamples(owner, examples)
  const read = (input: unknown, count: ReturnType<typeof inputCount>) => partsOf(input, count).map(readInput)
  const { x, y, size } = checkedRows(owner, read(given.x, inputCount(part)), read(given.y, outputCount(part)))
  check({ x, y })
  const numbers = async ({ shape, data }: Reading): Promise<Numbers> => ({ shape, data: await data })
  return Promise.all([Promise.all(x.map(numbers)), Promise.all(y.map(numbers))]).then(([x, y]) => {
    checkIds(part, x)
    return { x, y, size }
  })
}

const someRows = ({ data, shape }: Numbers, from: number, count: number, order: Int32Array | undefined): Numbers => {
  const [all = 0, ...rest] = shape
  const width = data.length / all
  const own = [count, ...rest]
  if (order === undefined) return { data: data.subarray(from * width, (from + count) * width), shape: own }
  const chosen = new Float32Array(count * width)
  for (let i = 0; i < count; i++) {
    const row = (order[from + i] as number) * width
    chosen.set(data.subarray(row, row + width), i * width)
  }
  return { data: chosen, shape: own }
}

/** Some examples: in their order, or in the given one. */
export const someExamples = ({ x, y }: NumberBatch, from: number, count: number, order?: Int32Array): NumberBatch => ({
  x: x.map(numbers => someRows(numbers, from, count, order)),
  y: y.map(numbers => someRows(numbers, from, count, order)),
  size: count,
})

/** Where each batch starts and how long it is: the last one may be shorter, and the only one empty. */
export const slices = (size: number, batchSize: number): readonly (readonly [from: number, count: number])[] =>
  Array.from(
    { length: Math.max(1, Math.ceil(size / batchSize)) },
    (_, i) => [i * batchSize, Math.min(batchSize, size - i * batchSize)] as const,
  )
