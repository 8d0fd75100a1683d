import type { Key } from '../../base/random.ts'
import type { Shape } from '../../base/shape.ts'
import type { Ops } from '../../ops/ops.ts'
import { interpolated, tableOf } from './tables.ts'

// Draws from the symmetric beta distribution by its quantile function.

/**
 * The distribution function on [0, 1/2] up to a factor: with both parameters `a`, `(4 x (1 - x))^a` times the sum of
 * `(2a)_n / (a + 1)_n x^n`, whose terms are all positive. (DLMF 8.17.8, 15.8.1.)
 */
const unscaled = (alpha: number, x: number): number => {
  let [sum, term] = [1, 1]
  for (let n = 0; term > sum * Number.EPSILON; n++) {
    term *= ((2 * alpha + n) / (alpha + 1 + n)) * x
    sum += term
  }
  return (4 * x * (1 - x)) ** alpha * sum
}

/** The quantile function, by symmetry about 1/2. */
export const betaQuantile = (alpha: number, probability: number): number => {
  if (probability > 0.5) return 1 - betaQuantile(alpha, 1 - probability)
  if (alpha === 1 || probability === 0 || probability === 0.5) return probability
  const whole = 2 * unscaled(alpha, 0.5)
  let [low, high] = [0, 0.5]
  // 32 bisections exceed the precision of 32-bit floats near 1.
  for (let step = 0; step < 32; step++) {
    const middle = (low + high) / 2
    if (unscaled(alpha, middle) < probability * whole) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Draws from Beta(alpha, alpha); the table of quantiles is computed at the first draw. */
export const betaDraws = (alpha: number): (<T>(ops: Ops<T>, key: Key, shape: Shape) => T) => {
  let table: Float32Array | undefined
  return <T>(ops: Ops<T>, key: Key, shape: Shape): T => {
    const draws = ops.uniform(key, shape)
    if (alpha === 1) return draws
    table ??= tableOf(probability => [betaQuantile(alpha, probability)])
    return interpolated(ops, draws, table)[0] as T
  }
}
