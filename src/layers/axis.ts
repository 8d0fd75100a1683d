import type * as t from 'io-ts/lib/index.js'
import { type Fault, LayerConnectionError } from '../core/errors.ts'
import type { Margin } from '../core/ops.ts'
import { codec } from '../core/options.ts'
import { type Refusal, type Shape, showShape } from '../core/shape.ts'

// Windows that slide along one axis, for layers over any number of axes.

/** A window along an axis. */
export interface AxisWindow {
  readonly size: number
  readonly stride: number
  readonly dilation: number
  /** 'causal': zeros before the axis only, so that nothing depends on what comes later. */
  readonly padding: 'valid' | 'same' | 'causal' | number
}

const extent = ({ size, dilation }: AxisWindow): number => (size - 1) * dilation + 1

/** How many places a window has along `n` elements; not positive where it does not fit. */
export const places = (n: number | null, window: AxisWindow): number | null => {
  if (n === null) return null
  const { stride, padding } = window
  if (padding === 'same' || padding === 'causal') return Math.ceil(n / stride)
  const added = padding === 'valid' ? 0 : 2 * padding
  return Math.ceil((n + added - extent(window) + 1) / stride)
}

/** Zeros before and after an axis of `n`; with 'same' an odd one comes after. */
export const marginOf = (n: number, window: AxisWindow): Margin => {
  const { stride, padding } = window
  if (padding === 'valid') return [0, 0]
  if (padding === 'causal') return [extent(window) - 1, 0]
  if (padding !== 'same') return [padding, padding]
  const total = Math.max(0, (Math.ceil(n / stride) - 1) * stride + extent(window) - n)
  return [Math.floor(total / 2), total - Math.floor(total / 2)]
}

/** The refusal of an input that a window of this extent does not fit into. */
export type NoRoom<Kind extends string, Extent extends string, I> = Refusal<
  Kind,
  `an input of at least ${Extent} elements, padding included`,
  I,
  "Use a smaller window, less dilation, or padding: 'same'."
>
/** The fault of a window that does not fit. */
export const tooLarge = (windows: readonly AxisWindow[], input: Shape): Fault => ({
  expected: `an input of at least ${windows.map(extent).join('x')} elements, padding included`,
  got: showShape(input),
  remedy: "Use a smaller window, less dilation, or padding: 'same'.",
})

/**
 * Dimensions that must be known, which only while tracing they may not be.
 *
 * @throws LayerConnectionError when one is not
 */
export const knownDimensions = (layer: string, input: Shape, axes: readonly number[]): readonly number[] =>
  axes.map(axis => {
    const d = input[axis] ?? null
    if (d !== null) return d
    throw new LayerConnectionError({
      layer,
      expected: 'known dimensions beside the batch',
      got: showShape(input),
      remedy: 'Give the Input all its dimensions.',
    })
  })

/** A product of which factors may be unknown. */
export const times = (...factors: readonly (number | null)[]): number | null =>
  factors.reduce((product, d) => (product === null || d === null ? null : product * d), 1)

const isAtLeast = (least: number) => (value: unknown) => Number.isSafeInteger(value) && (value as number) >= least

/** `n` integers from `least` on, or one for all of them, as `n` of them. */
export const integers = (n: number, least: 0 | 1, names: string): t.Type<readonly number[], unknown, unknown> =>
  codec(
    `${least === 1 ? 'a positive integer' : 'an integer >= 0'} or ${names} of them`,
    value => {
      const all: unknown = typeof value === 'number' ? Array(n).fill(value) : value
      return Array.isArray(all) && all.length === n && all.every(isAtLeast(least))
        ? Object.freeze([...(all as number[])])
        : undefined
    },
    all => (all.every(d => d === all[0]) ? all[0] : all),
  )

/** The size of a window: exactly `n` positive integers. */
export const sizes = (n: number, names: string): t.Type<readonly number[], unknown, unknown> =>
  codec(`${names}, ${n} positive integers`, value =>
    Array.isArray(value) && value.length === n && value.every(isAtLeast(1))
      ? Object.freeze([...(value as number[])])
      : undefined,
  )
