import type { Callee, Limited } from '../base/limits.ts'
import { notNegative, type Option, optionalParameter } from '../base/options.ts'
import type { Parameter } from '../base/parameters.ts'
import type { Tensor } from '../base/tensor.ts'
import type { Ops } from '../ops/ops.ts'

// Shared by normalizations: factor, shift, and moments.

/** Factor, shift and epsilon, parsed. */
export interface NormalNorm {
  readonly gamma: Parameter | null
  readonly beta: Parameter | null
  readonly epsilon: number
}

/** The variables `gamma` and `beta`, each unless it is `null`. */
export type FactorAndShift<G, B, S extends readonly number[]> = [G] extends [null]
  ? [B] extends [null]
    ? never
    : { readonly [_ in 'beta']: Tensor<S> }
  : [B] extends [null]
    ? { readonly [_ in 'gamma']: Tensor<S> }
    : { readonly [_ in 'gamma' | 'beta']: Tensor<S> }

/** The option `epsilon` of a layer. */
export type EpsilonWithin<Epsilon extends number, C extends Callee> = Limited<Epsilon, 'notNegative', C, 'epsilon'>
export const epsilonOption = (standard: number): Option<number> => ({
  codec: notNegative,
  default: standard,
})
export const normOptions: { readonly [K in keyof NormalNorm]: Option<NormalNorm[K]> } = {
  gamma: { codec: optionalParameter, default: 1 },
  beta: { codec: optionalParameter, default: 0 },
  epsilon: epsilonOption(1e-5),
}

/** Mean and (biased) variance over some axes, kept as dimensions of 1, and `x - mean`. */
export const moments = <T>(ops: Ops<T>, x: T, over: readonly number[]): { mean: T; centred: T; variance: T } => {
  const mean = ops.mean(x, over, true)
  const centred = ops.subtract(x, mean)
  return { mean, centred, variance: ops.mean(ops.square(centred), over, true) }
}

/** `1 / sqrt(variance + epsilon)` */
export const inverseDeviation = <T>(ops: Ops<T>, variance: T, epsilon: number): T =>
  ops.rsqrt(ops.add(variance, ops.constant(epsilon)))

/**
 * `gamma (x - mean) / sqrt(variance + epsilon) + beta`, with the moments over some axes.
 *
 * @param placed makes a variable ready to be broadcast over `x`
 */
export const normalized = <T>(
  ops: Ops<T>,
  x: T,
  over: readonly number[],
  options: NormalNorm,
  { gamma, beta }: { readonly gamma: T; readonly beta: T },
  placed: (variable: T) => T = variable => variable,
): T => {
  const { centred, variance } = moments(ops, x, over)
  const inverse = inverseDeviation(ops, variance, options.epsilon)
  const y = ops.multiply(centred, options.gamma === null ? inverse : ops.multiply(inverse, placed(gamma)))
  return options.beta === null ? y : ops.add(y, placed(beta))
}
