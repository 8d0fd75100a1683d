import type { Before } from '../base/names.ts'
import type { AnyVariables } from './named.ts'

// The layers of a composition for a given input, in the order in which they run. The list is a property of the composition,
// so that equal parts are evaluated once, however often a network has them.

/** Which variables a layer has: parameters, state, or both; 'some': the compiler has to look. */
export type Has = 'params' | 'state' | 'both' | 'some'

/** An item of a list: a layer with its input, or one of the types below. */
export interface Item {
  readonly name: string
  readonly ' params'?: unknown
  readonly ' state'?: unknown
  /** The text before its number, see {@link Before}; `never` for an explicit name. */
  readonly ' before': string
  /** Which variables it or the layers within have. */
  readonly ' has': Has
}
type HasWithin<T> = T extends readonly Item[] ? T[number][' has'] : T extends Item ? T[' has'] : never
/** A block: its name comes before those of its layers, which are numbered anew. */
export interface InBlock<Name extends string, T> extends Item {
  readonly name: never
  readonly ' before': NoLayer
  readonly ' has': HasWithin<T>
  readonly block: Name
  readonly list: T
}
/** A shared part: its variables have its name wherever it occurs; those of a composition name/inner-name. */
export interface InShared<Name extends string, L> extends Item {
  readonly name: never
  readonly ' before': NoLayer
  readonly ' has': HasWithin<L>
  readonly shared: Name
  readonly layer: L
}
/** Layers of a slice, `F` by their names, which they keep wherever it is used. */
export interface InSlice<F> extends Item {
  readonly name: never
  readonly ' before': NoLayer
  readonly ' has': 'some'
  readonly kept: F
}
/** Layers that the compiler does not know: it knows no names after them either. */
export interface Unknown extends Item {
  readonly name: string
  readonly ' before': NoLayer
  readonly ' has': 'some'
  readonly ' params': AnyVariables[string]
  readonly ' state': AnyVariables[string]
}

/** The keys of a composition whose layers the compiler does not know. */
export interface Opaque {
  readonly ' source': never
  readonly ' named': never
  readonly ' found': [Unknown]
  readonly ' all': [Unknown]
  readonly ' patterns': never
  readonly ' within': 0
}

/**
 * Which layers are listed: those with variables, or all, which costs more. All are needed if layers without variables count
 * in the numbers of others, as `Relu()` does in those of `Relu(8)`.
 */
export type Listing = ' found' | ' all'
/** Which list a composition with these ' patterns' needs. */
export type ListingOf<P> = [P & Bare<P & string>] extends [never] ? ' found' : ' all'

// Signs with a special meaning in keys that hold names.

/** In ' before': the item is not a layer. */
export type NoLayer = ';'
/** In ' patterns': a layer without variables. */
export type Bare<Name extends string> = `!${Name}`
/** In ' within': something is shared. */
export type SharedWithin = '/'

// Counters: the next number of each pattern, as `;relu-=3;softmax-=2;`. A pattern that ends in '{}' is written without it, as
// in ' before'; any other is written whole, after '!'. An update is put before all others, and the first that is found counts: that
// costs the same for any number of patterns, and less than a change within the text.

/** No counters yet. */
export type NoCounters = ';'
/** The name of a pattern among the counters. */
export type Counter<P extends string> = Before<P> extends `${string}{${string}` ? `!${P}` : Before<P>
