import type { Called, Limit } from '../../base/limited-options.ts'
import { notNegative, type Options } from '../../base/options.ts'
import type { Ops } from '../../ops/ops.ts'
import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { checkAlike } from './alike.ts'
import { meanOfFeatures } from './features.ts'

/** Options of {@link binaryHinge}, {@link squaredHinge} and `categoricalHinge`. */
export interface HingeOptions {
  /** The margin. Default: 1. */
  readonly delta?: Limit<'notNegative'>
}

export const hingeOptions: Options<Required<HingeOptions>> = Object.freeze({
  delta: { codec: notNegative, default: 1 },
})

/** `max(delta - expected predicted, 0)`, element by element; an expected 0 stands for -1. */
const hingeOf = <T>(ops: Ops<T>, loss: string, expected: T, predicted: T, delta: number): T => {
  checkAlike(ops, loss, expected, predicted)
  const signs = ops.where(expected, expected, ops.constant(-1))
  return ops.relu(ops.subtract(ops.constant(delta), ops.multiply(signs, predicted)))
}

/**
 * `mean(max(delta - expected predicted, 0))` for targets 1 and -1, or 1 and 0, and predictions such as those of `Tanh`
 * or `Linear` (Cortes and Vapnik 1995).
 *
 * @throws InvalidOption if `delta` is negative
 * @example
 * ```ts
 * binaryHinge([[1], [-1]], [[0.5], [-2]]).dataSync()[0] // 0.25
 * ```
 */
export const binaryHinge: ConfigurableLoss<
  HingeOptions,
  'outputs',
  Called<'binaryHinge', '{ delta: 1 }'>
> = configurableLoss(
  'binaryHinge',
  hingeOptions,
  ({ delta }, { name }) =>
    (ops, expected, predicted) =>
      meanOfFeatures(ops, hingeOf(ops, name, expected, predicted, delta)),
)

/**
 * `mean(max(delta - expected predicted, 0)²)` of expected values 1 and -1, or 1 and 0.
 *
 * @throws InvalidOption if `delta` is negative
 * @example
 * ```ts
 * squaredHinge([[1], [-1]], [[0.5], [-2]]).dataSync()[0] // 0.125
 * ```
 */
export const squaredHinge: ConfigurableLoss<
  HingeOptions,
  'outputs',
  Called<'squaredHinge', '{ delta: 1 }'>
> = configurableLoss(
  'squaredHinge',
  hingeOptions,
  ({ delta }, { name }) =>
    (ops, expected, predicted) =>
      meanOfFeatures(ops, ops.square(hingeOf(ops, name, expected, predicted, delta))),
)
