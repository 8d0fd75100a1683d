import type { Several } from '../base/shape.ts'
import type { Placed, Typed } from '../core/layer.ts'
import type { Wired } from '../network/parts.ts'
import type { Next } from '../type-arithmetic/next.ts'
import type { OutputOf } from './compose.ts'
import type { InSlice, Opaque, SharedWithin, Unknown } from './list.ts'
import type { NamedLayer, NamedLayers } from './named.ts'
import type { InputAt, NameIn, PlacedAt, ShapeAt } from './names.ts'
import type { InSequence } from './run.ts'
import type { List, Output, RunSequence, Scan } from './scan.ts'

// The types of slices. Which layers a slice has is known if it is cut at one layer of a sequence: those up to it, or those
// from it on. If it is cut within a block or a branch, or at several layers, only shapes are.

/** A part of a network that the compiler does not know. */
export interface Slice extends Wired, Opaque {
  readonly kind: string
  readonly ' out': number[]
}

/** The part of the network `N` up to the layers of some names. */
export interface SliceUpTo<in out N extends Typed, in out Names extends readonly string[]> extends Wired {
  readonly kind: string
  readonly ' out': EndShape<N, Names, this[' in']>
  readonly ' source': [N[' source']] extends [Several] ? never : N[' source']
  readonly ' named': NameIn<UpTo<PlaceOf<N, Names>, number[]>>
  readonly ' found': Listed<UpTo<PlaceOf<N, Names>, this[' in']>>
  readonly ' all': Listed<UpTo<PlaceOf<N, Names>, this[' in']>>
  readonly ' patterns': never
  readonly ' within': 0 | SharedWithin
}
type EndShape<N extends Typed, Names extends readonly string[], I> = number extends Names['length']
  ? number[]
  : Names extends readonly [infer Name]
    ? ShapeAt<N, Name, I>
    : { -readonly [K in keyof Names]: ShapeAt<N, Names[K], I> }

/** The part of the network `N` from the layers of some names on. */
export interface SliceFrom<in out N extends Typed, in out Names extends readonly string[]> extends Wired {
  readonly kind: string
  readonly ' out': StartShape<N, Names, PlaceOf<N, Names>, this[' in']>
  // At run time it knows the shape of its input.
  readonly ' begun': null
  readonly ' source': never
  readonly ' named': NameIn<From<PlaceOf<N, Names>, number[]>>
  readonly ' found': Listed<From<PlaceOf<N, Names>, this[' in']>>
  readonly ' all': Listed<From<PlaceOf<N, Names>, this[' in']>>
  readonly ' patterns': never
  readonly ' within': 0 | SharedWithin
}
/** The output shape for the input shape `I`: what the layers make of it, or that of the network for its own shape. */
type StartShape<N extends Typed, Names extends readonly string[], P, I> =
  P extends Place<infer L, infer At, readonly Typed[]>
    ? Output<Scan<L, At, I, [], ' found'>>
    : Names extends readonly [infer Name]
      ? number[] extends I
        ? number[]
        : [I, InputAt<N, Name>] extends [InputAt<N, Name>, I]
          ? OutputOf<N>
          : number[]
      : number[]

// Where a network is cut.

/** A layer of a sequence: the layers of the sequence, its index, and those before it. */
interface Place<out L extends readonly Typed[], out At extends number, out Before extends readonly Typed[]> {
  readonly layers: L
  readonly at: At
  readonly before: Before
}
/** Where the layer of a single name is; `null` if it is not a layer of the sequence itself. */
type PlaceOf<N extends Typed, Names extends readonly string[]> = Names extends readonly [infer Name]
  ? string extends Name
    ? null
    : N extends { readonly ' parts': InSequence<infer L> }
      ? PlaceIn<L, PositionOf<N, Name>, 0, [], []>
      : null
  : null
/** The position of a name in the list of layers, as a text. */
type PositionOf<N extends Typed, Name> =
  PlacedAt<NamedLayers<Numerated<Placed<N, number[]>[' all']>>, Name> extends { readonly ' at': infer At } ? At : null
type Numerated<T> = { readonly [K in keyof T]: T[K] & { readonly ' at': K } }
/** The layer of `L` from index `N` on that is at position `P` of the list, whose items before it are `T`. */
type PlaceIn<
  L extends readonly Typed[],
  P,
  N extends number,
  T extends readonly unknown[],
  R extends readonly Typed[],
> = N extends L['length']
  ? null
  : P extends `${T['length']}`
    ? L[N] extends { readonly ' parts': unknown }
      ? null
      : Place<L, N, R>
    : PlaceIn<L, P, Next[N], [...T, ...Placed<L[N], number[]>[' all']], [...R, L[N]]>

// The layers of a slice by name.

/** Those up to a place, for the input shape `I`. */
type UpTo<P, I> = P extends Place<infer L, infer At, infer Before> ? NamedIn<readonly [...Before, L[At]], I> : null
/** Those from a place on, for its input shape `I`; for that of the network if `I` is unknown. Numbers go on from those before. */
type From<P, I> =
  P extends Place<infer L, infer At, infer Before>
    ? Without<
        NamedLayers<
          readonly [
            ...Items<RunSequence<Before, number[], ' all'>>,
            ...Items<Scan<L, At, number[] extends I ? Output<RunSequence<Before, number[], ' found'>> : I, [], ' all'>>,
          ]
        >,
        NameIn<NamedIn<Before, number[]>>
      >
    : null
type Items<R> = List<R> extends infer T extends readonly unknown[] ? T : []
type NamedIn<L extends readonly Typed[], I> = NamedLayers<List<RunSequence<L, I, ' all'>>>
type Without<F, Names> = F extends NamedLayer<infer Name, unknown> ? (Name extends Names ? never : F) : F
/** The list of a slice. */
type Listed<F> = [F] extends [null] ? [Unknown] : [InSlice<F>]
