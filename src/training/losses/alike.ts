import { InvalidOption } from '../../core/errors.ts'
import type { Ops } from '../../core/ops.ts'
import { sharedShape, showShape } from '../../core/shape.ts'

/**
 * Checks that expected outputs have the shape of the predicted ones: they would broadcast otherwise, silently.
 *
 * @throws InvalidOption when they do not
 */
export const checkAlike = <T>(ops: Ops<T>, loss: string, expected: T, predicted: T): void => {
  const [given, wanted] = [ops.shape(expected), ops.shape(predicted)]
  if (sharedShape(given, wanted) === undefined)
    throw new InvalidOption({
      layer: loss,
      option: 'y',
      expected: `the shape of the network's output, ${showShape(wanted)}`,
      got: showShape(given),
      remedy: 'Reshape the expected outputs; class numbers become one-hot vectors first.',
    })
}

/** The mean over the last axis, that of features; of what has none, the values themselves. */
export const overFeatures = <T>(ops: Ops<T>, values: T): T => {
  const last = ops.shape(values).length - 1
  return last > 0 ? ops.mean(values, [last]) : values
}
