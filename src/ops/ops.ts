import type { Key } from '../base/random.ts'
import type { Shape } from '../base/shape.ts'
import type { Composed } from './composed/composed.ts'
import type { KernelCall } from './kernels.ts'

/** Rows and columns of a window or a step. */
export type Pair = readonly [number, number]
/** Rows or columns added [before, after] an axis. */
export type Margin = readonly [number, number]

/**
 * The operations that layers, losses and optimizers are written in, over an abstract handle `T` of a tensor. An
 * interpreter gives `T` a meaning: a tensor that holds numbers (eager), or a node of a graph (tracing).
 *
 * Laws: the shape of a result depends on shapes and attributes only, never on values; no operation has a side effect; a
 * random draw is a function of its key. Binary operations broadcast as in NumPy. Negative axes count from the end; axes
 * that do not exist are refused. Truths are 1 and 0, and any number but 0 is true.
 */
export interface Ops<T> extends Primitives<T>, Composed<T> {
  /** Over axes; default: all of them. */
  readonly sum: (x: T, axes?: readonly number[], keepDimensions?: boolean) => T
  /** Over axes; default: all of them. */
  readonly mean: (x: T, axes?: readonly number[], keepDimensions?: boolean) => T
  /** The largest element over axes; default: all of them. NaN is larger than any number. */
  readonly max: (x: T, axes?: readonly number[], keepDimensions?: boolean) => T
  /** The position of the largest element along an axis, as a number; the first of equal ones. Default: the last axis. */
  readonly argMax: (x: T, axis?: number) => T
  /**
   * Slices of a table along an axis (default: the first) by index, truncated to whole numbers: of a table [n, …], indices
   * [a, b] give [a, b, …].
   */
  readonly gather: (table: T, indices: T, axis?: number) => T
  /** [..., n, k] times [..., k, m]: a batch of products, whose leading axes broadcast. */
  readonly matmul: (a: T, b: T) => T
  /**
   * The positions of elements in ascending or descending order along an axis; equal ones stay in order, and NaN is the
   * largest. Default: the last axis, ascending.
   */
  readonly argSort: (x: T, axis?: number, descending?: boolean) => T
  /** The same operations on behalf of a layer, if the interpreter records layers. */
  readonly within?: (layer: string) => Ops<T>
}

/** What an interpreter defines; all other operations are composed of these. */
export interface Primitives<T> {
  /** Whether a value is a tensor of this interpreter, if it can tell. */
  readonly isTensor?: (value: unknown) => boolean
  /** The dimensions of a tensor; a dimension may be unknown (`null`) while tracing. */
  readonly shape: (x: T) => Shape
  /** A tensor of the given numbers in row-major order; a single number gives a scalar. */
  readonly constant: (values: number | Float32Array, shape?: readonly number[]) => T

  readonly negative: (x: T) => T
  readonly exp: (x: T) => T
  readonly log: (x: T) => T
  readonly sqrt: (x: T) => T
  /** `1 / sqrt(x)` */
  readonly rsqrt: (x: T) => T
  readonly square: (x: T) => T
  readonly abs: (x: T) => T
  readonly sigmoid: (x: T) => T
  readonly tanh: (x: T) => T
  /** `max(x, 0)` */
  readonly relu: (x: T) => T
  /** `x > 0 ? x : exp(x) - 1` */
  readonly elu: (x: T) => T
  /** `log(1 + exp(x))` */
  readonly softplus: (x: T) => T
  /** The error function, `2 / sqrt(π)` times the integral of `exp(-t²)` from 0 to x. */
  readonly erf: (x: T) => T
  readonly sin: (x: T) => T
  readonly cos: (x: T) => T
  /** The inverse of the tangent, from -π/2 to π/2. */
  readonly atan: (x: T) => T
  /** The largest whole number that is not larger. */
  readonly floor: (x: T) => T

  readonly add: (a: T, b: T) => T
  readonly subtract: (a: T, b: T) => T
  readonly multiply: (a: T, b: T) => T
  readonly divide: (a: T, b: T) => T
  /** `a` to the power of `b`; NaN for a negative `a` and a `b` that is not whole. */
  readonly pow: (a: T, b: T) => T
  readonly maximum: (a: T, b: T) => T
  readonly minimum: (a: T, b: T) => T
  /** 1 where `a > b`, 0 elsewhere */
  readonly greater: (a: T, b: T) => T
  /** 1 where `a = b`, 0 elsewhere */
  readonly equal: (a: T, b: T) => T
  /** `a` where `condition` is not 0, `b` elsewhere; all of one shape after broadcasting */
  readonly where: (condition: T, a: T, b: T) => T

  readonly sum: (x: T, axes: readonly number[], keepDimensions?: boolean) => T
  readonly mean: (x: T, axes: readonly number[], keepDimensions?: boolean) => T
  readonly max: (x: T, axes: readonly number[], keepDimensions?: boolean) => T
  /** The position of the largest element along the last axis, as a number. */
  readonly argMax: (x: T) => T
  /** The positions of elements in ascending order along the last axis; equal ones stay in order, and NaN is the largest. */
  readonly argSort: (x: T) => T
  /** Over the last axis. */
  readonly softmax: (x: T) => T
  /** Over the last axis; finite where `log(softmax(x))` is not. */
  readonly logSoftmax: (x: T) => T

  /** At most one dimension may be `null`: it follows from the others. */
  readonly reshape: (x: T, shape: Shape) => T
  readonly transpose: (x: T, permutation: readonly number[]) => T
  readonly concatenate: (xs: readonly T[], axis: number) => T
  /** `size` elements from `begin` on, along each axis; `null`: all that is left. */
  readonly slice: (x: T, begin: readonly number[], size: readonly (number | null)[]) => T
  /** Reverses the order of elements along axes. */
  readonly reverse: (x: T, axes: readonly number[]) => T
  /** Repeats axes of one element to a shape. */
  readonly broadcast: (x: T, shape: Shape) => T
  /** Rows of a table [n, …] by index, truncated to whole numbers: indices [a, b] give [a, b, …]. */
  readonly gather: (table: T, indices: T) => T
  /** The reverse of {@link gather}: sums values into a table of `rows` rows by index. */
  readonly scatter: (values: T, indices: T, rows: number) => T
  /** Adds zeros before and after each axis. */
  readonly pad: (x: T, margins: readonly Margin[]) => T

  /** [..., n, k] times [..., k, m]: a batch of products. The leading axes are the same in both. */
  readonly matmul: (a: T, b: T) => T
  /**
   * Cross-correlation of [batch, rows, cols, channels] with a filter [rows, cols, channels / groups, outputs], with
   * zero padding. Stride and dilation may both exceed 1. With groups, each group of channels makes its own group of
   * outputs.
   */
  readonly convolve: (x: T, filter: T, sliding: Sliding) => T
  /** The largest element of each window; padding does not count. */
  readonly maxPool: (x: T, options: Window) => T
  /** The mean of each window's elements; padding does not count. */
  readonly averagePool: (x: T, options: Window) => T

  /** The gradient of {@link maxPool}: each element of `dy` goes to the first largest element of its window. */
  readonly maxPoolGradient: (dy: T, x: T, y: T, options: Window) => T
  /** The gradient of {@link averagePool} for an input of the given shape. */
  readonly averagePoolGradient: (dy: T, inputShape: Shape, options: Window) => T

  /** The same value, without a gradient. */
  readonly stopGradient: (x: T) => T
  /** The same value; its gradient is clipped to plus or minus the limit. */
  readonly clipGradient: (x: T, limit: number) => T

  /** Draws from [0, 1). */
  readonly uniform: (key: Key, shape: Shape) => T
  /** Draws with mean 0 and standard deviation 1. */
  readonly normal: (key: Key, shape: Shape) => T

  /**
   * Scans a sequence [batch, time, …] from the first step to the last: `body` gets the carried tensors and one step
   * [batch, …], and returns the next carried tensors and the output of the step. Returns the last carried tensors and
   * the sequence of outputs. The length of the sequence must be known.
   */
  readonly scan: (
    body: (carried: readonly T[], step: T) => readonly [readonly T[], T],
    initial: readonly T[],
    sequence: T,
  ) => readonly [readonly T[], T]

  /**
   * Repeats `body` while `condition` of the carried tensors is not 0 (NaN is not 0), at most `limit` times. Carried
   * tensors keep their shapes. Returns the last ones.
   *
   * Its gradient repeats the body once more, keeps what is carried before every n-th repetition, n being the square root of
   * `limit`, and goes back over n repetitions at a time. So its memory is about four times that of n repetitions' carried values,
   * and its time about four times that of the loop. It needs known shapes, and a `limit` of at most 2^24.
   */
  readonly loop: (
    condition: (carried: readonly T[]) => T,
    body: (carried: readonly T[]) => readonly T[],
    initial: readonly T[],
    limit: number,
  ) => readonly T[]

  /** Runs a function that has a gradient of its own, if the interpreter differentiates. */
  readonly withGradient?: (rule: GradientRule, inputs: readonly T[]) => readonly T[]

  /** Runs an operation by its kernel, if there is one here; otherwise `undefined`. */
  readonly withKernel?: (call: KernelCall, inputs: readonly T[]) => T | undefined

  /**
   * How a value was made, if the interpreter records it; `undefined` for inputs. Used to compute from what it was made
   * of, such as the logits of a softmax.
   */
  readonly origin?: (x: T) => Origin<T> | undefined
}

/** The least finite number of 32-bit floats. */
export const leastFloat: number = -(2 - 2 ** -23) * 2 ** 127

/** A function of tensors, and what its gradient is. Both run in whichever operations they get. */
export interface GradientRule {
  readonly forward: <T>(ops: Ops<T>, inputs: readonly T[]) => readonly T[]
  /** The gradient of each input, `null` for none, from those of all outputs; `needed` says which inputs need one. */
  readonly backward: <T>(
    ops: Ops<T>,
    inputs: readonly T[],
    outputs: readonly T[],
    cotangents: readonly T[],
    needed: readonly boolean[],
  ) => readonly (T | null)[]
}

/** Runs a function with its rule, or the function alone where nothing is differentiated. */
export const runRule = <T>(ops: Ops<T>, rule: GradientRule, inputs: readonly T[]): readonly T[] =>
  ops.withGradient?.(rule, inputs) ?? rule.forward(ops, inputs)

/** How a value was made. */
export interface Origin<T> {
  readonly operation: string
  readonly inputs: readonly T[]
  readonly attributes: readonly unknown[]
}

/** How a filter slides. */
export interface Sliding {
  readonly stride: Pair
  readonly dilation: Pair
  readonly padding: readonly [Margin, Margin]
  /** The number of groups of channels. */
  readonly groups: number
}

/** The windows of a pooling. */
export interface Window {
  readonly size: Pair
  readonly stride: Pair
  readonly padding: readonly [Margin, Margin]
}
