import { flatMap, right } from 'fp-ts/lib/Either.js'
import type { Within } from '../base/limits.ts'
import { integer } from '../base/options.ts'
import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import { ofRank, type Refuses } from '../core/expects.ts'
import type { Argument, Limits, NameOf, Takes } from '../core/notated.ts'

const vector = {
  rank: 2,
  expected: 'a 2-dimensional input [batch, features]',
  remedy: 'Put Reshape() before it.',
} as const

const callee = { kind: 'RepeatVector', example: 'RepeatVector(20)' } as const

/** The type of {@link RepeatVector}: [batch, features] → [batch, N, features]. */
export interface RepeatVector<N extends number, Name extends string> extends Plain<Name> {
  readonly kind: 'RepeatVector'
  readonly ' ids': 'computes'
  readonly n: N
  readonly ' out': this[' in'] extends readonly [infer B extends number, infer F]
    ? [B, N, F]
    : number[] extends this[' in']
      ? [number, N, number]
      : Refuses<'RepeatVector', typeof vector, this[' in']>
}

interface RepeatVectorRow extends Takes<readonly [number], NameOption, Limits<'count'>> {
  readonly ' made': RepeatVector<Argument<this[' given'], 0, number>, NameOf<this[' options'], 'repeat-vector-{}'>>
}

/** The constructor of {@link RepeatVector}. */
export interface RepeatVectorConstructor {
  readonly ' row'?: RepeatVectorRow
  <const N extends number, const Name extends string = 'repeat-vector-{}'>(
    /** the number of steps */
    n: Within<N, 'count', typeof callee, 'n'> & N,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): RepeatVector<N, Name>
}

/**
 * Repeats a vector `n` times to form a sequence, such as the input of a recurrent decoder.
 *
 * Shape: [batch, features] → [batch, n, features].
 *
 * @param n the number of steps
 * @param options the name of the layer
 * @throws InvalidOption if `n` is not a positive integer
 * @throws LayerConnectionError, from `join`, if the input is not 2-dimensional
 * @category Shapes
 * @see `RepeatVector` in Keras; `expand` in PyTorch
 * @example
 * ```ts
 * const network = join(Input([20, 8]), LSTM(16), RepeatVector(20), LSTM(8, { onlyReturnFinal: false }))
 * String(network) // (?, 20, 8) -> [... 4 layers ...] -> (?, 20, 8)
 * ```
 */
export const RepeatVector: RepeatVectorConstructor = defineLayer({
  ...callee,
  positional: ['n'],
  options: { n: { codec: integer(1) } },
  shape: ({ n }, input) =>
    flatMap(ofRank(vector, input), ([batch = null, features = null]) => right([batch, n, features])),
  forward: ({ n }, ops, x) => {
    const [batch = null, features = null] = ops.shape(x)
    return [ops.broadcast(ops.reshape(x, [batch, 1, features]), [batch, n, features]), {}]
  },
})
