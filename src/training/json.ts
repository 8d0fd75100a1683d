import { codec, listOf, type Options, parseOptions } from '../base/options.ts'
import { namePatterns } from '../base/patterns.ts'
import { isRecord } from '../base/trees.ts'
import type { Fields } from '../plain/faults.ts'
import { fromJson, type RegistryOption } from '../plain/json.ts'
import { kindOf, type Makers } from '../plain/making.ts'
import type { Kind } from '../plain/values.ts'
import { isLoss, isMetric, optimizerOption, singleLoss } from './codecs.ts'
import type { Loss } from './loss.ts'
import * as losses from './losses/index.ts'
import type { Metric } from './metric.ts'
import * as metrics from './metrics/index.ts'
import type { Optimizer } from './optimizer.ts'
import * as optimizers from './optimizers/index.ts'
import { type Constraint, isConstraint } from './penalties/constraint.ts'
import * as constraints from './penalties/constraints.ts'
import { isRegularizer, type Regularizer } from './penalties/regularizer.ts'
import * as regularizers from './penalties/regularizers.ts'
import { scheduleKind } from './schedules/json.ts'

// What training is made of, as plain data. Whatever the public face has goes by its name and its options, and is made of them
// again. What takes other arguments than options has a row here, which names them as its description does.

/** What is called otherwise than with options. */
const calling =
  <Normal extends object>(name: string, example: string, options: Options<Normal>, call: (normal: Normal) => unknown) =>
  (given: Fields): unknown =>
    call(parseOptions<Normal>(name, example, options, given))

const { addLosses, ...lossesOfOptions } = losses
const lossMakers: Makers = {
  ...lossesOfOptions,
  addLosses: calling<{ readonly terms: readonly losses.LossTerm[] }>(
    'addLosses',
    "addLosses([mse, 0.5], 'mae')",
    // Each is read by the function.
    { terms: { codec: listOf('a list of losses, each alone or as [loss, weight]', () => true) } },
    ({ terms }) => addLosses(...terms),
  ),
}

const { metricOf, ...metricsOfOptions } = metrics
const metricMakers: Makers = {
  ...metricsOfOptions,
  metricOf: calling<{ readonly loss: Loss; readonly name: string }>(
    'metricOf',
    "metricOf(mse, 'squares')",
    {
      loss: { codec: singleLoss },
      name: { codec: codec('a name', value => (typeof value === 'string' && value !== '' ? value : undefined)) },
    },
    ({ loss, name }) => metricOf(loss, name),
  ),
}

// `averaged` reads what an optimizer remembers, and is none itself.
const { averaged: _, byName, chain, freeze, ...optimizersOfOptions } = optimizers
/** What stands around an optimizer takes it before its options. Each checks what it is given, as `never`. */
const around =
  (make: (...given: never[]) => unknown) =>
  ({ optimizer, ...options }: Fields): unknown =>
    optimizer === undefined ? make(options as never) : make(optimizer as never, options as never)
const optimizerMakers: Makers = {
  ...Object.fromEntries(Object.entries(optimizersOfOptions).map(([name, make]) => [name, around(make)])),
  chain: calling<{ readonly optimizers: readonly Optimizer[] }>(
    'chain',
    'chain(clipByNorm(1), adam())',
    { optimizers: { codec: listOf(`a list, each of it ${optimizerOption.name}`, optimizerOption.is, { least: 1 }) } },
    ({ optimizers: own }) => chain(...own),
  ),
  byName: calling<{ readonly optimizers: Readonly<Record<string, Optimizer>> }>(
    'byName',
    "byName({ 'conv*': adam({ step: 0.0001 }), '*': adam() })",
    {
      optimizers: {
        codec: codec('optimizers by patterns of names', value =>
          isRecord(value) && Object.values(value).every(optimizerOption.is)
            ? (value as Readonly<Record<string, Optimizer>>)
            : undefined,
        ),
      },
    },
    ({ optimizers: own }) => byName(own),
  ),
  freeze: calling<{ readonly names: readonly string[] }>(
    'freeze',
    "freeze('conv*')",
    { names: { codec: namePatterns } },
    ({ names }) => freeze(names),
  ),
}

/** The kinds of values that a rule of training holds. */
export const trainingKinds: readonly Kind[] = [
  scheduleKind,
  kindOf('optimizer', 'an optimizer', optimizerMakers),
  kindOf('loss', 'a loss', lossMakers),
  kindOf('metric', 'a metric', metricMakers),
  kindOf('regularizer', 'a regularizer', regularizers),
  kindOf('constraint', 'a constraint', constraints),
]

/** What reads one of these. */
type FromJson<V> = (json: unknown, options?: RegistryOption) => V

/**
 * The optimizer that plain data describes: the inverse of `toJson`.
 *
 * @param json what `toJson` or `JSON.stringify` of an optimizer gave
 * @param options `registry`: what plain data cannot hold, by the names that `toJson` was given
 * @throws InvalidOption if it is none, or an option is out of its range; it says where, and how many errors there are more
 * @example
 * ```ts
 * const text = JSON.stringify(lookahead(adam({ step: warmup({ to: 0.01, warmupIter: 100 }) })))
 * String(optimizerFromJson(JSON.parse(text))).slice(0, 45) // lookahead(adam({ step: warmup({ to: 0.01, war
 * ```
 */
export const optimizerFromJson: FromJson<Optimizer> = fromJson(
  'optimizerFromJson',
  'an optimizer as plain data',
  trainingKinds,
  optimizerOption.is,
)

/**
 * The loss that plain data describes: the inverse of `toJson`.
 *
 * @param json what `toJson` or `JSON.stringify` of a loss gave
 * @param options `registry`: losses of your own by the names that `toJson` was given
 * @throws InvalidOption if it is none, or an option is out of its range; it says where, and how many errors there are more
 * @example
 * ```ts
 * const text = JSON.stringify(huber({ delta: 2 }))
 * String(lossFromJson(JSON.parse(text))) // huber({ delta: 2 })
 * ```
 */
export const lossFromJson: FromJson<Loss> = fromJson('lossFromJson', 'a loss as plain data', trainingKinds, isLoss)

/**
 * The metric that plain data describes: the inverse of `toJson`.
 *
 * @param json what `toJson` or `JSON.stringify` of a metric gave
 * @param options `registry`: metrics of your own by the names that `toJson` was given
 * @throws InvalidOption if it is none, or an option is out of its range; it says where, and how many errors there are more
 * @example
 * ```ts
 * const text = JSON.stringify(topK({ k: 3, name: 'top3' }))
 * metricFromJson(JSON.parse(text)).name // top3
 * ```
 */
export const metricFromJson: FromJson<Metric> = fromJson(
  'metricFromJson',
  'a metric as plain data',
  trainingKinds,
  isMetric,
)

/**
 * The regularizer that plain data describes: the inverse of `toJson`.
 *
 * @param json what `toJson` or `JSON.stringify` of a regularizer gave
 * @param options `registry`: regularizers of your own by the names that `toJson` was given
 * @throws InvalidOption if it is none, or an option is out of its range; it says where, and how many errors there are more
 * @example
 * ```ts
 * const text = JSON.stringify(elastic({ l1: 0.5 }))
 * String(regularizerFromJson(JSON.parse(text))) // elastic({ l1: 0.5, l2: 0.01 })
 * ```
 */
export const regularizerFromJson: FromJson<Regularizer> = fromJson(
  'regularizerFromJson',
  'a regularizer as plain data',
  trainingKinds,
  isRegularizer,
)

/**
 * The constraint that plain data describes: the inverse of `toJson`.
 *
 * @param json what `toJson` or `JSON.stringify` of a constraint gave
 * @param options `registry`: constraints of your own by the names that `toJson` was given
 * @throws InvalidOption if it is none, or an option is out of its range; it says where, and how many errors there are more
 * @example
 * ```ts
 * const text = JSON.stringify(limitNorm(3))
 * String(constraintFromJson(JSON.parse(text))) // limitNorm({ max: 3, min: 0, rate: 1 })
 * ```
 */
export const constraintFromJson: FromJson<Constraint> = fromJson(
  'constraintFromJson',
  'a constraint as plain data',
  trainingKinds,
  isConstraint,
)
