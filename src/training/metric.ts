import type * as tf from '@tensorflow/tfjs-core'
import { InvalidOption, show } from '../base/errors.ts'
import type { Called, Given, OptionsFor } from '../base/limited-options.ts'
import { anything, codec, type Options, parseOptions, toldOptions } from '../base/options.ts'
import { type Shape, showShape } from '../base/shape.ts'
import { isList, isRecord, merged } from '../base/trees.ts'
import type { Ops } from '../ops/ops.ts'
import { madeBy } from '../plain/making.ts'
import { type TensorInput, toTensor } from '../state/data.ts'
import { described } from '../state/given.ts'
import { tfjsOps, tidily } from '../tfjs/index.ts'
import { callable, valued } from './callable.ts'
import { bothOf } from './compute.ts'
import { checkMade } from './loss.ts'
import { meanOf } from './metrics/weights.ts'
import { totalOf } from './total.ts'
import { checkPerExample, countedOf, weigh } from './weighting.ts'

/** What was added up over examples: a number for a scalar, the numbers in row-major order for anything else. */
export type Sum = number | Float64Array

/** The sums of a metric over examples, and its value for them. */
export interface MetricRule<Value = number, Sums = readonly number[]> {
  /**
   * Sums over the examples, tensors of any shapes, which are added up over batches.
   *
   * @param weights of each example, `[batch]`, or of each of its predictions, `[batch, ...]`; 1 where none were given
   */
  readonly sums: <T>(ops: Ops<T>, expected: T, predicted: T, weights: T) => readonly T[]
  /** The value for the sums of all examples: a number, or nested arrays of numbers. */
  readonly finish: (sums: Sums) => Value
}

/** The values of examples, `[batch, ...]`, whose mean a metric is; or the mean itself, a scalar. */
export type Comparison = <T>(ops: Ops<T>, expected: T, predicted: T) => T

/** Whether larger or smaller values of a metric are better. */
export type Better = 'higher' | 'lower'

/** How much examples count, in a call with values. */
export interface MetricWeighting {
  /** The weight of each example, `[batch]`, or of each of its predictions, `[batch, ...]`. */
  readonly weights?: TensorInput
}

/** A metric, reported beside the loss. Called with targets and predictions, it returns its value. */
export interface Metric<Name extends string = string, Value = unknown> {
  (expected: TensorInput, predicted: TensorInput, weighting?: MetricWeighting): Value
  readonly kind: 'Metric'
  readonly name: Name
  readonly sums: MetricRule['sums']
  readonly finish: (sums: readonly Sum[]) => Value
  /** Which values are better; `null` if unknown. */
  readonly better: Better | null
}

/** What all metrics take. */
export interface OwnName {
  /** What reports call it. */
  readonly name?: string
}
/** The name with the options `O`. */
export type NameWith<O, Name extends string> = 'name' extends keyof O
  ? O['name'] extends infer Own extends string
    ? Own
    : Name
  : Name

/** A metric, and a function of its options. */
export interface ConfigurableMetric<
  Name extends string,
  O extends object,
  Value = number,
  Example extends string = string,
> extends Metric<Name, Value> {
  (expected: TensorInput, predicted: TensorInput, weighting?: MetricWeighting): Value
  /** The same metric with other options, under another name where it is given one. */
  <const G>(options?: OptionsFor<O & OwnName, G, Called<Name, Example>>): Given<G, Metric<NameWith<G, Name>, Value>>
}

/**
 * Checks the sums of a metric, as a function of the user's may give anything.
 *
 * @throws InvalidOption that names the metric
 */
export const checkSums = <T>(ops: Ops<T>, name: string, sums: unknown): readonly T[] => {
  const fault = (got: string) =>
    new InvalidOption({
      layer: name,
      option: 'sums',
      expected: 'an array of tensors, made by the operations that the metric is given',
      got,
      remedy: 'For example: sums: (ops, expected, predicted, weights) => [ops.sum(weights, [0])].',
    })
  if (!isList(sums) || sums.length === 0) throw fault(described(sums))
  for (const sum of sums) if (!isTensorOf(ops, sum)) throw fault(`an array with ${described(sum)}`)
  return sums as readonly T[]
}

/** Whether a value is a tensor of an interpreter, as far as that shows. */
export const isTensorOf = <T>(ops: Ops<T>, value: unknown): boolean => {
  if (ops.isTensor !== undefined) return ops.isTensor(value)
  return typeof value === 'object' && value !== null && isList(ops.shape(value as T))
}

/** Weights of 1 for each example. */
export const ones = <T>(ops: Ops<T>, predicted: T): T => ops.broadcast(ops.constant(1), batchOf(ops.shape(predicted)))
const batchOf = (shape: Shape): Shape => shape.slice(0, 1)

const sumsOf = (value: tf.Tensor): Sum =>
  value.rank === 0 ? (value.dataSync()[0] as number) : Float64Array.from(value.dataSync())

const evaluate = <Value>(
  { name, sums, finish }: Pick<Metric<string, Value>, 'name' | 'sums' | 'finish'>,
  expected: unknown,
  predicted: unknown,
  given: unknown,
): Value => {
  const { weights } = parseOptions<{ readonly weights: unknown }>(
    name,
    `${name}(expected, predicted, { weights: [1, 2] })`,
    { weights: { codec: anything, default: null } },
    given,
  )
  const found = tidily((): readonly Sum[] => {
    const both = bothOf(name, expected, predicted)
    const own = weights === null ? ones(tfjsOps, both[1]) : toTensor(weights)
    checkWeights(name, own.shape, both[1].shape)
    return checkSums(tfjsOps, name, sums(tfjsOps, ...both, own)).map(sumsOf)
  })
  return finish(found)
}

/** @throws InvalidOption if there is not one weight for each example */
export const checkWeights = (name: string, weights: Shape, predicted: Shape): void => {
  if (weights.length > 0 && weights.length <= predicted.length && weights.every((d, i) => d === predicted[i])) return
  throw new InvalidOption({
    layer: name,
    option: 'weights',
    expected: `weights of shape ${showShape(predicted.slice(0, 1))}`,
    got: showShape(weights),
    remedy: 'Give one for each example.',
  })
}

/** The mean of values of examples, as sums. */
const meanRule = (name: string, forward: Comparison): MetricRule => ({
  sums: (ops, expected, predicted, weights) => {
    const values: unknown = forward(ops, expected, predicted)
    const shape = isTensorOf(ops, values) ? ops.shape(values as typeof expected) : undefined
    const [batch] = ops.shape(predicted)
    checkPerExample('metric', name, values, shape, batch)
    const own = values as typeof expected
    if (shape?.length === 0) {
      const total = totalOf(ops, weights)
      return [ops.multiply(own, total), total]
    }
    const weighed = weigh(ops, { name, classWeights: null }, own, expected, { weights })
    const { sum, count } = countedOf(ops, 'weightedMean', weighed, batch ?? 1)
    return [sum, count as typeof expected]
  },
  finish: meanOf,
})

const metricOf = <Name extends string, Value>(
  name: Name,
  { sums, finish }: MetricRule<Value, never>,
  better: Better | null,
  configure: ((options: object) => Metric<string, Value>) | undefined,
  shown: string,
): Metric<Name, Value> => {
  const parts = { sums, finish: finish as (sums: readonly Sum[]) => Value, better }
  const call = callable(name, configure, (expected, predicted, weighting) =>
    evaluate({ name, ...parts }, expected, predicted, weighting),
  )
  return valued(call, { kind: 'Metric', name, ...parts }, shown) as unknown as Metric<Name, Value>
}

/**
 * Makes a metric of your own, from sums over examples that are added up over batches.
 *
 * @param name as reports have it; not `loss`, which is theirs already
 * @param rule `{ sums, finish }`; or a function that returns a value for each example, `[batch, ...]`; the metric is
 *   their mean
 * @param options `better`: whether `'higher'` or `'lower'` values are better, for `earlyStopping`, `report` and the like
 * @throws InvalidOption if the name is not a string or is taken, or the rule has no functions; when called, if `sums`
 *   does not return tensors
 * @example
 * ```ts
 * const bias = defineMetric('bias', (ops, expected, predicted) => ops.subtract(predicted, expected))
 * bias([[1], [2]], [[2], [4]]) // 1.5
 * const positives = defineMetric('positives', {
 *   sums: (ops, expected) => [ops.sum(expected, [0, 1])],
 *   finish: ([count = 0]) => count,
 * })
 * positives([[1], [0], [1]], [[0], [0], [0]]) // 2
 * ```
 */
export const defineMetric = <const Name extends string, Value = number, Sums = readonly number[]>(
  name: Name,
  rule: MetricRule<Value, Sums> | Comparison,
  options: { readonly better?: Better } = {},
): Metric<Name, Value> => {
  const example = "defineMetric('bias', (ops, expected, predicted) => ops.subtract(predicted, expected))"
  const given: unknown = rule
  const isRule = isRecord(given)
  checkMade('defineMetric', name, isRule ? 'sums' : 'rule', isRule ? given.sums : given, example)
  if (isRule) checkMade('defineMetric', name, 'finish', given.finish, example)
  checkNames('defineMetric', 'name', [name])
  const { better } = parseOptions(
    'defineMetric',
    `defineMetric('bias', rule, { better: 'lower' })`,
    definition,
    options,
  )
  const full = isRule ? merged(given) : meanRule(name, rule as Comparison)
  return metricOf(name, full as unknown as MetricRule<Value, never>, better, undefined, name)
}
const definition: Options<{ readonly better: Better | null }> = {
  better: {
    codec: codec<Better | null>("'higher' or 'lower'", value =>
      value === 'higher' || value === 'lower' || value === null ? value : undefined,
    ),
    default: null,
  },
}

/**
 * Makes a metric that has options, and is a value with their defaults.
 *
 * @param options how its own options are read
 * @param make the rule for options in their normal form
 * @param better which values are better; `null` for what is no number
 */
export const configurableMetric = <
  const Name extends string,
  O extends object,
  Normal extends object,
  Value = number,
  Sums = readonly number[],
>(
  name: Name,
  options: Options<Normal>,
  make: (normal: Normal & { readonly name: string }) => MetricRule<Value, Sums> | Comparison,
  better: Better | null,
): ConfigurableMetric<Name, O, Value> => {
  const [option, { default: standard }] = Object.entries<{ readonly default?: unknown }>(options).find(
    ([, one]) => one.default !== undefined && one.default !== null,
  ) ?? ['name', { default: name }]
  type Named = Normal & { readonly name: string }
  const configured = (given: object): Metric<string, Value> => {
    const all = { name: { codec: metricName, default: name }, ...options } as Options<Named>
    const read = parseOptions<Named>(name, `${name}({ ${option}: ${show(standard)} })`, all, given)
    const rule = make(read)
    const full = typeof rule === 'function' ? meanRule(read.name, rule) : rule
    const told = toldOptions(all, read)
    const shown = told === '' ? name : `${name}(${told})`
    const metric = metricOf(read.name, full as unknown as MetricRule<Value, never>, better, configured, shown)
    return madeBy({ word: 'metric', name, options: read as Readonly<Record<string, unknown>> }, metric)
  }
  return configured({}) as ConfigurableMetric<Name, O, Value>
}

const metricName = codec<string>('a name of its own', value =>
  typeof value === 'string' && value !== '' && value !== 'loss' ? value : undefined,
)

/** What a loss or metric is called in a history where it was measured on validation examples. */
export const validationName = (name: string): string => `validation${name.charAt(0).toUpperCase()}${name.slice(1)}`

/**
 * Checks that reports and histories can tell metrics from each other and from the loss.
 *
 * @throws InvalidOption if two results would have one name
 */
export const checkNames = (owner: string, option: string, metrics: readonly string[]): void => {
  const names = ['loss', ...metrics]
  const seen = new Set<string>()
  const twice = [...names, ...names.map(validationName)].find(name => seen.size === seen.add(name).size)
  if (twice === undefined) return
  throw new InvalidOption({
    layer: owner,
    option,
    expected: 'a different name for every metric',
    got: `'${twice}' twice`,
    remedy: "Rename one of them; 'loss' and 'validationLoss' are those of the loss.",
  })
}
