import * as joinery from '../../../../src/index.ts'
import type { Case } from '../../data.ts'
import { type Computation, type Engine, eager, tensorOf } from '../../engine.ts'
import { exported } from '../../translate.ts'
import { type Arr, broadcast, filled, range, reshaped, size } from '../array.ts'
import { close, toleranceOf } from '../close.ts'
import { fitting } from '../plan.ts'

// Metrics of some updates: their sums are added up, and read in the end.

/** What a metric is updated with. */
export interface Update {
  readonly expected: Arr
  readonly predicted: Arr
  readonly weights: Arr | undefined
}
/** Metrics of the same updates, whose values are one after another. */
export interface MetricPlan {
  readonly metrics: readonly joinery.Metric[]
  readonly updates: readonly Update[]
  readonly view?: (values: readonly number[]) => readonly number[]
}
/** A metric by name. */
export const make = (name: string, options: object = {}): joinery.Metric => exported(name)(options)
/** A loss by name, as a metric. */
export const ofLoss = (name: string, options: object = {}): joinery.Metric =>
  joinery.metricOf(exported(name)(options) as unknown as joinery.Loss)

/** Every element by itself, with weights for each. */
export const elements = (updates: readonly Update[]): readonly Update[] =>
  updates.map(({ expected, predicted, weights }) => {
    const { shape } = predicted
    const flat = (one: Arr): Arr => reshaped(broadcast(one, shape), [size(shape)])
    return {
      expected: flat(expected),
      predicted: flat(predicted),
      weights: weights && flat(elementWeights(weights, shape)),
    }
  })
/** Weights of examples stand along the first axes, where they are not of all. */
export const elementWeights = (weights: Arr, shape: readonly number[]): Arr => {
  if (weights.shape.length >= shape.length || weights.shape.length === 0) return weights
  return reshaped(weights, [...weights.shape, ...range(shape.length - weights.shape.length).map(() => 1)])
}

/** Weights of examples: a column is as good as a vector, a number is one for all. */
export const examples = (updates: readonly Update[]): readonly Update[] =>
  updates.map(({ expected, predicted, weights }) => {
    const batch = predicted.shape.slice(0, 1)
    if (!weights) return { expected, predicted, weights }
    if (weights.shape.length === 0) return { expected, predicted, weights: filled(batch, weights.data[0]) }
    const isColumn =
      weights.shape.length > 1 && weights.shape.length >= predicted.shape.length && weights.shape.at(-1) === 1
    return { expected, predicted, weights: isColumn ? reshaped(weights, weights.shape.slice(0, -1)) : weights }
  })

/** Metrics of updates. */
export const all = (updates: readonly Update[], ...metrics: readonly joinery.Metric[]): MetricPlan => ({
  updates,
  metrics,
})

/** What a metric's sums over all updates say. */
export const valueIn = async (metric: joinery.Metric, updates: readonly Update[], engine: Engine): Promise<unknown> => {
  let sums: readonly joinery.Sum[] | undefined
  for (const { expected, predicted, weights } of updates) {
    const own = weights ?? filled(predicted.shape.slice(0, 1), 1)
    fitting(expected, predicted, own)
    let ranks: readonly number[] = []
    const compute: Computation = <T>(ops: joinery.Ops<T>, ...inputs: readonly T[]) => {
      const [y, p, w] = inputs as readonly [T, T, T]
      const found = metric.sums(ops, y, p, w)
      ranks = found.map(sum => ops.shape(sum).length)
      return found
    }
    const found = await engine.compute(
      compute,
      [expected, predicted, own].map(({ data, shape }) => tensorOf(data, shape)),
    )
    const before = sums
    sums = found.map((numbers, i): joinery.Sum => {
      const added = Float64Array.from(numbers, (x, k) => x + numberOf(before?.[i], k))
      return ranks[i] === 0 ? (added[0] as number) : added
    })
  }
  return metric.finish(sums ?? [])
}
const numberOf = (sum: joinery.Sum | undefined, place: number): number =>
  sum === undefined ? 0 : typeof sum === 'number' ? sum : (sum[place] as number)

const flatten = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value as number]

/** Compares what metrics say: of sums, and of a call. */
export const checkMetricPlan = async (plan: MetricPlan, expected: Arr, one: Case, engine: Engine): Promise<void> => {
  const view = plan.view ?? (values => values)
  const values: number[] = []
  for (const metric of plan.metrics) values.push(...flatten(await valueIn(metric, plan.updates, engine)))
  close('value', view(values), expected.data, toleranceOf(one))
  if (engine !== eager || plan.updates.length !== 1) return
  const [{ expected: y, predicted, weights }] = plan.updates as readonly [Update]
  const called = plan.metrics.flatMap(metric =>
    flatten(
      metric(
        tensorOf(y.data, y.shape) as never,
        tensorOf(predicted.data, predicted.shape) as never,
        weights ? { weights: tensorOf(weights.data, weights.shape) as never } : {},
      ),
    ),
  )
  close('value by a call', view(called), expected.data, toleranceOf(one))
}
