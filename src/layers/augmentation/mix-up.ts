import { right } from 'fp-ts/lib/Either.js'
import type { Alike } from '../../base/shape.ts'
import { defineWrapper, type NameOption, type Plain } from '../../core/define.ts'
import type { NameOf, Takes } from '../../core/notated.ts'
import { drawingKey } from '../stochastic.ts'
import { betaDraws } from './beta.ts'
import { type AlphaWithin, type MixingLimits, mixed, mixingAlpha } from './mixing.ts'

const callee = { kind: 'MixUp', example: 'MixUp({ alpha: 0.2 })' } as const

/** The options of {@link MixUp}. */
export interface MixUpOptions<Name extends string = string, Alpha extends number = number> extends NameOption<Name> {
  /** Both parameters of the beta distribution of `λ`: the larger, the closer `λ` is to 0.5. Default: 0.2. */
  readonly alpha?: AlphaWithin<Alpha, typeof callee>
}

/** The type of {@link MixUp}: any shape → the same. */
export interface MixUp<Name extends string> extends Plain<Name> {
  readonly kind: 'MixUp'
  readonly alpha: number
  readonly ' out': Alike<'MixUp', this[' in']>
}

interface MixUpRow extends Takes<readonly [], MixUpOptions, MixingLimits> {
  readonly ' made': MixUp<NameOf<this[' options'], 'mix-up-{}'>>
}
/** The constructor of {@link MixUp}. */
export interface MixUpConstructor {
  readonly ' row'?: MixUpRow
  <const Name extends string = 'mix-up-{}', const Alpha extends number = number>(
    /** how strongly to mix, and the name */
    options?: MixUpOptions<Name, Alpha>,
  ): MixUp<Name>
}

/**
 * In training, mixes each example of a batch with the previous one, `λ x + (1 - λ) x'`, and the targets likewise;
 * otherwise it changes nothing. `λ` is drawn for each example from Beta(alpha, alpha), by a table of quantiles. (Zhang
 * et al. 2018.)
 *
 * Targets must be mixable: class probabilities (one-hot vectors) or real values, not class indices. They are mixed for
 * every output that depends on this layer.
 *
 * Shape: any shape → the same.
 *
 * @param options how strongly to mix, and the name
 * @throws InvalidOption if alpha is not a number > 0 and <= 1000, or in training without a key
 * @category Augmentation
 * @see `MixUp` in Keras; `MixUp` (torchvision, one share for a batch) in PyTorch
 * @example
 * ```ts
 * const network = join(Input([32, 32, 3]), MixUp({ alpha: 0.4 }), Convolution([3, 3, 16]), Relu(), Reshape(), Softmax(10))
 * ```
 */
export const MixUp: MixUpConstructor = defineWrapper({
  ...callee,
  options: { alpha: { codec: mixingAlpha, default: 0.2 } },
  rules: ({ alpha }: { readonly alpha: number }) => {
    const shares = betaDraws(alpha)
    return {
      inputs: 'one',
      shape: ([input = null]) => right(input),
      variables: () => right({}),
      forward: (ops, _, [x], mode) => {
        type T = typeof x & {}
        if (!mode.training) return [x as T, {}]
        const share = shares(ops, drawingKey('MixUp', mode), [ops.shape(x as T)[0] ?? null])
        return [mixed(ops, 'MixUp', x as T, share), {}]
      },
      targets: (ops, expected, key) =>
        mixed(ops, 'MixUp', expected, shares(ops, key, [ops.shape(expected)[0] ?? null])),
    }
  },
})
