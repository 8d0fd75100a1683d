import * as tf from '@tensorflow/tfjs-core'
import type { Numbers } from '../backends/programs.ts'
import { InvalidOption, show } from '../core/errors.ts'
import type { Part } from '../core/network.ts'
import { tidily } from '../ops/tfjs/index.ts'
import {
  type Count,
  inputCount,
  outputCount,
  partsOf,
  plainNumbers,
  type TensorInput,
  toTensors,
} from '../state/data.ts'

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

const rowsOf = (owner: string, option: string, tensors: readonly { readonly shape: readonly number[] }[]): number => {
  const [rows, ...others] = tensors.map(tensor => tensor.shape[0] ?? 0)
  if (!rows) throw fault(owner, option, 'at least one example', 'none')
  if (others.some(other => other !== rows))
    throw fault(owner, option, 'as many rows in every tensor', [rows, ...others].join(' and '))
  return rows
}

/**
 * Examples as tensors, in the enclosing `tf.tidy`.
 *
 * @throws InvalidOption when there are none, or the numbers of rows differ
 */
export const toBatch = (owner: string, part: Part, examples: Examples): Batch => {
  if (typeof examples !== 'object' || examples === null || !('x' in examples && 'y' in examples))
    throw fault(owner, 'examples', 'examples, { x, y }', show(examples))
  return checkedRows(owner, toTensors(examples.x, inputCount(part)), toTensors(examples.y, outputCount(part)))
}

interface Shaped {
  readonly shape: readonly number[]
}

const checkedRows = <T extends Shaped>(owner: string, x: readonly T[], y: readonly T[]) => {
  const size = rowsOf(owner, 'x', x)
  const rows = rowsOf(owner, 'y', y)
  if (rows !== size) throw fault(owner, 'y', `${size} rows, as x has`, String(rows))
  return { x, y, size }
}

/** A batch that outlives the enclosing `tf.tidy` and belongs to the caller; tensors that users gave stay theirs. */
export const keepBatch = (make: () => Batch): Batch =>
  tidily(() => {
    const { x, y, size } = make()
    return { x: x.map(tensor => tf.clone(tensor)), y: y.map(tensor => tf.clone(tensor)), size }
  })

/** Disposes a batch of {@link keepBatch}. */
export const release = ({ x, y }: Batch): void => {
  for (const tensor of [...x, ...y]) tensor.dispose()
}

/** Disposes a batch when the work on it ends or fails. */
export const finallyRelease = async <R>(batch: Batch, work: () => Promise<R>): Promise<R> => {
  try {
    return await work()
  } finally {
    release(batch)
  }
}

/** Inputs alone as a batch, in the enclosing `tf.tidy`. */
export const toInputs = (owner: string, part: Part, x: unknown): Batch => {
  const inputs = toTensors(x, inputCount(part))
  return { x: inputs, y: [], size: rowsOf(owner, 'x', inputs) }
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

const toNumbers = async (tensor: tf.Tensor): Promise<Numbers> => ({
  data: Float32Array.from(await tensor.data()),
  shape: tensor.shape,
})

/** The numbers of a batch, whose tensors stay. */
export const numbersIn = async ({ x, y, size }: Batch): Promise<NumberBatch> => ({
  x: await Promise.all(x.map(toNumbers)),
  y: await Promise.all(y.map(toNumbers)),
  size,
})

/**
 * Examples as numbers; flat data of 32-bit floats are not copied.
 *
 * @throws InvalidOption when there are none, or the numbers of rows differ
 */
export const readNumbers = async (owner: string, part: Part, examples: Examples): Promise<NumberBatch> => {
  const plain = (input: unknown, count: Count) => partsOf(input, count).map(plainNumbers)
  const [x, y] = [plain(examples?.x, inputCount(part)), plain(examples?.y, outputCount(part))]
  if ([...x, ...y].every(numbers => numbers !== undefined))
    return checkedRows(owner, x as readonly Numbers[], y as readonly Numbers[])
  const batch = keepBatch(() => toBatch(owner, part, examples))
  return finallyRelease(batch, () => numbersIn(batch))
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

/** Where each batch starts and how long it is: the last one may be shorter. */
export const slices = (size: number, batchSize: number): readonly (readonly [from: number, count: number])[] =>
  Array.from(
    { length: Math.ceil(size / batchSize) },
    (_, i) => [i * batchSize, Math.min(batchSize, size - i * batchSize)] as const,
  )

/** A pause now and then, so that other work, and the disposal of what was dropped, get their turn. */
export const breather = (everyMilliseconds = 50): (() => Promise<void>) => {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < everyMilliseconds) return
    await new Promise(resolve => setTimeout(resolve, 0))
    last = performance.now()
  }
}
