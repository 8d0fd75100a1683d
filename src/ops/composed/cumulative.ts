import { axisOf, knownSizes } from '../attributes.ts'
import { sliceAlong } from '../axes.ts'
import type { Margin, Ops } from '../ops.ts'
import type { Compositions } from './composition.ts'

/**
 * Combines each element along an axis with all before it, in steps of 1, 2, 4, …: each step takes in as many elements as
 * have been combined so far (Hillis and Steele 1986).
 *
 * @param combine takes what lies before, the element itself, and 1 where nothing lies before
 */
const accumulated = <T>(
  name: string,
  ops: Ops<T>,
  x: T,
  axis: number,
  combine: (before: T, own: T, missing: T) => T,
): T => {
  const shape = ops.shape(x)
  const at = axisOf(name, shape, axis)
  const [count] = knownSizes(name, shape, [at]) as readonly [number]
  const along = (n: number): readonly number[] => shape.map((_, i) => (i === at ? n : 1))
  let result = x
  for (let step = 1; step < count; step *= 2) {
    const margins = shape.map((_, i): Margin => [i === at ? step : 0, 0])
    const before = ops.pad(sliceAlong(ops, result, at, 0, count - step), margins)
    const missing = ops.constant(
      Float32Array.from({ length: count }, (_, i) => (i < step ? 1 : 0)),
      along(count),
    )
    result = combine(before, result, missing)
  }
  return result
}

/** Sums and products up to each element. */
export const cumulative: Compositions<'cumsum' | 'cumprod'> = {
  cumsum: (ops, x, axis = -1) => accumulated('cumsum', ops, x, axis, (before, own) => ops.add(own, before)),
  cumprod: (ops, x, axis = -1) =>
    accumulated('cumprod', ops, x, axis, (before, own, missing) => ops.multiply(own, ops.add(before, missing))),
}
