import { InvalidOption, show } from '../base/errors.ts'
import { fromStart, type Shape, showShape } from '../base/shape.ts'
import type { Attributes, Operation } from './operations.ts'

// Attributes in their normal form: axes and beginnings that are negative are counted from the end, and what does not exist
// is refused, whatever interprets the operation.

const refuse = (
  operation: string,
  option: string,
  expected: string,
  got: string,
  remedy = 'Axes are counted from 0, or from the end with -1.',
): never => {
  throw new InvalidOption({
    layer: operation,
    option,
    expected,
    got,
    remedy,
  })
}

const axisOf = (operation: string, shape: Shape, axis: unknown): number => {
  const rank = shape.length
  if (!Number.isInteger(axis) || (axis as number) < -rank || (axis as number) >= rank)
    return refuse(
      operation,
      'axis',
      rank === 0 ? 'no axis of a scalar' : `an axis of ${showShape(shape)}, from ${-rank} to ${rank - 1}`,
      show(axis),
    )
  return fromStart(axis as number, rank)
}

const isNormal = (axes: readonly number[], rank: number): boolean =>
  Array.isArray(axes) &&
  axes.every((axis, i) => Number.isInteger(axis) && axis >= 0 && axis < rank && axes.indexOf(axis) === i)

const axesOf = (operation: string, shape: Shape, axes: readonly number[]): readonly number[] => {
  if (isNormal(axes, shape.length)) return axes
  if (!Array.isArray(axes)) return refuse(operation, 'axes', 'an array of axes', show(axes))
  const found = axes.map(axis => axisOf(operation, shape, axis))
  return new Set(found).size === found.length
    ? found
    : refuse(operation, 'axes', `axes of ${showShape(shape)}, each once`, show(axes))
}

const permutationOf = (shape: Shape, axes: readonly number[]): readonly number[] => {
  const found = axesOf('transpose', shape, axes)
  return found.length === shape.length
    ? found
    : refuse('transpose', 'permutation', `every axis of ${showShape(shape)} once`, show(axes))
}

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0

/** Where a slice begins and how long it is, along one axis. */
const span = (shape: Shape, axis: number, begin: unknown, size: unknown): readonly [number, number | null] => {
  const d = shape[axis] ?? null
  const place = `axis ${axis} of ${showShape(shape)}`
  const from = d !== null && Number.isInteger(begin) ? fromStart(begin as number, d) : begin
  if (!isCount(from) || (d !== null && (from as number) > d))
    return refuse('slice', 'begin', `a place on ${place}`, show(begin))
  // As -1, tfjs says all that is left.
  if (size === null || size === -1) return [from as number, null]
  if (!isCount(size) || (d !== null && (from as number) + (size as number) > d))
    return refuse(
      'slice',
      'size',
      `at most ${d === null ? 'all' : d - (from as number)} elements from ${from} on, on ${place}`,
      show(size),
    )
  return [from as number, size as number]
}

const bounds = (
  shape: Shape,
  begin: readonly number[],
  size: readonly (number | null)[],
): readonly [begin: readonly number[], size: readonly (number | null)[]] => {
  for (const [option, given] of [['begin', begin] as const, ['size', size] as const])
    if (!Array.isArray(given) || given.length > shape.length)
      return refuse('slice', option, `a number for each axis of ${showShape(shape)}`, show(given))
  const spans = shape.map((_, axis) => span(shape, axis, begin[axis] ?? 0, size[axis] ?? null))
  return [spans.map(([from]) => from), spans.map(([, length]) => length)]
}

const dimensionsOf = (operation: string, shape: Shape, open: boolean): Shape => {
  if (!Array.isArray(shape)) return refuse(operation, 'shape', 'an array of dimensions', show(shape))
  if (shape.every(d => d === null || isCount(d))) return shape
  // As -1, tfjs says the one that is left.
  const found = open ? shape.map(d => (d === -1 ? null : d)) : shape
  return found.every(d => d === null || isCount(d))
    ? found
    : refuse(operation, 'shape', 'dimensions that are integers >= 0', show(shape))
}

type Normal = { readonly [O in Operation]?: (shape: Shape, ...attributes: Attributes[O]) => Attributes[O] }

const along =
  (operation: 'sum' | 'mean' | 'max') =>
  (shape: Shape, axes: readonly number[], keepDimensions = false): Attributes['sum'] => [
    axesOf(operation, shape, axes),
    keepDimensions,
  ]
const last =
  (operation: 'argMax' | 'softmax' | 'logSoftmax') =>
  (shape: Shape): readonly [] => {
    axisOf(operation, shape, -1)
    return []
  }

const normal: Normal = {
  sum: along('sum'),
  mean: along('mean'),
  max: along('max'),
  argMax: last('argMax'),
  softmax: last('softmax'),
  logSoftmax: last('logSoftmax'),
  reshape: (_, shape) => [dimensionsOf('reshape', shape, true)],
  broadcast: (_, shape) => [dimensionsOf('broadcast', shape, false)],
  transpose: (shape, permutation) => [permutationOf(shape, permutation)],
  concatenate: (shape, axis) => [axisOf('concatenate', shape, axis)],
  slice: bounds,
  reverse: (shape, axes) => [axesOf('reverse', shape, axes)],
  pad: (shape, margins) => {
    if (!Array.isArray(margins) || margins.length !== shape.length)
      return refuse('pad', 'margins', `[before, after] for each axis of ${showShape(shape)}`, show(margins))
    // Kernels make different things of negative ones, or read what is not theirs.
    if (!margins.every(margin => Array.isArray(margin) && margin.length === 2 && margin.every(isCount)))
      return refuse('pad', 'margins', 'whole numbers of zeros, 0 or more', show(margins), 'Cut off with slice.')
    return [margins]
  },
}

/**
 * The attributes of an operation in their normal form.
 *
 * @param shape of the first tensor that it takes
 * @throws InvalidOption that names the operation, the axis and the shape where there is no such axis or element
 */
export const normalAttributes = <O extends Operation>(
  operation: O,
  shape: Shape,
  attributes: Attributes[O],
): Attributes[O] => {
  const rule = normal[operation] as ((shape: Shape, ...attributes: Attributes[O]) => Attributes[O]) | undefined
  return rule === undefined ? attributes : rule(shape, ...attributes)
}
