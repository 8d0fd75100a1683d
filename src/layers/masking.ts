import { left, right } from 'fp-ts/lib/Either.js'
import { number } from '../base/options.ts'
import { type RefusedInput, showShape } from '../base/shape.ts'
import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import type { Ops } from '../ops/ops.ts'

/** A masking as a type: [batch, time, ...] in, [batch, time] out. */
export interface Masking<Name extends string> extends Plain<Name> {
  readonly kind: 'Masking'
  readonly value: number
  readonly '~out': this['~in'] extends readonly [infer B, infer T, unknown, ...unknown[]]
    ? [B, T]
    : number[] extends this['~in']
      ? [number, number]
      : RefusedInput<
          'Masking',
          'an input [batch, time, ..., features]',
          this['~in'],
          'Give the Input two dimensions, [time, features].'
        >
}

/** The constructor of {@link Masking}. */
export interface MaskingConstructor {
  <const Name extends string = 'masking-{}'>(options?: NameOption<Name>): Masking<Name>
  <const Name extends string = 'masking-{}'>(value: number, options?: NameOption<Name>): Masking<Name>
}

/**
 * The mask of sequences that were filled up to one length: 1 for a step, 0 for one whose every feature is the value that
 * sequences were filled up with.
 *
 * A mask is a tensor like any other, and goes where you send it: nothing travels along unseen. Layers that heed one take
 * it as a further input, with the option `mask: true`:
 *
 * | layer | at a masked step |
 * |---|---|
 * | `LSTM`, `GRU`, `SimpleRNN` | what is carried stays as it was, so that the final output is that of the last step that counts |
 * | `Bidirectional` | as the layer within, in both directions |
 * | `TimeDistributed` | the output is 0 |
 * | `MultiHeadAttention` | nothing is attended to there, the masked keys |
 *
 * @param value what every feature of a masked step is. Default: 0.
 * @throws InvalidOption when the value is no finite number
 * @throws LayerConnectionError, from `join`, when the input has no steps with features
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
  options: { value: { codec: number('a finite number'), default: 0 } },
  shape: (_, input) => {
    if (input === null) return right([null, null])
    return input.length > 2
      ? right(input.slice(0, 2))
      : left({
          expected: 'an input [batch, time, ..., features]',
          got: showShape(input),
          remedy: 'Give the Input two dimensions, [time, features].',
        })
  },
  forward: ({ value }, ops, x) => {
    const features = ops
      .shape(x)
      .map((_, axis) => axis)
      .slice(2)
    const differs = ops.subtract(ops.constant(1), ops.equal(x, ops.constant(value)))
    // A mask is no function that gradients flow through.
    return [ops.stopGradient(ops.max(differs, features)), {}]
  },
})

/**
 * A tensor with 0 for what is NaN or infinite where a mask is 0. What a mask leaves out may be anything: it changes no
 * output, but its product with a gradient of 0 would be NaN.
 *
 * @param mask of the same rank; it is broadcast
 */
export const finiteWhereMasked = <T>(ops: Ops<T>, x: T, mask: T): T => {
  const zero = ops.constant(0)
  const known = ops.equal(ops.multiply(x, zero), zero)
  return ops.where(ops.maximum(ops.abs(mask), known), x, zero)
}
