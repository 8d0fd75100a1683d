import type { Called, Limit } from '../../base/limited-options.ts'
import { boolean } from '../../base/options.ts'
import type { Ops } from '../../ops/ops.ts'
import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { logsOfClasses, shareOf } from '../probabilities.ts'
import { asVectors } from './classes.ts'
import { axis, fromLogits, type LogarithmsOption, logInput, scaleOf } from './options.ts'

/** Options of {@link kullbackLeibler}. */
export interface KullbackLeiblerOptions extends LogarithmsOption {
  /** Whether the expected values are logarithms of probabilities. Default: false. */
  readonly logTarget?: boolean
  /** The axis of the classes. Default: -1. */
  readonly axis?: Limit<'integer'>
}

/** The logarithms of shares, 0 of those that are 0. */
const logsOfShares = <T>(ops: Ops<T>, shares: T): T => {
  const zero = ops.constant(0)
  return ops.log(ops.where(ops.greater(shares, zero), shares, ops.constant(1)))
}

/**
 * The divergence of a predicted distribution from the expected one, `mean(sum(expected · log(expected / predicted)))`, the
 * sum over classes (Kullback and Leibler 1951). Classes that are not expected count 0.
 *
 * From logits, or clipped, as {@link categoricalCrossentropy}.
 *
 * @throws InvalidOption if an option is invalid; when called, if the shapes differ
 * @example
 * ```ts
 * kullbackLeibler([[0.5, 0.5]], [[0.25, 0.75]]).dataSync()[0] // 0.143…
 * ```
 */
export const kullbackLeibler: ConfigurableLoss<
  KullbackLeiblerOptions,
  'vectors',
  Called<'kullbackLeibler', '{ fromLogits: false }'>
> = configurableLoss(
  'kullbackLeibler',
  { fromLogits, logInput, logTarget: { codec: boolean, default: false }, axis: { codec: axis, default: -1 } },
  ({ logTarget, axis, ...given }, { name }) => {
    const scale = scaleOf(name, given)
    return (ops, expected, predicted) => {
      const [targets, outputs] = asVectors(ops, name, expected, predicted, axis)
      const shares = logTarget ? ops.exp(targets) : targets
      const wanted = logTarget ? targets : logsOfShares(ops, targets)
      const terms = shareOf(ops, shares, ops.subtract(wanted, logsOfClasses(ops, outputs, scale)))
      return ops.sum(terms, [ops.shape(terms).length - 1])
    }
  },
)
