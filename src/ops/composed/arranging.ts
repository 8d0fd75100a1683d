import { show } from '../../base/errors.ts'
import { sharedShape, showShape } from '../../base/shape.ts'
import { isList } from '../../base/trees.ts'
import { axesOf, axisOf, countOf, isCount, knownSizes, misfit, newAxisOf, refuse } from '../attributes.ts'
import { sliceAlong } from '../axes.ts'
import type { Ops } from '../ops.ts'
import type { Compositions } from './composition.ts'

/** A tensor repeated along one axis. */
const repeated = <T>(ops: Ops<T>, x: T, axis: number, count: number): T => {
  if (count === 1) return x
  const shape = ops.shape(x)
  if (shape.includes(null) && count > 0) return ops.concatenate(Array<T>(count).fill(x), axis)
  const [before, after] = [shape.slice(0, axis), shape.slice(axis)]
  const copies = ops.broadcast(ops.reshape(x, [...before, 1, ...after]), [...before, count, ...after])
  return ops.reshape(
    copies,
    shape.map((d, i) => (i === axis ? (d as number) * count : d)),
  )
}

/** How elements are arranged. */
export const arranging: Compositions<'tile' | 'stack' | 'split' | 'squeeze' | 'expandDims'> = {
  tile: (ops, x, repeats) => {
    const shape = ops.shape(x)
    if (!isList(repeats) || repeats.length !== shape.length || !repeats.every(isCount))
      return refuse(
        'tile',
        'repeats',
        `a number for each axis of ${showShape(shape)}`,
        show(repeats),
        'For example: [1, 2].',
      )
    return repeats.reduce((result, count, axis) => repeated(ops, result, axis, count), x)
  },
  stack: (ops, xs, axis = 0) => {
    if (!isList(xs) || xs.length === 0)
      return refuse('stack', 'tensors', 'at least one tensor', show(xs), 'For example: [a, b].')
    const shapes = xs.map(ops.shape)
    const [first = []] = shapes
    if (!shapes.every(shape => sharedShape(first, shape))) throw misfit('stack', 'tensors of one shape', shapes)
    const at = newAxisOf('stack', first, axis)
    return ops.concatenate(
      xs.map(x => ops.expandDims(x, at)),
      at,
    )
  },
  split: (ops, x, parts, axis = 0) => {
    const shape = ops.shape(x)
    const at = axisOf('split', shape, axis)
    const [n] = knownSizes('split', shape, [at]) as readonly [number]
    const sizes = isList(parts)
      ? (parts as readonly number[])
      : Array<number>(countOf('split', 'parts', parts)).fill(n / (parts as number))
    if (!sizes.every(isCount) || sizes.reduce((sum, size) => sum + size, 0) !== n)
      return refuse(
        'split',
        'parts',
        `parts of axis ${at} of ${showShape(shape)}`,
        show(parts),
        'Their sizes add up to that of the axis.',
      )
    let from = 0
    return sizes.map(size => {
      const begin = from
      from += size
      return sliceAlong(ops, x, at, begin, size)
    })
  },
  squeeze: (ops, x, axes) => {
    const shape = ops.shape(x)
    const own = axes === undefined ? shape.flatMap((d, i) => (d === 1 ? [i] : [])) : axesOf('squeeze', shape, axes)
    if (own.some(axis => shape[axis] !== 1))
      return refuse(
        'squeeze',
        'axes',
        `axes of one element of ${showShape(shape)}`,
        show(axes),
        'Others hold elements: reduce or slice them.',
      )
    return ops.reshape(
      x,
      shape.filter((_, axis) => !own.includes(axis)),
    )
  },
  expandDims: (ops, x, axis) => {
    const shape = ops.shape(x)
    return ops.reshape(x, shape.toSpliced(newAxisOf('expandDims', shape, axis), 0, 1))
  },
}
