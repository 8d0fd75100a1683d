import { InvalidOption } from '../../base/errors.ts'
import type { Called, Limit } from '../../base/limited-options.ts'
import { notNegative } from '../../base/options.ts'
import { sharedShape, showShape } from '../../base/shape.ts'
import type { Ops } from '../../ops/ops.ts'
import { type ConfigurableLoss, configurableLoss } from '../loss.ts'
import { complement } from './arithmetic.ts'
import { type Distance, distance, distanceBetween } from './distances.ts'

/** Options of {@link contrastive}. */
export interface ContrastiveOptions {
  /** From which distance on different examples are told apart. Default: 1. */
  readonly margin?: Limit<'notNegative'>
  /** How the distance of two embeddings is measured. Default: `'euclidean'`. */
  readonly distance?: Distance
}

/** The distances of pairs [batch, 2, features]; distances themselves, [batch] or [batch, 1], stay as they are. */
const distancesOf = <T>(ops: Ops<T>, loss: string, distance: Distance, predicted: T): T => {
  const shape = ops.shape(predicted)
  const [batch = null, pair, features = null] = shape
  if (shape.length === 3 && (pair === 2 || pair === null)) {
    const part = (i: number) => ops.reshape(ops.slice(predicted, [0, i, 0], [null, 1, null]), [batch, features])
    return distanceBetween(ops, distance, part(0), part(1))
  }
  if (shape.length === 1) return predicted
  if (shape.length === 2 && pair === 1) return ops.reshape(predicted, [batch])
  throw new InvalidOption({
    layer: loss,
    option: 'predicted',
    expected: 'pairs of embeddings [batch, 2, features], or distances [batch, 1]',
    got: showShape(shape),
    remedy: 'Reshape and concatenate both embeddings of a pair along axis 1.',
  })
}

const checkedLabels = <T>(ops: Ops<T>, loss: string, expected: T, distances: T): T => {
  const [given, wanted] = [ops.shape(expected), ops.shape(distances)]
  if (sharedShape(given, wanted) !== undefined || sharedShape(given, [...wanted, 1]) !== undefined)
    return ops.reshape(expected, wanted)
  throw new InvalidOption({
    layer: loss,
    option: 'y',
    expected: `one number for each pair, ${showShape(wanted)}: 1 for the same, 0 for different ones`,
    got: showShape(given),
    remedy: 'Give one number for each pair, not for each of its parts.',
  })
}

/**
 * `mean(y d² + (1 - y) max(margin - d, 0)²)` of the distance `d` of pairs, with `y` = 1 for pairs that belong together and 0
 * for others, which are pushed apart up to a margin (Hadsell et al. 2006).
 *
 * The network's output is pairs of embeddings [batch, 2, features], or their distances [batch, 1].
 *
 * @throws InvalidOption if an option is invalid; when called, if the outputs are neither, or there is not one number a
 *   pair
 * @example
 * ```ts
 * contrastive([1, 0], [[[0, 0], [3, 4]], [[0, 0], [0, 0.5]]]).dataSync()[0] // 12.625
 * contrastive([1, 0], [[5], [0.5]]).dataSync()[0] // 12.625
 * ```
 */
export const contrastive: ConfigurableLoss<
  ContrastiveOptions,
  unknown,
  Called<'contrastive', '{ margin: 1 }'>
> = configurableLoss(
  'contrastive',
  {
    margin: { codec: notNegative, default: 1 },
    distance: { codec: distance, default: 'euclidean' },
  },
  ({ margin, distance }, { name }) =>
    (ops, expected, predicted) => {
      const apart = distancesOf(ops, name, distance, predicted)
      const same = checkedLabels(ops, name, expected, apart)
      const missing = ops.relu(ops.subtract(ops.constant(margin), apart))
      return ops.add(ops.multiply(same, ops.square(apart)), ops.multiply(complement(ops, same), ops.square(missing)))
    },
)
