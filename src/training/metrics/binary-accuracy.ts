import { checkAlike } from '../losses/alike.ts'
import { type ConfigurableMetric, configurableMetric } from '../metric.ts'
import { type ThresholdOption, thresholdOption } from './options.ts'
import { meanOf, meanSums } from './weights.ts'

/**
 * The fraction of independent probabilities on the right side of the threshold.
 *
 * Options: `threshold` (0.5; for logits 0), `name`. Weights are per example, or per probability.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * binaryAccuracy([[1, 0], [0, 0]], [[0.9, 0.4], [0.7, 0.1]]) // 0.75
 * binaryAccuracy({ threshold: 0.3 })([[1, 0], [0, 0]], [[0.9, 0.4], [0.7, 0.1]]) // 0.5
 * ```
 */
export const binaryAccuracy: ConfigurableMetric<'binaryAccuracy', ThresholdOption> = configurableMetric(
  'binaryAccuracy',
  { threshold: thresholdOption },
  ({ name, threshold }) => ({
    sums: (ops, expected, predicted, weights) => {
      checkAlike(ops, name, expected, predicted)
      const answers = ops.greater(predicted, ops.constant(threshold))
      return meanSums(ops, name, ops.equal(answers, ops.greater(expected, ops.constant(0.5))), weights)
    },
    finish: meanOf,
  }),
  'higher',
)
