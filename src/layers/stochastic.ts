import { right } from 'fp-ts/lib/Either.js'
import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import { InvalidOption } from '../core/errors.ts'
import type { Mode } from '../core/layer.ts'
import { number } from '../core/options.ts'
import type { Key } from '../core/random.ts'

// Layers that draw, in training only.

/** The key that a layer draws with. */
const drawingKey = (layer: string, mode: Mode): Key => {
  if (mode.key) return mode.key
  throw new InvalidOption({
    layer,
    option: 'key',
    expected: 'a key, as this layer draws random numbers in training',
    got: 'none',
    remedy: 'Give one: apply(network, variables, input, { training: true, key: key(1) }).',
  })
}

/** A dropout as a type: any shape in, the same out. */
export interface Dropout<O> extends Plain<'dropout', O> {
  readonly kind: 'Dropout'
  readonly proba: number
  readonly '~out': this['~in']
}

/** The constructor of {@link Dropout}. */
export type DropoutConstructor = <const O extends NameOption = {}>(proba: number, options?: O) => Dropout<O>

/**
 * Sets a random part of the elements to 0 in training and scales the others by `1 / (1 - proba)`, so that their mean
 * stays; otherwise it changes nothing. (Srivastava et al. 2014, in the inverted form.)
 *
 * @param proba the part that is dropped, from 0 on and below 1
 * @throws InvalidOption when the part is out of its range, or in training without a key
 * @example
 * ```ts
 * const network = join(Input(64), Relu(32), Dropout(0.5), Softmax(10))
 * ```
 */
export const Dropout: DropoutConstructor = defineLayer({
  kind: 'Dropout',
  example: 'Dropout(0.5)',
  positional: ['proba'],
  options: { proba: { codec: number('a number >= 0 and < 1', proba => proba >= 0 && proba < 1) } },
  shape: (_, input) => right(input),
  forward: ({ proba }, ops, x, _, mode) => {
    if (!mode.training || proba === 0) return [x, {}]
    const draws = ops.uniform(drawingKey('Dropout', mode), ops.shape(x))
    const kept = ops.subtract(ops.constant(1), ops.greater(ops.constant(proba), draws))
    return [ops.multiply(x, ops.multiply(kept, ops.constant(1 / (1 - proba)))), {}]
  },
})
