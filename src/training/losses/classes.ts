import { InvalidOption } from '../../base/errors.ts'
import { type Shape, showShape } from '../../base/shape.ts'
import { countUp } from '../../ops/counting.ts'
import type { Ops } from '../../ops/ops.ts'
import { checkAlike, isOneForEach } from './alike.ts'
import { plus, times } from './arithmetic.ts'
import { axisOf, withLast } from './features.ts'
import { alike, classNumbers } from './words.ts'

// Classes as a loss is told them: vectors of probabilities, one-hot as a rule, or the number of the class.

/** Distributes a fraction of each probability uniformly over all classes (Szegedy et al. 2016). */
export const smoothed = <T>(ops: Ops<T>, expected: T, smoothing: number, classes: number): T =>
  smoothing === 0 ? expected : plus(ops, times(ops, expected, 1 - smoothing), smoothing / classes)

/** How many classes the last axis has; a number that is not known yet makes no constants. */
export const classesOf = <T>(ops: Ops<T>, loss: string, predicted: T): number => {
  const shape = ops.shape(predicted)
  const classes = shape.at(-1)
  if (typeof classes === 'number' && classes > 0) return classes
  throw new InvalidOption({
    layer: loss,
    option: 'predicted',
    expected: 'outputs whose number of classes is known',
    got: showShape(shape),
    remedy: 'End the network in a layer with units, such as Softmax(10).',
  })
}

/**
 * Expected and predicted probabilities with the classes as the last axis.
 *
 * @throws InvalidOption if their shapes differ
 */
export const asVectors = <T>(
  ops: Ops<T>,
  loss: string,
  expected: T,
  predicted: T,
  axis: number,
): readonly [expected: T, predicted: T] => {
  checkAlike(ops, loss, expected, predicted, {
    wants: alike.vectors,
    remedy: (given, wanted) => (isOneForEach(given, wanted) ? alike.numbers : alike.vector),
  })
  const at = axisOf(ops, loss, predicted, axis)
  return [withLast(ops, expected, at), withLast(ops, predicted, at)]
}

const numbersFault = (loss: string, given: Shape, wanted: Shape, isAlike: boolean): InvalidOption =>
  new InvalidOption({
    layer: loss,
    option: 'y',
    expected: `${classNumbers.expected}: ${showShape(wanted.slice(0, -1))}`,
    got: showShape(given),
    remedy: isAlike ? classNumbers.oneHot : classNumbers.number,
  })

/**
 * Expected class numbers [...], and predicted probabilities [..., classes] with the classes as the last axis.
 *
 * @throws InvalidOption if there is not one number for each prediction, or only one class
 */
export const asNumbers = <T>(
  ops: Ops<T>,
  loss: string,
  expected: T,
  predicted: T,
  axis: number,
): readonly [expected: T, predicted: T] => {
  const vectors = withLast(ops, predicted, axisOf(ops, loss, predicted, axis))
  const [given, wanted] = [ops.shape(expected), ops.shape(vectors)]
  if (wanted.at(-1) === 1)
    throw new InvalidOption({
      layer: loss,
      option: 'predicted',
      expected: 'probabilities of two classes or more',
      got: showShape(wanted),
      remedy: 'For one probability, of yes, use binaryCrossentropy.',
    })
  if (!isOneForEach(given, wanted))
    throw numbersFault(loss, given, wanted, given.length === wanted.length && given.at(-1) !== 1)
  return [ops.reshape(expected, wanted.slice(0, -1)), vectors]
}

/** One-hot vectors [..., classes] of class numbers [...]; zeros for what is no number of a class. */
export const oneHotOf = <T>(ops: Ops<T>, numbers: T, classes: number): T =>
  ops.equal(ops.reshape(numbers, [...ops.shape(numbers), 1]), countUp(ops, classes))

/** NaN in place of what depends on a class number that no class has. */
export const knownOnly = <T>(ops: Ops<T>, isKnown: T, x: T): T => ops.where(isKnown, x, ops.constant(Number.NaN))
