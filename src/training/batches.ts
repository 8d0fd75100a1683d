import * as tf from '@tensorflow/tfjs-core'
import type { Numbers } from '../backends/programs.ts'
import { InvalidOption, show } from '../base/errors.ts'
import type { Flat } from '../base/tree.ts'
import { isList, isRecord } from '../base/trees.ts'
import type { Part } from '../network/parts.ts'
import {
  type Count,
  inputCount,
  outputCount,
  partsOf,
  type TensorInputs,
  toNumbers,
  toTensor,
  toTensors,
} from '../state/data.ts'
import { reading } from '../state/given.ts'
import { checkIds, inputsIn, inputTensors } from '../state/ids.ts'
import type { Shaped } from '../state/variables.ts'
import { another } from '../tfjs/index.ts'
import { alikeRows, otherFields, wholeExamples } from './examples.ts'
import { keeping } from './given.ts'

/** Examples: inputs and targets, with the batch as first axis. Several inputs or outputs are tuples. */
export interface Examples {
  readonly x: TensorInputs
  /** Optional if no loss uses it. */
  readonly y?: TensorInputs
  /** The weight of each example, `[batch]`, or of each of its losses, `[batch, ...]`; a tuple for several outputs. */
  readonly weights?: TensorInputs
  /** 1 for what counts and 0 for what does not, of such a shape. */
  readonly mask?: TensorInputs
}

/** What examples are made of. */
export type Field = 'x' | 'y' | 'weights' | 'mask'
export const fields: readonly Field[] = ['x', 'y', 'weights', 'mask']

/** Examples, each field a list of one value for each input or output; none where a field was left out. */
export type Fields<V> = Readonly<Record<Field, readonly V[]>>

/** Changes every value of examples. */
export const mapFields = <A, B>(examples: Fields<A>, f: (value: A, field: Field) => B): Fields<B> => ({
  x: examples.x.map(value => f(value, 'x')),
  y: examples.y.map(value => f(value, 'y')),
  weights: examples.weights.map(value => f(value, 'weights')),
  mask: examples.mask.map(value => f(value, 'mask')),
})

/** How the values of a batch stand in a tree. */
export type Laid = Pick<Flat<unknown>, 'form' | 'paths'>

/** The shapes of a batch: of examples, or of a tree, whose leaves are in `x`. */
export interface ShapedBatch extends Fields<Shaped> {
  readonly tree?: Laid
}

/** What is asked of batches once for all that have the same shapes: a network is traced to find out. */
export const onceForShapes = <B extends ShapedBatch, V>(ask: (batch: B) => V): ((batch: B) => V) => {
  const found = new Map<string, { readonly value: V }>()
  return batch => {
    const text = JSON.stringify([fields.map(field => batch[field].map(({ shape }) => shape)), batch.tree?.form])
    const known = found.get(text) ?? { value: ask(batch) }
    found.set(text, known)
    return known.value
  }
}

/** All values of examples, in order. */
export const valuesIn = <V>(examples: Fields<V>): readonly V[] => fields.flatMap(field => examples[field])

/** Examples as tensors. */
export interface Batch extends Fields<tf.Tensor> {
  readonly size: number
}

const fault = (owner: string, option: string, expected: string, got: string): InvalidOption =>
  new InvalidOption({ layer: owner, option, expected, got, remedy: alikeRows.remedy })

/** How many rows there are in each of some tensors. */
const rowsOf = (owner: string, option: string, tensors: readonly Shaped[]): number => {
  const [rows, ...others] = tensors.map(({ shape }) => shape[0])
  if (rows === undefined)
    throw fault(owner, option, 'one row for each example', tensors.length ? 'a single number' : 'none')
  if (others.some(other => other !== rows)) throw fault(owner, option, alikeRows.even, [rows, ...others].join(' and '))
  return rows
}

/** Checks that a value is `{ x, y }`, as a call from JavaScript may give anything. */
const asExamples = (owner: string, value: unknown): Examples =>
  reading(owner, 'examples', () => {
    if (!isRecord(value) || !Object.hasOwn(value, 'x'))
      throw fault(owner, 'examples', wholeExamples.expected, show(value))
    for (const name of Object.keys(value))
      if (!fields.includes(name as Field)) throw fault(owner, name, otherFields.expected, show(name))
    const given = fields.filter(field => Object.hasOwn(value, field))
    return Object.fromEntries(given.map(field => [field, value[field]])) as unknown as Examples
  })

/** How many values each field has: as many as inputs or outputs, or one for all outputs. */
const countOf = (part: Part, field: Field, given: unknown): Count => {
  if (field === 'x') return inputCount(part)
  const outputs = outputCount(part)
  return field === 'y' || isByOutput(given, outputs) ? outputs : 1
}

/** Whether weights or masks are for each output: an array of as many, and none of numbers alone. */
const isByOutput = (given: unknown, outputs: Count): boolean => {
  try {
    return isList(given) && given.length === outputs && typeof given[0] !== 'number'
  } catch {
    // What cannot be read is refused where it is read.
    return false
  }
}

/** Examples with their fields read, all of as many rows. */
const checkedFields = <V extends Shaped>(
  owner: string,
  part: Part,
  examples: Examples,
  read: (given: unknown, count: Count, field: Field) => readonly V[],
): Fields<V> & { readonly size: number } => {
  const own = (field: Field): readonly V[] => {
    const given: unknown = examples[field]
    const isNone = given === undefined || given === null
    // Inputs and expectations that are there have to be something.
    if (isNone && (field === 'weights' || field === 'mask' || !Object.hasOwn(examples, field))) return []
    return read(given, countOf(part, field, given), field)
  }
  const found = { x: own('x'), y: own('y'), weights: own('weights'), mask: own('mask') }
  const size = rowsOf(owner, 'x', found.x)
  if (size === 0) throw fault(owner, 'x', 'at least one example', 'none')
  for (const field of fields) {
    if (found[field].length === 0) continue
    const rows = rowsOf(owner, field, found[field])
    if (rows !== size) throw fault(owner, field, `${size} ${alikeRows.other}`, String(rows))
  }
  return { ...found, size }
}

/** A batch that belongs to the caller, whatever becomes of what it is made of. */
const keepBatch = (make: () => Batch): Batch =>
  keeping(valuesIn<tf.Tensor>, () => {
    const { size, ...examples } = make()
    return { ...mapFields(examples, another), size }
  })

/**
 * Examples as tensors that belong to the caller.
 *
 * @throws InvalidOption if there are none, or the numbers of rows differ
 */
export const keepExamples = (owner: string, part: Part, given: Examples): Batch => {
  const examples = asExamples(owner, given)
  return keepBatch(() =>
    checkedFields(owner, part, examples, (value, count, field) =>
      field === 'x' ? inputTensors(owner, field, part, value) : toTensors(value, count),
    ),
  )
}

/** Inputs alone as a batch, which may be empty. */
export const keepInputs = (owner: string, part: Part, x: unknown): Batch =>
  keepBatch(() => {
    const inputs = inputTensors(owner, 'x', part, x)
    return { x: inputs, y: [], weights: [], mask: [], size: rowsOf(owner, 'x', inputs) }
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
    for (const tensor of valuesIn(batch)) tensor.dispose()
  }
}

/** Some rows of tensors, in the enclosing `tf.tidy`. */
export const rows = (tensors: readonly tf.Tensor[], from: number, count: number): readonly tf.Tensor[] =>
  tensors.map(tensor =>
    tf.slice(tensor, [from, ...tensor.shape.slice(1).map(() => 0)], [count, ...tensor.shape.slice(1)]),
  )

/** A batch as numbers, for engines. */
export interface NumberBatch extends Fields<Numbers> {
  readonly size: number
  readonly tree?: Laid
}

/** Whether reading a tensor at once takes no longer than reading it later. */
const isNear = (): boolean => ['cpu', 'wasm'].includes(tf.getBackend())

/** Numbers that are there, or will be: a tensor of a graphics card is read while others wait. */
export interface Reading {
  readonly shape: readonly number[]
  readonly data: Float32Array | Promise<Float32Array>
}

/** Reads a tensor, or what is one in another form. */
export const readInput = (input: unknown, isLent: boolean): Reading => {
  // tfjs may hold numbers in the very array that it was given, which the user may fill anew.
  if (isNear() || !(input instanceof tf.Tensor)) return toNumbers(input, isLent)
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
 * Where they have to travel, a promise of them.
 *
 * @param check is shown the shapes
 * @param isLent whether nobody writes to arrays among them as long as the batch is in use, which are not copied then
 * @throws InvalidOption if there are none, or the numbers of rows differ; whatever `check` throws
 */
export const readNumbers = (
  owner: string,
  part: Part,
  given: Examples,
  check: (batch: Fields<Shaped>) => void,
  isLent = false,
): NumberBatch | Promise<NumberBatch> => {
  const { size, ...read } = checkedFields(owner, part, asExamples(owner, given), (value, count, field) =>
    (field === 'x' ? inputsIn(owner, field, part, value) : partsOf(value, count)).map(input =>
      readInput(input, isLent),
    ),
  )
  check(read)
  const checked = (numbers: Fields<Numbers>): NumberBatch => {
    checkIds(part, numbers.x)
    return { ...numbers, size }
  }
  if (isThere(read)) return checked(read)
  const all = (field: Field) => Promise.all(read[field].map(async ({ shape, data }) => ({ shape, data: await data })))
  return Promise.all(fields.map(all)).then(([x = [], y = [], weights = [], mask = []]) =>
    checked({ x, y, weights, mask }),
  )
}

/** Whether all numbers are there. */
const isThere = (examples: Fields<Reading>): examples is Fields<Numbers> =>
  valuesIn(examples).every(({ data }) => data instanceof Float32Array)

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
export const someExamples = (examples: NumberBatch, from: number, count: number, order?: Int32Array): NumberBatch => ({
  ...mapFields(examples, numbers => someRows(numbers, from, count, order)),
  size: count,
  ...(examples.tree && { tree: examples.tree }),
})

/** Where each batch starts and how long it is: the last one may be shorter, and the only one empty. */
export const slices = (size: number, batchSize: number): readonly (readonly [from: number, count: number])[] =>
  Array.from(
    { length: Math.max(1, Math.ceil(size / batchSize)) },
    (_, i) => [i * batchSize, Math.min(batchSize, size - i * batchSize)] as const,
  )
