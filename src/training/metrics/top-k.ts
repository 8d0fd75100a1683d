import type { Limit } from '../../base/limited-options.ts'
import { integer, type Options } from '../../base/options.ts'
import { leastFloat, type Ops } from '../../ops/ops.ts'
import { oneHotOf } from '../losses/classes.ts'
import { type ConfigurableMetric, configurableMetric, type MetricRule } from '../metric.ts'
import { ignoring, scoresOf } from './classes.ts'
import { ignoreOption } from './options.ts'
import { meanOf, meanSums, weightsFor } from './weights.ts'

/** The options of {@link topK} and {@link sparseTopK}. */
export interface TopKOptions {
  /** The number of largest scores that must include the target class. Default: 5. */
  readonly k?: Limit<'count'>
  /** The class number whose examples do not count. Default: `null`, none. */
  readonly ignoreClass?: number | null
}

interface Normal {
  readonly k: number
  readonly ignoreClass: number | null
}
const options: Options<Normal> = { k: { codec: integer(1), default: 5 }, ignoreClass: ignoreOption }

/** 1 where fewer than k classes have larger scores than the expected one: of equal scores at the edge, all are in. */
const areAmong = <T>(ops: Ops<T>, k: number, classes: number, numbers: T, scores: T): T => {
  const last = ops.shape(scores).length - 1
  const own = ops.max(ops.where(oneHotOf(ops, numbers, classes), scores, ops.constant(leastFloat)), [last], true)
  const above = ops.sum(ops.greater(scores, own), [last])
  // A class number that names no class has no score, nor has NaN one that counts.
  const isScore = ops.greater(ops.reshape(own, ops.shape(numbers)), ops.constant(leastFloat))
  return ops.multiply(ops.greater(ops.constant(k - 0.5), above), isScore)
}

const rule =
  (isSparse: boolean) =>
  ({ name, k, ignoreClass }: Normal & { readonly name: string }): MetricRule => ({
    sums: (ops, expected, predicted, weights) => {
      const { examples, classes, isNumbered } = scoresOf(name, ops.shape(expected), ops.shape(predicted), isSparse)
      const numbers = isNumbered ? ops.reshape(expected, examples) : ops.argMax(expected)
      const own = ignoring(ops, weightsFor(ops, name, weights, examples), numbers, ignoreClass)
      return meanSums(ops, name, areAmong(ops, k, classes, numbers, predicted), own)
    },
    finish: meanOf,
  })

/**
 * The share of examples whose expected class is among the `k` most probable ones. `expected` is one-hot, or a class number
 * for each example. Of equal scores at the edge all are in, as in TensorFlow; with no more classes than `k` it is 1.
 *
 * Options: `k` (5), `ignoreClass`, `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction, or one output only
 * @example
 * ```ts
 * topK({ k: 2 })([[0, 0, 1], [0, 1, 0]], [[0.1, 0.6, 0.3], [0.5, 0.1, 0.4]]) // 0.5
 * topK({ k: 2, name: 'top2' })([2, 1], [[0.1, 0.6, 0.3], [0.5, 0.1, 0.4]]) // 0.5
 * ```
 */
export const topK: ConfigurableMetric<'topK', TopKOptions, number, '{ k: 5 }'> = configurableMetric(
  'topK',
  options,
  rule(false),
  'higher',
)

/**
 * {@link topK} of class numbers alone: one-hot vectors are refused.
 *
 * @throws InvalidOption if there is not one class number for each prediction
 * @example
 * ```ts
 * sparseTopK({ k: 2 })([2, 1], [[0.1, 0.6, 0.3], [0.5, 0.1, 0.4]]) // 0.5
 * ```
 */
export const sparseTopK: ConfigurableMetric<'sparseTopK', TopKOptions, number, '{ k: 5 }'> = configurableMetric(
  'sparseTopK',
  options,
  rule(true),
  'higher',
)
