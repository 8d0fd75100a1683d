import { boolean, number, type Options, parseOptions } from '../../core/options.ts'
import { defineOptimizer, type Optimizer } from '../optimizer.ts'
import { type Step, stepAt, stepOption } from '../rate.ts'

const part = number('a number >= 0 and < 1', value => value >= 0 && value < 1)

/** The options of an optimizer; where a learning rate stands in their place, the remedy says where it belongs. */
const read = <Normal extends { readonly step: Step }>(
  name: string,
  step: string,
  options: Options<Normal>,
  given: object,
): Normal => {
  const meant: unknown = given
  const rate =
    typeof meant === 'number' && stepOption.is(meant)
      ? String(meant)
      : typeof meant === 'function'
        ? 'update => 0.1 / (update + 1)'
        : step
  return parseOptions(name, `${name}({ step: ${rate} })`, options, given)
}

/**
 * Gradient descent: `w = w - step · g`.
 *
 * @param options `step`: the learning rate, a number or a function of the number of the update. Default: 0.1.
 * @throws InvalidOption when an option is out of its range
 */
export const gradientDescent = (options: { readonly step?: Step } = {}): Optimizer => {
  const { step } = read('gradientDescent', '0.1', { step: { codec: stepOption, default: 0.1 } }, options)
  return defineOptimizer(
    'gradientDescent',
    { step },
    {
      slots: {},
      coefficients: update => ({ step: -stepAt('gradientDescent', step, update) }),
      change: (ops, gradient, _, c) => [ops.multiply(gradient, c.step as typeof gradient), {}],
    },
  )
}

/** The options of {@link momentum}. */
export interface MomentumOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.1. */
  readonly step?: Step
  /** How much of the last velocity stays. Default: 0.9. */
  readonly momentum?: number
  /** Whether to look ahead, as Nesterov (1983) does. Default: false. */
  readonly nesterov?: boolean
}

/**
 * Gradient descent with momentum: `v = momentum · v + g`, `w = w - step · v`; with Nesterov's look-ahead
 * `w = w - step · (g + momentum · v)`. (Polyak 1964; Sutskever et al. 2013.)
 *
 * @throws InvalidOption when an option is out of its range
 */
export const momentum = (options: MomentumOptions = {}): Optimizer => {
  const normal = read<Required<MomentumOptions>>(
    'momentum',
    '0.1',
    {
      step: { codec: stepOption, default: 0.1 },
      momentum: { codec: part, default: 0.9 },
      nesterov: { codec: boolean, default: false },
    },
    options,
  )
  return defineOptimizer('momentum', normal, {
    slots: { velocity: 0 },
    coefficients: update => ({ step: -stepAt('momentum', normal.step, update), momentum: normal.momentum }),
    change: (ops, gradient, slots, coefficients) => {
      const [step, kept] = [coefficients.step, coefficients.momentum] as [typeof gradient, typeof gradient]
      const velocity = ops.add(ops.multiply(slots.velocity as typeof gradient, kept), gradient)
      const direction = normal.nesterov ? ops.add(gradient, ops.multiply(velocity, kept)) : velocity
      return [ops.multiply(direction, step), { velocity }]
    },
  })
}

/** The options of {@link adam}. */
export interface AdamOptions {
  /** The learning rate, a number or a function of the number of the update. Default: 0.001. */
  readonly step?: Step
  /** How much of the mean of gradients stays. Default: 0.9. */
  readonly beta1?: number
  /** How much of the mean of squared gradients stays. Default: 0.999. */
  readonly beta2?: number
  /** Added to the root of the mean of squares. Default: 1e-7. */
  readonly epsilon?: number
}

/**
 * Adam (Kingma and Ba 2015), in the form before section 2.1: `m = beta1 · m + (1 - beta1) · g`,
 * `v = beta2 · v + (1 - beta2) · g²`, `w = w - step · sqrt(1 - beta2ᵗ) / (1 - beta1ᵗ) · m / (sqrt(v) + epsilon)`.
 *
 * @throws InvalidOption when an option is out of its range
 */
export const adam = (options: AdamOptions = {}): Optimizer => {
  const normal = read<Required<AdamOptions>>(
    'adam',
    '0.001',
    {
      step: { codec: stepOption, default: 0.001 },
      beta1: { codec: part, default: 0.9 },
      beta2: { codec: part, default: 0.999 },
      epsilon: { codec: number('a positive number', value => value > 0), default: 1e-7 },
    },
    options,
  )
  return defineOptimizer('adam', normal, {
    slots: { mean: 0, square: 0 },
    coefficients: update => {
      const t = update + 1
      const correction = Math.sqrt(1 - normal.beta2 ** t) / (1 - normal.beta1 ** t)
      return { step: -stepAt('adam', normal.step, update) * correction }
    },
    change: (ops, gradient, slots, coefficients) => {
      const blend = (old: typeof gradient, now: typeof gradient, kept: number) =>
        ops.add(ops.multiply(old, ops.constant(kept)), ops.multiply(now, ops.constant(1 - kept)))
      const mean = blend(slots.mean as typeof gradient, gradient, normal.beta1)
      const square = blend(slots.square as typeof gradient, ops.square(gradient), normal.beta2)
      const scaled = ops.divide(mean, ops.add(ops.sqrt(square), ops.constant(normal.epsilon)))
      return [ops.multiply(scaled, coefficients.step as typeof gradient), { mean, square }]
    },
  })
}
