import { InvalidOption } from '../../base/errors.ts'
import type { Called, Limit, OptionsFor } from '../../base/limited-options.ts'
import { notNegative, positive } from '../../base/options.ts'
import type { PatternsIn } from '../../network-types/patterns.ts'
import type { Optimizer } from '../optimizer.ts'
import { partBelow1 } from '../ranges.ts'
import type { LearningRate } from '../rate.ts'
import { stepAt } from '../rate.ts'
import { type DecayOptions, decay, flag, option, read, stepOf } from './options.ts'
import { blend, named, optimizerOf } from './rule.ts'

// Steps that are divided by the root of what gradients were so far.

/** The options of {@link adagrad}. */
export interface AdagradOptions extends DecayOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.1. */
  readonly step?: LearningRate
  /** Where the sum of squares begins. Default: 0.1, as in TensorFlow; PyTorch begins with 0. */
  readonly initialAccumulator?: Limit<'notNegative'>
  /** Added to the sum of squares under the root. Default: 0; Keras has 1e-7. */
  readonly epsilon?: Limit<'notNegative'>
}

/**
 * Adagrad (Duchi et al. 2011): `s = s + g²`, `w = w - step · g / sqrt(s + epsilon)`.
 *
 * @throws InvalidOption if an option is out of range, or the sum could be 0
 */
export const adagrad = <const O>(
  options?: OptionsFor<AdagradOptions, O, Called<'adagrad', '{ step: 0.1 }'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = read<Required<AdagradOptions>>(
    'adagrad',
    {
      step: stepOf(0.1),
      initialAccumulator: option(notNegative, 0.1),
      epsilon: option(notNegative, 0),
      ...decay,
    },
    options,
  )
  const { initialAccumulator, epsilon } = normal
  if (initialAccumulator === 0 && epsilon === 0)
    throw new InvalidOption({
      layer: 'adagrad',
      option: 'epsilon',
      expected: 'a positive number if initialAccumulator is 0, because gradients are divided by the root of their sum',
      got: '0',
      remedy: 'For example: adagrad({ initialAccumulator: 0, epsilon: 1e-10 }).',
    })
  const rule = named({
    slots: { accumulator: initialAccumulator },
    coefficients: update => ({ step: -stepAt('adagrad', normal.step, update) }),
    change: (ops, gradient, slots, { step }) => {
      const accumulator = ops.add(slots.accumulator, ops.square(gradient))
      const under = epsilon === 0 ? accumulator : ops.add(accumulator, ops.constant(epsilon))
      return [ops.multiply(ops.divide(gradient, ops.sqrt(under)), step), { accumulator }]
    },
  })
  return optimizerOf('adagrad', normal, rule, normal)
}

/** The options of {@link adadelta}. */
export interface AdadeltaOptions extends DecayOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 1. */
  readonly step?: LearningRate
  /** How much of the means of squares stays. Default: 0.95. */
  readonly rho?: Limit<'partBelow1'>
  /** Added to both means of squares under their roots. Default: 1e-7. */
  readonly epsilon?: Limit<'positive'>
}

/**
 * Adadelta (Zeiler 2012): `s = rho · s + (1 - rho) · g²`, `u = sqrt(d + epsilon) / sqrt(s + epsilon) · g`,
 * `d = rho · d + (1 - rho) · u²`, `w = w - step · u`.
 *
 * @throws InvalidOption if an option is out of range
 */
export const adadelta = <const O>(
  options?: OptionsFor<AdadeltaOptions, O, Called<'adadelta', '{ step: 1 }'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = read<Required<AdadeltaOptions>>(
    'adadelta',
    { step: stepOf(1), rho: option(partBelow1, 0.95), epsilon: option(positive, 1e-7), ...decay },
    options,
  )
  const rule = named({
    slots: { square: 0, delta: 0 },
    coefficients: update => ({ step: -stepAt('adadelta', normal.step, update) }),
    change: (ops, gradient, slots, { step }) => {
      const root = (mean: typeof gradient) => ops.sqrt(ops.add(mean, ops.constant(normal.epsilon)))
      const square = blend(ops, slots.square, ops.square(gradient), normal.rho)
      const own = ops.multiply(ops.divide(root(slots.delta), root(square)), gradient)
      const delta = blend(ops, slots.delta, ops.square(own), normal.rho)
      return [ops.multiply(own, step), { square, delta }]
    },
  })
  return optimizerOf('adadelta', normal, rule, normal)
}

/** The options of {@link rmsprop}. */
export interface RmspropOptions extends DecayOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.1. */
  readonly step?: LearningRate
  /** How much of the mean of squares stays. Default: 0.95. */
  readonly decay?: Limit<'partBelow1'>
  /** How much of the last change stays. Default: 0. */
  readonly momentum?: Limit<'partBelow1'>
  /** Added to the mean of squares under the root. Default: 1e-7. */
  readonly epsilon?: Limit<'positive'>
  /** Whether to subtract the mean of gradients from their squares. Default: false. */
  readonly centered?: boolean
  /** Where the mean of squares begins. Default: 1, as in TensorFlow 1; Keras and PyTorch begin with 0. */
  readonly initialSquare?: Limit<'notNegative'>
}

/**
 * RMSProp (Tieleman and Hinton 2012): `s = decay · s + (1 - decay) · g²`,
 * `v = momentum · v + step · g / sqrt(s + epsilon)`, `w = w - v`. With `centered`, `m = decay · m + (1 - decay) · g`
 * and the square of m is subtracted from s under the root.
 *
 * @throws InvalidOption if an option is out of range
 */
export const rmsprop = <const O>(
  options?: OptionsFor<RmspropOptions, O, Called<'rmsprop', '{ step: 0.1 }'>>,
): Optimizer<PatternsIn<O>> => {
  const normal = read<Required<RmspropOptions>>(
    'rmsprop',
    {
      step: stepOf(0.1),
      decay: option(partBelow1, 0.95),
      momentum: option(partBelow1, 0),
      epsilon: option(positive, 1e-7),
      centered: flag,
      initialSquare: option(notNegative, 1),
      ...decay,
    },
    options,
  )
  const { momentum, centered } = normal
  const rule = named({
    slots: {
      square: normal.initialSquare,
      mean: centered ? 0 : undefined,
      velocity: momentum > 0 ? 0 : undefined,
    },
    coefficients: update => ({ step: -stepAt('rmsprop', normal.step, update) }),
    change: (ops, gradient, before, { step }) => {
      const square = blend(ops, before.square, ops.square(gradient), normal.decay)
      const mean = centered ? blend(ops, before.mean, gradient, normal.decay) : undefined
      // Rounding may leave less than nothing.
      const spread = mean === undefined ? square : ops.relu(ops.subtract(square, ops.square(mean)))
      const root = ops.sqrt(ops.add(spread, ops.constant(normal.epsilon)))
      const own = ops.multiply(ops.divide(gradient, root), step)
      const change = momentum > 0 ? ops.add(ops.multiply(before.velocity, ops.constant(momentum)), own) : own
      return [change, { square, mean, velocity: momentum > 0 ? change : undefined }]
    },
  })
  return optimizerOf('rmsprop', normal, rule, normal)
}
