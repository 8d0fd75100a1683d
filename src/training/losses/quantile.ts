import { InvalidOption } from '../../base/errors.ts'
import type { Called, Limit, Numbers } from '../../base/limited-options.ts'
import { codec } from '../../base/options.ts'
import { showShape } from '../../base/shape.ts'
import { isShortList } from '../../base/trees.ts'
import type { Ops } from '../../ops/ops.ts'
import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { checkAlike, isOneForEach } from './alike.ts'
import { meanOfFeatures } from './features.ts'

const expectedQuantiles = 'a number between 0 and 1, or a list of them'
/** Options of {@link quantile}. */
export interface QuantileOptions {
  /** Which quantile is predicted, between 0 and 1, or a list: one for each feature of the output. Default: 0.5, the median. */
  readonly quantile?: Limit<'inside', typeof expectedQuantiles> | Numbers<'inside', typeof expectedQuantiles>
}

const isQuantile = (value: unknown): value is number => typeof value === 'number' && value > 0 && value < 1

const quantiles = codec<number | readonly number[]>(expectedQuantiles, value => {
  if (isQuantile(value)) return value
  return isShortList(value) && value.length > 0 && [...value].every(isQuantile)
    ? Object.freeze([...(value as readonly number[])])
    : undefined
})

/** The quantiles as a tensor that broadcasts over predictions. */
const factorsOf = <T>(ops: Ops<T>, loss: string, quantile: number | readonly number[], predicted: T): T => {
  if (typeof quantile === 'number') return ops.constant(quantile)
  const shape = ops.shape(predicted)
  if (shape.length < 2 || shape.at(-1) !== quantile.length)
    throw new InvalidOption({
      layer: loss,
      option: 'predicted',
      expected: `${quantile.length} features, one for each quantile`,
      got: showShape(shape),
      remedy: `End the network in Linear(${quantile.length}).`,
    })
  return ops.constant(Float32Array.from(quantile), [quantile.length])
}

/**
 * The pinball loss, `mean(max(q e, (q - 1) e))` of `e = expected - predicted`, which is minimized by the quantile `q`
 * of the targets (Koenker and Bassett 1978). The median, 0.5, gives half the mean absolute error.
 *
 * With a list of quantiles, each feature of the output predicts its own, and `expected` may have a single one for all.
 *
 * @throws InvalidOption if a quantile is not between 0 and 1; when called, if there are not as many features as
 *   quantiles
 * @example
 * ```ts
 * quantile({ quantile: 0.9 })([[10]], [[8]]).dataSync()[0] // 1.799…
 * quantile({ quantile: [0.1, 0.9] })([[10]], [[8, 12]]).dataSync()[0] // 0.200…
 * ```
 */
export const quantile: ConfigurableLoss<
  QuantileOptions,
  unknown,
  Called<'quantile', '{ quantile: 0.5 }'>
> = configurableLoss(
  'quantile',
  { quantile: { codec: quantiles, default: 0.5 } },
  ({ quantile }, { name }) =>
    (ops, expected, predicted) => {
      const factors = factorsOf(ops, name, quantile, predicted)
      const [given, wanted] = [ops.shape(expected), ops.shape(predicted)]
      const isShared = typeof quantile !== 'number' && given.at(-1) === 1 && isOneForEach(given, wanted)
      if (!isShared) checkAlike(ops, name, expected, predicted)
      const error = ops.subtract(expected, predicted)
      // max(q e, (q - 1) e) = q e + max(-e, 0)
      return meanOfFeatures(ops, ops.add(ops.multiply(factors, error), ops.relu(ops.negative(error))))
    },
)
