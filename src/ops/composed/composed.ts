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
}
