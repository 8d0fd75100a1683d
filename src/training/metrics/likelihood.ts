import { InvalidOption } from '../../base/errors.ts'
import type { Limit, Numbers } from '../../base/limited-options.ts'
import { codec, type Option, type Options, positive } from '../../base/options.ts'
import type { Ops } from '../../ops/ops.ts'
import { oneHotOf } from '../losses/classes.ts'
import { type ConfigurableMetric, configurableMetric } from '../metric.ts'
import { logsOfClasses, shareOf } from '../probabilities.ts'
import { totalOf } from '../total.ts'
import { areClasses, ignoring, scoresOf } from './classes.ts'
import { ignoreOption, type LogitsOption, logitsOption, numbersIn } from './options.ts'
import { meanOf, meanSums, weighed, weightsFor } from './weights.ts'

// How well a model of sequences foretells what comes next: means of the logarithm of the probability of what came.

/** The options of {@link perplexity}. */
export interface PerplexityOptions extends LogitsOption {
  /** The class index whose examples are left out, such as that of padding. Default: `null`, none. */
  readonly ignoreClass?: number | null
}
interface Normal {
  readonly fromLogits: boolean
  readonly ignoreClass: number | null
}
const options: Options<Normal> = { fromLogits: logitsOption, ignoreClass: ignoreOption }

/** What each example says in nats, and how much it counts. */
interface Surprise<T> {
  readonly nats: T
  readonly weights: T
  /** The class number of each. */
  readonly numbers: T
}

const surpriseOf = <T>(
  ops: Ops<T>,
  { name, fromLogits, ignoreClass }: Normal & { readonly name: string },
  expected: T,
  predicted: T,
  weights: T,
): Surprise<T> => {
  const { examples, classes, isNumbered } = scoresOf(name, ops.shape(expected), ops.shape(predicted))
  const given = isNumbered ? ops.reshape(expected, examples) : ops.argMax(expected)
  const logs = logsOfClasses(ops, predicted, fromLogits ? 'logits' : 'probabilities')
  // As sparseCategoricalCrossentropy has it, so that a program computes it once.
  const shares = isNumbered
    ? ops.where(oneHotOf(ops, given, classes), logs, ops.constant(0))
    : shareOf(ops, expected, logs)
  const isClass = isNumbered ? areClasses(ops, given, classes) : undefined
  const own = ignoring(ops, weightsFor(ops, name, weights, examples), given, ignoreClass)
  return {
    nats: ops.negative(ops.sum(shares, [examples.length])),
    weights: isClass === undefined ? own : ops.where(isClass, own, ops.constant(0)),
    numbers: isClass === undefined ? given : ops.where(isClass, given, ops.constant(0)),
  }
}

/**
 * Perplexity, `exp(mean(-log(probability of the expected class)))`, of all examples of all batches: 1 where all is foretold,
 * the number of classes for equal probabilities. `expected` is one-hot, or a class number for each example; class numbers
 * that name no class do not count. Of no examples it is 1.
 *
 * Logarithms are computed from the logits of a `Softmax` where they are known; other probabilities are clipped to
 * [1e-7, 1 - 1e-7]. Options: `fromLogits` (false), `ignoreClass`, `name`.
 *
 * @throws InvalidOption if there is not one target for each prediction, or one output only
 * @example
 * ```ts
 * perplexity([0, 1], [[0.25, 0.75], [0.75, 0.25]]) // 4
 * perplexity([[0, 1]], [[0.5, 0.5]]) // 2
 * ```
 */
export const perplexity: ConfigurableMetric<'perplexity', PerplexityOptions> = configurableMetric(
  'perplexity',
  options,
  normal => ({
    sums: (ops, expected, predicted, weights) => {
      const read = surpriseOf(ops, normal, expected, predicted, weights)
      return meanSums(ops, normal.name, read.nats, read.weights)
    },
    finish: sums => Math.exp(meanOf(sums)),
  }),
  'lower',
)

const expectedBytes = 'a positive number, or an array of numbers >= 0'
/** The options of {@link bitsPerByte}. */
export interface BitsPerByteOptions extends PerplexityOptions {
  /** The number of bytes of text per class: one number for all, or an array. Default: 1. */
  readonly bytes?: Limit<'positive', typeof expectedBytes> | Numbers<'notNegative', typeof expectedBytes>
}
interface NormalBytes extends Normal {
  readonly bytes: number | readonly number[]
}
/** As many classes as a vocabulary may have. */
const mostClasses = 2 ** 20
const bytesOption: Option<number | readonly number[]> = {
  codec: codec<number | readonly number[]>(expectedBytes, value =>
    positive.is(value) ? value : numbersIn(value, n => n >= 0, mostClasses),
  ),
  default: 1,
}

/** The bytes that each expected class stands for. */
const bytesOf = <T>(ops: Ops<T>, owner: string, bytes: number | readonly number[], numbers: T, classes: number): T => {
  if (typeof bytes === 'number') return ops.broadcast(ops.constant(bytes), ops.shape(numbers))
  if (bytes.length !== classes)
    throw new InvalidOption({
      layer: owner,
      option: 'bytes',
      expected: `a number for each of the ${classes} classes`,
      got: `${bytes.length} numbers`,
      remedy: 'Give the number of bytes of text per class, in the order of the classes.',
    })
  return ops.gather(ops.constant(Float32Array.from(bytes), [classes]), numbers)
}

/**
 * Bits per byte of text, `Σ -log₂(probability of the expected class) / Σ bytes`, of all examples of all batches: comparable
 * between models with different vocabularies. Of no examples it is 0.
 *
 * Options: `bytes` (1; one number for all classes, or an array), and those of {@link perplexity}.
 *
 * @throws InvalidOption if there is not one target for each prediction, one output only, or not a number of bytes for
 *   each class
 * @example
 * ```ts
 * bitsPerByte([0, 1], [[0.25, 0.75], [0.75, 0.25]]) // 2
 * bitsPerByte({ bytes: [1, 3] })([0, 1], [[0.25, 0.75], [0.75, 0.25]]) // 1
 * ```
 */
export const bitsPerByte: ConfigurableMetric<'bitsPerByte', BitsPerByteOptions, number, '{ fromLogits: false }'> =
  configurableMetric(
    'bitsPerByte',
    { ...options, bytes: bytesOption } as Options<NormalBytes>,
    normal => ({
      sums: (ops, expected, predicted, weights) => {
        const read = surpriseOf(ops, normal, expected, predicted, weights)
        const bytes = bytesOf(ops, normal.name, normal.bytes, read.numbers, ops.shape(predicted).at(-1) as number)
        return [read.nats, bytes].map(each => totalOf(ops, weighed(ops, each, read.weights)))
      },
      finish: sums => meanOf(sums) / Math.LN2,
    }),
    'lower',
  )
