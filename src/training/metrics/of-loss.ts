import { InvalidOption, show } from '../../base/errors.ts'
import { madeBy } from '../../plain/making.ts'
import { reading } from '../../state/given.ts'
import type { Loss } from '../loss.ts'
import { defineMetric, type Metric, type MetricRule } from '../metric.ts'
import { totalOf } from '../total.ts'
import { countedOf, meanOfSums, weigh } from '../weighting.ts'
import { meanOf } from './weights.ts'

/** Checks that a value is a loss, as a call from JavaScript may give anything. */
const asLoss = (value: unknown): Loss =>
  reading('metricOf', 'loss', () => {
    const isOne =
      ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
      (value as Partial<Loss>).kind === 'Loss' &&
      typeof (value as Partial<Loss>).forward === 'function'
    if (isOne) return value as Loss
    throw new InvalidOption({
      layer: 'metricOf',
      option: 'loss',
      expected: 'a loss',
      got: show(value),
      remedy: "For example: metricOf(mse, 'squares').",
    })
  })

/**
 * A loss as a metric: the weighted mean of the loss over examples (the sum, if that is its reduction), under its name.
 * `metrics` options take losses too, or their names.
 *
 * @throws InvalidOption if it is not a loss; when called, if the targets do not fit
 * @example
 * ```ts
 * metricOf(mse)([[1], [2]], [[1], [4]]) // 2
 * metricOf(mse, 'squares')([[1], [2]], [[1], [4]], { weights: [3, 1] }) // 1
 * ```
 */
export const metricOf = <const Name extends string = string>(given: Loss, name?: Name): Metric<Name, number> => {
  const loss = asLoss(given)
  const rule: MetricRule = {
    sums: (ops, expected, predicted, weights) => {
      const context = { x: [] }
      const losses = loss.forward(ops, expected, predicted, context)
      const shape = ops.shape(losses)
      const [batch = 1] = ops.shape(predicted)
      const total = totalOf(ops, weights)
      // A mean already, of as many examples.
      if (shape.length === 0) return [ops.multiply(losses, total), total]
      // What has the weight 0 may be anything.
      const mask = ops.subtract(ops.constant(1), ops.equal(weights, ops.constant(0)))
      const counts = loss.counts?.(ops, expected, predicted, context)
      const weighed = weigh(ops, loss, losses, expected, { weights, mask, counts })
      const reduction = loss.reduction === 'sum' ? 'sum' : 'weightedMean'
      const { sum, count } = countedOf(ops, reduction, weighed, batch ?? 1)
      return [sum, count === null ? ops.constant(1) : (count as typeof sum)]
    },
    finish:
      loss.reduction !== 'sum' && !loss.root
        ? meanOf
        : ([sum = 0, count = 0]) => meanOfSums(loss, sum, loss.reduction === 'sum' ? null : count),
  }
  // A loss has a name of its own, which its type does not tell.
  const metric = defineMetric(name ?? (loss.name as Name), rule, { better: 'lower' })
  return madeBy({ word: 'metric', name: 'metricOf', options: { loss, name: metric.name } }, metric)
}

/** Metrics of losses under their own names, one and the same for each, as programs are kept for metrics. */
const known = new WeakMap<Loss, Metric>()
export const metricOfLoss = (loss: Loss): Metric => {
  const metric = known.get(loss) ?? metricOf(loss)
  known.set(loss, metric)
  return metric
}
