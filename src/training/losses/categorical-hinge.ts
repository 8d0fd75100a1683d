import type { Called, Limit } from '../../base/limited-options.ts'
import { leastFloat } from '../../ops/ops.ts'
import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { plus } from './arithmetic.ts'
import { asVectors } from './classes.ts'
import { type HingeOptions, hingeOptions } from './hinges.ts'
import { axis } from './options.ts'

/** Options of {@link categoricalHinge}. */
export interface CategoricalHingeOptions extends HingeOptions {
  /** The axis of the classes. Default: -1. */
  readonly axis?: Limit<'integer'>
}

/**
 * `mean(max(highest - right + delta, 0))`, where `right` is the prediction for the expected class and `highest` the highest
 * of the others: classes are to be told apart by a margin (Crammer and Singer 2001). `expected` is one-hot.
 *
 * @throws InvalidOption if `delta` is negative; when called, if the shapes differ
 * @example
 * ```ts
 * categoricalHinge([[0, 1, 0]], [[0.5, 1, 0.25]]).dataSync()[0] // 0.5
 * ```
 */
export const categoricalHinge: ConfigurableLoss<
  CategoricalHingeOptions,
  'vectors',
  Called<'categoricalHinge', '{ delta: 1 }'>
> = configurableLoss(
  'categoricalHinge',
  { ...hingeOptions, axis: { codec: axis, default: -1 } },
  ({ delta, axis }, { name }) =>
    (ops, given, made) => {
      const [expected, predicted] = asVectors(ops, name, given, made, axis)
      const classes = [ops.shape(predicted).length - 1]
      const right = ops.sum(ops.multiply(expected, predicted), classes)
      const highest = ops.max(ops.where(expected, ops.constant(leastFloat), predicted), classes)
      return ops.relu(plus(ops, ops.subtract(highest, right), delta))
    },
)
