import { right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import type { LimitedBy, RefusesOrder } from '../base/limits.ts'
import { integer, listOf } from '../base/options.ts'
import type { Listed } from '../base/shape.ts'
import { defineLayer, type NameOption, type Plain } from '../core/define.ts'
import { type Refuses, refusal } from '../core/expects.ts'
import type { Limits, NameOf, Row, Together, With, WrongArguments } from '../core/notated.ts'
import type { LastOf } from './feature-axes.ts'

const expectedOrder = 'an array of axes, integers >= 0'
const callee = { kind: 'Transpose', example: 'Transpose([0, 2, 1])' } as const

/** The type of {@link Transpose}: the input's axes in another order. */
export interface Transpose<Perm extends readonly number[], Name extends string> extends Plain<Name> {
  readonly kind: 'Transpose'
  readonly ' ids': 'passes'
  readonly perm: Perm
  readonly ' out': Transposed<this[' in'], Perm>
}
type Transposed<I, Perm extends readonly number[]> = number[] extends I
  ? [Forgotten<Perm, Perm>] extends [never]
    ? { -readonly [K in keyof Perm]: number }
    : Unlike<I, Perm, Perm>
  : I extends readonly unknown[]
    ? I['length'] extends Perm['length']
      ? [Forgotten<I, Perm>] extends [never]
        ? { -readonly [K in keyof Perm]: I[Perm[K] & keyof I] }
        : Unlike<I, Perm, I>
      : Unlike<I, Perm, I>
    : never
const allAxes = {
  expected: 'all axes of the input, once each, in [{perm}]',
  remedy: 'Use each axis from 0 to {last} once.',
} as const
/** The mismatch of an input; `Axes` has its rank, or the one it should have. */
type Unlike<I, Perm extends readonly number[], Axes extends readonly unknown[]> = Refuses<
  'Transpose',
  typeof allAxes,
  I,
  { perm: Listed<Perm>; last: LastOf<Axes> }
>

/** The axes of `I` that are not in `Perm`; none if it is unknown. */
type Forgotten<I extends readonly unknown[], Perm extends readonly number[]> = number extends Perm[number]
  ? never
  : Exclude<keyof I & `${number}`, `${Perm[number]}`>

interface TransposeRow extends Row {
  readonly ' limits': Limits<'permutation'>
  readonly ' makes': Together<this[' given']> extends infer Perm extends readonly number[]
    ? With<this[' options'], NameOption, Transpose<Perm, NameOf<this[' options'], 'transpose-{}'>>>
    : WrongArguments
}

/** The constructor of {@link Transpose}. */
export interface TransposeConstructor {
  readonly ' row'?: TransposeRow
  <const Perm extends number[] | readonly number[], const Name extends string = 'transpose-{}'>(
    /** all axes, the batch (0) included */
    perm: LimitedBy<RefusesOrder<Perm>, Perm, typeof callee, 'perm', typeof expectedOrder>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): Transpose<Perm, Name>
}

const permutation: t.Type<readonly number[], unknown, unknown> = listOf(expectedOrder, integer(0).is, { least: 1 })

/**
 * Permutes the axes: axis `i` of the output is axis `perm[i]` of the input.
 *
 * Shape: any shape → its axes in another order, the batch included.
 *
 * @param perm all axes, the batch (0) included
 * @param options the name of the layer
 * @throws InvalidOption if an axis is not an integer >= 0
 * @throws LayerConnectionError, from `join`, if an axis of the input is missing or repeated
 * @category Shapes
 * @see `Permute` (without the batch) in Keras; `permute` in PyTorch; `Transpose` in NeuPy
 * @example
 * ```ts
 * String(join(Input([28, 3]), Transpose([0, 2, 1]))) // (?, 28, 3) -> [... 2 layers ...] -> (?, 3, 28)
 * ```
 */
export const Transpose: TransposeConstructor = defineLayer({
  ...callee,
  positional: ['perm'],
  notation: { together: true },
  options: { perm: { codec: permutation } },
  shape: ({ perm }, input) => {
    const rank = input?.length ?? perm.length
    return perm.length === rank && perm.every((_, axis) => perm.includes(axis))
      ? right(perm.map(axis => input?.[axis] ?? null))
      : refusal(allAxes, input, { perm: perm.join(', '), last: rank - 1 })
  },
  passes: true,
  forward: ({ perm }, ops, x) => [ops.transpose(x, perm), {}],
})
