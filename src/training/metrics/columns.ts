import { sharedShape } from '../../base/shape.ts'
import type { Ops } from '../../ops/ops.ts'
import { checkAlike } from '../losses/alike.ts'
import { flattened, weightsFor } from './weights.ts'

/** Numbers that were expected and predicted, one column for each feature. */
export interface Columns<T> {
  /** `[n, columns]` */
  readonly expected: T
  readonly predicted: T
  /** Of each row, `[n, 1]`, or of each number. */
  readonly weights: T
}

/**
 * The last axis as columns, all others as rows; of one axis, a single column.
 *
 * @throws InvalidOption if there is not one target for each prediction, or the weights do not fit
 */
export const columnsOf = <T>(ops: Ops<T>, owner: string, expected: T, predicted: T, weights: T): Columns<T> => {
  checkAlike(ops, owner, expected, predicted)
  const shape = ops.shape(predicted)
  const columns = shape.length > 1 ? (shape.at(-1) as number) : 1
  const examples = shape.length > 1 ? shape.slice(0, -1) : shape
  const isPerNumber = columns > 1 && sharedShape(ops.shape(weights), shape) !== undefined
  return {
    expected: flattened(ops, expected, [columns]),
    predicted: flattened(ops, predicted, [columns]),
    weights: isPerNumber
      ? flattened(ops, weights, [columns])
      : flattened(ops, weightsFor(ops, owner, weights, examples), [1]),
  }
}
