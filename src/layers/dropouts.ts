import { right } from 'fp-ts/lib/Either.js'
import type { Alike } from '../base/shape.ts'
import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import { refusal } from '../core/expects.ts'
import type { NameOf, Takes } from '../core/notated.ts'
import type { Between, Same } from './inputs.ts'
import { type DroppedLimits, type DroppedPart, drawingKey, dropped, droppedPart, keptOf } from './stochastic.ts'

// Dropouts of whole channels, and for self-normalizing networks.

const between = { expected: 'an input [batch, ..., channels] with axes between them', remedy: 'Use Dropout.' } as const

const spatial = { kind: 'SpatialDropout', example: 'SpatialDropout(0.2)' } as const

/** The type of {@link SpatialDropout}: [batch, ..., channels] → the same. */
export interface SpatialDropout<Name extends string> extends Plain<Name> {
  readonly kind: 'SpatialDropout'
  readonly proba: number
  readonly ' out': Same<'SpatialDropout', typeof between, this[' in'], Between>
}

interface SpatialDropoutRow extends Takes<readonly [number], NameOption, DroppedLimits> {
  readonly ' made': SpatialDropout<NameOf<this[' options'], 'spatial-dropout-{}'>>
}
/** The constructor of {@link SpatialDropout}. */
export interface SpatialDropoutConstructor {
  readonly ' row'?: SpatialDropoutRow
  <const P extends number, const Name extends string = 'spatial-dropout-{}'>(
    /** the dropout rate, >= 0 and < 1 */
    proba: DroppedPart<P, typeof spatial>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): SpatialDropout<Name>
}

/**
 * In training, sets a random fraction of each example's channels to 0 and scales the others by `1 / (1 - proba)`;
 * otherwise it changes nothing. Neighboring elements of a channel are correlated, so dropping single elements has
 * little effect. (Tompson et al. 2015.)
 *
 * Shape: [batch, ..., channels] → the same.
 *
 * @param proba the dropout rate, >= 0 and < 1
 * @param options the name of the layer
 * @throws InvalidOption if the rate is out of range, or in training without a key
 * @throws LayerConnectionError, from `join`, if there are no axes between batch and channels
 * @category Dropout
 * @see `SpatialDropout1D`, `2D`, `3D` in Keras; `Dropout1d`, `2d`, `3d` in PyTorch
 * @example
 * ```ts
 * const network = join(Input([28, 28, 1]), Convolution([3, 3, 16]), Relu(), SpatialDropout(0.2))
 * ```
 */
export const SpatialDropout: SpatialDropoutConstructor = defineLayer({
  ...spatial,
  positional: ['proba'],
  options: { proba: { codec: droppedPart } },
  shape: (_, input) => (input === null || input.length > 2 ? right(input) : refusal(between, input)),
  forward: ({ proba }, ops, x, _, mode) => {
    const channels = ops.shape(x).map((d, axis, { length }) => (axis === 0 || axis === length - 1 ? d : 1))
    return [dropped('SpatialDropout', ops, x, proba, mode, channels), {}]
  },
})

const alpha = { kind: 'AlphaDropout', example: 'AlphaDropout(0.1)' } as const

/** The type of {@link AlphaDropout}: any shape → the same. */
export interface AlphaDropout<Name extends string> extends Plain<Name> {
  readonly kind: 'AlphaDropout'
  readonly proba: number
  readonly ' out': Alike<'AlphaDropout', this[' in']>
}

interface AlphaDropoutRow extends Takes<readonly [number], NameOption, DroppedLimits> {
  readonly ' made': AlphaDropout<NameOf<this[' options'], 'alpha-dropout-{}'>>
}
/** The constructor of {@link AlphaDropout}. */
export interface AlphaDropoutConstructor {
  readonly ' row'?: AlphaDropoutRow
  <const P extends number, const Name extends string = 'alpha-dropout-{}'>(
    /** the dropout rate, >= 0 and < 1 */
    proba: DroppedPart<P, typeof alpha>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): AlphaDropout<Name>
}

/** The limit of `Selu` at minus infinity: minus scale times alpha (Klambauer et al. 2017). */
const saturation = -1.7580993408473766

/**
 * In training, sets a random fraction of the elements to the value at which `Selu` saturates, then scales and shifts
 * all elements to keep mean 0 and variance 1; otherwise it changes nothing. With `p` the rate, `q = 1 - p` and `s` that
 * value, an element `x` becomes `a x + b` or `a s + b`, where `a = 1 / sqrt(q + s² p q)` and `b = -a p s`. (Klambauer
 * et al. 2017.)
 *
 * Shape: any shape → the same.
 *
 * @param proba the dropout rate, >= 0 and < 1
 * @param options the name of the layer
 * @throws InvalidOption if the rate is out of range, or in training without a key
 * @category Dropout
 * @see `AlphaDropout` in Keras; `AlphaDropout` in PyTorch
 * @example
 * ```ts
 * const network = join(Input(64), Selu(32), AlphaDropout(0.1), Softmax(10))
 * ```
 */
export const AlphaDropout: AlphaDropoutConstructor = defineLayer({
  ...alpha,
  positional: ['proba'],
  options: { proba: { codec: droppedPart } },
  shape: (_, input) => right(input),
  decode: 'steps',
  forward: ({ proba }, ops, x, _, mode) => {
    if (!mode.training || proba === 0) return [x, {}]
    const kept = keptOf(ops, drawingKey('AlphaDropout', mode), ops.shape(x), proba)
    const scale = 1 / Math.sqrt((1 - proba) * (1 + proba * saturation ** 2))
    const saturated = ops.multiply(ops.subtract(ops.constant(1), kept), ops.constant(saturation))
    const some = ops.add(ops.multiply(x, kept), saturated)
    return [ops.add(ops.multiply(some, ops.constant(scale)), ops.constant(-scale * proba * saturation)), {}]
  },
})
