import { InvalidOption } from '../../base/errors.ts'
import { type Shape, sharedShape, showShape } from '../../base/shape.ts'
import type { Ops } from '../../ops/ops.ts'
import { flattened, weightsFor } from './weights.ts'

// What was expected and predicted of classes. The shapes tell in which form: scores of classes along the last axis of the
// predictions, one probability for each example, or class numbers.

/**
 * The form of predictions: `scores` `[..., classes]`; `probability`, one for each example, `[...]` or `[..., 1]`; class
 * `numbers`, `[...]` or `[..., 1]`.
 */
export type Form = 'scores' | 'probability' | 'numbers'

/** The shapes of predictions and expectations, and what they mean. */
export interface Layout {
  readonly form: Form
  /** The axes of examples: one class each. */
  readonly examples: Shape
  readonly classes: number
  /** Whether class numbers are expected, rather than a number for each class. */
  readonly isNumbered: boolean
}

/** Whether a shape is that of examples, or has a last axis of one beside. */
const areExamples = (shape: Shape, examples: Shape): boolean =>
  sharedShape(shape, examples) !== undefined || sharedShape(shape, [...examples, 1]) !== undefined

const withoutColumn = (shape: Shape): Shape => (shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape)

/**
 * What the shapes say.
 *
 * @param classes how many classes there are, where the user said so: predictions without an axis of that length are class
 *   numbers then
 * @throws InvalidOption if there is not one target for each prediction
 */
export const layoutOf = (owner: string, expected: Shape, predicted: Shape, classes: number | null): Layout => {
  const last = predicted.length > 1 ? predicted.at(-1) : 1
  const isScored = classes === null ? last !== 1 : classes > 1 && last === classes && predicted.length > 1
  const examples = isScored ? predicted.slice(0, -1) : withoutColumn(predicted)
  const isOneHot = isScored && sharedShape(expected, predicted) !== undefined
  if (!isOneHot && !areExamples(expected, examples))
    throw new InvalidOption({
      layer: owner,
      option: 'y',
      expected: isScored
        ? `one-hot vectors ${showShape(predicted)}, or class numbers ${showShape(examples)}`
        : `one number for each prediction, ${showShape(predicted)}`,
      got: showShape(expected),
      remedy: 'Give one expectation for each prediction.',
    })
  if (isScored)
    return { form: 'scores', examples, classes: last ?? unknownClasses(owner, predicted), isNumbered: !isOneHot }
  return classes === null
    ? { form: 'probability', examples, classes: 2, isNumbered: false }
    : { form: 'numbers', examples, classes, isNumbered: true }
}

const unknownClasses = (owner: string, predicted: Shape): never => {
  throw new InvalidOption({
    layer: owner,
    option: 'predicted',
    expected: 'a last axis of known length, that of classes',
    got: showShape(predicted),
    remedy: 'Reshape the predictions, or give the option classes.',
  })
}

/**
 * What the shapes say of scores of several classes.
 *
 * @param isSparse whether class numbers have to be expected
 * @throws InvalidOption if the predictions are of one output, or there is not one expectation for each
 */
export const scoresOf = (owner: string, expected: Shape, predicted: Shape, isSparse = false): Layout => {
  const layout = layoutOf(owner, expected, predicted, null)
  if (layout.form !== 'scores')
    throw new InvalidOption({
      layer: owner,
      option: 'predicted',
      expected: 'scores of several classes, [..., classes]',
      got: showShape(predicted),
      remedy: 'Give the network an output for each class; for a single one use binaryAccuracy.',
    })
  if (isSparse && !layout.isNumbered)
    throw new InvalidOption({
      layer: owner,
      option: 'y',
      expected: `class numbers ${showShape(layout.examples)}`,
      got: showShape(expected),
      remedy: 'Give the number of each class, rather than one-hot vectors.',
    })
  return layout
}

/** The class numbers of examples, and their weights, each of the shape of the examples. */
export interface ClassNumbers<T> {
  readonly expected: T
  readonly predicted: T
  readonly weights: T
  readonly classes: number
  readonly form: Form
  /** Whether the expected numbers are the user's own, which may name no class. */
  readonly isNumbered: boolean
}

/** How class numbers are read. */
export interface ClassOptions {
  readonly classes: number | null
  /** What a probability has to exceed for class 1. */
  readonly threshold: number | null
  /** What is expected of examples that do not count. */
  readonly ignoreClass: number | null
}

/** The nearest class number, the lower one of two, by the truncation of indices; what is outside of all stays inside. */
const nearestClass = <T>(ops: Ops<T>, numbers: T, classes: number): T => {
  const descending = ops.constant(
    Float32Array.from({ length: classes }, (_, i) => classes - 1 - i),
    [classes],
  )
  const place = ops.subtract(ops.constant(classes - 0.5), numbers)
  const inside = ops.minimum(ops.maximum(place, ops.constant(0)), ops.constant(classes - 0.5))
  return ops.gather(descending, ops.where(ops.equal(numbers, numbers), inside, ops.constant(0)))
}

/** 1 where a class number is that of a class. */
export const areClasses = <T>(ops: Ops<T>, numbers: T, classes: number): T =>
  ops.multiply(ops.greater(numbers, ops.constant(-0.5)), ops.greater(ops.constant(classes - 0.5), numbers))

/** Weights that are 0 where a certain number is expected. */
export const ignoring = <T>(ops: Ops<T>, weights: T, expected: T, ignored: number | null): T =>
  ignored === null ? weights : ops.where(ops.equal(expected, ops.constant(ignored)), ops.constant(0), weights)

/**
 * The class numbers that were expected and predicted: of scores, the class of the largest one; of a probability, whether
 * it exceeds the threshold, 0.5 where there is none.
 *
 * @throws InvalidOption as {@link layoutOf}; when the weights do not fit
 */
export const classNumbers = <T>(
  ops: Ops<T>,
  owner: string,
  expected: T,
  predicted: T,
  weights: T,
  { classes, threshold, ignoreClass }: ClassOptions,
): ClassNumbers<T> => {
  const layout = layoutOf(owner, ops.shape(expected), ops.shape(predicted), classes)
  const { form, examples, isNumbered } = layout
  const flat = (x: T): T => ops.reshape(x, examples)
  const given = form === 'scores' && !isNumbered ? ops.argMax(expected) : flat(expected)
  const own = ignoring(ops, weightsFor(ops, owner, weights, examples), given, ignoreClass)
  const read = { weights: own, classes: layout.classes, form, isNumbered }
  if (form === 'scores') return { ...read, expected: given, predicted: ops.argMax(predicted) }
  if (form === 'numbers') return { ...read, expected: given, predicted: flat(predicted) }
  return {
    ...read,
    expected: ops.greater(given, ops.constant(0.5)),
    predicted: ops.greater(flat(predicted), ops.constant(threshold ?? 0.5)),
  }
}

/** 1 where the class that was predicted is the expected one. */
export const areHits = <T>(ops: Ops<T>, { expected, predicted, form }: ClassNumbers<T>): T => {
  // Those of scores and probabilities are whole; those of the user's own are as near as they are.
  if (form !== 'numbers') return ops.equal(predicted, expected)
  const half = ops.constant(0.5)
  const isAbove = ops.greater(predicted, ops.add(expected, half))
  return ops.subtract(ops.greater(predicted, ops.subtract(expected, half)), isAbove)
}

/**
 * Class numbers that name classes, as indices: those that do not, expected or predicted, have the weight 0.
 *
 * @returns each with one axis
 */
export const classIndices = <T>(ops: Ops<T>, numbers: ClassNumbers<T>): ClassNumbers<T> => {
  const { form, classes } = numbers
  const [expected, predicted, weights] = [numbers.expected, numbers.predicted, numbers.weights].map(x =>
    flattened(ops, x),
  ) as [T, T, T]
  if (!numbers.isNumbered) return { ...numbers, expected, predicted, weights }
  const isClass = areClasses(ops, expected, classes)
  const counts = form === 'scores' ? isClass : ops.multiply(isClass, areClasses(ops, predicted, classes))
  return {
    ...numbers,
    expected: ops.where(isClass, expected, ops.constant(0)),
    predicted: form === 'scores' ? predicted : nearestClass(ops, predicted, classes),
    weights: ops.where(counts, weights, ops.constant(0)),
  }
}
