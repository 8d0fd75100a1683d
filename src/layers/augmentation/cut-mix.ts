import { right } from 'fp-ts/lib/Either.js'
import { foldIn, type Key } from '../../base/random.ts'
import type { Shape } from '../../base/shape.ts'
import { defineWrapper, type NameOption, type Plain } from '../../core/define.ts'
import type { NameOf, Takes } from '../../core/notated.ts'
import type { Ops } from '../../ops/ops.ts'
import { type SameImage, sameImage } from '../inputs.ts'
import { knownRowsAndCols } from '../known.ts'
import { drawingKey } from '../stochastic.ts'
import { betaDraws } from './beta.ts'
import { along, whereWithin } from './images.ts'
import { type AlphaWithin, type MixingLimits, mixed, mixingAlpha, partners } from './mixing.ts'

const callee = { kind: 'CutMix', example: 'CutMix({ alpha: 1 })' } as const

/** The options of {@link CutMix}. */
export interface CutMixOptions<Name extends string = string, Alpha extends number = number> extends NameOption<Name> {
  /** Both parameters of the beta distribution of `λ`: the larger, the closer `λ` is to 0.5. Default: 1. */
  readonly alpha?: AlphaWithin<Alpha, typeof callee>
}

/** The type of {@link CutMix}: [batch, rows, cols, channels] → the same. */
export interface CutMix<Name extends string> extends Plain<Name> {
  readonly kind: 'CutMix'
  readonly alpha: number
  readonly ' out': SameImage<'CutMix', this[' in']>
}

interface CutMixRow extends Takes<readonly [], CutMixOptions, MixingLimits> {
  readonly ' made': CutMix<NameOf<this[' options'], 'cut-mix-{}'>>
}
/** The constructor of {@link CutMix}. */
export interface CutMixConstructor {
  readonly ' row'?: CutMixRow
  <const Name extends string = 'cut-mix-{}', const Alpha extends number = number>(
    /** how strongly to mix, and the name */
    options?: CutMixOptions<Name, Alpha>,
  ): CutMix<Name>
}

/**
 * In training, pastes a rectangle from the previous image of the batch into each image, and mixes the targets in
 * proportion to the areas; otherwise it changes nothing. With `λ` drawn for each image from Beta(alpha, alpha), the
 * rectangle's sides are `sqrt(1 - λ)` of the image's. Its center is uniform in the image, so part of it may lie
 * outside. (Yun et al. 2019.)
 *
 * Targets must be mixable, as for `MixUp`. They are mixed for every output that depends on this layer.
 *
 * Shape: [batch, rows, cols, channels] → the same.
 *
 * @param options how strongly to mix, and the name
 * @throws InvalidOption if alpha is not a number > 0 and <= 1000, or in training without a key
 * @throws LayerConnectionError, from `join`, if the input is not 4-dimensional
 * @category Augmentation
 * @see `CutMix` in Keras; `CutMix` (torchvision, one share for a batch) in PyTorch
 * @example
 * ```ts
 * const network = join(Input([32, 32, 3]), CutMix(), Convolution([3, 3, 16]), Relu(), Reshape(), Softmax(10))
 * ```
 */
export const CutMix: CutMixConstructor = defineWrapper({
  ...callee,
  options: { alpha: { codec: mixingAlpha, default: 1 } },
  rules: ({ alpha }: { readonly alpha: number }) => {
    const shares = betaDraws(alpha)
    /** 1 for rows [batch, rows, 1] and columns [batch, 1, cols] where pixels come from the partner. */
    const pasted = <T>(ops: Ops<T>, key: Key, batch: number | null, images: Shape): readonly [rows: T, cols: T] => {
      const sizes = knownRowsAndCols('CutMix', images)
      const half = ops.constant(0.5)
      const side = ops.sqrt(ops.subtract(ops.constant(1), shares(ops, foldIn(key, 'share'), [batch, 1, 1])))
      const covered = (axis: 1 | 2): T => {
        const count = sizes[axis - 1] as number
        const middle = ops.multiply(ops.uniform(foldIn(key, axis), [batch, 1, 1]), ops.constant(count))
        const distance = ops.abs(ops.subtract(along(ops, axis, count, 0.5), middle))
        return ops.greater(ops.multiply(side, ops.multiply(half, ops.constant(count))), distance)
      }
      return [covered(1), covered(2)]
    }
    return {
      inputs: 'one',
      shape: ([input = null]) => sameImage(input),
      variables: () => right({}),
      forward: (ops, _, [x], mode) => {
        type T = typeof x & {}
        const images = ops.shape(x as T)
        if (!mode.training || images.includes(0)) return [x as T, {}]
        const [rows, cols] = pasted(ops, drawingKey('CutMix', mode), images[0] ?? null, images)
        return [whereWithin(ops, rows, cols, partners(ops, 'CutMix', x as T), x as T), {}]
      },
      targets: (ops, expected, key, input) => {
        const [batch = null] = ops.shape(expected)
        if (input?.includes(0)) return expected
        const [rows, cols] = pasted(ops, key, batch, input ?? []).map(part => ops.mean(part, [1, 2]))
        const share = ops.subtract(ops.constant(1), ops.multiply(rows as typeof expected, cols as typeof expected))
        return mixed(ops, 'CutMix', expected, share)
      },
    }
  },
})
