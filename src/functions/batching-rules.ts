import { InvalidOption } from '../base/errors.ts'
import type { Shape } from '../base/shape.ts'
import { movedAxis } from '../ops/axes.ts'
import type { Attributes, Operands, Operation } from '../ops/operations.ts'
import type { Margin, Ops } from '../ops/ops.ts'

// One rule per operation: from the operation on one example to the same on many, whose values have the examples along a new
// first axis. Rules are written in the operations themselves, so they hold in every interpreter.

/** An operand. */
export interface Operand<T> {
  readonly value: T
  /** Whether axis 0 of the value counts examples; otherwise one value is that of all examples. */
  readonly mapped: boolean
}

/** An operation on many examples: at least one of its operands is mapped. */
interface Many<O extends Operation, T, Inputs = Operands<O, Operand<T>>> {
  readonly ops: Ops<T>
  /** The operation in the interpreter beneath. */
  readonly run: (inputs: readonly T[], attributes: Attributes[O]) => T
  readonly inputs: Inputs
  readonly attributes: Attributes[O]
  /** The number of examples. */
  readonly size: number
}
/** The same of operands in any number. */
type Any<O extends Operation, T> = Many<O, T, readonly Operand<T>[]>
/** Gives the results of all examples along the first axis. */
export type BatchingRule<O extends Operation> = <T>(many: Many<O, T>) => T

/** The shape of one example. */
export const shapeOfOne = <T>(ops: Ops<T>, { value, mapped }: Operand<T>): Shape =>
  mapped ? ops.shape(value).slice(1) : ops.shape(value)

/** A value of all examples with axes of one element, so that what follows the first axis has a rank. */
export const ofRank = <T>(ops: Ops<T>, value: T, rank: number): T => {
  const [size = null, ...own] = ops.shape(value)
  return own.length === rank ? value : ops.reshape(value, [size, ...Array(rank - own.length).fill(1), ...own])
}

/** The values of all examples. */
export const spread = <T>(ops: Ops<T>, { value, mapped }: Operand<T>, size: number): T =>
  mapped ? value : ops.broadcast(value, [size, ...ops.shape(value)])

/** Operands of all examples whose shapes broadcast as those of one do. */
const elementwise = <O extends Operation, T>({ ops, run, inputs, attributes }: Any<O, T>): T => {
  const rank = Math.max(...inputs.map(input => shapeOfOne(ops, input).length))
  return run(
    inputs.map(({ value, mapped }) => (mapped ? ofRank(ops, value, rank) : value)),
    attributes,
  )
}

/** The operation does not look at leading axes. */
const unchanged = <O extends Operation, T>({ run, inputs, attributes }: Any<O, T>): T =>
  run(
    inputs.map(({ value }) => value),
    attributes,
  )

const after = (axes: readonly number[]): readonly number[] => axes.map(axis => axis + 1)
type Reduction = 'sum' | 'mean' | 'max'
const reduction = <O extends Reduction, T>({ run, inputs: [x], attributes }: Many<O, T, readonly [Operand<T>]>): T => {
  const [axes, keep]: Attributes[Reduction] = attributes
  // All reductions have the same attributes.
  return run([x.value], [after(axes), keep] as Attributes[O])
}

const times = (a: number | null | undefined, b: number): number | null => (typeof a === 'number' ? a * b : null)
/** The first axis of each example, and the examples, as one axis. */
const merged = <T>(ops: Ops<T>, value: T, size: number): T => {
  const [, first, ...rest] = ops.shape(value)
  return ops.reshape(value, [times(first, size), ...rest])
}
/** The reverse of {@link merged}. */
const parted = <T>(ops: Ops<T>, value: T, size: number): T => {
  const [all, ...rest] = ops.shape(value)
  return ops.reshape(value, [size, times(all, 1 / size), ...rest])
}

/** An operation on images, the examples of which are more images. */
const images = <O extends 'maxPool' | 'averagePool' | 'maxPoolGradient', T>({
  ops,
  run,
  inputs,
  attributes,
  size,
}: Any<O, T>): T =>
  parted(
    ops,
    run(
      inputs.map(input => merged(ops, spread(ops, input, size), size)),
      attributes,
    ),
    size,
  )

/** Indices into the tables of all examples, one after the other: exact as far as 32-bit floats count. */
const mostRows = 2 ** 24
const offset = <T>(ops: Ops<T>, indices: T, rows: number, size: number): T => {
  const starts = Float32Array.from({ length: size }, (_, example) => example * rows)
  const shape = [size, ...Array<number>(ops.shape(indices).length - 1).fill(1)]
  return ops.add(indices, ops.constant(starts, shape))
}
const rowsOf = (operation: string, rows: number | null | undefined, size: number): number => {
  if (typeof rows === 'number' && rows * size <= mostRows) return rows
  throw new InvalidOption({
    layer: operation,
    option: 'table',
    expected: `at most ${mostRows} rows of a known number in the tables of all examples`,
    got: `${size} examples of ${rows ?? 'an unknown number of'} rows`,
    remedy: 'Map over fewer examples at once.',
  })
}

/** The filters of all examples side by side: [rows, cols, channels / groups, groups, examples, outputs of a group]. */
const besides = <T>(ops: Ops<T>, filters: T, groups: number): T => {
  const [size = null, rows = null, cols = null, each = null, outputs = null] = ops.shape(filters)
  const own = outputs === null ? null : outputs / groups
  return ops.transpose(ops.reshape(filters, [size, rows, cols, each, groups, own]), [1, 2, 3, 4, 0, 5])
}

/** The outputs of convolutions by all examples' filters, with the examples along the first axis. */
const apart = <T>(ops: Ops<T>, found: T, groups: number, size: number): T => {
  const [batch = null, high = null, wide = null] = ops.shape(found)
  const outputs = ops.reshape(found, [batch, high, wide, groups, size, null])
  return ops.reshape(ops.transpose(outputs, [4, 0, 1, 2, 3, 5]), [size, batch, high, wide, null])
}

/** The rules. */
export const batching: { readonly [O in Operation]: BatchingRule<O> } = {
  negative: unchanged,
  exp: unchanged,
  log: unchanged,
  sqrt: unchanged,
  rsqrt: unchanged,
  square: unchanged,
  abs: unchanged,
  sigmoid: unchanged,
  tanh: unchanged,
  relu: unchanged,
  elu: unchanged,
  softplus: unchanged,
  erf: unchanged,
  sin: unchanged,
  cos: unchanged,
  atan: unchanged,
  floor: unchanged,
  stopGradient: unchanged,
  clipGradient: unchanged,

  add: elementwise,
  subtract: elementwise,
  multiply: elementwise,
  divide: elementwise,
  pow: elementwise,
  maximum: elementwise,
  minimum: elementwise,
  greater: elementwise,
  equal: elementwise,
  where: elementwise,

  sum: reduction,
  mean: reduction,
  max: reduction,
  // Over the last axis.
  argMax: unchanged,
  argSort: unchanged,
  softmax: unchanged,
  logSoftmax: unchanged,

  reshape: ({ run, inputs: [x], attributes: [shape], size }) => run([x.value], [[size, ...shape]]),
  transpose: ({ run, inputs: [x], attributes: [permutation] }) => run([x.value], [[0, ...after(permutation)]]),
  concatenate: ({ ops, run, inputs, attributes: [axis], size }) =>
    run(
      inputs.map(input => spread(ops, input, size)),
      [axis + 1],
    ),
  slice: ({ run, inputs: [x], attributes: [begin, size] }) =>
    run(
      [x.value],
      [
        [0, ...begin],
        [null, ...size],
      ],
    ),
  reverse: ({ run, inputs: [x], attributes: [axes] }) => run([x.value], [after(axes)]),
  broadcast: ({ ops, run, inputs: [x], attributes: [shape], size }) =>
    run([ofRank(ops, x.value, shape.length)], [[size, ...shape]]),
  pad: ({ ops, run, inputs: [x], attributes: [margins], size }) => {
    const none: Margin = [0, 0]
    const [first = none, ...rest] = margins
    // Kernels pad four axes at most, and a batch of images has as many already.
    if (rest.length < 3 || first[0] !== 0 || first[1] !== 0) return run([x.value], [[none, ...margins]])
    return parted(ops, run([merged(ops, x.value, size)], [margins]), size)
  },

  gather: ({ ops, inputs: [table, indices], size }) => {
    if (!table.mapped) return ops.gather(table.value, indices.value)
    if (!indices.mapped) return ops.gather(table.value, indices.value, 1)
    const rows = rowsOf('gather', ops.shape(table.value)[1], size)
    return ops.gather(merged(ops, table.value, size), offset(ops, indices.value, rows, size))
  },
  scatter: ({ ops, inputs: [values, indices], attributes: [rows], size }) => {
    if (!indices.mapped) {
      const rank = ops.shape(indices.value).length
      const sums = ops.scatter(movedAxis(ops, values.value, 0, rank), indices.value, rows)
      return movedAxis(ops, sums, 1, 0)
    }
    const at = offset(ops, indices.value, rowsOf('scatter', rows, size), size)
    const sums = ops.scatter(spread(ops, values, size), at, rows * size)
    return ops.reshape(sums, [size, rows, ...ops.shape(sums).slice(1)])
  },

  // Leading axes broadcast.
  matmul: ({ ops, inputs: [a, b] }) => ops.matmul(a.value, b.value),
  convolve: ({ ops, inputs: [x, filter], attributes: [sliding], size }) => {
    if (!filter.mapped) return parted(ops, ops.convolve(merged(ops, x.value, size), filter.value, sliding), size)
    const { groups } = sliding
    const filters = besides(ops, filter.value, groups)
    const [rows = null, cols = null, each = null] = ops.shape(filters)
    if (!x.mapped) {
      // More outputs of the same images.
      return apart(ops, ops.convolve(x.value, ops.reshape(filters, [rows, cols, each, null]), sliding), groups, size)
    }
    // Every group of every example is a group of its own.
    const [, batch = null, ofRows = null, ofCols = null, channels = null] = ops.shape(x.value)
    const own = ops.transpose(ops.reshape(x.value, [size, batch, ofRows, ofCols, groups, null]), [1, 2, 3, 4, 0, 5])
    const images = ops.reshape(own, [batch, ofRows, ofCols, channels === null ? null : channels * size])
    const found = ops.convolve(images, ops.reshape(filters, [rows, cols, each, null]), {
      ...sliding,
      groups: groups * size,
    })
    return apart(ops, found, groups, size)
  },
  maxPool: images,
  averagePool: images,
  maxPoolGradient: images,
  averagePoolGradient: ({ ops, run, inputs: [dy], attributes: [shape, window], size }) => {
    const [batch, ...rest] = shape
    const all = typeof batch === 'number' ? batch * size : null
    return parted(ops, run([merged(ops, dy.value, size)], [[all, ...rest], window]), size)
  },
}
