import type { Limited } from '../base/limits.ts'
import { finite, integer, type ParsedOptions, positive } from '../base/options.ts'
import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import type { Limits, NameOf, Takes } from '../core/notated.ts'
import { type SameImage, sameImage } from './inputs.ts'

const callee = { kind: 'LocalResponseNorm', example: 'LocalResponseNorm({ depthRadius: 5 })' } as const

/** The options of {@link LocalResponseNorm}. */
export interface LocalResponseNormOptions<
  Name extends string = string,
  K extends number = number,
  Radius extends number = number,
> extends NameOption<Name> {
  /** The factor of the sum of squares. Default: 1e-4. */
  readonly alpha?: number
  /** The exponent. Default: 0.75. */
  readonly beta?: number
  /** The constant added to the sum, > 0. Default: 2. */
  readonly k?: Limited<K, 'positive', typeof callee, 'k'>
  /** The number of channels on either side in the sum: 2 · depthRadius + 1 in all. Default: 5. */
  readonly depthRadius?: Limited<Radius, 'whole', typeof callee, 'depthRadius'>
}

/** The type of {@link LocalResponseNorm}: [batch, rows, cols, channels] → the same. */
export interface LocalResponseNorm<Name extends string> extends Plain<Name>, ParsedOptions<LocalResponseNormOptions> {
  readonly kind: 'LocalResponseNorm'
  readonly ' out': SameImage<'LocalResponseNorm', this[' in']>
}

interface LocalResponseNormRow
  extends Takes<readonly [], LocalResponseNormOptions, Limits<null, { k: 'positive'; depthRadius: 'whole' }>> {
  readonly ' made': LocalResponseNorm<NameOf<this[' options'], 'local-response-norm-{}'>>
}

/** The constructor of {@link LocalResponseNorm}. */
export interface LocalResponseNormConstructor {
  readonly ' row'?: LocalResponseNormRow
  <
    const Name extends string = 'local-response-norm-{}',
    const K extends number = number,
    const Radius extends number = number,
  >(
    /** the constants of the formula, and the name */
    options?: LocalResponseNormOptions<Name, K, Radius>,
  ): LocalResponseNorm<Name>
}

/** The matrix that sums neighbouring channels: 1 where two are at most `radius` apart. */
const neighbours = (channels: number, radius: number): Float32Array =>
  Float32Array.from({ length: channels * channels }, (_, i) =>
    Math.abs(Math.floor(i / channels) - (i % channels)) <= radius ? 1 : 0,
  )

/**
 * Local response normalization (Krizhevsky et al. 2012): `x / (k + alpha · sum(x²))^beta`, with the sum over the
 * channels at most `depthRadius` away. As in the paper, `alpha` is not divided by the size of the window; in PyTorch it
 * is.
 *
 * Shape: [batch, rows, cols, channels] → the same.
 *
 * @param options the constants of the formula, and the name
 * @throws InvalidOption if an option is invalid
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional
 * @category Normalization
 * @see `LocalResponseNorm` (alpha / size) in PyTorch; `LocalResponseNorm` in NeuPy
 * @example
 * ```ts
 * const network = join(Input([27, 27, 96]), LocalResponseNorm({ depthRadius: 2 }), MaxPooling([3, 3], { stride: 2 }))
 * String(network) // (?, 27, 27, 96) -> [... 3 layers ...] -> (?, 13, 13, 96)
 * ```
 */
export const LocalResponseNorm: LocalResponseNormConstructor = defineLayer({
  ...callee,
  options: {
    alpha: { codec: finite, default: 1e-4 },
    beta: { codec: finite, default: 0.75 },
    k: { codec: positive, default: 2 },
    depthRadius: { codec: integer(0), default: 5 },
  },
  shape: (_, input) => sameImage(input),
  forward: ({ alpha, beta, k, depthRadius }, ops, x) => {
    const channels = ops.shape(x)[3] as number
    const band = ops.constant(neighbours(channels, depthRadius), [1, 1, channels, channels])
    const none = [0, 0] as const
    const sums = ops.convolve(ops.square(x), band, {
      stride: [1, 1],
      dilation: [1, 1],
      groups: 1,
      padding: [none, none],
    })
    const base = ops.add(ops.multiply(sums, ops.constant(alpha)), ops.constant(k))
    return [ops.multiply(x, ops.exp(ops.multiply(ops.log(base), ops.constant(-beta)))), {}]
  },
})
