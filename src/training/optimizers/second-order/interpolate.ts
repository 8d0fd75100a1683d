import type { Ops } from '../../../ops/ops.ts'
import { atMost } from './vector.ts'
import type { Place, Point } from './wolfe.ts'

// The least point of a polynomial through what is known of an interval; see Nocedal and Wright, "Numerical Optimization",
// 2nd ed., 3.5. The interval is taken for [0, 1], so that its ends may be in any order.

/** How near to the ends of the interval a cubic, or a quadratic, may have its least point, as a part of the interval. */
const margins = { cubic: 0.2, quadratic: 0.1 }

/**
 * A place between two points: the least point of the cubic through both and a third one with the slope at the first; where
 * there is none within the interval, of the quadratic through both; else the middle.
 *
 * @param reversed whether an interval whose second end is the lesser one is interpolated too, and not halved
 */
export const interpolated = <T>(ops: Ops<T>, low: Place<T>, high: Point<T>, third: Point<T>, reversed: boolean): T => {
  const [zero, one] = [ops.constant(0), ops.constant(1)]
  const times = (x: T, factor: number): T => ops.multiply(x, ops.constant(factor))
  const length = ops.subtract(high.x, low.x)
  const slope = ops.multiply(low.slope, length)
  // slope · t + bent(t) goes through the points, as seen from the first one.
  const bent = ops.subtract(ops.subtract(high.y, low.y), slope)
  const at = ops.divide(ops.subtract(third.x, low.x), length)
  const bentThird = ops.subtract(ops.subtract(third.y, low.y), ops.multiply(slope, at))

  // bent(t) = a t³ + b t²
  const a = ops.divide(ops.subtract(ops.divide(bentThird, ops.square(at)), bent), ops.subtract(at, one))
  const b = ops.subtract(bent, a)
  const root = ops.sqrt(ops.subtract(ops.square(b), times(ops.multiply(a, slope), 3)))
  // Of two forms of the same root, the one that subtracts nothing.
  const cubic = ops.where(
    ops.greater(b, zero),
    ops.divide(ops.negative(slope), ops.add(b, root)),
    ops.divide(ops.subtract(root, b), times(a, 3)),
  )
  const quadratic = ops.divide(ops.negative(slope), times(bent, 2))

  // Comparisons refuse what is not a number, as there is where a polynomial has no least point.
  const isWithin = (t: T, margin: number): T =>
    ops.multiply(atMost(ops, ops.constant(margin), t), atMost(ops, t, ops.constant(1 - margin)))
  const known = reversed ? one : ops.greater(length, zero)
  const isQuadratic = ops.multiply(ops.multiply(isWithin(quadratic, margins.quadratic), ops.greater(bent, zero)), known)
  const isCubic = ops.multiply(isWithin(cubic, margins.cubic), known)
  const t = ops.where(isCubic, cubic, ops.where(isQuadratic, quadratic, ops.constant(0.5)))
  return ops.add(low.x, ops.multiply(t, length))
}
