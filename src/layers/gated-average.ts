import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import { codec } from '../base/options.ts'
import {
  type Flow,
  fromStart,
  type Refusal,
  type RefusedOne,
  type Several,
  type Shape,
  showFlow,
  showShape,
} from '../base/shape.ts'
import { defineMerge, type NameOption, type Plain } from '../core/define.ts'
import { type AxisKey, type LastOf, type ShareAll, sharedByAll } from './merge.ts'

/** A gated average as a type: a gate [batch, n] and n inputs of one shape in, that shape out. */
export interface GatedAverage<At extends number, Name extends string> extends Plain<Name> {
  readonly kind: 'GatedAverage'
  readonly gateIndex: At
  readonly '~out': this['~in'] extends Several
    ? AxisKey<this['~in'], At> extends infer Key extends keyof this['~in']
      ? Gated<this['~in'][Key], Others<this['~in'], Key>>
      : Refusal<
          'GatedAverage',
          `an input ${At}, the gate`,
          this['~in'],
          `Choose a gateIndex from -${this['~in']['length']} to ${LastOf<this['~in']>}.`
        >
    : number[] extends this['~in']
      ? number[]
      : RefusedOne<'GatedAverage', this['~in']>
}
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
        : Refusal<
            'GatedAverage',
            `a gate with ${Rest['length']} columns, one for each of the other inputs`,
            Gate,
            `End the gate with Softmax(${Rest['length']}).`
          >
    : Refusal<'GatedAverage', 'a 2-dimensional gate [batch, inputs]', Gate, 'Put Softmax(n) at the end of the gate.'>
type Averaged<Rest extends readonly unknown[]> = Rest extends readonly [infer H, ...infer T]
  ? ShareAll<H, T, Rest, 'GatedAverage'>
  : never

/** The constructor of {@link GatedAverage}. */
export interface GatedAverageConstructor {
  <const Name extends string = 'gated-average-{}'>(options?: NameOption<Name>): GatedAverage<0, Name>
  <const At extends number, const Name extends string = 'gated-average-{}'>(
    gateIndex: At,
    options?: NameOption<Name>,
  ): GatedAverage<At, Name>
}

const averaged = (gateIndex: number, inputs: Flow): Either<Fault, Shape | null> => {
  const fault = (expected: string, got: string, remedy: string) => left({ expected, got, remedy })
  const at = fromStart(gateIndex, inputs.length)
  const gate = inputs[at]
  if (gate === undefined)
    return fault(
      `an input ${gateIndex}, the gate`,
      showFlow(inputs),
      `Choose a gateIndex from ${-inputs.length} to ${inputs.length - 1}.`,
    )
  const others = inputs.filter((_, i) => i !== at)
  if (gate !== null && gate.length !== 2)
    return fault('a 2-dimensional gate [batch, inputs]', showShape(gate), 'Put Softmax(n) at the end of the gate.')
  if ((gate?.[1] ?? others.length) !== others.length)
    return fault(
      `a gate with ${others.length} columns, one for each of the other inputs`,
      showShape(gate),
      `End the gate with Softmax(${others.length}).`,
    )
  return inputs.includes(null) ? right(null) : sharedByAll(others)
}

/**
 * Sums several inputs of one shape, each example's weighted by its row of the gate: `sum(gate[:, i] · x[i])`. The weights
 * are taken as they are; end the gate with `Softmax` to make them an average. (Jacobs et al. 1991.)
 *
 * @param gateIndex which input is the gate, of shape [batch, inputs]; negative ones count from the end. Default: 0.
 * @throws InvalidOption when the index is not an integer
 * @throws LayerConnectionError, from `join`, when there is no such input, the gate does not have a column for each of
 *   the others, or these do not have one shape
 * @example
 * ```ts
 * const experts = join(Input(10), parallel(Softmax(2), Relu(5), Tanh(5)), GatedAverage())
 * String(experts) // (?, 10) -> [... 5 layers ...] -> (?, 5)
 * ```
 */
export const GatedAverage: GatedAverageConstructor = defineMerge({
  kind: 'GatedAverage',
  example: 'GatedAverage(0)',
  positional: ['gateIndex'],
  options: {
    gateIndex: {
      codec: codec('an integer', value => (Number.isSafeInteger(value) ? (value as number) : undefined)),
      default: 0,
    },
  },
  shape: ({ gateIndex }, inputs) => averaged(gateIndex, inputs),
  forward: ({ gateIndex }, ops, inputs) => {
    const at = fromStart(gateIndex, inputs.length)
    const gate = inputs[at] as (typeof inputs)[number]
    const batch = ops.shape(gate)[0] ?? null
    return inputs
      .filter((_, i) => i !== at)
      .map((x, i) => {
        const column = ops.slice(gate, [0, i], [null, 1])
        return ops.multiply(
          x,
          ops.reshape(column, [
            batch,
            ...ops
              .shape(x)
              .slice(1)
              .map(() => 1),
          ]),
        )
      })
      .reduce((sum, weighted) => ops.add(sum, weighted))
  },
})
