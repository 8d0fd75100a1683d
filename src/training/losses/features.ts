import { InvalidOption } from '../../core/errors.ts'
import type { Ops } from '../../core/ops.ts'
import { fromStart, type Shape, sharedShape, showShape } from '../../core/shape.ts'

// What is expected and what is predicted, side by side: their shapes, and the axis that a loss is about.

/**
 * Checks that expected outputs have the shape of the predicted ones: they would broadcast otherwise, silently.
 *
 * @param wants what the loss takes, beside the shape
 * @throws InvalidOption if they do not
 */
export const checkAlike = <T>(
  ops: Ops<T>,
  loss: string,
  expected: T,
  predicted: T,
  {
    wants = 'outputs',
    remedy,
  }: { readonly wants?: string; readonly remedy?: (given: Shape, wanted: Shape) => string } = {},
): void => {
  const [given, wanted] = [ops.shape(expected), ops.shape(predicted)]
  if (sharedShape(given, wanted) !== undefined) return
  throw new InvalidOption({
    layer: loss,
    option: 'y',
    expected: `${wants} of the shape of the network's output, ${showShape(wanted)}`,
    got: showShape(given),
    remedy: remedy?.(given, wanted) ?? remedyFor(given, wanted),
  })
}

/** Whether a shape is that of one number for each of the vectors of another: [batch], or [batch, 1], for [batch, classes]. */
export const isOneForEach = (given: Shape, wanted: Shape): boolean => {
  const leading = wanted.slice(0, -1)
  if (wanted.length === 0) return false
  return sharedShape(given, leading) !== undefined || sharedShape(given, [...leading, 1]) !== undefined
}

const remedyFor = (given: Shape, wanted: Shape): string =>
  wanted.at(-1) === 1 && sharedShape(given, wanted.slice(0, -1)) !== undefined
    ? 'Give each example an array of its own number, as in [[0], [1]].'
    : 'Reshape the expected outputs; class numbers become one-hot vectors by oneHot.'

/** The mean over the features of each example, its last axis; vectors [batch] have one feature. */
export const meanOfFeatures = <T>(ops: Ops<T>, x: T): T => {
  const { length } = ops.shape(x)
  return length < 2 ? x : ops.mean(x, [length - 1])
}

/**
 * The place of an axis.
 *
 * @throws InvalidOption if there is none
 */
export const axisOf = <T>(ops: Ops<T>, loss: string, x: T, axis: number): number => {
  const shape = ops.shape(x)
  const at = fromStart(axis, shape.length)
  if (at >= 0 && at < shape.length) return at
  throw new InvalidOption({
    layer: loss,
    option: 'axis',
    expected: `an axis of the network's output, ${showShape(shape)}`,
    got: String(axis),
    remedy: 'Axes are counted from 0 on, which is the batch, or from the end with -1.',
  })
}

/** The same tensor with an axis as its last. */
export const withLast = <T>(ops: Ops<T>, x: T, axis: number): T => {
  const { length } = ops.shape(x)
  if (axis === length - 1) return x
  const others = Array.from({ length }, (_, i) => i).filter(i => i !== axis)
  return ops.transpose(x, [...others, axis])
}

/** The square root, whose derivative at 0 is 0 instead of infinite. */
export const rootOf = <T>(ops: Ops<T>, x: T): T => {
  const isPositive = ops.greater(x, ops.constant(0))
  return ops.multiply(isPositive, ops.sqrt(ops.where(isPositive, x, ops.constant(1))))
}

export const plus = <T>(ops: Ops<T>, x: T, addend: number): T => (addend === 0 ? x : ops.add(x, ops.constant(addend)))
export const times = <T>(ops: Ops<T>, x: T, factor: number): T =>
  factor === 1 ? x : ops.multiply(x, ops.constant(factor))
/** `1 - x` */
export const complement = <T>(ops: Ops<T>, x: T): T => ops.subtract(ops.constant(1), x)
