import { show } from '../../base/errors.ts'
import { isList } from '../../base/trees.ts'
import { countOf, knownSizes, misfit, refuse } from '../attributes.ts'
import type { Ops } from '../ops.ts'
import type { ResizeOptions } from './composed.ts'
import type { Composition } from './composition.ts'

/** Where the pixels of a result lie among those of an image. */
const places = (from: number, to: number, alignCorners: boolean): readonly number[] =>
  Array.from({ length: to }, (_, i) => {
    if (alignCorners) return to === 1 ? 0 : (i * (from - 1)) / (to - 1)
    return ((i + 0.5) * from) / to - 0.5
  })

const atAxis = <T>(ops: Ops<T>, numbers: readonly number[], axis: number): T =>
  ops.constant(Float32Array.from(numbers), axis === 1 ? [numbers.length, 1, 1] : [numbers.length, 1])

/** An axis in another size. */
const resized = <T>(ops: Ops<T>, x: T, axis: number, from: number, to: number, options: ResizeOptions): T => {
  const { method = 'bilinear', alignCorners = false } = options
  if (from === to) return x
  const within = (place: number): number => Math.min(Math.max(place, 0), from - 1)
  const at = (indices: readonly number[]): T => ops.gather(x, ops.constant(Float32Array.from(indices)), axis)
  const own = places(from, to, alignCorners)
  // Of two pixels equally near, the later one.
  if (method === 'nearest') return at(own.map(place => within(Math.floor(place + 0.5))))
  const found = own.map(within)
  const below = found.map(Math.floor)
  const shares = found.map((place, i) => place - (below[i] as number))
  const above = below.map((place, i) => (shares[i] === 0 ? place : place + 1))
  return ops.add(
    ops.multiply(
      at(below),
      atAxis(
        ops,
        shares.map(share => 1 - share),
        axis,
      ),
    ),
    ops.multiply(at(above), atAxis(ops, shares, axis)),
  )
}

/** Images in another size. */
export const resize: Composition<'resize'> = (ops, x, size, options = {}) => {
  const shape = ops.shape(x)
  if (shape.length !== 4) throw misfit('resize', 'images [batch, rows, cols, channels]', [shape])
  if (!isList(size) || size.length !== 2)
    return refuse('resize', 'size', '[rows, cols]', show(size), 'For example: [64, 64].')
  const { method = 'bilinear' } = options
  if (method !== 'nearest' && method !== 'bilinear')
    return refuse('resize', 'method', "'nearest' or 'bilinear'", show(method), "For example: { method: 'nearest' }.")
  const [rows, cols] = size.map(each => countOf('resize', 'size', each)) as [number, number]
  const [high, wide] = knownSizes('resize', shape, [1, 2]) as [number, number]
  if (high === 0 || wide === 0) throw misfit('resize', 'images of at least one pixel', [shape])
  return resized(ops, resized(ops, x, 1, high, rows, options), 2, wide, cols, options)
}
