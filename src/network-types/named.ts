import type { Format } from '../base/names.ts'
import type { Tensor } from '../base/tensor.ts'
import type { Placed, Typed } from '../core/layer.ts'
import type { Next } from '../type-arithmetic/next.ts'
import type { Counter, InBlock, InShared, InSlice, Item, ListingOf, NoCounters, NoLayer, SharedWithin } from './list.ts'

// The variables of a network by name. One walk over the list of its layers numbers those whose names are patterns; variables
// are read when they are used.

/** A layer and its name. */
export interface NamedLayer<Name, L> {
  readonly name: Name
  readonly layer: L
}
export type AnyNamedLayer = NamedLayer<string, Holder>
interface Holder {
  readonly ' params': unknown
  readonly ' state': unknown
}

/**
 * The named layers of the list `T` from index `N` on, in a union with `R`. `C` are the counters so far, `B` is the ' before' of
 * the item at `N`.
 */
type Numbered<
  T extends readonly Item[],
  N extends number,
  C extends string,
  R,
  B extends string = T[N][' before'],
> = N extends T['length']
  ? R
  : C extends `${string};${B}=${infer K extends number};${string}`
    ? Numbered<T, Next[N], `;${B}=${Next[K]}${C}`, R | NamedLayer<`${B}${K}`, T[N]>>
    : [B] extends [never]
      ? Numbered<T, Next[N], C, R | NamedLayer<T[N]['name'], T[N]>>
      : B extends NoLayer
        ? NumberedPart<T, N, C, R>
        : B extends `${string}{${string}`
          ? Numbered<T, Next[N], Count<C, B>, R | NamedLayer<NameOf<C, B>, T[N]>>
          : Numbered<T, Next[N], `;${B}=2${C}`, R | NamedLayer<`${B}1`, T[N]>>
/** The same if the next item is not a layer, but has layers within. */
type NumberedPart<T extends readonly Item[], N extends number, C extends string, R> =
  T[N] extends InBlock<infer Name, infer B>
    ? Name extends `${string}{${string}`
      ? Numbered<T, Next[N], Count<C, Name>, R | Prefixed<`${NameOf<C, Name>}/`, NamedLayers<B>>>
      : Numbered<T, Next[N], C, R | Prefixed<`${Name}/`, NamedLayers<B>>>
    : T[N] extends InShared<infer Name, infer B>
      ? Numbered<
          T,
          Next[N],
          C,
          R | (B extends readonly Item[] ? Free<Prefixed<`${Name}/`, NamedLayers<B>>> : IsFree<NamedLayer<Name, B>>)
        >
      : T[N] extends InSlice<infer F>
        ? Numbered<T, Next[N], C, R | Free<F>>
        : R | NamedLayer<string, T[N]>

type Count<C extends string, P extends string> =
  Counter<P> extends infer Q extends string
    ? [Q] extends [never]
      ? C
      : C extends `${string};${Q}=${infer K extends number};${string}`
        ? `;${Q}=${Next[K]}${C}`
        : `;${Q}=2${C}`
    : never
type NameOf<C extends string, P extends string> = [Counter<P>] extends [never]
  ? P
  : C extends `${string};${Counter<P>}=${infer K};${string}`
    ? Format<P, K>
    : Format<P, '1'>

/** The named layers of a block, with its name before theirs, except for shared ones, which are marked by {@link IsFree}. */
type Prefixed<Prefix extends string, F> =
  F extends NamedLayer<infer Name extends string, infer L> ? NamedLayer<`${Prefix}${Name}`, L> : F
interface IsFree<F> {
  readonly free: F
}
type Free<F> = F extends IsFree<unknown> ? F : IsFree<F>
type Freed<F> = F extends IsFree<infer G> ? G : F

/** The named layers of a list, as a union. */
export type NamedLayers<T> = T extends readonly Item[] ? Numbered<T, 0, NoCounters, never> : never
export type Named<W, T> = SharedWithin extends W ? Freed<NamedLayers<T>> : NamedLayers<T>
type List<L extends Typed, I = number[]> = Placed<L, I>[ListingOf<L[' patterns']>]
/** The list of all layers of a network, for the input shape `I`. */
export type AllLayers<L extends Typed, I = number[]> = Placed<L, I>[' all']

type OwnVariables<L, Key extends keyof Holder> = L extends { readonly [_ in Key]: infer V } ? V : never
/** The variables by layer name, of layers that have some. */
type ByName<F, Key extends keyof Holder> = [F] extends [infer G extends AnyNamedLayer]
  ? { readonly [E in G as IfAny<E['layer'][Key], E['name']>]: E['layer'][Key] }
  : never
type IfAny<V, Name> = [V] extends [never] ? never : unknown extends V ? never : Name

/** The parameters of a part within a layer; those of a composition as `layer/variable`; `never` if there are none. */
export type InnerParams<L extends Typed, I> = L extends { readonly nodes: unknown }
  ? Flat<ByName<Named<L[' within'], List<L, I>>, ' params'>>
  : OwnVariables<Placed<L, I>, ' params'>
/** The state of a part within a layer, likewise. */
export type InnerState<L extends Typed, I> = L extends { readonly nodes: unknown }
  ? Flat<ByName<Named<L[' within'], List<L, I>>, ' state'>>
  : OwnVariables<Placed<L, I>, ' state'>
type Flat<Tree> = [keyof Tree] extends [never] ? never : { readonly [P in Leaves<Tree> as P[0]]: P[1] }
type Leaves<Tree> = {
  [Name in keyof Tree & string]: {
    [K in keyof Tree[Name] & string]: [`${Name}/${K}`, Tree[Name][K]]
  }[keyof Tree[Name] & string]
}[keyof Tree & string]

/** The variables of a network that the compiler does not know. */
export type AnyVariables = Readonly<Record<string, Readonly<Record<string, Tensor>>>>

/** The parameters of a network, which gradients train: tensors by layer name and variable name. */
export type ParamsOf<L extends Typed> = unknown extends L[' within'] ? AnyVariables : Params<List<L>, L[' within']>
type Params<T extends readonly Item[], W> = T[number][' has'] extends 'params' | 'both'
  ? [T[number][' before']] extends [never]
    ? { readonly [E in T[number] as E['name']]: E[' params'] }
    : Named<W, T> extends infer F extends AnyNamedLayer
      ? { readonly [E in F as E['name']]: E['layer'][' params'] }
      : never
  : ByName<Named<W, T>, ' params'>
/** The state of a network, which training updates without gradients: tensors by layer name and variable name. */
export type StateOf<L extends Typed> = unknown extends L[' within']
  ? AnyVariables
  : ByName<Named<L[' within'], List<L>>, ' state'>

/** The variables of a network: parameters and state. */
// biome-ignore lint/suspicious/noExplicitAny: those of any network may be those of each
export interface Variables<L = any> {
  readonly ' variables'?: 'made'
  // Where the network is a type parameter, so is this: records of networks have variables of the same types.
  readonly params: L extends Typed ? ParamsOf<L> : never
  readonly state: L extends Typed ? StateOf<L> : never
}
