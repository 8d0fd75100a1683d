import { InvalidOption } from '../../core/errors.ts'
import { sharedShape, showShape } from '../../core/shape.ts'
import { defineMetric, type Metric } from '../metric.ts'

/**
 * The part of examples whose most probable class is the expected one. `expected` is one-hot, or a class number for each
 * example. Of a network with one output for each example, a probability, the class is whether it exceeds 0.5.
 *
 * @throws InvalidOption when there is not one expectation for each prediction
 * @example
 * ```ts
 * accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]) // 0.5
 * accuracy([[1], [0]], [[0.9], [0.2]]) // 1
 * ```
 */
export const accuracy: Metric<'accuracy', number> = defineMetric('accuracy', (ops, expected, predicted) => {
  const [given, from] = [ops.shape(expected), ops.shape(predicted)]
  const classOf = (x: typeof predicted) =>
    ops.shape(x).at(-1) === 1
      ? ops.reshape(ops.greater(x, ops.constant(0.5)), ops.shape(x).slice(0, -1))
      : ops.argMax(x)
  const isNumbered = sharedShape(given, from) === undefined
  if (
    isNumbered &&
    sharedShape(given, from.slice(0, -1)) === undefined &&
    sharedShape(given, [...from.slice(0, -1), 1]) === undefined
  )
    throw new InvalidOption({
      layer: 'accuracy',
      option: 'y',
      expected: `one-hot vectors ${showShape(from)}, or class numbers ${showShape(from.slice(0, -1))}`,
      got: showShape(given),
      remedy: 'Give one expectation for each prediction.',
    })
  const guesses = classOf(predicted)
  const classes = isNumbered ? ops.reshape(expected, ops.shape(guesses)) : classOf(expected)
  return ops.equal(guesses, classes)
})
