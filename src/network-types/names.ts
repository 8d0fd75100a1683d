import type { Fails, Mismatch } from '../base/shape.ts'
import type { Placed, Typed } from '../core/layer.ts'
import type { Named, NamedLayer } from './named.ts'

// Names of layers, as arguments: which there are, and which layer each one names. The walk that numbers names is that of
// `named.ts`, over all layers. It is made only for a call that gives names.

/** What a name that no layer has is told, by the compiler and at run time. */
export const layerName = { expected: 'the name of a layer of the network' } as const

/** All layers of a network by name, for the input shape `I`. */
export type LayersOf<L extends Typed, I = number[]> = Named<L[' within'], Placed<L, I>[' all']>
/** The names of the layers of a network; `string` if the compiler does not know all of them. */
export type NamesOf<L extends Typed> = [L] extends [never]
  ? string
  : unknown extends L[' within']
    ? string
    : NameIn<LayersOf<L>>
export type NameIn<F> = F extends NamedLayer<infer Name extends string, unknown> ? Name : never

/** The layer of a name, with its input; several if a shared layer has inputs of several shapes. */
export type PlacedAt<F, Name> = F extends NamedLayer<Name, infer L> ? L : never
/** A layer without the input that it has in its network. */
type Unplaced<P> = P extends { readonly ' in': infer I }
  ? P extends infer L & { readonly ' in': I }
    ? L
    : never
  : never
/** The layer of a name; `Otherwise` if the compiler does not know all names. */
export type LayerAt<L extends Typed, Name, Otherwise> =
  string extends NamesOf<L> ? Otherwise : string extends Name ? Otherwise : Unplaced<PlacedAt<LayersOf<L>, Name>>

/** Whether the layers that have the given names are known. */
type IsKnown<L extends Typed, Name> = string extends NamesOf<L> | Name ? false : true
/** The output shape of the layer of a name, for the input shape `I` of the network; unknown if it has several. */
export type ShapeAt<L extends Typed, Name, I = number[]> =
  IsKnown<L, Name> extends true ? OneOf<PlacedAt<LayersOf<L, I>, Name>, ' out'> : number[]
/** The input shape of the layer of a name; unknown if it has several. */
export type InputAt<L extends Typed, Name> =
  IsKnown<L, Name> extends true ? OneOf<PlacedAt<LayersOf<L>, Name>, ' in'> : number[]
type OneOf<P, Key extends ' in' | ' out'> = [P] extends [never]
  ? number[]
  : [P] extends [{ readonly [_ in Key]: infer S }]
    ? IsUnion<S> extends true
      ? number[]
      : S
    : number[]
type IsUnion<T, Each = T> = T extends unknown ? ([Each] extends [T] ? false : true) : never

/** The names among `Name` that no layer has. A text that is not literal may be any name. */
type Strange<L extends Typed, Name extends string> =
  Name extends NamesOf<L> ? never : {} extends { readonly [_ in Name]: true } ? never : Name
type Refused<Owner extends string, Name> = [Name] extends [never]
  ? null
  : Mismatch<`${Owner}, name: expected ${(typeof layerName)['expected']}, got '${Name & string}'`>
/** Names that begin like another one: editors offer them. */
export type Beginning<Known, Name extends string> = [Extract<Known, `${Name}${string}`>] extends [never]
  ? Name extends `${infer Kind}-${string}`
    ? Extract<Known, `${Kind}-${string}`>
    : never
  : Extract<Known, `${Name}${string}`>

/**
 * The type of a parameter for the name of a layer: the name, or what is wrong with it beside the names that it may have
 * been meant to be. The conditions count faults, so that they stay open for a network that is a type parameter.
 */
export type NameGiven<Owner extends string, L extends Typed, Name extends string> =
  Fails<Refused<Owner, Strange<L, Name>>> extends 1 ? Instead<Owner, L, NoInfer<Name>> : Name
type Instead<Owner extends string, L extends Typed, Name extends string> =
  NamesOf<L> extends infer Known ? Beginning<Known, Name> | Refused<Owner, Strange<L, Name>> : never
/** The same for several names. */
export type NamesGiven<Owner extends string, L extends Typed, Names extends readonly string[]> =
  Fails<Refused<Owner, Strange<L, Names[number]>>> extends 1
    ? { [K in keyof Names]: NameGiven<Owner, L, Names[K]> }
    : Names extends readonly []
      ? readonly [name: string]
      : Names
