import { type Either, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import { finite } from '../base/options.ts'
import type { Flow, Mismatch, RefusedOne, SameSize, Several } from '../base/shape.ts'
import { defineLayer, type Elsewhere, type NameOption, type Plain } from '../core/define.ts'
import { type Refuses, type RefusesAll, refusal, refusalOfAll } from '../core/expects.ts'
import type { NameOf, Takes } from '../core/notated.ts'
import type { Ops } from '../ops/ops.ts'

/** A sequence of vectors, or of tensors with more axes. */
export const steps = {
  expected: 'an input [batch, time, ..., features]',
  remedy: 'Give the Input two dimensions, [time, features].',
} as const

/** The type of {@link Masking}: [batch, time, ...] → [batch, time]. */
export interface Masking<Name extends string> extends Plain<Name> {
  readonly kind: 'Masking'
  readonly value: number
  readonly ' out': this[' in'] extends readonly [infer B, infer T, unknown, ...unknown[]]
    ? [B, T]
    : number[] extends this[' in']
      ? [number, number]
      : Refuses<'Masking', typeof steps, this[' in']>
}

interface MaskingRow extends Takes<readonly [number?], NameOption> {
  readonly ' made': Masking<NameOf<this[' options'], 'masking-{}'>>
}
/** The constructor of {@link Masking}. */
export interface MaskingConstructor {
  readonly ' row'?: MaskingRow
  <const Name extends string = 'masking-{}'>(
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Masking<Name>
  <const Name extends string = 'masking-{}'>(
    /** the padding value. Default: 0. */
    value: number | Elsewhere<NameOption>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Masking<Name>
}

/**
 * The mask of padded sequences: 1 for a step, 0 for a step whose features all equal the padding value.
 *
 * A mask is an ordinary tensor, which you route explicitly: it is never passed along implicitly. Layers take it as a
 * further input, with the option `mask: true`:
 *
 * | layer | at a masked step |
 * |---|---|
 * | `LSTM`, `GRU`, `SimpleRNN` | the state is carried over unchanged, so the final output is that of the last unmasked step |
 * | `Bidirectional` | like the inner layer, in both directions |
 * | `TimeDistributed` | the output is 0 |
 * | `MultiHeadAttention`, `TransformerEncoder`, `TransformerDecoder` | no query attends to the key there |
 *
 * Masked steps may hold any values, even NaN: no unmasked output and no gradient depends on them.
 *
 * Shape: [batch, steps, ..., features] → a mask [batch, steps].
 *
 * @param value the padding value. Default: 0.
 * @param options the name of the layer
 * @throws InvalidOption if the value is not a finite number
 * @throws LayerConnectionError, from `join`, if the input has no steps with features
 * @category Sequences
 * @see `Masking` (implicit) in Keras; `pack_padded_sequence` in PyTorch
 * @example
 * ```ts
 * const network = join(Input([20, 8]), parallel(Identity(), Masking()), LSTM(16, { mask: true }))
 * String(network) // (?, 20, 8) -> [... 4 layers ...] -> (?, 16)
 * ```
 */
export const Masking: MaskingConstructor = defineLayer({
  kind: 'Masking',
  example: 'Masking(0)',
  positional: ['value'],
  options: { value: { codec: finite, default: 0 } },
  shape: (_, input) => {
    if (input === null) return right([null, null])
    return input.length > 2 ? right(input.slice(0, 2)) : refusal(steps, input)
  },
  decode: 'steps',
  forward: ({ value }, ops, x) => {
    const [, , ...features] = ops.shape(x).map((_, axis) => axis)
    const differs = ops.subtract(ops.constant(1), ops.equal(x, ops.constant(value)))
    // No gradient flows through a mask.
    return [ops.stopGradient(ops.max(differs, features)), {}]
  },
})

// Shared by layers that take a sequence and, with `mask: true`, its mask.

const both = {
  expected: 'two inputs, a sequence and its mask',
  remedy: 'For example: parallel(Identity(), Masking()).',
} as const
const beside = {
  expected: 'a mask [batch, time] beside the sequence',
  remedy: 'Masking() makes one of a sequence.',
} as const

/**
 * The sequence among the inputs, or the mismatch of its mask. An input that is no `Sequence` is left to the layer to
 * refuse.
 */
export type SequenceOf<Kind extends string, I, Mask, Sequence extends readonly unknown[]> = Mask extends true
  ? I extends readonly [infer S extends readonly unknown[], infer M extends readonly unknown[]]
    ? number[] extends M
      ? S
      : S extends Sequence
        ? M extends readonly [unknown, infer Steps]
          ? SameSize<S[1], Steps> extends true
            ? S
            : RefusesAll<Kind, typeof beside, I>
          : RefusesAll<Kind, typeof beside, I>
        : S
    : number[] extends I
      ? I
      : I extends Several
        ? RefusesAll<Kind, typeof both, I>
        : I extends Mismatch<string>
          ? I
          : RefusedOne<Kind, I>
  : I

/** Checks the mask of a sequence, the second input. */
export const checkMask = (inputs: Flow): Either<Fault, unknown> => {
  const [sequence = null, mask = null, ...others] = inputs
  if (others.length > 0) return refusalOfAll(both, inputs)
  const [steps, own] = [sequence?.[1] ?? null, mask?.[1] ?? null]
  return mask === null || (mask.length === 2 && (steps === null || own === null || steps === own))
    ? right(mask)
    : refusalOfAll(beside, inputs)
}

/**
 * A tensor with 0 in place of NaN and infinities where a mask is 0. Masked values change no output, but the product of
 * one of these with a gradient of 0 would be NaN.
 *
 * @param mask of the same rank, to be broadcast
 */
export const finiteWhereMasked = <T>(ops: Ops<T>, x: T, mask: T): T => {
  const zero = ops.constant(0)
  const known = ops.equal(ops.multiply(x, zero), zero)
  return ops.where(ops.maximum(ops.abs(mask), known), x, zero)
}
