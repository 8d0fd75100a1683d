import type { Fails, Mismatch, Unless } from '../base/shape.ts'
import type { Typed } from '../core/layer.ts'
import type { Next } from '../type-arithmetic/next.ts'
import type { Counted } from './counted.ts'
import type { FailedAt, Output, RepeatOut, RunSequence, Times } from './scan.ts'

// The checks of the arguments of combinators: which layer does not fit, and why. The compiler shows the reason at that
// argument. What combinators make of arguments that fit is in compose.ts.

// Names.

type TwiceNamed<D> = `Two layers are named '${D & string}': give one of them another name`
/** The first layer before index `End` with the name of an earlier layer. */
type Clash<L extends readonly Typed[], N extends number, Seen, End extends number = L['length']> = N extends End
  ? null
  : [L[N]['~named'] & Seen] extends [never]
    ? Clash<L, Next[N], Seen | L[N]['~named'], End>
    : FailedAt<Next[N], TwiceNamed<Extract<L[N]['~named'], Seen>>>

/** The fault of a name that an earlier layer has. */
export type Twice<L extends readonly Typed[], B extends Typed> = [
  Extract<Known<B['~named']>, L[number]['~named']>,
] extends [never]
  ? null
  : Mismatch<TwiceNamed<Extract<B['~named'], L[number]['~named']>>>
/** Names; `never` for those of a layer that the compiler does not know. */
type Known<Names> = unknown extends Names ? never : Names

// For arguments that are intersected with their fault, see docs/types.md.

/** The fault of the layer `B` after the layers `L`, to be intersected with `B`: `unknown` if there is none. */
export type Follows<L extends readonly Typed[], B extends Typed> = Unless<
  Output<RunSequence<[...L, B], number[], '~found'>>,
  Unless<Twice<L, B>>
>
/** The fault of the layer of `repeat`, to be intersected with it; `unknown` if there is none. */
export type CheckRepeat<B extends Typed, N extends number> = Unless<
  RepeatOut<B, Times<N>, 0, number[]>,
  N extends 1 ? unknown : Unless<SameName<B['~named']>>
>
type SameName<Name> = Name extends string
  ? Mismatch<`Every copy would be named '${Name}': write a pattern, such as '${Name}-{}'`>
  : never

// For lists of arguments: the reason takes the place of the argument that does not fit.

type Blame<L extends readonly unknown[], F> = { [K in keyof L]: BlameAt<K, L[K], F> }
/** Layers after an unknown number of layers have no index: each of them gets the reason. */
type BlameAt<K, Own, F> =
  F extends FailedAt<infer At, infer M>
    ? K extends `${infer N extends number}`
      ? Next[N] extends At
        ? Mismatch<M>
        : Own
      : Mismatch<M>
    : Own
/**
 * The arguments `Given`, whose layers are `L`: as they are, or with the reason in the place of one whose name is taken.
 * Without `infer`: a name with a type parameter leaves the condition open, and the compiler accepts an argument for an open
 * condition only if it infers nothing.
 */
export type CheckNames<L extends readonly Typed[], Given extends readonly unknown[]> = [L[number]['~named']] extends [
  never,
]
  ? Given
  : unknown extends L[number]['~named']
    ? Given
    : Fails<Clash<L, 0, never>> extends 1
      ? Blame<Given, Clash<L, 0, never>>
      : Given
/** The arguments of `join`: as they are, or with the reason in the place of the one that does not fit. */
export type CheckJoin<L extends readonly Typed[]> =
  Fails<Output<RunSequence<Counted<L>, number[], '~found'>>> extends 1
    ? Blame<L, Output<RunSequence<Counted<L>, number[], '~found'>>>
    : CheckNames<Counted<L>, L>

// For texts, which have no arguments: the place of the fault.

/** The first layer that cannot follow the layers before it: its index + 1 and the reason; `null` if there is none. */
export type JoinFault<L extends readonly Typed[]> =
  Output<RunSequence<L, number[], '~found'>> extends infer O
    ? O extends FailedAt<infer N, infer M>
      ? Clash<L, 0, never, N> extends FailedAt<infer K, infer Why>
        ? [K, Why]
        : [N, M]
      : NameFault<L>
    : never
/** The same for branches, whose names alone can clash. */
export type NameFault<L extends readonly Typed[]> = [L[number]['~named']] extends [never]
  ? null
  : unknown extends L[number]['~named']
    ? null
    : Clash<L, 0, never> extends FailedAt<infer N, infer M>
      ? [N, M]
      : null
