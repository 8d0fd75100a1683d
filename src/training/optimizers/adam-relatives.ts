import type { Called, Limit, OptionsFor } from '../../base/limited-options.ts'
import { notNegative, positive } from '../../base/options.ts'
import type { PatternsIn } from '../../network-types/patterns.ts'
import type { Optimizer } from '../optimizer.ts'
import { partBelow1 } from '../ranges.ts'
import type { LearningRate } from '../rate.ts'
import { stepAt } from '../rate.ts'
import type { MomentsOptions } from './adam.ts'
import { decay, option, read, stepOf } from './options.ts'
import { blend, named, optimizerOf, signOf } from './rule.ts'

const betas = { beta1: option(partBelow1, 0.9), beta2: option(partBelow1, 0.999) }

/** The options of {@link adamax}. */
export interface AdamaxOptions extends MomentsOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.002. */
  readonly step?: LearningRate
  /** Added to the largest gradient. Default: 1e-7. */
  readonly epsilon?: Limit<'positive'>
}

/**
 * Adamax (Kingma and Ba 2015, section 7.1): `m = beta1 · m + (1 - beta1) · g`, `u = max(beta2 · u, |g|)`,
 * `w = w - step / (1 - beta1ᵗ) · m / (u + epsilon)`.
 *
 * @throws InvalidOption if an option is out of range
 */
export const adamax = <const O>(
  options?: OptionsFor<AdamaxOptions, O, Called<'adamax', '{ step: 0.002 }'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = read<Required<AdamaxOptions>>(
    'adamax',
    { step: stepOf(0.002), ...betas, epsilon: option(positive, 1e-7), ...decay },
    options,
  )
  const { beta1, beta2, epsilon } = normal
  const rule = named({
    slots: { mean: 0, largest: 0 },
    coefficients: update => ({ step: -stepAt('adamax', normal.step, update) / (1 - beta1 ** (update + 1)) }),
    change: (ops, gradient, slots, { step }) => {
      const mean = blend(ops, slots.mean, gradient, beta1)
      const largest = ops.maximum(ops.multiply(slots.largest, ops.constant(beta2)), ops.abs(gradient))
      return [ops.multiply(ops.divide(mean, ops.add(largest, ops.constant(epsilon))), step), { mean, largest }]
    },
  })
  return optimizerOf('adamax', normal, rule, normal)
}

/** The options of {@link nadam}. */
export interface NadamOptions extends MomentsOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.001. */
  readonly step?: LearningRate
  /** Added to the root of the corrected mean of squares. Default: 1e-7. */
  readonly epsilon?: Limit<'positive'>
  /** How fast beta1 reaches its value: `beta1 · (1 - 0.5 · 0.96^(t · momentumDecay))`. Default: 0.004; in Keras 1. */
  readonly momentumDecay?: Limit<'notNegative'>
}

/** The product of the momenta up to an update, counted from 1; smaller than the last bit of 1, it is 0. */
const productOf = (momentumAt: (t: number) => number, last: number): number => {
  let product = 1
  for (let t = 1; t <= last && product > 2 ** -60; t++) product *= momentumAt(t)
  return product > 2 ** -60 ? product : 0
}

/**
 * Adam with Nesterov's look-ahead (Dozat 2016): with `μₜ = beta1 · (1 - 0.5 · 0.96^(t · momentumDecay))`, P the product of μ
 * up to t, and m, v as in {@link adam}, `w = w - step · (μₜ₊₁ · m / (1 - P · μₜ₊₁) + (1 - μₜ) · g / (1 - P)) / (sqrt(v / (1 -
 * beta2ᵗ)) + epsilon)`.
 *
 * @throws InvalidOption if an option is out of range
 */
export const nadam = <const O>(
  options?: OptionsFor<NadamOptions, O, Called<'nadam', '{ step: 0.001 }'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = read<Required<NadamOptions>>(
    'nadam',
    {
      step: stepOf(0.001),
      ...betas,
      epsilon: option(positive, 1e-7),
      momentumDecay: option(notNegative, 0.004),
      ...decay,
    },
    options,
  )
  const { beta1, beta2, epsilon, momentumDecay } = normal
  const momentumAt = (t: number): number => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay))
  const rule = named({
    slots: { mean: 0, square: 0 },
    coefficients: update => {
      const t = update + 1
      const step = -stepAt('nadam', normal.step, update)
      const [now, next, product] = [momentumAt(t), momentumAt(t + 1), productOf(momentumAt, t)]
      return {
        ofMean: (step * next) / (1 - product * next),
        ofGradient: (step * (1 - now)) / (1 - product),
        corrected: 1 / (1 - beta2 ** t),
      }
    },
    change: (ops, gradient, slots, { ofMean, ofGradient, corrected }) => {
      const mean = blend(ops, slots.mean, gradient, beta1)
      const square = blend(ops, slots.square, ops.square(gradient), beta2)
      const direction = ops.add(ops.multiply(mean, ofMean), ops.multiply(gradient, ofGradient))
      const root = ops.add(ops.sqrt(ops.multiply(square, corrected)), ops.constant(epsilon))
      return [ops.divide(direction, root), { mean, square }]
    },
  })
  return optimizerOf('nadam', normal, rule, normal)
}

/** The options of {@link radam}. */
export interface RadamOptions extends MomentsOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.001. */
  readonly step?: LearningRate
  /** Added to the root of the mean of squares. Default: 1e-7. */
  readonly epsilon?: Limit<'positive'>
  /** The length of the average from which its variance is considered known. Default: 5. */
  readonly threshold?: Limit<'positive'>
}

/**
 * Rectified Adam (Liu et al. 2020): with `ρ∞ = 2 / (1 - beta2) - 1`, `ρ = ρ∞ - 2t · beta2ᵗ / (1 - beta2ᵗ)` and m, v as in
 * {@link adam}: while ρ is at most `threshold`, `w = w - step · m / (1 - beta1ᵗ)`; then
 * `w = w - step · r · sqrt(1 - beta2ᵗ) / (1 - beta1ᵗ) · m / (sqrt(v) + epsilon)` with
 * `r = sqrt((ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4) (ρ∞ - 2) ρ))`.
 *
 * @throws InvalidOption if an option is out of range
 */
export const radam = <const O>(
  options?: OptionsFor<RadamOptions, O, Called<'radam', '{ step: 0.001 }'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = read<Required<RadamOptions>>(
    'radam',
    {
      step: stepOf(0.001),
      ...betas,
      epsilon: option(positive, 1e-7),
      threshold: option(positive, 5),
      ...decay,
    },
    options,
  )
  const { beta1, beta2, epsilon, threshold } = normal
  const longest = 2 / (1 - beta2) - 1
  const rule = named({
    slots: { mean: 0, square: 0 },
    coefficients: update => {
      const t = update + 1
      const step = -stepAt('radam', normal.step, update) / (1 - beta1 ** t)
      const length = longest - (2 * t * beta2 ** t) / (1 - beta2 ** t)
      if (length <= Math.max(threshold, 4)) return { plain: step, adaptive: 0 }
      const rectified = ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length)
      return { plain: 0, adaptive: step * Math.sqrt(rectified * (1 - beta2 ** t)) }
    },
    change: (ops, gradient, slots, { plain, adaptive }) => {
      const mean = blend(ops, slots.mean, gradient, beta1)
      const square = blend(ops, slots.square, ops.square(gradient), beta2)
      const scaled = ops.divide(mean, ops.add(ops.sqrt(square), ops.constant(epsilon)))
      return [ops.add(ops.multiply(mean, plain), ops.multiply(scaled, adaptive)), { mean, square }]
    },
  })
  return optimizerOf('radam', normal, rule, normal)
}

/** The options of {@link adabelief}. */
export interface AdabeliefOptions extends MomentsOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.001. */
  readonly step?: LearningRate
  /** Added to the root of the corrected spread. Default: 1e-16. */
  readonly epsilon?: Limit<'positive'>
  /** Added to the corrected spread under the root. Default: 1e-16. */
  readonly epsilonRoot?: Limit<'notNegative'>
}

/**
 * AdaBelief (Zhuang et al. 2020): Adam divided by the deviation of gradients from their mean: m as in {@link adam},
 * `s = beta2 · s + (1 - beta2) · (g - m)²`,
 * `w = w - step · m / (1 - beta1ᵗ) / (sqrt(s / (1 - beta2ᵗ) + epsilonRoot) + epsilon)`. The epsilons are placed as in
 * optax.
 *
 * @throws InvalidOption if an option is out of range
 */
export const adabelief = <const O>(
  options?: OptionsFor<AdabeliefOptions, O, Called<'adabelief', '{ step: 0.001 }'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = read<Required<AdabeliefOptions>>(
    'adabelief',
    {
      step: stepOf(0.001),
      ...betas,
      epsilon: option(positive, 1e-16),
      epsilonRoot: option(notNegative, 1e-16),
      ...decay,
    },
    options,
  )
  const { beta1, beta2, epsilon, epsilonRoot } = normal
  const rule = named({
    slots: { mean: 0, spread: 0 },
    coefficients: update => ({
      step: -stepAt('adabelief', normal.step, update) / (1 - beta1 ** (update + 1)),
      corrected: 1 / (1 - beta2 ** (update + 1)),
    }),
    change: (ops, gradient, slots, { step, corrected }) => {
      const mean = blend(ops, slots.mean, gradient, beta1)
      const spread = blend(ops, slots.spread, ops.square(ops.subtract(gradient, mean)), beta2)
      const root = ops.sqrt(ops.add(ops.multiply(spread, corrected), ops.constant(epsilonRoot)))
      return [ops.divide(ops.multiply(mean, step), ops.add(root, ops.constant(epsilon))), { mean, spread }]
    },
  })
  return optimizerOf('adabelief', normal, rule, normal)
}

/** The options of {@link lion}. */
export interface LionOptions extends MomentsOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.0001. */
  readonly step?: LearningRate
}

/**
 * Lion (Chen et al. 2023): `w = w - step · sign(beta1 · m + (1 - beta1) · g)`, then `m = beta2 · m + (1 - beta2) · g`; beta2 is
 * 0.99, unless given.
 *
 * @throws InvalidOption if an option is out of range
 */
export const lion = <const O>(
  options?: OptionsFor<LionOptions, O, Called<'lion', '{ step: 0.0001 }'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = read<Required<LionOptions>>(
    'lion',
    { step: stepOf(0.0001), beta1: option(partBelow1, 0.9), beta2: option(partBelow1, 0.99), ...decay },
    options,
  )
  const rule = named({
    slots: { mean: 0 },
    coefficients: update => ({ step: -stepAt('lion', normal.step, update) }),
    change: (ops, gradient, slots, { step }) => {
      const direction = signOf(ops, blend(ops, slots.mean, gradient, normal.beta1))
      return [ops.multiply(direction, step), { mean: blend(ops, slots.mean, gradient, normal.beta2) }]
    },
  })
  return optimizerOf('lion', normal, rule, normal)
}
