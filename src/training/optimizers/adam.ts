import type { Called, Limit, OptionsFor } from '../../base/limited-options.ts'
import { notNegative, positive } from '../../base/options.ts'
import type { PatternsIn } from '../../network-types/patterns.ts'
import type { Optimizer } from '../optimizer.ts'
import { partBelow1 } from '../ranges.ts'
import type { LearningRate } from '../rate.ts'
import { stepAt } from '../rate.ts'
import { type DecayOptions, decay, flag, option, read, stepOf } from './options.ts'
import { blend, named, optimizerOf } from './rule.ts'

/** What Adam and its relatives have in common. */
export interface MomentsOptions extends DecayOptions {
  /** How much of the mean of gradients stays. Default: 0.9. */
  readonly beta1?: Limit<'partBelow1'>
  /** How much of the mean of squared gradients stays. Default: 0.999. */
  readonly beta2?: Limit<'partBelow1'>
}

/** The options of {@link adam}. */
export interface AdamOptions extends MomentsOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.001. */
  readonly step?: LearningRate
  /** Added to the root of the mean of squares. Default: 1e-7. */
  readonly epsilon?: Limit<'positive'>
  /** Whether to divide by the largest mean of squares so far (Reddi et al. 2018). Default: false. */
  readonly amsgrad?: boolean
}

const adamOf = (name: string, normal: Required<AdamOptions>): Optimizer<never> => {
  const { beta1, beta2, epsilon, amsgrad } = normal
  const rule = named({
    slots: { mean: 0, square: 0, largest: amsgrad ? 0 : undefined },
    coefficients: update => {
      const t = update + 1
      const correction = Math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t)
      return { step: -stepAt(name, normal.step, update) * correction }
    },
    change: (ops, gradient, before, { step }) => {
      const mean = blend(ops, before.mean, gradient, beta1)
      const square = blend(ops, before.square, ops.square(gradient), beta2)
      const largest = amsgrad ? ops.maximum(before.largest, square) : undefined
      const scaled = ops.divide(mean, ops.add(ops.sqrt(largest ?? square), ops.constant(epsilon)))
      return [ops.multiply(scaled, step), { mean, square, largest }]
    },
  })
  return optimizerOf(name, normal, rule, normal)
}

const moments = {
  step: stepOf(0.001),
  beta1: option(partBelow1, 0.9),
  beta2: option(partBelow1, 0.999),
  epsilon: option(positive, 1e-7),
  amsgrad: flag,
}

/**
 * Adam (Kingma and Ba 2015), in the form before section 2.1: `m = beta1 · m + (1 - beta1) · g`,
 * `v = beta2 · v + (1 - beta2) · g²`, `w = w - step · sqrt(1 - beta2ᵗ) / (1 - beta1ᵗ) · m / (sqrt(v) + epsilon)`. PyTorch and
 * optax add epsilon to the corrected root, which is an epsilon `sqrt(1 - beta2ᵗ)` times as large.
 *
 * @throws InvalidOption if an option is out of range
 */
export const adam = <const O>(
  options?: OptionsFor<AdamOptions, O, Called<'adam', '{ step: 0.001 }'>>,
): Optimizer<PatternsIn<O>> => adamOf('adam', read<Required<AdamOptions>>('adam', { ...moments, ...decay }, options))

/**
 * Adam with weight decay beside the gradient (Loshchilov and Hutter 2019): {@link adam} with `weightDecay` 0.01, unless given.
 *
 * @throws InvalidOption if an option is out of range; from `init`, if a pattern of `mask` matches nothing
 * @example
 * ```ts
 * const optimizer = adamw({ step: 0.001, weightDecay: 0.1, mask: 'weights' })
 * const params = { linear: { weight: tensor([[1], [2]]), bias: tensor([3]) } }
 * const zeros = { linear: { weight: tensor([[0], [0]]), bias: tensor([0]) } }
 * const [updates] = optimizer.update(zeros, optimizer.init(params), params)
 * updates.linear.bias.dataSync()[0] // 0
 * ```
 */
export const adamw = <const O>(
  options?: OptionsFor<AdamOptions, O, Called<'adamw', '{ step: 0.001 }'>>,
): Optimizer<PatternsIn<O>> =>
  adamOf(
    'adamw',
    read<Required<AdamOptions>>('adamw', { ...moments, ...decay, weightDecay: option(notNegative, 0.01) }, options),
  )
