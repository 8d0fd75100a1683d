import { type Either, isLeft } from 'fp-ts/lib/Either.js'
import type { Fault } from '../base/errors.ts'
import type { Shape } from '../base/shape.ts'
import { type Filled, faultOf, type Refuses, refusal } from '../core/expects.ts'
import type { Divide, IsDivisible } from '../type-arithmetic/digits.ts'
import type { ChannelsOf } from './window.ts'

// Convolutions whose channels are taken in groups, each of which makes its own part of the output.

const divided = {
  expected: 'input channels that {groups} groups divide',
  remedy: 'Use a number of groups that divides {channels}.',
} as const

const outgoing = {
  expected: 'a number that divides the {channels} channels that come out',
  remedy: 'Use another number of groups, or a multiple of {groups} channels.',
} as const

/** The channels of one group of `C`. */
export type PerGroup<C extends number, G extends number> = G extends 1
  ? C
  : Divide<C, G> extends [infer Q extends number, unknown]
    ? Q
    : number

/** `O` if the input `I` fits, and `G` groups divide its channels and those of `O`. */
export type Grouped<Kind extends string, I, G extends number, O> = G extends 1
  ? O
  : O extends readonly unknown[]
    ? IsDivisible<ChannelsOf<O>, G> extends true
      ? IsDivisible<ChannelsOf<I>, G> extends true
        ? O
        : Refuses<Kind, typeof divided, I, { groups: G; channels: ChannelsOf<I> }>
      : Undivided<Kind, G, ChannelsOf<O>>
    : O
/** The mismatch of channels that come out: the message of the constructor at run time. An interface, as {@link Refusal}. */
interface Undivided<Kind extends string, G extends number, C extends number> {
  readonly mismatch: `${Kind}, groups: expected ${Filled<(typeof outgoing)['expected'], { channels: C }>}, got ${G}. ${Filled<(typeof outgoing)['remedy'], { groups: G }>}`
}

/** Whether groups do not divide channels; of a number that is no literal the compiler does not know. */
export type Indivisible<Channels, Groups> = Channels extends number
  ? Groups extends number
    ? number extends Channels | Groups
      ? false
      : IsDivisible<Channels, Groups> extends true
        ? false
        : true
    : false
  : false
/** Checks that the groups divide the channels that go out, which is known when the layer is made. */
export const checkGroups = (groups: number, channels: number): (Fault & { readonly option: string }) | undefined =>
  channels % groups === 0
    ? undefined
    : {
        option: 'groups',
        ...faultOf(outgoing, String(groups), { groups, channels }),
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
