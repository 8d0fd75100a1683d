import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption, show } from '../core/errors.ts'
import { tidily } from '../ops/tfjs/index.ts'
import { isSeveralInputs, type TensorInput, toTensor } from '../state/data.ts'

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

const toTensors = (input: unknown): tf.Tensor[] =>
  (isSeveralInputs(input) ? input : [input]).map(part => toTensor(part))

const fault = (owner: string, option: string, expected: string, got: string): InvalidOption =>
  new InvalidOption({ layer: owner, option, expected, got, remedy: 'Give x and y with one row for each example.' })

const rowsOf = (owner: string, option: string, tensors: readonly tf.Tensor[]): number => {
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
export const toBatch = (owner: string, examples: Examples): Batch => {
  if (typeof examples !== 'object' || examples === null || !('x' in examples && 'y' in examples))
    throw fault(owner, 'examples', 'examples, { x, y }', show(examples))
  const { x, y } = examples
  const [inputs, expected] = [toTensors(x), toTensors(y)]
  const size = rowsOf(owner, 'x', inputs)
  const rows = rowsOf(owner, 'y', expected)
  if (rows !== size) throw fault(owner, 'y', `${size} rows, as x has`, String(rows))
  return { x: inputs, y: expected, size }
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
export const toInputs = (owner: string, x: unknown): Batch => {
  const inputs = toTensors(x)
  return { x: inputs, y: [], size: rowsOf(owner, 'x', inputs) }
}

/** Some rows of tensors, in the enclosing `tf.tidy`: in their order, or in the given one. */
export const rows = (
  tensors: readonly tf.Tensor[],
  from: number,
  count: number,
  order?: Int32Array,
): readonly tf.Tensor[] =>
  tensors.map(tensor =>
    order
      ? tf.gather(tensor, tf.tensor1d(order.subarray(from, from + count), 'int32'))
      : tf.slice(tensor, [from, ...tensor.shape.slice(1).map(() => 0)], [count, ...tensor.shape.slice(1)]),
  )

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
