import type { Ops } from '../ops.ts'
import type { Compositions } from './composition.ts'

/** `x` with the sign of zero as that of a number: 1 / -0 is negative. */
const isNegative = <T>(ops: Ops<T>, x: T): T => {
  const zero = ops.constant(0)
  return ops.or(ops.less(x, zero), ops.less(ops.divide(ops.constant(1), x), zero))
}

/** An infinite number as 1 or -1, others as 0. */
const ofInfinities = <T>(ops: Ops<T>, x: T): T =>
  ops.multiply(ops.sign(x), ops.equal(ops.abs(x), ops.constant(Number.POSITIVE_INFINITY)))

/** `c0 + c1 x + c2 x² + …` */
const series = <T>(ops: Ops<T>, x: T, coefficients: readonly number[]): T => {
  const [first, ...rest] = coefficients.toReversed().map(value => ops.constant(value)) as [T, ...T[]]
  return rest.reduce((sum, coefficient) => ops.add(ops.multiply(sum, x), coefficient), first)
}

/** One function near 0, another one elsewhere. Neither sees arguments of the other, for which a gradient could be NaN. */
const nearZero = <T>(ops: Ops<T>, x: T, bound: number, near: (x: T) => T, elsewhere: (x: T) => T): T => {
  const isNear = ops.less(ops.abs(x), ops.constant(bound))
  const zero = ops.constant(0)
  return ops.where(isNear, near(ops.where(isNear, x, zero)), elsewhere(ops.where(isNear, zero, x)))
}

const limit = <T>(ops: Ops<T>, value: T | number): T => (typeof value === 'number' ? ops.constant(value) : value)

/** Functions of single elements. */
export const elementwise: Compositions<
  'tan' | 'log1p' | 'expm1' | 'atan2' | 'sign' | 'ceil' | 'round' | 'mod' | 'clip'
> = {
  tan: (ops, x) => ops.divide(ops.sin(x), ops.cos(x)),
  // By 2 artanh(x / (2 + x)) near 0.
  log1p: (ops, x) =>
    nearZero(
      ops,
      x,
      0.3,
      small => {
        const s = ops.divide(small, ops.add(small, ops.constant(2)))
        return ops.multiply(s, series(ops, ops.square(s), [2, 2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11]))
      },
      other => ops.log(ops.add(other, ops.constant(1))),
    ),
  expm1: (ops, x) =>
    nearZero(
      ops,
      x,
      0.35,
      small =>
        ops.multiply(small, series(ops, small, [1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320])),
      other => ops.subtract(ops.exp(other), ops.constant(1)),
    ),
  // By the ratio of the smaller coordinate to the larger one, so that no derivative is infinite.
  atan2: (ops, y, x) => {
    const one = ops.constant(1)
    const areInfinite = ops.multiply(ofInfinities(ops, y), ofInfinities(ops, x))
    const [up, right] = [
      ops.where(areInfinite, ofInfinities(ops, y), y),
      ops.where(areInfinite, ofInfinities(ops, x), x),
    ]
    const isSteep = ops.greater(ops.abs(up), ops.abs(right))
    const larger = ops.where(isSteep, up, right)
    const isOrigin = ops.equal(larger, ops.constant(0))
    const angle = ops.atan(ops.divide(ops.where(isSteep, right, up), ops.where(isOrigin, one, larger)))
    const quarter = ops.where(isNegative(ops, y), ops.constant(-Math.PI / 2), ops.constant(Math.PI / 2))
    const behind = ops.where(isNegative(ops, x), ops.add(quarter, quarter), ops.constant(0))
    return ops.where(isSteep, ops.subtract(quarter, angle), ops.add(angle, behind))
  },
  sign: (ops, x) => {
    const zero = ops.constant(0)
    const found = ops.subtract(ops.greater(x, zero), ops.greater(zero, x))
    return ops.where(ops.equal(x, x), found, ops.stopGradient(x))
  },
  ceil: (ops, x) => ops.negative(ops.floor(ops.negative(x))),
  round: (ops, x) => {
    const [half, below] = [ops.constant(0.5), ops.floor(x)]
    const rest = ops.subtract(x, below)
    const halved = ops.multiply(below, half)
    const isOdd = ops.notEqual(ops.floor(halved), halved)
    const isUp = ops.or(ops.greater(rest, half), ops.and(ops.equal(rest, half), isOdd))
    return ops.add(below, isUp)
  },
  mod: (ops, a, b) => {
    const zero = ops.constant(0)
    const count = ops.floor(ops.divide(a, b))
    // Not a product with an infinite divisor, which is NaN.
    const rest = ops.where(ops.equal(count, zero), a, ops.subtract(a, ops.multiply(b, count)))
    // A quotient that was rounded up counts one multiple too many.
    const isBeyond = ops.where(ops.greater(b, zero), ops.less(rest, zero), ops.greater(rest, zero))
    return ops.where(isBeyond, ops.add(rest, b), rest)
  },
  clip: (ops, x, least, most) => ops.minimum(ops.maximum(x, limit(ops, least)), limit(ops, most)),
}
