import { InvalidOption } from '../../base/errors.ts'
import { sharedShape } from '../../base/shape.ts'
import type { Ops } from '../../ops/ops.ts'
import { oneHotOf } from '../losses/classes.ts'
import { ignoring, layoutOf } from './classes.ts'
import { flattened, weightsFor } from './weights.ts'

// What was expected and predicted of labels, each yes or no by itself: the one label of a network with one output, or one
// for each class.

/** Labels of examples, `[n, labels]`. */
export interface Labels<T> {
  /** 1 where a label was expected, 0 elsewhere. */
  readonly expected: T
  /** The scores. */
  readonly predicted: T
  /** Of each label, or of each example, `[n, 1]`. */
  readonly weights: T
  readonly labels: number
}

/**
 * The labels of examples: of `[...]` and `[..., 1]` one, of `[..., labels]` as many. `expected` has 0 or 1 for each, or a
 * class number for each example.
 *
 * @throws InvalidOption if they or the weights do not fit
 */
export const labelsOf = <T>(
  ops: Ops<T>,
  owner: string,
  expected: T,
  predicted: T,
  weights: T,
  ignoreClass: number | null,
): Labels<T> => {
  const shape = ops.shape(predicted)
  const { form, examples, classes, isNumbered } = layoutOf(owner, ops.shape(expected), shape, null)
  const labels = form === 'scores' ? classes : 1
  const isPerLabel = labels > 1 && !isNumbered && sharedShape(ops.shape(weights), shape) !== undefined
  const own = isPerLabel
    ? flattened(ops, weights, [labels])
    : flattened(ops, weightsFor(ops, owner, weights, examples), [1])
  const given = flattened(ops, expected, [isNumbered ? 1 : labels])
  return {
    expected: isNumbered ? oneHotOf(ops, flattened(ops, expected), labels) : ops.greater(given, ops.constant(0.5)),
    predicted: flattened(ops, predicted, [labels]),
    // An answer that does not count leaves its label out, a class number its example.
    weights: ignoring(ops, own, given, ignoreClass),
    labels,
  }
}

/** @throws InvalidOption if a class is asked for that there is not */
export const checkOnly = (owner: string, only: readonly number[] | null, labels: number): void => {
  const missing = only?.find(label => label >= labels)
  if (missing !== undefined)
    throw new InvalidOption({
      layer: owner,
      option: 'only',
      expected: `class numbers from 0 to ${labels - 1}`,
      got: String(missing),
      remedy: 'Name classes that the predictions have.',
    })
}
