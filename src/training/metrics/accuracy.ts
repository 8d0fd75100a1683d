import { type ConfigurableMetric, configurableMetric } from '../metric.ts'
import { areHits, classNumbers } from './classes.ts'
import { type ClassesOption, classesOption, ignoreOption, type ThresholdOption, thresholdOption } from './options.ts'
import { meanOf, meanSums } from './weights.ts'

/** The options of {@link accuracy}. */
export interface AccuracyOptions extends ClassesOption, ThresholdOption {}

/**
 * The share of examples whose most probable class is the expected one. `expected` is one-hot, or a class number for each
 * example. Of a network with one output for each example, a probability, the class is whether it exceeds the threshold.
 *
 * Options: `threshold` (0.5), `classes`, `ignoreClass`, `name`. Of no examples it is 0.
 *
 * @throws InvalidOption if there is not one target for each prediction
 * @example
 * ```ts
 * accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]) // 0.5
 * accuracy([1, 0], [[0.2, 0.8], [0.4, 0.6]], { weights: [3, 1] }) // 0.75
 * accuracy([[1], [0]], [[0.9], [0.2]]) // 1
 * accuracy({ classes: 4 })([0, 3, 2], [0, 3, 1]) // 0.666…
 * ```
 */
export const accuracy: ConfigurableMetric<'accuracy', AccuracyOptions, number, '{ threshold: 0.5 }'> =
  configurableMetric(
    'accuracy',
    { threshold: thresholdOption, classes: classesOption, ignoreClass: ignoreOption },
    ({ name, ...options }) => ({
      sums: (ops, expected, predicted, weights) => {
        const numbers = classNumbers(ops, name, expected, predicted, weights, options)
        return meanSums(ops, name, areHits(ops, numbers), numbers.weights)
      },
      finish: meanOf,
    }),
    'higher',
  )
