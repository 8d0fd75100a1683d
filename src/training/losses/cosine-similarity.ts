import type { Called, Limit } from '../../base/limited-options.ts'
import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { checkAlike } from './alike.ts'
import { directionOf } from './distances.ts'
import { axisOf, withLast } from './features.ts'
import { axis } from './options.ts'

/** Options of {@link cosineSimilarity}. */
export interface CosineSimilarityOptions {
  /** The axis of the vectors' features. Default: -1. */
  readonly axis?: Limit<'integer'>
}

/**
 * `-mean(cos(expected, predicted))`: -1 of vectors in the same direction, 1 of opposite ones, 0 where one of them is 0.
 *
 * @throws InvalidOption if there is no such axis; when called, if the shapes differ
 * @example
 * ```ts
 * cosineSimilarity([[1, 0]], [[3, 4]]).dataSync()[0] // -0.600…
 * ```
 */
export const cosineSimilarity: ConfigurableLoss<
  CosineSimilarityOptions,
  'outputs',
  Called<'cosineSimilarity', '{ axis: -1 }'>
> = configurableLoss(
  'cosineSimilarity',
  { axis: { codec: axis, default: -1 } },
  ({ axis }, { name }) =>
    (ops, expected, predicted) => {
      checkAlike(ops, name, expected, predicted)
      const at = axisOf(ops, name, predicted, axis)
      const [a, b] = [expected, predicted].map(x => directionOf(ops, withLast(ops, x, at)))
      const cosines = ops.multiply(a as typeof expected, b as typeof expected)
      return ops.negative(ops.sum(cosines, [ops.shape(cosines).length - 1]))
    },
)
