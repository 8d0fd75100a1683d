import { InvalidOption } from '../../base/errors.ts'
import type { Called, Given, OptionsFor } from '../../base/limited-options.ts'
import { type Options, oneOf } from '../../base/options.ts'
import {
  type ConfigurableMetric,
  configurableMetric,
  type Metric,
  type MetricRule,
  type NameWith,
  type OwnName,
} from '../metric.ts'
import { classIndices, classNumbers } from './classes.ts'
import type { AveragedWith } from './counts.ts'
import { checkOnly } from './labels.ts'
import {
  averageOption,
  type ClassesOption,
  classesOption,
  ignoreOption,
  onlyOption,
  orNull,
  type ThresholdOption,
  thresholdOption,
} from './options.ts'
import { quotient } from './quotient.ts'

/** The options of metrics of a confusion matrix. */
export interface ConfusionOptions extends ClassesOption, ThresholdOption {}

interface Normal {
  readonly threshold: number
  readonly classes: number | null
  readonly ignoreClass: number | null
}
const options: Options<Normal> = { threshold: thresholdOption, classes: classesOption, ignoreClass: ignoreOption }

/** How often each class was expected and predicted as another one: rows expected, columns predicted. */
type Matrix = readonly (readonly number[])[]

/** Pairs of classes up to here are told apart by floats. */
const mostClasses = 2 ** 12

const sumOf = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** What the rows and columns of a matrix add up to. */
const marginsOf = (matrix: Matrix) => ({
  expected: matrix.map(sumOf),
  predicted: matrix.map((_, column) => sumOf(matrix.map(row => row[column] as number))),
  hits: matrix.map((row, i) => row[i] as number),
  all: sumOf(matrix.map(sumOf)),
})

/** A metric by what it is of the confusion matrix. */
const confusionRule =
  <Own extends Normal, Value>(value: (matrix: Matrix, normal: Own) => Value) =>
  (
    normal: Own & { readonly name: string; readonly only?: readonly number[] | null },
  ): MetricRule<Value, readonly [Float64Array]> => ({
    sums: (ops, expected, predicted, weights) => {
      const { name, only = null } = normal
      const read = classIndices(ops, classNumbers(ops, name, expected, predicted, weights, normal))
      const { classes } = read
      checkOnly(name, only, classes)
      if (classes > mostClasses)
        throw new InvalidOption({
          layer: name,
          option: 'classes',
          expected: `at most ${mostClasses}`,
          got: String(classes),
          remedy: 'Use accuracy, or precision and recall, which count each class by itself.',
        })
      const pairs = ops.add(ops.multiply(read.expected, ops.constant(classes)), read.predicted)
      return [ops.scatter(read.weights, pairs, classes * classes)]
    },
    finish: ([sums]) => {
      const classes = Math.sqrt(sums.length)
      return value(
        Array.from({ length: classes }, (_, i) => [...sums.subarray(i * classes, (i + 1) * classes)]),
        normal,
      )
    },
  })

/** The options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions extends ConfusionOptions {
  /** What adds up to 1: each row (`'expected'`), each column (`'predicted'`), `'all'`. Default: `null`, nothing. */
  readonly normalize?: 'expected' | 'predicted' | 'all' | null
}
interface NormalMatrix extends Normal {
  readonly normalize: 'expected' | 'predicted' | 'all' | null
}

/**
 * How often each class was expected (row) and predicted (column), by weight. `expected` is one-hot, or a class number for
 * each example; of one output, a probability, the classes are 0 and 1. Class numbers outside of the classes do not count.
 *
 * Options: `normalize` (`null`, `'expected'`, `'predicted'`, `'all'`; of nothing, 0), `classes` (with it, predictions
 * without an axis of that length are class numbers), `threshold` (0.5), `ignoreClass`, `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction, or there are more than 4096 classes
 * @example
 * ```ts
 * confusionMatrix([0, 1, 1], [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]) // [[1, 0], [1, 1]]
 * confusionMatrix({ classes: 3 })([0, 1, 2, 2], [0, 2, 2, 2]) // [[1, 0, 0], [0, 0, 1], [0, 0, 2]]
 * confusionMatrix({ normalize: 'expected' })([[0], [1], [1]], [[0.1], [0.2], [0.7]]) // [[1, 0], [0.5, 0.5]]
 * ```
 */
export const confusionMatrix: ConfigurableMetric<
  'confusionMatrix',
  ConfusionMatrixOptions,
  Matrix,
  '{ threshold: 0.5 }'
> = configurableMetric(
  'confusionMatrix',
  {
    normalize: { codec: orNull(oneOf(['expected', 'predicted', 'all'])), default: null },
    ...options,
  } as Options<NormalMatrix>,
  confusionRule<NormalMatrix, Matrix>((matrix, { normalize }) => {
    const { expected, predicted, all } = marginsOf(matrix)
    const by = (row: number, column: number): number =>
      normalize === 'expected'
        ? (expected[row] as number)
        : normalize === 'predicted'
          ? (predicted[column] as number)
          : all
    return Object.freeze(
      matrix.map((row, i) =>
        Object.freeze(normalize === null ? row : row.map((count, j) => quotient(count, by(i, j)))),
      ),
    )
  }),
  null,
)

/** The options of {@link meanIoU}. */
export interface MeanIoUOptions extends ConfusionOptions {
  /** `'macro'`: the mean over classes; `null`: one value for each. Default: `'macro'`. */
  readonly average?: 'macro' | null
  /** The classes that are averaged over. Default: `null`, all. */
  readonly only?: readonly number[] | null
}
interface NormalIoU extends Normal {
  readonly average: 'macro' | null
  readonly only: readonly number[] | null
}

/** Intersection over union: a value with its defaults, and a function of its options. */
export interface MeanIoU extends Metric<'meanIoU', number> {
  (...given: Parameters<Metric<'meanIoU', number>>): number
  /** The same metric with other options. */
  <const G>(
    options?: OptionsFor<MeanIoUOptions & OwnName, G, Called<'meanIoU', "{ average: 'macro' }">>,
  ): Given<G, Metric<NameWith<G, 'meanIoU'>, AveragedWith<G>>>
}

/**
 * Intersection over union, `tp / (tp + fp + fn)`, averaged over the classes that occur in targets or predictions; 0 if
 * none do. Targets and predictions are as for {@link confusionMatrix}.
 *
 * Options: `average` (`'macro'`; `null`: one value for each class, NaN for one that was neither expected nor predicted),
 * `only`, `classes`, `threshold` (0.5), `ignoreClass`, `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction, or there are more than 4096 classes
 * @example
 * ```ts
 * meanIoU({ classes: 2 })([0, 0, 1, 1], [0, 1, 0, 1]) // 0.333…
 * meanIoU({ classes: 3, ignoreClass: 255, average: null })([0, 1, 2, 255], [0, 1, 1, 1]) // [1, 0.5, 0]
 * ```
 */
export const meanIoU: MeanIoU = configurableMetric(
  'meanIoU',
  { average: averageOption(['macro'], 'macro'), only: onlyOption, ...options } as Options<NormalIoU>,
  confusionRule<NormalIoU, number | readonly number[]>((matrix, { average, only }) => {
    const { expected, predicted, hits } = marginsOf(matrix)
    const values = (only ?? matrix.map((_, i) => i)).map(
      i => (hits[i] as number) / ((expected[i] as number) + (predicted[i] as number) - (hits[i] as number)),
    )
    if (average === null) return Object.freeze(values)
    const met = values.filter(value => !Number.isNaN(value))
    return quotient(sumOf(met), met.length)
  }),
  'higher',
) as unknown as MeanIoU

/**
 * Matthews' correlation coefficient, for any number of classes (Gorodkin 2004): 1 if all predictions are right, 0 for
 * chance, at least -1; 0 if there is only one target or predicted class. Targets and predictions are as for {@link
 * confusionMatrix}.
 *
 * Options: `classes`, `threshold` (0.5), `ignoreClass`, `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction, or there are more than 4096 classes
 * @example
 * ```ts
 * matthews([1, 1, 1, 0], [0.9, 0.2, 0.8, 0.7]) // -0.333…
 * ```
 */
export const matthews: ConfigurableMetric<'matthews', ConfusionOptions, number, '{ threshold: 0.5 }'> =
  configurableMetric(
    'matthews',
    options,
    confusionRule<Normal, number>(matrix => {
      const { expected, predicted, hits, all } = marginsOf(matrix)
      // Of one class there is no variance, whatever sums of weights round to.
      if ([expected, predicted].some(counts => counts.filter(count => count !== 0).length < 2)) return 0
      const product = (a: readonly number[], b: readonly number[]) => sumOf(a.map((x, i) => x * (b[i] as number)))
      const spread = Math.sqrt((all ** 2 - product(predicted, predicted)) * (all ** 2 - product(expected, expected)))
      return (sumOf(hits) * all - product(expected, predicted)) / spread
    }),
    'higher',
  )

/** The options of {@link cohenKappa}. */
export interface CohenKappaOptions extends ConfusionOptions {
  /**
   * The cost of a mistake: the distance of the classes (`'linear'`), or its square (`'quadratic'`). Default: `null`, 1.
   */
  readonly weights?: 'linear' | 'quadratic' | null
}
interface NormalKappa extends Normal {
  readonly weights: 'linear' | 'quadratic' | null
}

/**
 * Cohen's kappa, the agreement beyond chance: `1 - Σ cost · observed / Σ cost · by chance` (Cohen 1968). It is NaN if
 * the disagreement by chance is 0, as in scikit-learn. Targets and predictions are as for {@link confusionMatrix}.
 *
 * Options: `weights` (`null`, `'linear'`, `'quadratic'`), `classes`, `threshold` (0.5), `ignoreClass`, `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction, or there are more than 4096 classes
 * @example
 * ```ts
 * cohenKappa({ classes: 3 })([0, 1, 2, 0], [0, 2, 2, 0]) // 0.6
 * cohenKappa({ classes: 3, weights: 'quadratic' })([0, 1, 2, 0], [0, 2, 2, 0]) // 0.857…
 * ```
 */
export const cohenKappa: ConfigurableMetric<'cohenKappa', CohenKappaOptions, number, '{ threshold: 0.5 }'> =
  configurableMetric(
    'cohenKappa',
    { weights: { codec: orNull(oneOf(['linear', 'quadratic'])), default: null }, ...options } as Options<NormalKappa>,
    confusionRule<NormalKappa, number>((matrix, { weights }) => {
      const { expected, predicted, all } = marginsOf(matrix)
      const cost = (i: number, j: number): number =>
        weights === null ? Number(i !== j) : Math.abs(i - j) ** (weights === 'linear' ? 1 : 2)
      const costs = (of: (i: number, j: number) => number) =>
        sumOf(matrix.map((row, i) => sumOf(row.map((_, j) => cost(i, j) * of(i, j)))))
      const byChance = costs((i, j) => ((expected[i] as number) * (predicted[j] as number)) / all)
      return 1 - costs((i, j) => matrix[i]?.[j] as number) / byChance
    }),
    'higher',
  )
