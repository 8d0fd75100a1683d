import { InvalidOption } from '../../base/errors.ts'
import type { Called, Limit, OptionsFor } from '../../base/limited-options.ts'
import type { PatternsIn } from '../../network-types/patterns.ts'
import type { Optimizer } from '../optimizer.ts'
import { partBelow1 } from '../ranges.ts'
import type { LearningRate } from '../rate.ts'
import { stepAt } from '../rate.ts'
import { type DecayOptions, decay, flag, option, read, stepOf } from './options.ts'
import { named, optimizerOf } from './rule.ts'

/** The options of {@link gradientDescent}. */
export interface GradientDescentOptions extends DecayOptions {
  /** The learning rate, a number or a function of the number of the update, such as a schedule. Default: 0.1. */
  readonly step?: LearningRate
}

/**
 * Gradient descent: `w = w - step · g`.
 *
 * @throws InvalidOption if an option is out of range
 * @example
 * ```ts
 * const params = { linear: { weight: tensor([1, 2]) } }
 * const optimizer = gradientDescent({ step: 0.5 })
 * const [updates] = optimizer.update({ linear: { weight: tensor([4, -2]) } }, optimizer.init(params), params)
 * Array.from(updates.linear.weight.dataSync()) // [-2, 1]
 * ```
 */
export const gradientDescent = <const O>(
  options?: OptionsFor<GradientDescentOptions, O, Called<'gradientDescent', '{ step: 0.1 }'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = read<Required<GradientDescentOptions>>('gradientDescent', { step: stepOf(0.1), ...decay }, options)
  const rule = named({
    slots: {},
    coefficients: update => ({ step: -stepAt('gradientDescent', normal.step, update) }),
    change: (ops, gradient, _, { step }) => [ops.multiply(gradient, step), {}],
  })
  return optimizerOf('gradientDescent', normal, rule, normal)
}

/** The options of {@link momentum}. */
export interface MomentumOptions extends DecayOptions {
  /** The learning rate, a number or a function of the number of the update, such as a schedule. Default: 0.1. */
  readonly step?: LearningRate
  /** How much of the last velocity stays. Default: 0.9. */
  readonly momentum?: Limit<'partBelow1'>
  /** Whether to look ahead, as Nesterov (1983) does. Default: false. */
  readonly nesterov?: boolean
  /** The fraction of each gradient, after the first, that does not enter the velocity. Default: 0. */
  readonly dampening?: Limit<'partBelow1'>
}

/**
 * Gradient descent with momentum: `v = momentum · v + (1 - dampening) · g`, `w = w - step · v`; with Nesterov's look-ahead
 * `w = w - step · (g + momentum · v)`. The first velocity is g, undamped. (Polyak 1964; Sutskever et al. 2013; the form is
 * PyTorch's. Where the step changes, Keras' velocities keep the steps with which they came; these do not.)
 *
 * @throws InvalidOption if an option is out of range, or a look-ahead is damped
 */
export const momentum = <const O>(
  options?: OptionsFor<MomentumOptions, O, Called<'momentum', '{ step: 0.1 }'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = read<Required<MomentumOptions>>(
    'momentum',
    {
      step: stepOf(0.1),
      momentum: option(partBelow1, 0.9),
      nesterov: flag,
      dampening: option(partBelow1, 0),
      ...decay,
    },
    options,
  )
  const { nesterov, dampening } = normal
  if (nesterov && dampening > 0)
    throw new InvalidOption({
      layer: 'momentum',
      option: 'dampening',
      expected: '0, because nesterov needs an undamped velocity',
      got: String(dampening),
      remedy: 'Leave out dampening, or nesterov.',
    })
  const rule = named({
    slots: { velocity: 0 },
    coefficients: update => ({
      step: -stepAt('momentum', normal.step, update),
      momentum: normal.momentum,
      taken: update === 0 ? 1 : 1 - dampening,
    }),
    change: (ops, gradient, slots, { step, momentum: kept, taken }) => {
      const own = dampening === 0 ? gradient : ops.multiply(gradient, taken)
      const velocity = ops.add(ops.multiply(slots.velocity, kept), own)
      const direction = nesterov ? ops.add(gradient, ops.multiply(velocity, kept)) : velocity
      return [ops.multiply(direction, step), { velocity }]
    },
  })
  return optimizerOf('momentum', normal, rule, normal)
}
