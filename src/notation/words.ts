import { definitionOf } from '../core/define.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Row as TypeRow } from '../core/notated.ts'
import * as layers from '../layers/index.ts'
import { type Combinators, wrappers } from './wrappers.ts'

// The words of the notation are the names of the layers that the library exports. What a word means is said by its
// constructor: for the compiler in its row, for the run time in its definition.

// For the compiler.

/** The constructors by their words. */
export type Layers = typeof layers
/** The row of a constructor; `null` where it has none. */
export type RowOf<Constructor> = Constructor extends { readonly '~row'?: infer R } ? R : null
/** The row of a word; `null` where there is none. */
export type RowOfWord<Word> = Word extends keyof Combinators
  ? Combinators[Word]
  : Word extends keyof Layers
    ? RowOf<Layers[Word]>
    : null
/** The rules of a row. */
export type LimitsOf<R> = R extends TypeRow ? R['~limits'] : never
/** The texts of arguments that its rules look at. */
export type LookedAt<R> = R extends { readonly '~limits': { readonly '~looked': infer S } } ? S : never
/** What a row makes of arguments. The row has no constraint: the compiler would ask it of all layers. */
export type Applied<R, P, O> = R extends TypeRow ? (R & Arguments<P, O>)['~makes'] : never
interface Arguments<P, O> {
  readonly '~given': P
  readonly '~options': O
}

// For the run time.

/** A layer of the library. */
export interface Row {
  readonly make: (...given: readonly never[]) => AnyLayer
  readonly together: boolean
  /** Positional options that may also be given by name. */
  readonly byName: readonly string[]
  readonly textless: boolean
}
const rowOf = (make: Row['make']): Row => ({
  make,
  together: false,
  byName: [],
  textless: false,
  ...definitionOf(make)?.notation,
})

/** The layers by their words, but for those that take layers. */
export const rows: Readonly<Record<string, Row>> = Object.fromEntries(
  Object.entries(layers)
    .filter(([word]) => !Object.hasOwn(wrappers, word))
    .map(([word, make]) => [word, rowOf(make as Row['make'])]),
)
