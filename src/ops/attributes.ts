import { InvalidOption, LayerConnectionError, show } from '../base/errors.ts'
import { fromStart, type Shape, showFlow, showShape } from '../base/shape.ts'
import type { Margin } from './ops.ts'

// Normalizes and checks attributes, for every interpreter: negative axes and positions count from the end, axes that do
// not exist are refused. Each function gets the operation, the shape of its first tensor, and its attributes.

/** Refuses an attribute. */
export const refuse = (
  operation: string,
  option: string,
  expected: string,
  got: string,
  remedy = 'Axes are counted from 0, or from the end with -1.',
): never => {
  throw new InvalidOption({ layer: operation, option, expected, got, remedy })
}

/**
 * An axis of a shape, from the start.
 *
 * @param option what messages call it
 */
export const axisOf = (operation: string, shape: Shape, axis: unknown, option = 'axis'): number => {
  const rank = shape.length
  if (!Number.isInteger(axis) || (axis as number) < -rank || (axis as number) >= rank)
    return refuse(
      operation,
      option,
      rank === 0 ? 'no axis of a scalar' : `an axis of ${showShape(shape)}, from ${-rank} to ${rank - 1}`,
      show(axis),
    )
  return fromStart(axis as number, rank)
}

const isNormal = (axes: readonly number[], rank: number): boolean =>
  Array.isArray(axes) &&
  axes.every((axis, i) => Number.isInteger(axis) && axis >= 0 && axis < rank && axes.indexOf(axis) === i)

/** Axes of a shape, from the start, each once; default: all. */
export const axesOf = (
  operation: string,
  shape: Shape,
  axes: readonly number[] = shape.map((_, axis) => axis),
): readonly number[] => {
  if (isNormal(axes, shape.length)) return axes
  if (!Array.isArray(axes)) return refuse(operation, 'axes', 'an array of axes', show(axes))
  const found = axes.map(axis => axisOf(operation, shape, axis))
  return new Set(found).size === found.length
    ? found
    : refuse(operation, 'axes', `axes of ${showShape(shape)}, each once`, show(axes))
}

/** The place of a new axis among those of a shape, from the start. */
export const newAxisOf = (operation: string, shape: Shape, axis: unknown): number => {
  const places = shape.length + 1
  if (!Number.isInteger(axis) || (axis as number) < -places || (axis as number) >= places)
    return refuse(
      operation,
      'axis',
      `a place for an axis of ${showShape(shape)}, from ${-places} to ${places - 1}`,
      show(axis),
    )
  return fromStart(axis as number, places)
}

/** @throws InvalidOption if it is no whole number, or less than `least` */
export const countOf = (operation: string, option: string, given: unknown, least: 0 | 1 = 1): number =>
  isCount(given) && (given as number) >= least
    ? (given as number)
    : refuse(operation, option, `a whole number, ${least} or more`, show(given), 'For example: 3.')

/** The error for tensors that do not fit an operation. */
export const misfit = (operation: string, expected: string, shapes: readonly Shape[]): LayerConnectionError =>
  new LayerConnectionError({
    layer: operation,
    expected,
    got: showFlow(shapes),
    remedy: 'Reshape, transpose or broadcast what does not fit.',
  })

/** @throws InvalidOption if the size of an axis is not known */
export const knownSizes = (operation: string, shape: Shape, axes: readonly number[]): readonly number[] =>
  axes.map(
    axis =>
      shape[axis] ??
      refuse(
        operation,
        'axis',
        'axes of known sizes',
        `axis ${axis} of ${showShape(shape)}`,
        'Bind the dimension first.',
      ),
  )

/** Whether a value is a whole number, 0 or more. */
export const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0

/** Begin and length of a slice along one axis. */
const span = (
  operation: string,
  shape: Shape,
  axis: number,
  begin: unknown,
  size: unknown,
): readonly [number, number | null] => {
  const d = shape[axis] ?? null
  // A function, so that texts are made for errors only.
  const place = () => `axis ${axis} of ${showShape(shape)}`
  const from = d !== null && Number.isInteger(begin) ? fromStart(begin as number, d) : begin
  if (!isCount(from) || (d !== null && (from as number) > d))
    return refuse(operation, 'begin', `a place on ${place()}`, show(begin))
  // In tfjs, -1 is all that is left.
  if (size === null || size === -1) return [from as number, null]
  if (!isCount(size) || (d !== null && (from as number) + (size as number) > d))
    return refuse(
      operation,
      'size',
      `at most ${d === null ? 'all' : d - (from as number)} elements from ${from} on, on ${place()}`,
      show(size),
    )
  return [from as number, size as number]
}

export const bounds = (
  operation: string,
  shape: Shape,
  begin: readonly number[],
  size: readonly (number | null)[],
): readonly [begin: readonly number[], size: readonly (number | null)[]] => {
  for (const [option, given] of [['begin', begin] as const, ['size', size] as const])
    if (!Array.isArray(given) || given.length > shape.length)
      return refuse(operation, option, `a number for each axis of ${showShape(shape)}`, show(given))
  const spans = shape.map((_, i) => span(operation, shape, i, begin[i] ?? 0, size[i] ?? null))
  return [spans.map(([from]) => from), spans.map(([, length]) => length)]
}

type Axes = readonly number[]

export const axes = (operation: string, x: Shape, given: Axes): readonly [Axes] => [axesOf(operation, x, given)]
export const reducedAxes = (operation: string, x: Shape, given?: Axes, keep = false): readonly [Axes, boolean] => [
  axesOf(operation, x, given),
  keep,
]
export const axis = (operation: string, x: Shape, given: number): readonly [number] => [axisOf(operation, x, given)]
export const lastAxis = (operation: string, x: Shape): readonly [] => {
  axisOf(operation, x, -1)
  return []
}
export const permutation = (operation: string, x: Shape, given: Axes): readonly [Axes] => {
  const found = axesOf(operation, x, given)
  return found.length === x.length
    ? [found]
    : refuse(operation, 'permutation', `every axis of ${showShape(x)} once`, show(given))
}
/** @param open whether one dimension may be -1: what is left, as in tfjs */
export const dimensions =
  (open: boolean) =>
  (operation: string, _: Shape, shape: Shape): readonly [Shape] => {
    if (!Array.isArray(shape)) return refuse(operation, 'shape', 'an array of dimensions', show(shape))
    const found = open && shape.includes(-1) ? shape.map(d => (d === -1 ? null : d)) : shape
    return found.every(d => d === null || isCount(d))
      ? [found]
      : refuse(operation, 'shape', 'dimensions that are integers >= 0', show(shape))
  }
/** Negative margins are refused: kernels disagree on them, or read out of bounds. */
export const margins = (operation: string, shape: Shape, all: readonly Margin[]): readonly [readonly Margin[]] => {
  if (!Array.isArray(all) || all.length !== shape.length)
    return refuse(operation, 'margins', `[before, after] for each axis of ${showShape(shape)}`, show(all))
  if (!all.every(margin => Array.isArray(margin) && margin.length === 2 && margin.every(isCount)))
    return refuse(operation, 'margins', 'whole numbers of zeros, 0 or more', show(all), 'Cut off with slice.')
  return [all]
}
