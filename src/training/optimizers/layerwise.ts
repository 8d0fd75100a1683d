import type { Called, Limit, OptionsFor } from '../../base/limited-options.ts'
import { notNegative, positive } from '../../base/options.ts'
import type { PatternsIn } from '../../network-types/patterns.ts'
import type { Ops } from '../../ops/ops.ts'
import { normOf } from '../finite.ts'
import type { Optimizer } from '../optimizer.ts'
import { partBelow1 } from '../ranges.ts'
import type { LearningRate } from '../rate.ts'
import { stepAt } from '../rate.ts'
import type { MomentsOptions } from './adam.ts'
import { decay, flag, isMeant, type Mask, mask, option, read, stepOf } from './options.ts'
import { blend, masked, named, optimizerOf } from './rule.ts'

// Steps in proportion to the size of each parameter, so that large batches move all layers alike.

/** `|w| / |u|`, or 1 where one of them is 0. */
const trustOf = <T>(ops: Ops<T>, param: T, direction: T, factor: number, epsilon: number): T => {
  const [size, length] = [normOf(ops, [param]), normOf(ops, [direction])]
  const zero = ops.constant(0)
  const isKnown = ops.multiply(ops.greater(size, zero), ops.greater(length, zero))
  // Not divided by 0, which a gradient would find in the branch that is not taken.
  const divisor = ops.where(isKnown, ops.add(length, ops.constant(epsilon)), ops.constant(1))
  return ops.where(isKnown, ops.divide(ops.multiply(size, ops.constant(factor)), divisor), ops.constant(1))
}

/** The options of {@link lamb}. */
export interface LambOptions extends MomentsOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.001. */
  readonly step?: LearningRate
  /** Added to the root of the corrected mean of squares. Default: 1e-6. */
  readonly epsilon?: Limit<'positive'>
  /** Which parameters' steps are in proportion to their size: `'weights'` by role, or patterns of names. Default: `'*'`, all. */
  readonly adapts?: Mask
}

/**
 * LAMB (You et al. 2020): with m, v as in {@link adam}, `u = m / (1 - beta1ᵗ) / (sqrt(v / (1 - beta2ᵗ)) + epsilon) +
 * weightDecay · w`, `w = w - step · |w| / |u| · u`, with 1 for the quotient where one of the norms is 0.
 *
 * @throws InvalidOption if an option is out of range; from `init`, if a pattern matches nothing
 */
export const lamb = <const O>(
  options?: OptionsFor<LambOptions, O, Called<'lamb', '{ step: 0.001 }'>>,
): Optimizer<PatternsIn<O, 'mask' | 'adapts'>> => {
  const normal = read<Required<LambOptions>>(
    'lamb',
    {
      step: stepOf(0.001),
      beta1: option(partBelow1, 0.9),
      beta2: option(partBelow1, 0.999),
      epsilon: option(positive, 1e-6),
      adapts: mask,
      ...decay,
    },
    options,
  )
  const { beta1, beta2, epsilon, weightDecay } = normal
  const rule = named({
    slots: { mean: 0, square: 0 },
    coefficients: update => ({
      step: -stepAt('lamb', normal.step, update),
      first: 1 / (1 - beta1 ** (update + 1)),
      second: 1 / (1 - beta2 ** (update + 1)),
    }),
    change: (ops, gradient, slots, { step, first, second }, { value, layer, name }) => {
      const mean = blend(ops, slots.mean, gradient, beta1)
      const square = blend(ops, slots.square, ops.square(gradient), beta2)
      const root = ops.add(ops.sqrt(ops.multiply(square, second)), ops.constant(epsilon))
      const moved = ops.divide(ops.multiply(mean, first), root)
      const decays = weightDecay > 0 && isMeant(normal.mask, layer, name)
      const direction = decays ? ops.add(moved, ops.multiply(value, ops.constant(weightDecay))) : moved
      const adapts = isMeant(normal.adapts, layer, name)
      const scaled = adapts ? ops.multiply(direction, trustOf(ops, value, direction, 1, 0)) : direction
      return [ops.multiply(scaled, step), { mean, square }]
    },
  })
  return optimizerOf('lamb', normal, masked('lamb', rule, { mask: normal.mask, adapts: normal.adapts }))
}

/** The options of {@link lars}. */
export interface LarsOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.1. */
  readonly step?: LearningRate
  /** How much of the last velocity stays. Default: 0.9. */
  readonly momentum?: Limit<'partBelow1'>
  /** Whether to look ahead, as Nesterov (1983) does. Default: false. */
  readonly nesterov?: boolean
  /** The size of a step relative to the parameter's norm, before the learning rate. Default: 0.001. */
  readonly trust?: Limit<'positive'>
  /** Added to the norm of the gradient. Default: 0. */
  readonly epsilon?: Limit<'notNegative'>
  /** The weight decay, added to the gradient. Default: 0. */
  readonly weightDecay?: Limit<'notNegative'>
  /** What decays: `'weights'` by role, without biases and scales, or patterns of names. Default: `'*'`, everything. */
  readonly mask?: Mask
  /** Which parameters' steps are in proportion to their size: `'weights'` by role, or patterns of names. Default: `'*'`, all. */
  readonly adapts?: Mask
}

/**
 * LARS (You et al. 2017): `u = g + weightDecay · w`, `v = momentum · v + step · trust · |w| / (|u| + epsilon) · u`,
 * `w = w - v`; where one of the norms is 0 both `trust` and the quotient are left out. The form is optax's.
 *
 * @throws InvalidOption if an option is out of range; from `init`, if a pattern matches nothing
 */
export const lars = <const O>(
  options?: OptionsFor<LarsOptions, O, Called<'lars', '{ step: 0.1 }'>>,
): Optimizer<PatternsIn<O, 'mask' | 'adapts'>> => {
  const normal = read<Required<LarsOptions>>(
    'lars',
    {
      step: stepOf(0.1),
      momentum: option(partBelow1, 0.9),
      nesterov: flag,
      trust: option(positive, 0.001),
      epsilon: option(notNegative, 0),
      adapts: mask,
      ...decay,
    },
    options,
  )
  const { momentum, nesterov, trust, epsilon, weightDecay } = normal
  const rule = named({
    slots: { velocity: 0 },
    coefficients: update => ({ step: -stepAt('lars', normal.step, update) }),
    change: (ops, gradient, slots, { step }, { value, layer, name }) => {
      const decays = weightDecay > 0 && isMeant(normal.mask, layer, name)
      const direction = decays ? ops.add(gradient, ops.multiply(value, ops.constant(weightDecay))) : gradient
      const adapts = isMeant(normal.adapts, layer, name)
      const scaled = adapts ? ops.multiply(direction, trustOf(ops, value, direction, trust, epsilon)) : direction
      const own = ops.multiply(scaled, step)
      const kept = ops.constant(momentum)
      const velocity = ops.add(ops.multiply(slots.velocity, kept), own)
      return [nesterov ? ops.add(own, ops.multiply(velocity, kept)) : velocity, { velocity }]
    },
  })
  return optimizerOf('lars', normal, masked('lars', rule, { mask: normal.mask, adapts: normal.adapts }))
}
