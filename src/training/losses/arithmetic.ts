import type { Ops } from '../../ops/ops.ts'

// Arithmetic with numbers, which are constants of the operations, and the root that has a gradient everywhere.

/** The square root, whose derivative at 0 is 0 instead of infinite. */
export const rootOf = <T>(ops: Ops<T>, x: T): T => {
  const isZero = ops.equal(x, ops.constant(0))
  return ops.where(isZero, ops.constant(0), ops.sqrt(ops.where(isZero, ops.constant(1), x)))
}

/** `x + addend` */
export const plus = <T>(ops: Ops<T>, x: T, addend: number): T => (addend === 0 ? x : ops.add(x, ops.constant(addend)))
/** `factor x` */
export const times = <T>(ops: Ops<T>, x: T, factor: number): T =>
  factor === 1 ? x : ops.multiply(x, ops.constant(factor))
/** `1 - x` */
export const complement = <T>(ops: Ops<T>, x: T): T => ops.subtract(ops.constant(1), x)
