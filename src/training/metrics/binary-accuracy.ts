import { checkAlike } from '../losses/alike.ts'
import { type ConfigurableMetric, configurableMetric } from '../metric.ts'
import { type ThresholdOption, thresholdOption } from './options.ts'
import { meanOf, meanSums } from './weights.ts'

/**
 * The share of yes-or-no answers that are right: of all numbers, each a probability of its own, those that exceed the
 * threshold where 1 was expected, and do not where 0 was.
 *
 * Options: `threshold` (0.5; of logits 0), `name`. Weights are those of examples, or of single answers.
 *
 * @throws InvalidOption when there is not one expectation for each prediction
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
