import { type Either, isLeft } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Shape } from '../base/shape.ts'
import { type Refuses, refusal } from '../core/expects.ts'
import type { Divide, IsDivisible } from '../type-arithmetic/digits.ts'
import type { ChannelsOf } from './window.ts'

// Convolutions whose channels are taken in groups, each of which makes its own part of the output.

const divided = {
  expected: 'input channels that {groups} groups divide',
  remedy: 'Use a number of groups that divides {channels}.',
} as const

/** The channels of one group of `C`. */
export type PerGroup<C extends number, G extends number> = G extends 1
  ? C
  : Divide<C, G> extends [infer Q extends number, unknown]
    ? Q
    : number

/** `O` if the input `I` fits and its channels are divided by `G` groups. */
export type Grouped<Kind extends string, I, G extends number, O> = G extends 1
  ? O
  : O extends readonly unknown[]
    ? IsDivisible<ChannelsOf<I>, G> extends true
      ? O
      : Refuses<Kind, typeof divided, I, { groups: G; channels: ChannelsOf<I> }>
    : O

/** Checks that the groups divide the channels that go out, which is known when the layer is made. */
export const checkGroups = (groups: number, channels: number): (Fault & { readonly option: string }) | undefined =>
  channels % groups === 0
    ? undefined
    : {
        option: 'groups',
        expected: `a number that divides the ${channels} channels that come out`,
        got: String(groups),
        remedy: `Use another number of groups, or a multiple of ${groups} channels.`,
      }

/** Checks that the groups divide the channels that come in. */
export const groupedShape = (
  input: Shape | null,
  groups: number,
  output: Either<Fault, Shape>,
): Either<Fault, Shape> => {
  const channels = input?.at(-1) ?? null
  return isLeft(output) || channels === null || channels % groups === 0
    ? output
    : refusal(divided, input, { groups, channels })
}
