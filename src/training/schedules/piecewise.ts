import { InvalidOption } from '../../base/errors.ts'
import type { Called, Given, OptionsFor } from '../../base/limited-options.ts'
import { listOf, oneOf } from '../../base/options.ts'
import { type Boundaries, boundaries, finite, type Schedule, schedule } from './schedule.ts'

/** How a rate goes from one value to the next: at once, along a line, or along half a cosine. */
export type Interpolation = 'none' | 'linear' | 'cosine'

/** The options of {@link piecewise}. */
export interface PiecewiseOptions {
  /** The numbers of the updates at which a value is reached, in increasing order. */
  readonly boundaries: Boundaries
  /** The first value, and one for each boundary. */
  readonly values: readonly number[]
  /** Default: `'none'`. */
  readonly interpolation?: Interpolation
}

/** Between two values, at a part of the way from 0 to 1. */
export const between = (interpolation: Interpolation, from: number, to: number, part: number): number => {
  if (interpolation === 'none') return from
  const way = interpolation === 'linear' ? part : 0.5 * (1 - Math.cos(Math.PI * part))
  return from + (to - from) * way
}

/** What goes through `values`, the first at 0 and one at each boundary, and stays at the last. */
export const through =
  (ends: readonly number[], values: readonly number[], interpolation: Interpolation) =>
  (update: number): number => {
    const i = ends.findIndex(boundary => update < boundary)
    if (i < 0) return values.at(-1) as number
    const [start, end] = [ends[i - 1] ?? 0, ends[i] as number]
    return between(interpolation, values[i] as number, values[i + 1] as number, (update - start) / (end - start))
  }

/**
 * Values that change at given updates: `values[0]` before update `boundaries[0]`, `values[i]` from update `boundaries[i - 1]`
 * on. With `interpolation` the rate is on its way between them, and at each value at its boundary.
 *
 * @throws InvalidOption if boundaries do not increase, or there is not one value more than boundaries
 * @example
 * ```ts
 * const rate = piecewise({ boundaries: [100, 200], values: [0.1, 0.01, 0.001] })
 * rate(99) // 0.1
 * rate(100) // 0.01
 * piecewise({ boundaries: [100], values: [0, 1], interpolation: 'linear' })(50) // 0.5
 * ```
 */
export const piecewise = <const O>(
  options: OptionsFor<
    PiecewiseOptions,
    O,
    Called<'piecewise', '{ boundaries: [100, 200], values: [0.1, 0.01, 0.001] }'>
  >,
): Given<O, Schedule> =>
  schedule<Required<PiecewiseOptions>, O>(
    'piecewise',
    'piecewise({ boundaries: [100, 200], values: [0.1, 0.01, 0.001] })',
    {
      boundaries: { codec: boundaries },
      values: { codec: listOf('a list of finite numbers', finite.is) },
      interpolation: { codec: oneOf(['none', 'linear', 'cosine']), default: 'none' },
    },
    options,
    normal => {
      if (normal.values.length !== normal.boundaries.length + 1)
        throw new InvalidOption({
          layer: 'piecewise',
          option: 'values',
          expected: `${normal.boundaries.length + 1} values, one more than boundaries`,
          got: String(normal.values.length),
          remedy: 'Give the first value, and one for each boundary.',
        })
      return through(normal.boundaries, normal.values, normal.interpolation)
    },
  )
