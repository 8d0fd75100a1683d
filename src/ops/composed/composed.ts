import type { Pair } from '../ops.ts'

/** Operations that are composed of others, so an interpreter has them without defining them. */
export interface Composed<T> {
  /** 1 where `a < b`, 0 elsewhere */
  readonly less: (a: T, b: T) => T
  /** 1 where `a <= b`, 0 elsewhere */
  readonly lessEqual: (a: T, b: T) => T
  /** 1 where `a >= b`, 0 elsewhere */
  readonly greaterEqual: (a: T, b: T) => T
  /** 1 where `a` and `b` differ, as NaN does from anything, 0 elsewhere */
  readonly notEqual: (a: T, b: T) => T
  /** 1 where both are true, 0 elsewhere */
  readonly and: (a: T, b: T) => T
  /** 1 where one or both are true, 0 elsewhere */
  readonly or: (a: T, b: T) => T
  /** 1 where `x` is 0, 0 elsewhere */
  readonly not: (x: T) => T

  readonly tan: (x: T) => T
  /** `log(1 + x)`, precise near 0. */
  readonly log1p: (x: T) => T
  /** `exp(x) - 1`, precise near 0. */
  readonly expm1: (x: T) => T
  /** The angle of the point (x, y), from -π to π. */
  readonly atan2: (y: T, x: T) => T
  /** -1, 0 or 1, as `x` is negative, 0 or positive; NaN of NaN. */
  readonly sign: (x: T) => T
  /** The smallest whole number that is not smaller. */
  readonly ceil: (x: T) => T
  /** The nearest whole number; halves go to the even one. */
  readonly round: (x: T) => T
  /** What is left of `a` after whole multiples of `b`, with the sign of `b`: `a - b floor(a / b)`. */
  readonly mod: (a: T, b: T) => T
  /** `x`, but not less than one limit, nor more than another. At a limit, the gradient is that of `x`. */
  readonly clip: (x: T, least: T | number, most: T | number) => T

  /** The smallest element over axes; default: all of them. NaN is smaller than any number. */
  readonly min: (x: T, axes?: readonly number[], keepDimensions?: boolean) => T
  /** The product over axes; default: all of them. Their sizes must be known. */
  readonly prod: (x: T, axes?: readonly number[], keepDimensions?: boolean) => T
  /** 1 where any element over the axes is true, 0 elsewhere */
  readonly any: (x: T, axes?: readonly number[], keepDimensions?: boolean) => T
  /** 1 where all elements over the axes are true, 0 elsewhere */
  readonly all: (x: T, axes?: readonly number[], keepDimensions?: boolean) => T
  /** The position of the smallest element along an axis; the first of equal ones. Default: the last axis. */
  readonly argMin: (x: T, axis?: number) => T

  /** Sums of all elements up to each, along an axis. Default: the last axis. */
  readonly cumsum: (x: T, axis?: number) => T
  /** Products of all elements up to each, along an axis. Default: the last axis. */
  readonly cumprod: (x: T, axis?: number) => T

  /** Elements in ascending or descending order along an axis; NaN is the largest. Default: the last axis, ascending. */
  readonly sort: (x: T, axis?: number, descending?: boolean) => T
  /** The `count` largest elements along an axis, the largest first, and their positions. Default: the last axis. */
  readonly topK: (x: T, count: number, axis?: number) => readonly [values: T, positions: T]
  /**
   * Elements by their positions along an axis: where x is [a, n] and the positions are [a, k], the result is [a, k].
   * Default: the last axis.
   */
  readonly takeAlong: (x: T, positions: T, axis?: number) => T
  /** 1 at the index and 0 elsewhere, along a new axis of `count` elements. Default: a new last axis. */
  readonly oneHot: (indices: T, count: number, axis?: number) => T

  /** Repeats a tensor along each axis. */
  readonly tile: (x: T, repeats: readonly number[]) => T
  /** Tensors of one shape beside each other, along a new axis. Default: a new first axis. */
  readonly stack: (xs: readonly T[], axis?: number) => T
  /** Parts along an axis: so many of equal size, or of these sizes. Default: the first axis. */
  readonly split: (x: T, parts: number | readonly number[], axis?: number) => readonly T[]
  /** Leaves out axes of one element; default: all of them. */
  readonly squeeze: (x: T, axes?: readonly number[]) => T
  /** Adds an axis of one element at a place of the result. */
  readonly expandDims: (x: T, axis: number) => T

  /**
   * A sum of products by Einstein's notation: 'bik,bkj->bij'. Indices that the result does not have are summed over, and
   * three dots stand for all further axes, which broadcast.
   */
  readonly einsum: (equation: string, ...xs: readonly T[]) => T
  /**
   * The lower triangular L with `L Lᵀ = a`, for symmetric positive definite matrices [..., n, n] of small n: it takes some
   * n log n operations. NaN where they are not positive definite.
   */
  readonly cholesky: (a: T) => T
  /**
   * Solves `a x = b` for triangular matrices [..., n, n] of small n, of which the other half is not read; b is [..., n, k].
   * It takes some n operations.
   */
  readonly solveTriangular: (a: T, b: T, options?: { readonly upper?: boolean }) => T
  /**
   * Solves `a x = b` for matrices [..., n, n] and right-hand sides [..., n, k], by elimination with partial pivoting. No
   * number of the result is finite where a matrix is singular. Derivatives are exact up to the third.
   */
  readonly solve: (a: T, b: T) => T

  /** Images [batch, rows, cols, channels] in another size. */
  readonly resize: (x: T, size: Pair, options?: ResizeOptions) => T

  /** The discrete Fourier transform along an axis of complex numbers, as real and imaginary parts. Default: the last axis. */
  readonly fft: (x: Complex<T>, axis?: number) => Complex<T>
  /** The inverse of {@link fft}. */
  readonly ifft: (x: Complex<T>, axis?: number) => Complex<T>
  /** The first `n / 2 + 1` numbers of the Fourier transform of n real ones; the others are their conjugates. */
  readonly rfft: (x: T, axis?: number) => Complex<T>
  /** The inverse of {@link rfft}. `length` is the number of results; default: an even one. */
  readonly irfft: (x: Complex<T>, length?: number, axis?: number) => T
}

/** Complex numbers. */
export type Complex<T> = readonly [real: T, imaginary: T]

/** How images are resized. */
export interface ResizeOptions {
  /** From the nearest pixel, or between the four pixels around. Default: 'bilinear'. */
  readonly method?: 'nearest' | 'bilinear'
  /** Whether the centers of the corners stay in place, instead of the edges of the image. Default: false. */
  readonly alignCorners?: boolean
}
