import type { Before } from '../base/names.ts'
import type { AnyVariables } from './named.ts'

// What every composition lists of itself for a given input, in the order in which it runs: the layers with variables, each
// in its place. The list is a property of the composition in its place, so that parts which are alike are read once,
// however often a network has them.

/** Which variables a layer has: parameters, which gradients train, other state, both, or whichever turn out to be some. */
export type Has = 'params' | 'state' | 'both' | 'some'

/** What is listed: a layer in its place, or one of those below. */
export interface Item {
  readonly name: string
  readonly '~params'?: unknown
  readonly '~state'?: unknown
  /** What stands before its number, as {@link Before} says; `never` where it has none. */
  readonly '~before': string
  /** Which variables it has, or the layers within. */
  readonly '~has': Has
}
type HasWithin<T> = T extends readonly Item[] ? T[number]['~has'] : T extends Item ? T['~has'] : never
/** A part whose names begin with its own and are numbered anew within it. */
export interface InBlock<Name extends string, T> extends Item {
  readonly name: never
  readonly '~before': NoLayer
  readonly '~has': HasWithin<T>
  readonly block: Name
  readonly list: T
}
/** A part whose variables stand under its name wherever it occurs; those of a composition under name/inner-name. */
export interface InShared<Name extends string, L> extends Item {
  readonly name: never
  readonly '~before': NoLayer
  readonly '~has': HasWithin<L>
  readonly shared: Name
  readonly layer: L
}
/** Layers that only the run time knows: no names can be told after them. */
export interface Unknown extends Item {
  readonly name: string
  readonly '~before': NoLayer
  readonly '~has': 'some'
  readonly '~params': AnyVariables[string]
  readonly '~state': AnyVariables[string]
}

/** What a layer has for the compiler whose layers within only the run time knows. */
export interface Opaque {
  readonly '~source': never
  readonly '~named': never
  readonly '~found': [Unknown]
  readonly '~all': [Unknown]
  readonly '~patterns': never
  readonly '~within': 0
}

/**
 * Which layers are listed: those that have variables, or all. The longer list costs more. It is needed where a layer without
 * variables counts in the numbers of others, as `Relu()` does in those of `Relu(8)`.
 */
export type Listing = '~found' | '~all'
/** How to list a composition with these '~patterns'. */
export type ListingOf<P> = [P & Bare<P & string>] extends [never] ? '~found' : '~all'

// The signs that stand for something else in keys that hold names.

/** In '~before': what is no layer. */
export type NoLayer = ';'
/** In '~patterns': a layer without variables. */
export type Bare<Name extends string> = `!${Name}`
/** In '~within': something is shared. */
export type SharedWithin = '/'

// Counters: the number to come of each pattern, as `;relu-=3;softmax-=2;`. A pattern that ends in '{}' stands there without
// it, as in '~before'; another one whole, after '!'. One string costs the same to update however many patterns it holds.

/** No counters yet. */
export type NoCounters = ';'
/** What a pattern is called among the counters. */
export type Counter<P extends string> = Before<P> extends `${string}{${string}` ? `!${P}` : Before<P>
