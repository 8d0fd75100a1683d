import type { Called, Limit } from '../../base/limited-options.ts'
import type { expectedNumbers, OrNull } from '../../base/limits.ts'
import { index, orNull } from '../../base/options.ts'
import type { Ops } from '../../ops/ops.ts'
import { type ConfigurableLoss, configurableLoss, type LossForward } from '../loss.ts'
import { logsOfClasses } from '../probabilities.ts'
import { complement, times } from './arithmetic.ts'
import { asNumbers, classesOf, knownOnly, oneHotOf } from './classes.ts'
import {
  axis,
  fromLogits,
  type LogarithmsOption,
  labelSmoothing,
  logInput,
  type SmoothingOption,
  scaleOf,
} from './options.ts'

/** Options of {@link sparseCategoricalCrossentropy}. */
export interface SparseCategoricalCrossentropyOptions extends LogarithmsOption, SmoothingOption {
  /** A class number whose examples are left out, as if they were masked. Default: null, none. */
  readonly ignoreClass?: Limit<'integer', OrNull<(typeof expectedNumbers)['integer'], 'none'>> | null
  /** The axis of the classes in the output. Default: -1. */
  readonly axis?: Limit<'integer'>
}

const ignored = orNull(index, 'none')

/** `-log(predicted)` of the class, and of all classes alike as far as labels are smoothed. */
const surpriseOf = <T>(ops: Ops<T>, isClass: T, logs: T, smoothing: number, classes: number): T => {
  const last = [ops.shape(logs).length - 1]
  const own = ops.sum(ops.where(isClass, logs, ops.constant(0)), last)
  if (smoothing === 0) return ops.negative(own)
  const all = ops.sum(logs, last)
  return ops.negative(ops.add(times(ops, own, 1 - smoothing), times(ops, all, smoothing / classes)))
}

/**
 * `-mean(log(predicted[class]))` for probabilities such as those of `Softmax`, where `expected` are class indices from
 * 0 on: [batch], or [batch, 1]. The same as {@link categoricalCrossentropy} of one-hot vectors.
 *
 * Computed from logits, or clipped, like {@link categoricalCrossentropy}. An index of no class makes the loss NaN.
 *
 * @throws InvalidOption if an option is invalid; when called, if there is not one number for each prediction
 * @example
 * ```ts
 * sparseCategoricalCrossentropy([1, 0], [[0.5, 0.5], [1, 0]]).dataSync()[0] // 0.346…
 * sparseCategoricalCrossentropy({ ignoreClass: 0 })([1, 0], [[0.5, 0.5], [1, 0]]).dataSync()[0] // 0.693…
 * ```
 */
export const sparseCategoricalCrossentropy: ConfigurableLoss<
  SparseCategoricalCrossentropyOptions,
  'classes',
  Called<'sparseCategoricalCrossentropy', '{ fromLogits: false }'>,
  'classesOfAxis'
> = configurableLoss(
  'sparseCategoricalCrossentropy',
  {
    fromLogits,
    logInput,
    labelSmoothing,
    ignoreClass: { codec: ignored, default: null },
    axis: { codec: axis, default: -1 },
  },
  ({ labelSmoothing, ignoreClass, axis, ...given }, { name }) => {
    const scale = scaleOf(name, given)
    const forward: LossForward = (ops, expected, predicted) => {
      const [numbers, outputs] = asNumbers(ops, name, expected, predicted, axis)
      const classes = classesOf(ops, name, outputs)
      const isClass = oneHotOf(ops, numbers, classes)
      const surprise = surpriseOf(ops, isClass, logsOfClasses(ops, outputs, scale), labelSmoothing, classes)
      const known = knownOnly(ops, ops.max(isClass, [ops.shape(isClass).length - 1]), surprise)
      return ignoreClass === null
        ? known
        : ops.where(ops.equal(numbers, ops.constant(ignoreClass)), ops.constant(0), known)
    }
    if (ignoreClass === null) return forward
    const counts: LossForward = (ops, expected, predicted) => {
      const [numbers] = asNumbers(ops, name, expected, predicted, axis)
      return complement(ops, ops.equal(numbers, ops.constant(ignoreClass)))
    }
    return { forward, counts }
  },
)
