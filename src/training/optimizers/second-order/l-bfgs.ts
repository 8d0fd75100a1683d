import { countUp } from '../../../ops/counting.ts'
import type { Ops } from '../../../ops/ops.ts'
import { zerosOf } from '../rule.ts'
import { curvatureOf, type Guard, type Moved } from './inverse-hessian.ts'
import { dot } from './vector.ts'

// BFGS by the last steps alone, in the memory of some vectors: Liu and Nocedal 1989; see Nocedal and Wright, "Numerical
// Optimization", 2nd ed., algorithm 7.4.

/** The last steps and changes of the gradient, the newest last: [history, n]. Zeros where there were none. */
export interface Lately<T> {
  readonly steps: T
  readonly changes: T
}

export const noneLately = <T>(ops: Ops<T>, history: number, n: number): Lately<T> => {
  const none = zerosOf(ops, [history, n])
  return { steps: none, changes: none }
}

/** The same after another step, if it shows a curvature above 0. */
export const remembered = <T>(ops: Ops<T>, lately: Lately<T>, moved: Moved<T>, epsilon: number): Lately<T> => {
  const guard: Guard = { epsilon, descent: true }
  const { isShown } = curvatureOf(ops, moved, guard)
  const pushed = (rows: T, row: T): T => {
    const [history = null] = ops.shape(rows)
    const rest = ops.slice(rows, [1, 0], [(history ?? 1) - 1, null])
    return ops.where(isShown, ops.concatenate([rest, ops.reshape(row, [1, null])], 0), rows)
  }
  return { steps: pushed(lately.steps, moved.step), changes: pushed(lately.changes, moved.change) }
}

/** The inverse of the Hessian times a vector, [n]. */
export const inverseTimes = <T>(
  ops: Ops<T>,
  { steps, changes }: Lately<T>,
  gradient: T,
  history: number,
  h0Scale: number,
): T => {
  const [zero, one] = [ops.constant(0), ops.constant(1)]
  const products = ops.sum(ops.multiply(steps, changes), [1])
  const isAny = ops.greater(products, zero)
  const rho = ops.where(isAny, ops.divide(one, ops.where(isAny, products, one)), zero)
  const places = countUp(ops, history)

  const [, turned, parts] = ops.loop(
    () => one,
    carried => {
      const [at, vector, found] = carried as readonly [T, T, T]
      const part = ops.multiply(ops.gather(rho, at), dot(ops, ops.gather(steps, at), vector))
      const rest = ops.subtract(vector, ops.multiply(ops.gather(changes, at), part))
      return [ops.subtract(at, one), rest, ops.where(ops.equal(places, at), part, found)]
    },
    [ops.constant(history - 1), gradient, zerosOf(ops, [history])],
    history,
  ) as readonly [T, T, T]

  const newest = ops.reshape(ops.slice(changes, [history - 1, 0], [1, null]), [null])
  const length = dot(ops, newest, newest)
  const isKnown = ops.greater(length, zero)
  const product = ops.reshape(ops.slice(products, [history - 1], [1]), [])
  const scale = ops.where(isKnown, ops.divide(product, ops.where(isKnown, length, one)), ops.constant(h0Scale))

  const [, result] = ops.loop(
    () => one,
    carried => {
      const [at, vector] = carried as readonly [T, T]
      const part = ops.multiply(ops.gather(rho, at), dot(ops, ops.gather(changes, at), vector))
      const rest = ops.subtract(ops.gather(parts, at), part)
      return [ops.add(at, one), ops.add(vector, ops.multiply(ops.gather(steps, at), rest))]
    },
    [zero, ops.multiply(turned, scale)],
    history,
  ) as readonly [T, T]
  return result
}
