import { type Either, flatMap, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Limited } from '../base/limits.ts'
import { index } from '../base/options.ts'
import { type Flow, fromStart, type NotSeveral, type Several, type Shape } from '../base/shape.ts'
import { defineMerge, type Elsewhere, type NameOption, type Plain } from '../core/define.ts'
import { ofRank, type Refuses, type RefusesAll, refusal, refusalOfAll } from '../core/expects.ts'
import type { Argument, Limits, NameOf, Takes } from '../core/notated.ts'
import type { AxisKey, LastOf } from './feature-axes.ts'
import { type ShareAll, sharedByAll } from './merge.ts'

const withGate = {
  expected: 'an input {index}, the gate',
  remedy: 'Choose a gateIndex from -{count} to {last}.',
} as const
const flatGate = {
  rank: 2,
  expected: 'a 2-dimensional gate [batch, inputs]',
  remedy: 'Put Softmax(n) at the end of the gate.',
} as const
const oneEach = {
  expected: 'a gate [batch, {count}], a column for each of the other inputs',
  remedy: 'End the gate with Softmax({count}).',
} as const

const callee = { kind: 'GatedAverage', example: 'GatedAverage(0)' } as const

/** The type of {@link GatedAverage}: a gate [batch, n] and n inputs of one shape → that shape. */
export interface GatedAverage<At extends number, Name extends string> extends Plain<Name> {
  readonly kind: 'GatedAverage'
  readonly gateIndex: At
  readonly ' out': this[' in'] extends Several ? Gating<this[' in'], At> : NotSeveral<'GatedAverage', this[' in']>
}
type Gating<I extends readonly unknown[], At extends number> =
  AxisKey<I, At> extends infer Key extends keyof I
    ? Gated<I[Key], Others<I, Key>>
    : RefusesAll<'GatedAverage', typeof withGate, I, { index: At; count: I['length']; last: LastOf<I> }>
type Others<I extends readonly unknown[], Key, R extends readonly unknown[] = []> = I extends readonly [
  ...infer Before,
  infer Last,
]
  ? Others<Before, Key, `${Before['length']}` extends Key ? R : [Last, ...R]>
  : R
type Gated<Gate, Rest extends readonly unknown[]> = number[] extends Gate | Rest[number]
  ? number[]
  : Gate extends readonly [unknown, infer N extends number]
    ? number extends N
      ? Averaged<Rest>
      : N extends Rest['length']
        ? Averaged<Rest>
        : Refuses<'GatedAverage', typeof oneEach, Gate, { count: Rest['length'] }>
    : Refuses<'GatedAverage', typeof flatGate, Gate>
type Averaged<Rest extends readonly unknown[]> = Rest extends readonly [infer H, ...infer T]
  ? ShareAll<H, T, Rest, 'GatedAverage'>
  : never

interface GatedAverageRow extends Takes<readonly [number?], NameOption, Limits<'integer'>> {
  readonly ' made': GatedAverage<Argument<this[' given'], 0, number, 0>, NameOf<this[' options'], 'gated-average-{}'>>
}
/** The constructor of {@link GatedAverage}. */
export interface GatedAverageConstructor {
  readonly ' row'?: GatedAverageRow
  <const Name extends string = 'gated-average-{}'>(
    /** the name of the layer */
    options?: NameOption<Name>,
  ): GatedAverage<0, Name>
  <const At extends number, const Name extends string = 'gated-average-{}'>(
    /** which input is the gate, of shape [batch, inputs]; negative ones count from the end. Default: 0. */
    gateIndex: Limited<At, 'integer', typeof callee, 'gateIndex', Elsewhere<NameOption>>,
    /** the name of the layer */
    options?: NameOption<Name>,
  ): GatedAverage<At, Name>
}

const averaged = (index: number, inputs: Flow): Either<Fault, Shape | null> => {
  const at = fromStart(index, inputs.length)
  const gate = inputs[at]
  if (gate === undefined)
    return refusalOfAll(withGate, inputs, { index, count: inputs.length, last: inputs.length - 1 })
  const others = inputs.filter((_, i) => i !== at)
  const count = others.length
  return flatMap(ofRank(flatGate, gate), ([, columns = null]) => {
    if ((columns ?? count) !== count) return refusal(oneEach, gate, { count })
    return inputs.includes(null) ? right(null) : sharedByAll(others)
  })
}

/**
 * The sum of several inputs of one shape, weighted for each example by its row of the gate: `sum(gate[:, i] · x[i])`.
 * The weights are not normalized; end the gate with `Softmax` for an average. (Jacobs et al. 1991.)
 *
 * Shape: [batch, n] and n inputs of one shape → that shape.
 *
 * @param gateIndex which input is the gate, of shape [batch, inputs]; negative ones count from the end. Default: 0.
 * @param options the name of the layer
 * @throws InvalidOption if the index is not an integer
 * @throws LayerConnectionError, from `join`, if there is no such input, the gate does not have a column for each of the
 *   others, or their shapes differ
 * @category Several inputs
 * @see `GatedAverage` in NeuPy
 * @example
 * ```ts
 * const experts = join(Input(10), parallel(Softmax(2), Relu(5), Tanh(5)), GatedAverage())
 * String(experts) // (?, 10) -> [... 5 layers ...] -> (?, 5)
 * ```
 */
export const GatedAverage: GatedAverageConstructor = defineMerge({
  ...callee,
  positional: ['gateIndex'],
  options: {
    gateIndex: { codec: index, default: 0 },
  },
  shape: ({ gateIndex }, inputs) => averaged(gateIndex, inputs),
  forward: ({ gateIndex }, ops, inputs) => {
    const at = fromStart(gateIndex, inputs.length)
    const gate = inputs[at] as (typeof inputs)[number]
    const batch = ops.shape(gate)[0] ?? null
    return inputs
      .filter((_, i) => i !== at)
      .map((x, i) => {
        const alone = ops.shape(x).map((_, axis) => (axis === 0 ? batch : 1))
        return ops.multiply(x, ops.reshape(ops.slice(gate, [0, i], [null, 1]), alone))
      })
      .reduce((sum, weighted) => ops.add(sum, weighted))
  },
})
