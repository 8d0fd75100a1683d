import type { Ops } from '../../../ops/ops.ts'
import { dot, outer, times } from './vector.ts'

// What a step and the change of the gradient along it say of the inverse of the Hessian; see Nocedal and Wright, "Numerical
// Optimization", 2nd ed., chapter 6. A step that says nothing leaves it as it was.

/** Vectors, [n]. */
export interface Moved<T> {
  readonly step: T
  /** How the gradient has changed along the step. */
  readonly change: T
}

/** How an inverse [n, n] changes. */
export type InverseUpdate = <T>(ops: Ops<T>, inverse: T, moved: Moved<T>, options: Guard) => T

/** When a step says something. */
export interface Guard {
  /** The least cosine of the angle between what is multiplied that a division takes. */
  readonly epsilon: number
  /** Whether the change must show a curvature above 0. */
  readonly descent: boolean
}

const norm = <T>(ops: Ops<T>, x: T): T => ops.sqrt(dot(ops, x, x))

/** Whether a scalar product of two vectors is one to divide by. */
const isDivisor = <T>(ops: Ops<T>, product: T, a: T, b: T, epsilon: number): T => {
  const least = ops.multiply(ops.multiply(norm(ops, a), norm(ops, b)), ops.constant(epsilon))
  return ops.greater(ops.abs(product), least)
}

/** Whether a step shows a curvature, and its product with the change. */
export const curvatureOf = <T>(
  ops: Ops<T>,
  { step, change }: Moved<T>,
  { epsilon, descent }: Guard,
): { readonly product: T; readonly isShown: T } => {
  const product = dot(ops, step, change)
  const isShown = isDivisor(ops, product, step, change, epsilon)
  const zero = ops.constant(0)
  return { product, isShown: descent ? ops.multiply(isShown, ops.greater(product, zero)) : isShown }
}

/** Broyden, Fletcher, Goldfarb and Shanno, 1970: `(I - ρ s yᵀ) H (I - ρ y sᵀ) + ρ s sᵀ`, ρ = 1 / (y·s). */
export const bfgs: InverseUpdate = (ops, inverse, moved, guard) => {
  const { step, change } = moved
  const { product, isShown } = curvatureOf(ops, moved, guard)
  const rho = ops.divide(ops.constant(1), product)
  const turned = times(ops, inverse, change)
  // The same product multiplied out: two matrices of one vector and two of two.
  const along = ops.multiply(rho, ops.add(ops.constant(1), ops.multiply(rho, dot(ops, change, turned))))
  const mixed = ops.add(outer(ops, step, turned), outer(ops, turned, step))
  const next = ops.add(ops.subtract(inverse, ops.multiply(mixed, rho)), ops.multiply(outer(ops, step, step), along))
  return ops.where(isShown, next, inverse)
}

/** Davidon, Fletcher and Powell, 1963: `H + s sᵀ / (y·s) - H y yᵀ H / (y·H y)`. */
export const dfp: InverseUpdate = (ops, inverse, moved, guard) => {
  const { step, change } = moved
  const { product, isShown } = curvatureOf(ops, moved, guard)
  const turned = times(ops, inverse, change)
  const own = dot(ops, change, turned)
  const isAny = ops.multiply(isShown, isDivisor(ops, own, change, turned, guard.epsilon))
  const next = ops.subtract(
    ops.add(inverse, ops.divide(outer(ops, step, step), product)),
    ops.divide(outer(ops, turned, turned), own),
  )
  return ops.where(isAny, next, inverse)
}

/** The symmetric update of rank one, Broyden 1967: `H + p pᵀ / (p·y)`, p = s - H y. */
export const sr1: InverseUpdate = (ops, inverse, { step, change }, { epsilon }) => {
  const rest = ops.subtract(step, times(ops, inverse, change))
  const product = dot(ops, rest, change)
  const isAny = ops.multiply(
    isDivisor(ops, product, rest, change, epsilon),
    ops.greater(dot(ops, step, step), ops.constant(0)),
  )
  return ops.where(isAny, ops.add(inverse, ops.divide(outer(ops, rest, rest), product)), inverse)
}
