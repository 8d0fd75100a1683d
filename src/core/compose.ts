import type { Hide, Layers } from './hidden.ts'
import type { AnyLayer, Out } from './layer.ts'
import type { InParallel, InSequence, InShared, SharedWithin, Unknown } from './named.ts'
import type { Wired } from './network.ts'
import type { Next } from './next.ts'
import type { Deep, DeepOut } from './run.ts'
import type { BranchInput, Mismatch, Several, Show } from './shape.ts'

// The types of compositions. Layers are walked by index: slicing a tuple would make the cost of a join quadratic.

/** What every layer offers: the ways to go on. */
export interface Chain extends AnyLayer {
  /** This, then `next`: the same as `join(this, next)`. */
  readonly to: To<[this]>
  /** The same as `to`. */
  readonly '>>': To<[this]>
}
type To<L extends readonly AnyLayer[]> = <const B extends AnyLayer>(next: Following<L, B>) => Join<[...L, B]>
/** `B` where it may follow; the reason why not where it may not. */
export type Following<L extends readonly AnyLayer[], B extends AnyLayer> =
  Scan<[...L, B], 0, number[]> extends FailedAt<number, infer M>
    ? Mismatch<M>
    : Extract<B['~named'], L[number]['~named']> extends infer D
      ? [D] extends [never]
        ? B
        : Mismatch<TwiceNamed<D>>
      : never

/** '~within' of a composition, for that of its parts. */
export type Deeper<W> = W extends number ? Next[W] : W

/** A sequence of layers that waits for its input. */
export interface Sequence<L extends readonly AnyLayer[]> extends Wired {
  readonly kind: 'Sequence'
  readonly to: To<L>
  readonly '>>': To<L>
  readonly '~out': Deep extends L[number]['~within'] ? DeepOut<L, this['~in']> : Scan<L, 0, this['~in']>
  readonly '~source': never
  readonly '~named': L[number]['~named']
  readonly '~entries': InSequence<L>
  readonly '~within': 0 | Deeper<L[number]['~within']>
}

/**
 * Layers from inputs to outputs: `I` and `O` are the shapes of what goes in and what comes out, `Hidden` the layers in a
 * form that editors print short (see {@link Hide}).
 */
export interface Network<I, O, Hidden> extends Wired {
  readonly kind: 'Network'
  readonly to: ToOf<I, O, Layers<Hidden>>
  readonly '>>': ToOf<I, O, Layers<Hidden>>
  readonly '~out': number[] extends this['~in'] ? O : Out<Sequence<Layers<Hidden>>, this['~in']>
  readonly '~source': I
  readonly '~named': Layers<Hidden>[number]['~named']
  readonly '~entries': InSequence<Layers<Hidden>>
  readonly '~within': 0 | Deeper<Layers<Hidden>[number]['~within']>
}
/** As {@link To}, going on from the known output instead of walking the layers again. */
type ToOf<I, O, L extends readonly AnyLayer[]> = <const B extends AnyLayer>(
  next: FollowingOutput<O, L, B>,
) => Network<I, Out<B, O>, Hide<[...L, B]>>
type FollowingOutput<O, L extends readonly AnyLayer[], B extends AnyLayer> =
  Out<B, O> extends Mismatch<infer M>
    ? Mismatch<M>
    : Extract<B['~named'], L[number]['~named']> extends infer D
      ? [D] extends [never]
        ? B
        : Mismatch<TwiceNamed<D>>
      : never

/** Branches side by side. Given one input, each gets it; given several, one each. */
export interface Parallel<L extends readonly AnyLayer[]> extends Chain, Wired {
  readonly kind: 'Parallel'
  readonly '~out': Branches<L, 0, this['~in'], []>
  readonly '~source': never
  readonly '~named': L[number]['~named']
  readonly '~entries': InParallel<L, 'one'>
  readonly '~within': 0 | Deeper<L[number]['~within']>
}

/** `N` copies of a layer in sequence. */
export interface Repeat<B extends AnyLayer, N extends number> extends Chain, Wired {
  readonly kind: 'Repeat'
  readonly '~out': RepeatOut<B, Times<N>, 0, this['~in']>
  readonly '~source': B['~source']
  readonly '~named': B['~named']
  readonly '~entries': number extends N ? Unknown : InSequence<Copies<B, N, []>>
  readonly '~within': 0 | Deeper<B['~within']>
}

/** A layer whose every occurrence in a network uses one set of variables, kept under the given name. */
export interface Shared<Name extends string, B extends AnyLayer> extends Chain, Wired {
  readonly kind: 'Shared'
  readonly '~out': Out<B, this['~in']>
  readonly '~source': never
  readonly '~named': never
  readonly '~entries': InShared<Name, B>
  readonly '~within': 0 | SharedWithin | Deeper<B['~within']>
}

/** The failure of the layer before index `At`. */
interface FailedAt<At extends number, Message extends string> extends Mismatch<Message> {
  readonly at: At
}

/** The shape after the layers from index `N` on. A failure is tested first: during inference `L` can be `never`. */
export type Scan<L extends readonly AnyLayer[], N extends number, I> =
  I extends Mismatch<string> ? FailedAt<N, I['mismatch']> : N extends L['length'] ? I : Scan<L, Next[N], Out<L[N], I>>

type Branches<L extends readonly AnyLayer[], N extends number, I, R extends readonly unknown[]> = N extends L['length']
  ? I extends Several
    ? I['length'] extends N
      ? R
      : Unequal<L, I>
    : R
  : Out<L[N], BranchInput<I, N>> extends infer O
    ? O extends Mismatch<string>
      ? InBranch<L, I, O>
      : Branches<L, Next[N], I, O extends Several ? [...R, ...O] : [...R, O]>
    : never
/** A branch's mismatch, unless there are not as many branches as inputs, which is then to blame. */
interface InBranch<L extends readonly AnyLayer[], I, O extends Mismatch<string>> {
  readonly mismatch: I extends Several
    ? I['length'] extends L['length']
      ? O['mismatch']
      : Unequal<L, I>['mismatch']
    : O['mismatch']
}
interface Unequal<L extends readonly AnyLayer[], I> {
  readonly mismatch: `Parallel expects one input, or one for each of the ${L['length']} branches, got ${Show<I>}. Merge the inputs first, give each a branch, or give all of them to every branch with branch(...).`
}
/** While a call is inferred, `N` can be `never`, which no count would reach. */
type Times<N extends number> = [N] extends [never] ? number : N
type RepeatOut<B extends AnyLayer, N extends number, K extends number, I> = number extends N
  ? number[]
  : K extends N
    ? I
    : Out<B, I> extends infer O
      ? O extends Mismatch<string>
        ? O
        : RepeatOut<B, N, Next[K], O>
      : never
type Copies<B extends AnyLayer, N extends number, R extends readonly AnyLayer[]> = R['length'] extends N
  ? R
  : Copies<B, N, readonly [...R, B]>

/** What `join` makes: a network once it starts with inputs, else a sequence. */
export type Join<L extends readonly AnyLayer[]> = L[0]['~source'] extends infer I
  ? [I] extends [never]
    ? Sequence<L>
    : Network<I, Scan<L, 0, number[]>, Hide<L>>
  : never

/** What `parallel` makes: a network of several inputs when every branch starts with inputs. */
export type Side<L extends readonly AnyLayer[]> =
  Sources<L, 0, []> extends infer I
    ? [I] extends [never]
      ? Parallel<L>
      : Network<I, Branches<L, 0, number[], []>, Hide<[Parallel<L>]>>
    : never
type Sources<L extends readonly AnyLayer[], N extends number, R extends readonly unknown[]> = N extends L['length']
  ? R
  : L[N]['~source'] extends infer I
    ? [I] extends [never]
      ? never
      : Sources<L, Next[N], I extends Several ? [...R, ...I] : [...R, I]>
    : never

type TwiceNamed<D> = `Two layers are named '${D & string}': give one of them another name`
/** The first layer, of those before index `End`, with a name that one before it has. */
type Clash<L extends readonly AnyLayer[], N extends number, Seen, End extends number = L['length']> = N extends End
  ? null
  : L[N]['~named'] extends infer D
    ? [D] extends [never]
      ? Clash<L, Next[N], Seen, End>
      : [Extract<D, Seen>] extends [never]
        ? Clash<L, Next[N], Seen | D, End>
        : FailedAt<Next[N], TwiceNamed<Extract<D, Seen>>>
    : never
type Blame<L extends readonly unknown[], At, Reason> = {
  [K in keyof L]: K extends `${infer N extends number}` ? (Next[N] extends At ? Reason : L[K]) : L[K]
}
type CheckNames<L extends readonly AnyLayer[]> = [L[number]['~named']] extends [never]
  ? L
  : Clash<L, 0, never> extends FailedAt<infer N, infer M>
    ? Blame<L, N, Mismatch<M>>
    : L

/** Which of some layers cannot be joined to those before it, and why: index + 1 and the reason; `null` where all can. */
export type JoinFault<L extends readonly AnyLayer[]> =
  Scan<L, 0, number[]> extends infer O
    ? O extends FailedAt<infer N, infer M>
      ? Clash<L, 0, never, N> extends FailedAt<infer K, infer Twice>
        ? [K, Twice]
        : [N, M]
      : NameFault<L>
    : never
/** The same for branches. */
export type NameFault<L extends readonly AnyLayer[]> = [L[number]['~named']] extends [never]
  ? null
  : Clash<L, 0, never> extends FailedAt<infer N, infer M>
    ? [N, M]
    : null

/** The arguments of `join`: as they are, or with the reason in the place of the one that does not fit. */
export type CheckJoin<L extends readonly AnyLayer[]> =
  Scan<L, 0, number[]> extends FailedAt<infer N, infer M> ? Blame<L, N, Mismatch<M>> : CheckNames<L>
/** The arguments of `parallel`, likewise. */
export type CheckBranches<L extends readonly AnyLayer[]> = CheckNames<L>
/** The layer of `repeat`, likewise. */
export type CheckRepeat<B extends AnyLayer, N extends number> =
  RepeatOut<B, Times<N>, 0, number[]> extends Mismatch<infer M>
    ? Mismatch<M>
    : N extends 1
      ? B
      : [B['~named']] extends [never]
        ? B
        : Mismatch<`Every copy would be named '${B['~named'] & string}': write a pattern, such as '${B['~named'] & string}-{}'`>
