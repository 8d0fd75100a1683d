import type { Typed } from '../core/layer.ts'
import type { Next } from '../type-arithmetic/next.ts'
import type { InBlock, InShared, InSlice, Item } from './list.ts'
import type { AllLayers, Named, NamedLayer } from './named.ts'

// The layers of a network by name in the order in which they run. `named.ts` gives them as a union, which is cheaper: only calls
// that ask what comes first, or before what, walk the list again. Each layer gets its path in the list first, such as `3`, or
// `3/0` within a block, and is found again by it.

/** A layer with its path in the list of its network. */
interface AtPath<P extends string> {
  readonly ' at': P
}
/** The path of a layer. */
export type PathOf<L> = L extends AtPath<infer P> ? P : never

/** A list whose layers have their paths, all after `P`. */
type Marked<T, P extends string> = { readonly [K in keyof T]: MarkedItem<T[K], `${P}${K & string}`> }
type MarkedItem<E, P extends string> =
  E extends InBlock<infer Name, infer B>
    ? InBlock<Name, Marked<B, `${P}/`>>
    : E extends InShared<infer Name, infer B>
      ? InShared<Name, B extends readonly Item[] ? Marked<B, `${P}/`> : B & AtPath<P>>
      : E extends InSlice<unknown>
        ? E
        : E & AtPath<P>

/** The named layers of a list, by their paths. */
type ByPath<F> = { readonly [E in F as E extends NamedLayer<unknown, AtPath<infer P>> ? P : never]: E }
/** The list of all layers of a network, with paths, for the input shape `I`. */
export type MarkedList<L extends Typed, I = number[]> = Marked<AllLayers<L, I>, ''>

/** The named layers of a network in order, with their paths; those after one that the compiler does not know are left out. */
export type Ordered<L extends Typed, I = number[]> =
  MarkedList<L, I> extends infer T extends readonly Item[]
    ? InOrder<T, 0, ByPath<Named<L[' within'], T>>, [], null>
    : []
/** Those of the list `T` from index `N` on, after `R`; then those of the lists around it, which `Up` holds. */
type InOrder<T extends readonly Item[], N extends number, F, R extends readonly unknown[], Up> = N extends T['length']
  ? Up extends readonly [infer Outer extends readonly Item[], infer M extends number, infer More]
    ? InOrder<Outer, M, F, R, More>
    : R
  : T[N] extends InBlock<string, infer B extends readonly Item[]>
    ? InOrder<B, 0, F, R, readonly [T, Next[N], Up]>
    : T[N] extends InShared<string, infer B>
      ? B extends readonly Item[]
        ? InOrder<B, 0, F, R, readonly [T, Next[N], Up]>
        : InOrder<T, Next[N], F, [...R, F[PathOf<B> & keyof F]], Up>
      : T[N] extends InSlice<infer G>
        ? InOrder<T, Next[N], F, [...R, G], Up>
        : PathOf<T[N]> extends keyof F
          ? InOrder<T, Next[N], F, [...R, F[PathOf<T[N]>]], Up>
          : R
