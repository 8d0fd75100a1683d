import * as tf from '@tensorflow/tfjs-core'
import type { Sliding, Window } from '../ops/ops.ts'
import * as elements from './elements.ts'
import * as loops from './loops.ts'
import * as rows from './rows.ts'

// The cpu backend holds tensors as typed arrays, so reading them for the loops copies nothing.

type Tensor = tf.Tensor

/** Whether loops can take the place of kernels: not where tfjs records kernels, for gradients of its own. */
export const onCpu = (): boolean => tf.getBackend() === 'cpu' && tf.engine().state.gradientDepth === 0

const blockOf = (x: Tensor): loops.Block => ({ values: x.dataSync<'float32'>(), shape: x.shape })
const tensor = ({ values, shape }: loops.Block): Tensor => tf.tensor(values, [...shape])

const areFloats = (...tensors: readonly Tensor[]): boolean =>
  onCpu() && tensors.every(({ dtype }) => dtype === 'float32')

/** A binary operation, on the cpu backend by loops. */
export const binary =
  (operation: elements.Combination, kernel: (a: Tensor, b: Tensor) => Tensor) =>
  (a: Tensor, b: Tensor): Tensor =>
    areFloats(a, b) ? tensor(elements.combined(operation, blockOf(a), blockOf(b))) : kernel(a, b)

/** A tensor repeated to a shape. */
export const repeated = (x: Tensor, shape: readonly number[]): Tensor => tensor(elements.repeated(blockOf(x), shape))

/** What a condition that is not 0 chooses, and what it does not; on the cpu backend by a loop. */
export const chosen = (condition: Tensor, a: Tensor, b: Tensor, shape: readonly number[]): Tensor =>
  areFloats(condition, a, b)
    ? tensor(elements.chosen(blockOf(condition), blockOf(a), blockOf(b), shape))
    : // Not a cast to booleans, which some backends round: 0.5 would be false.
      tf.where(tf.notEqual(condition, 0), a, b)

/** Sums over some axes, in doubles. */
export const summed = (x: Tensor, axes: readonly number[], keepDimensions: boolean): Tensor =>
  tensor(elements.summed(blockOf(x), axes, keepDimensions))

/** An exponential linear unit. */
export const elu = (x: Tensor): Tensor => tensor(elements.elu(blockOf(x)))

/** [..., n, k] times [..., k, m]. */
export const product = (a: Tensor, b: Tensor): Tensor => tensor(loops.product(blockOf(a), blockOf(b)))

/** The convolution of an input with a filter. */
export const convolution = (x: Tensor, filter: Tensor, sliding: Sliding): Tensor =>
  tensor(loops.convolution(blockOf(x), blockOf(filter), sliding))

/** The axes in another order. */
export const transposed = (x: Tensor, permutation: readonly number[]): Tensor =>
  tensor(loops.transposed(blockOf(x), permutation))

/** The opposite order along some axes. */
export const reversed = (x: Tensor, axes: readonly number[]): Tensor => tensor(loops.reversed(blockOf(x), axes))

/** The largest element of each window. */
export const largest = (x: Tensor, window: Window): Tensor => tensor(loops.largest(blockOf(x), window))

/** The rows of a table that indices name. */
export const gathered = (table: Tensor, indices: Tensor): Tensor =>
  tensor(rows.gathered(blockOf(table), blockOf(tf.cast(indices, 'float32'))))

/** A table of rows, each the sum of those that its index names. */
export const scattered = (values: Tensor, indices: Tensor, count: number): Tensor =>
  tensor(rows.scattered(blockOf(values), blockOf(tf.cast(indices, 'float32')), count))

/** The gradient of max pooling. */
export const toLargest = (dy: Tensor, x: Tensor, y: Tensor, window: Window): Tensor =>
  tensor(loops.toLargest(blockOf(dy), blockOf(x), blockOf(y), window))
