import type { Limited, Refused, RefusesNumber } from '../base/limits.ts'
import type { NumberThem, SharedOnce, sharedTwice, Twice as Taken, takenName } from '../base/names.ts'
import type { BranchInput, Fails, Mismatch, Sentence, Several } from '../base/shape.ts'
import type { AnyLayer, Out, Typed } from '../core/layer.ts'
import type { Next } from '../type-arithmetic/next.ts'
import type { Repeat, Shared } from './compose.ts'
import type { Counted } from './counted.ts'
import type { SharedWithin } from './list.ts'
import type { InParallel, InSequence, Within } from './run.ts'
import type { FailedAt, Gets, Joint, Output, RepeatOut, RunSequence, Times } from './scan.ts'

// The checks of the arguments of combinators: which layer does not fit, and why. The compiler shows the reason at that
// argument. What combinators make of arguments that fit is in compose.ts.

// Names.

/**
 * The error at run time. No condition: of an open one in the place of branches that are arrays, the compiler would compare
 * the methods of arrays and texts.
 */
type TwiceNamed<D> =
  `${D & string}, name: expected ${(typeof takenName)['expected']}, got ${Taken<D & string>}. ${NumberThem<D & string>}`
/** The first layer before index `End` with the name of an earlier layer; `Own` are the names of the layer at `N`. */
type Clash<
  L extends readonly Typed[],
  N extends number,
  Seen,
  End extends number = L['length'],
  Own = L[N][' named'],
> = N extends End
  ? null
  : Own & Seen extends never
    ? Clash<L, Next[N], Seen | Own, End>
    : FailedAt<Next[N], TwiceNamed<Extract<Own, Seen>>>

/** The fault of a name that an earlier layer has, or that another layer is shared under. */
export type Twice<L extends readonly Typed[], B extends Typed> = [
  Extract<Known<B[' named']>, L[number][' named']>,
] extends [never]
  ? SharedBeside<L, B>
  : Mismatch<TwiceNamed<Extract<B[' named'], L[number][' named']>>>
/** Names; `never` for those of a layer that the compiler does not know. */
type Known<Names> = unknown extends Names ? never : Names

// For single arguments: a list of it, or of the sentence of its fault, as the type of a rest parameter. The compiler infers
// a list through a condition, but not an argument whose own type is a condition still.

/** The argument of `to`: `Given`, unless the output `O` of `B` for the input `I`, or the names `T` are a fault. */
export type Follows<B, I, O, T, Given> =
  Fails<O> extends 1
    ? [layer: AndPlace<Sentence<O>, PlaceIn<B, I>>]
    : Fails<T> extends 1
      ? [layer: Sentence<T>]
      : [layer: Given]
/** The argument before the layer `B`. */
export type Before<A extends Typed, B extends Typed> = Follows<
  B,
  Out<A, number[]>,
  Output<RunSequence<[A, B], number[], ' found'>>,
  Twice<[A], B>,
  A
>
interface RepeatCallee {
  readonly kind: 'repeat'
  readonly example: 'repeat(Relu(8), 3)'
}
/** The arguments of `repeat`, unless the layer cannot be repeated. */
export type CheckRepeat<B extends Typed, N extends number> =
  Refused<RefusesNumber<N, 'count'>> extends 1
    ? [layer: B, n: Limited<N, 'count', RepeatCallee, 'n'>]
    : Fails<RepeatOut<B, Times<N>, 0, number[]>> extends 1
      ? [layer: AndPlace<Sentence<RepeatOut<B, Times<N>, 0, number[]>>, PlaceIn<Repeat<B, N>, number[]>>, n: N]
      : Fails<Renamed<B, N>> extends 1
        ? [layer: Sentence<Renamed<B, N>>, n: N]
        : [layer: B, n: N]
type Renamed<B extends Typed, N extends number> = N extends 1 ? never : SameName<B[' named']>
/** The mismatch of a layer that cannot be repeated; anything else if it can. */
export type RepeatFault<B extends Typed, N extends number> =
  RepeatOut<B, Times<N>, 0, number[]> extends infer O
    ? O extends Mismatch<string>
      ? O
      : [Renamed<B, N>] extends [never]
        ? null
        : Renamed<B, N>
    : never
type SameName<Name> = Name extends string ? Mismatch<TwiceNamed<Name>> : never

// The place of the layer that does not fit, where an argument is a composition: compilers underline all of it. It is looked
// for only once there is a mistake.

/** `layer 2 of branch 1`: the first layer in `B` that does not fit, for the input `I`; nothing if that is `B` itself. */
type PlaceIn<B, I, Place extends string = ''> = B extends { readonly ' expects': unknown }
  ? Place
  : B extends { readonly ' parts': infer E }
    ? E extends InSequence<infer L>
      ? InLayers<L, 0, I, Place>
      : E extends InParallel<infer L, infer G>
        ? [I, Joint<L, I & Several, null, G>] extends [Several, Mismatch<string>]
          ? Place
          : InBranches<L, 0, I, G, Place>
        : E extends Within<string, infer P, 'block' | 'shared'>
          ? PlaceIn<P, I, Place>
          : Place
    : Place
type InLayers<L extends readonly Typed[], N extends number, I, Place extends string> = N extends L['length']
  ? Place
  : Out<L[N], I> extends infer O
    ? O extends Mismatch<string>
      ? PlaceIn<L[N], I, Nearer<`layer ${Next[N]}`, Place>>
      : InLayers<L, Next[N], O, Place>
    : never
type InBranches<L extends readonly Typed[], N extends number, I, G, Place extends string> = N extends L['length']
  ? Place
  : (I extends Several ? (G extends 'one' ? BranchInput<I, N> : I) : I) extends infer J
    ? Out<L[N], J> extends Mismatch<string>
      ? PlaceIn<L[N], J, Nearer<`branch ${Next[N]}`, Place>>
      : InBranches<L, Next[N], I, G, Place>
    : never
type Nearer<Here extends string, Place extends string> = Place extends '' ? Here : `${Here} of ${Place}`
/** The place within the layer of a sequence that does not fit. */
type PlaceInLayer<L extends readonly Typed[], At extends number> =
  InLayers<L, 0, number[], ''> extends `${infer Place} of layer ${At}` ? Place : ''
/** A sentence, with the place after it if there is one. */
type AndPlace<Message extends string, Place extends string> = Place extends '' ? Message : `${Message} It is ${Place}.`
type Placing<L extends readonly Typed[], F> =
  F extends FailedAt<infer At, infer M> ? FailedAt<At, AndPlace<M, PlaceInLayer<L, At>>> : F

// For lists of arguments: the reason takes the place of the argument that does not fit.

type Blame<L extends readonly unknown[], F> = {
  [K in keyof L]: F extends FailedAt<infer At, infer M> ? (IsAt<K, At> extends true ? M : L[K]) : L[K]
}
/** Layers after an unknown number of layers have no index: each of them gets the reason. */
type IsAt<K, At> = K extends `${infer N extends number}` ? (Next[N] extends At ? true : false) : true
/**
 * The arguments of `join`: as they are, or with the reason in the place of the one that does not fit. Layers of which nothing
 * is known always fit; they are asked for first, as the compiler takes the arguments for those before it has seen them.
 */
export type CheckJoin<L extends readonly Typed[]> = readonly AnyLayer[] extends L
  ? L
  : Fails<Output<RunSequence<Counted<L>, number[], ' found'>>> extends 1
    ? Blame<L, Placing<Counted<L>, Output<RunSequence<Counted<L>, number[], ' found'>>>>
    : HasClash<Counted<L>> extends 1
      ? Blame<L, Clash<Counted<L>, 0, never>>
      : SharesTwo<Counted<L>> extends 1
        ? Blame<L, SharedTwice<Counted<L>, 0, never>>
        : L
/** 1 if two layers that differ are shared under one name, wherever they are. */
type SharesTwo<L extends readonly Typed[]> = [SharedWithin] extends [L[number][' within']]
  ? Fails<SharedTwice<L, 0, never>>
  : 0
/** The first layer from index `N` on with a shared layer that differs from one of `Seen`, or from another one in it. */
type SharedTwice<L extends readonly Typed[], N extends number, Seen> = N extends L['length']
  ? null
  : SharedIn<L[N]> extends infer S
    ? [NameOfTwo<S, Seen | S>] extends [never]
      ? SharedTwice<L, Next[N], Seen | S>
      : FailedAt<Next[N], SharesDiffer<NameOfTwo<S, Seen | S>>>
    : never
/** The shared layers of a part. */
type SharedIn<P> =
  P extends Shared<infer _, infer _B>
    ? P
    : P extends { readonly ' parts': infer E }
      ? E extends InSequence<infer L>
        ? SharedIn<L[number]>
        : E extends InParallel<infer L, Gets>
          ? SharedIn<L[number]>
          : E extends Within<string, infer B, 'block'>
            ? SharedIn<B>
            : never
      : never
/** The names of shared layers `S` that differ from others of their name. */
type NameOfTwo<S, Others> =
  S extends Shared<infer Name, infer B> ? (true extends DifferFrom<SharedAs<Others, Name>, B> ? Name : never) : never
/** The layers that are shared under a name. */
type SharedAs<Seen, Name extends string> = Seen extends Shared<Name, infer B> ? B : never
type DifferFrom<A, B> = A extends unknown ? Differ<A, B> : never
/** The fault of a layer that is shared under the name of another one, within the layers `L` or what follows them, `B`. */
type SharedBeside<L extends readonly Typed[], B extends Typed> = [SharedWithin] extends [B[' within']]
  ? SharedIn<B> extends infer S
    ? [NameOfTwo<S, SharedIn<L[number]> | S>] extends [never]
      ? null
      : Mismatch<SharesDiffer<NameOfTwo<S, SharedIn<L[number]> | S>>>
    : never
  : null
/** Whether layers differ for certain: one of a type that says less may be the other. */
type Differ<A, B> = [A] extends [B] ? false : [B] extends [A] ? false : true
type SharesDiffer<Name extends string> =
  `${Name}, name: expected ${SharedOnce<Name>}, got ${(typeof sharedTwice)['got']}. ${(typeof sharedTwice)['remedy']}`
/**
 * 1 if a layer has the name of another one. Without `infer`: a name with a type parameter leaves the condition open, and the
 * compiler accepts an argument for an open condition only if it infers nothing.
 */
type HasClash<L extends readonly Typed[]> = [L[number][' named']] extends [never]
  ? 0
  : unknown extends L[number][' named']
    ? 0
    : Fails<Clash<L, 0, never>>
/** Branches, whose layers are `L`: as they are, or with the reason in the place of one whose name is taken. */
export type CheckNames<L extends readonly Typed[], Given extends readonly unknown[]> =
  HasClash<L> extends 1 ? BlameBranch<Given, Clash<L, 0, never>> : Given
/**
 * The same as {@link Blame} for branches, which may be arrays: for a text in the place of one, the compiler would compare
 * the methods of arrays and texts.
 */
type BlameBranch<L extends readonly unknown[], F> = {
  [K in keyof L]: F extends FailedAt<infer At, infer M> ? (IsAt<K, At> extends true ? Mismatch<M> : L[K]) : L[K]
}

// For texts, which have no arguments: the place of the fault.

/** The first layer that cannot follow the layers before it: its index + 1 and the reason; `null` if there is none. */
export type JoinFault<L extends readonly Typed[]> =
  Output<RunSequence<L, number[], ' found'>> extends infer O
    ? O extends FailedAt<infer N, infer M>
      ? Clash<L, 0, never, N> extends FailedAt<infer K, infer Why>
        ? [K, Why]
        : [N, M]
      : NameFault<L>
    : never
/** The same for branches, whose names alone can clash. */
export type NameFault<L extends readonly Typed[]> = [L[number][' named']] extends [never]
  ? null
  : unknown extends L[number][' named']
    ? null
    : Clash<L, 0, never> extends FailedAt<infer N, infer M>
      ? [N, M]
      : null
