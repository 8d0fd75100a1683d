import { InvalidOption } from '../../base/errors.ts'
import { fromStart, showShape } from '../../base/shape.ts'
import type { Ops } from '../../ops/ops.ts'

// The axis that a loss is about: of features, of which the mean is taken, or of classes.

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
