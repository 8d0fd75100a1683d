import { InvalidOption, show } from './errors.ts'
import type { Shape } from './shape.ts'

// Names of dimensions. A dimension with a name is one that is not known yet: `null` in a shape and `number` in its type. The
// name stands beside it, so whatever knows nothing of names sees an unknown dimension, and gives one.

/**
 * A dimension that is not known yet, with a name. As the name is optional, any number is one; of two with different names
 * neither is the other.
 */
export type Dim<Name extends string = string> = number & { readonly dim?: Name }
/** Shapes without names. */
export type Nameless = readonly (number & { readonly dim?: never })[]

/** Words that stand for other values in the notation. */
const words: ReadonlySet<unknown> = new Set(['true', 'false', 'null'])
/** Whether a value may be the name of a dimension. */
export const isDim = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z_]\w*$/.test(value) && !words.has(value)

/**
 * The name of a dimension whose size is not known yet, for an `Input`. Dimensions with the same name must have the same
 * size, also those of several inputs of a network; dimensions with different names do not fit together.
 *
 * @param name letters, digits and `_`, but no digit first
 * @returns the name: `Input(['time', 32])` is the same as `Input([dim('time'), 32])`
 * @throws InvalidOption if it is no such name
 * @example
 * ```ts
 * const time = dim('time')
 * const network = join(parallel(Input([time, 8]), Input([time, 4])), Concatenate(), LSTM(5, { onlyReturnFinal: false }))
 * String(network) // [(?, time, 8), (?, time, 4)] -> [... 4 layers ...] -> (?, time, 5)
 * ```
 */
export const dim = <const Name extends string>(name: Name): Name => {
  if (isDim(name)) return name
  throw new InvalidOption({
    layer: 'dim',
    option: 'name',
    expected: 'a name of letters, digits and _',
    got: show(name),
    remedy: "For example: Input([dim('time'), 32]).",
  })
}

/** Names by axis. */
type Names = readonly (string | undefined)[]
const key: unique symbol = Symbol('names of dimensions')
const none: Names = Object.freeze([])

/** The names of the dimensions of a shape. */
export const dimsOf = (shape: Shape | null): Names => (shape as { readonly [key]?: Names } | null)?.[key] ?? none

/** A copy of a shape whose unknown dimensions have names. */
export const withDims = (shape: Shape, names: Names): Shape => {
  const copy = [...shape]
  const own = copy.map((d, axis) => (d === null ? names[axis] : undefined))
  return own.some(name => name !== undefined) ? Object.defineProperty(copy, key, { value: Object.freeze(own) }) : copy
}

/** The shape of dimensions, some of which are names. */
export const shapeOfDims = (dimensions: readonly (number | string | null)[]): Shape =>
  withDims(
    dimensions.map(d => (typeof d === 'string' ? null : d)),
    dimensions.map(d => (typeof d === 'string' ? d : undefined)),
  )
