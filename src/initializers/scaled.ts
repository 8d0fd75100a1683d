import type { Called, Limit, OptionsFor } from '../base/limited-options.ts'
import { positive } from '../base/options.ts'
import type { Fans, Initializer } from '../base/parameters.ts'
import { type Key, normals, uniforms } from '../base/random.ts'
import { sizeOf } from '../base/shape.ts'
import { fansOf, initializer } from './initializer.ts'

// Initializers whose variance depends on the fans of the weight.

/** Options of the scaled initializers. */
export interface GainOption {
  /** A factor of the variance: 2 suits layers followed by relu. Default: 1. */
  readonly gain?: Limit<'positive'>
}

type Draw = (key: Key, n: number, variance: number) => Float32Array

const fromNormal: Draw = (key, n, variance) => normals(key, n, 0, Math.sqrt(variance))
/** A uniform distribution on ±limit has the variance limit² / 3. */
const fromUniform: Draw = (key, n, variance) => uniforms(key, n, -Math.sqrt(3 * variance), Math.sqrt(3 * variance))

type Scaled<Name extends string> = <const O>(options?: OptionsFor<GainOption, O, Called<Name, ''>>) => Initializer
const scaled =
  <const Name extends string>(name: Name, draw: Draw, scale: (fans: Fans) => number): Scaled<Name> =>
  options =>
    initializer(name, { gain: { codec: positive, default: 1 } }, options, ({ gain }, key, shape, fans) =>
      draw(key, sizeOf(shape), gain / scale(fans ?? fansOf(name, shape))),
    )

const fanIn = (fans: Fans): number => fans.in
const bothFans = (fans: Fans): number => fans.in + fans.out

/**
 * Normal draws of variance gain / fan-in (He et al. 2015 with a gain of 2, LeCun et al. 1998 with 1).
 *
 * @throws InvalidOption if the gain is not positive
 * @example
 * ```ts
 * String(heNormal()) // heNormal({ gain: 1 })
 * ```
 */
export const heNormal: Scaled<'heNormal'> = scaled('heNormal', fromNormal, fanIn)

/** Uniform draws of variance gain / fan-in, from ±sqrt(3 gain / fan-in) (He et al. 2015). */
export const heUniform: Scaled<'heUniform'> = scaled('heUniform', fromUniform, fanIn)

/**
 * Normal draws of variance gain / (fan-in + fan-out). With a gain of 2 this is the initialisation of Glorot and Bengio
 * (2010); the default of 1, which is the original library's, has half its variance.
 */
export const xavierNormal: Scaled<'xavierNormal'> = scaled('xavierNormal', fromNormal, bothFans)

/** Uniform draws of variance gain / (fan-in + fan-out); see {@link xavierNormal} about the gain. */
export const xavierUniform: Scaled<'xavierUniform'> = scaled('xavierUniform', fromUniform, bothFans)
