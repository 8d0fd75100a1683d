import type { Called, Limit, OptionsFor } from '../base/limited-options.ts'
import { finite, notNegative } from '../base/options.ts'
import type { Initializer } from '../base/parameters.ts'
import { normals, uniforms } from '../base/random.ts'
import { sizeOf } from '../base/shape.ts'
import { initializer } from './initializer.ts'

/**
 * The same value everywhere.
 *
 * @throws InvalidOption if the value is not a finite number
 * @example
 * ```ts
 * String(constant(3)) // constant(3)
 * ```
 */
export const constant = (value = 0): Initializer =>
  initializer('constant', { value: { codec: finite } }, { value }, ({ value }, _, shape) =>
    new Float32Array(sizeOf(shape)).fill(value),
  )

/** The options of {@link normal}. */
export interface NormalOptions {
  /** Default: 0. */
  readonly mean?: number
  /** The standard deviation. Default: 0.01. */
  readonly std?: Limit<'notNegative'>
}

/**
 * Draws from the normal distribution.
 *
 * @throws InvalidOption if the mean is not a finite number or the standard deviation is negative
 * @example
 * ```ts
 * String(normal()) // normal({ mean: 0, std: 0.01 })
 * ```
 */
export const normal = <const O>(options?: OptionsFor<NormalOptions, O, Called<'normal', ''>>): Initializer =>
  initializer(
    'normal',
    {
      mean: { codec: finite, default: 0 },
      std: { codec: notNegative, default: 0.01 },
    },
    options,
    ({ mean, std }, key, shape) => normals(key, sizeOf(shape), mean, std),
  )

/**
 * Draws from [minval, maxval).
 *
 * @throws InvalidOption if a bound is not a finite number
 * @example
 * ```ts
 * String(uniform()) // uniform({ minval: 0, maxval: 1 })
 * ```
 */
export const uniform = (options: { readonly minval?: number; readonly maxval?: number } = {}): Initializer =>
  initializer(
    'uniform',
    {
      minval: { codec: finite, default: 0 },
      maxval: { codec: finite, default: 1 },
    },
    options,
    ({ minval, maxval }, key, shape) => uniforms(key, sizeOf(shape), minval, maxval),
  )
