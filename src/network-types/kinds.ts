import type { Several } from '../base/shape.ts'
import type { Typed } from '../core/layer.ts'
import type { Next } from '../type-arithmetic/next.ts'
import type { InParallel, InSequence, Within } from './run.ts'
import type { Gets } from './scan.ts'

// Which inputs of a network layers take as ids: the walk of network/ids.ts. It is asked only about tensors of floats, and ends
// where no tensor is an input any more, which in most networks is the first layer after the Input.

/** Of each tensor between layers, which input of the network it is, unchanged; `null` if it is computed. */
type Flow = readonly (string | null)[]
interface Reader<Input, Kind> {
  readonly input: Input
  readonly kind: Kind
}
/** What a walk gives: what comes out of the layers, and the layers that take ids. */
interface Walked<F extends Flow, R> {
  readonly flow: F
  readonly found: R
}
type Computed<R> = Walked<[null], R>

type Through<L extends readonly Typed[], N extends number, F extends Flow, R> = F[number] extends null
  ? Walked<F, R>
  : N extends L['length']
    ? Walked<F, R>
    : Into<L[N], F, R> extends Walked<infer G, infer Q>
      ? Through<L, Next[N], G, Q>
      : never
type Into<L extends Typed, F extends Flow, R> = L extends { readonly ' ids': infer Does }
  ? Does extends 'passes'
    ? Walked<F, R>
    : Computed<Does extends 'takes' ? R | Reader<F[0], L['kind']> : R>
  : L extends { readonly ' parts': infer E }
    ? Parts<E, F, R>
    : Computed<R>
/** Of lists of unknown length, which may be empty, nothing is known. */
type Parts<E, F extends Flow, R> =
  E extends InSequence<infer L>
    ? 0 extends L['length']
      ? Computed<R>
      : Through<L, 0, F, R>
    : E extends InParallel<infer L, infer G>
      ? 0 extends L['length']
        ? Computed<R>
        : F['length'] extends 1 | (G extends 'one' ? L['length'] : number)
          ? Sides<L, 0, F, G, [], R>
          : Computed<R>
      : E extends Within<string, infer B, 'block' | 'shared'>
        ? Into<B, F, R>
        : Computed<R>
type Sides<
  L extends readonly Typed[],
  N extends number,
  F extends Flow,
  G extends Gets,
  O extends Flow,
  R,
> = N extends L['length']
  ? Walked<O, R>
  : Into<L[N], F['length'] extends 1 ? F : G extends 'one' ? [F[N]] : F, R> extends Walked<infer P, infer Q>
    ? Sides<L, Next[N], F, G, [...O, ...P], Q>
    : never

type Inputs<S> = S extends Several ? { readonly [K in keyof S]: K & string } : readonly ['0']

/** The input of the number `K` of the network `N`. */
export interface InputAt<N, K> {
  readonly network: N
  readonly number: K
}
/** The kind of a layer that takes the input of a network as ids, or one of several inputs; `never` if none does. */
export type IdsOf<N> = N extends { readonly ' parts': { readonly sequence: infer L } }
  ? L extends Followed
    ? N extends Typed
      ? ReaderOf<N, '0'>
      : never
    : never
  : N extends InputAt<infer M extends Typed, infer K>
    ? ReaderOf<M, K>
    : never
/** Layers that have to be walked. In most networks the layer after the Input computes, which is asked first: it costs less. */
type Followed = { readonly 0: { readonly ' parts': unknown } } | { readonly 1: Follows }
type Follows = { readonly ' ids': unknown } | { readonly ' parts': unknown }
type ReaderOf<N extends Typed, K> = Into<N, Inputs<N[' source']>, never>['found'] extends infer R
  ? R extends Reader<K, infer Kind>
    ? Kind
    : never
  : never

/** The key ' ids' of a layer around the layer `L`: whether that takes ids. */
export type IdsWithin<L extends Typed> = [Into<L, readonly ['0'], never>['found']] extends [never]
  ? 'computes'
  : 'takes'

/** A tensor of floats, which ids are not. */
export interface Floats {
  readonly dtype: 'float32'
  readonly dataSync: unknown
}
