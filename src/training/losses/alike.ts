import { InvalidOption } from '../../base/errors.ts'
import { type Shape, sharedShape, showShape } from '../../base/shape.ts'
import type { Ops } from '../../ops/ops.ts'
import { alike } from './words.ts'

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
    wants = alike.outputs,
    remedy,
  }: { readonly wants?: string; readonly remedy?: (given: Shape, wanted: Shape) => string } = {},
): void => {
  const [given, wanted] = [ops.shape(expected), ops.shape(predicted)]
  if (sharedShape(given, wanted) !== undefined) return
  throw new InvalidOption({
    layer: loss,
    option: 'y',
    expected: `${wants} ${alike.shape}, ${showShape(wanted)}`,
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
  wanted.at(-1) === 1 && sharedShape(given, wanted.slice(0, -1)) !== undefined ? alike.each : alike.reshape
