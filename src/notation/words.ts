import type { Mismatch } from '../base/shape.ts'
import {
  block,
  branch,
  end,
  join,
  parallel,
  type Residual,
  type ResidualMerge,
  repeat,
  residual,
  shared,
  start,
} from '../combinators/index.ts'
import { definitionOf, type NotationForm } from '../core/constructor.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Argument, Limits, OptionAs, OptionOf, Row, Takes, TakesLayer } from '../core/notated.ts'
import * as layers from '../layers/index.ts'
import type { Identity } from '../layers/input.ts'
import type { Block, Fanned } from '../network-types/blocks.ts'
import type { JoinFault, NameFault, RepeatFault } from '../network-types/checks.ts'
import type { Join, Repeat, Shared, Side } from '../network-types/compose.ts'
import type { Slice } from '../network-types/slices.ts'

// The words of the notation are the names of the library's layers and combinators. A layer's constructor says what its
// word means: to the compiler in its row, to the run time in its definition. The rows of the combinators are here.

// For the compiler.

/** The constructors by their words. */
export type Layers = typeof layers
/** The row of a constructor; `null` if it has none. */
export type RowOf<Constructor> = Constructor extends { readonly ' row'?: infer R } ? R : null
/** The row of a word; `null` if there is none. */
export type RowOfWord<Word> = Word extends keyof Combinators
  ? Combinators[Word]
  : Word extends keyof Layers
    ? RowOf<Layers[Word]>
    : null
/** The rules of a row. */
export type LimitsOf<R> = R extends Row ? R[' limits'] : never
/** The texts of arguments that its rules check. */
export type LookedAt<R> = R extends { readonly ' limits': { readonly ' looked': infer S } } ? S : never
/** The result of a row for arguments. `R` has no constraint: the compiler would check it for all layers. */
export type Applied<R, P, O> = R extends Row ? (R & Arguments<P, O>)[' makes'] : never
interface Arguments<P, O> {
  readonly ' given': P
  readonly ' options': O
}

/** The rows of the combinators. */
export interface Combinators {
  readonly join: JoinRow
  readonly parallel: ParallelRow
  readonly branch: BranchRow
  readonly repeat: RepeatRow
  readonly shared: SharedRow
  readonly block: BlockRow
  readonly residual: ResidualRow
  readonly start: SliceRow
  readonly end: SliceRow
}
type Parts = readonly [AnyLayer, ...AnyLayer[]]
interface JoinRow extends TakesLayer<Parts, {}> {
  readonly ' made': this[' given'] extends infer P extends Parts ? Fitting<JoinFault<P>, Join<P>> : never
}
interface ParallelRow extends TakesLayer<Parts, {}> {
  readonly ' made': this[' given'] extends infer P extends Parts ? Fitting<NameFault<P>, Side<P>> : never
}
interface BranchRow extends TakesLayer<Parts, {}> {
  readonly ' made': this[' given'] extends infer P extends Parts ? Fitting<NameFault<P>, Fanned<P>> : never
}
interface RepeatRow extends TakesLayer<readonly [AnyLayer, number], {}, Limits<readonly [null, 'count']>> {
  readonly ' made': this[' given'] extends readonly [infer B extends AnyLayer, infer N extends number]
    ? RepeatFault<B, N> extends Mismatch<infer M>
      ? Mismatch<M>
      : Repeat<B, N>
    : never
}
interface SharedRow extends TakesLayer<readonly [string, AnyLayer], {}, Limits<readonly ['plainName']>> {
  readonly ' made': this[' given'] extends readonly [infer Name extends string, infer B extends AnyLayer]
    ? Shared<Name, B>
    : never
}
interface BlockRow extends TakesLayer<readonly [string, AnyLayer], {}, Limits<readonly ['title']>> {
  readonly ' made': this[' given'] extends readonly [infer Name extends string, infer B extends AnyLayer]
    ? Block<Name, B>
    : never
}
interface ResidualOptions {
  readonly shortcut?: AnyLayer
  readonly merge?: Extract<ResidualMerge, string>
  readonly name?: string
}
interface ResidualRow extends Takes<readonly [AnyLayer], ResidualOptions, { readonly name: 'title' }> {
  readonly ' networks': 'shortcut'
  readonly ' made': ResidualOf<
    Argument<this[' given'], 0, AnyLayer>,
    OptionAs<this[' options'], 'shortcut', AnyLayer, Identity>,
    this[' options']
  >
}
type ResidualOf<B extends AnyLayer, S extends AnyLayer, O> = Fitting<
  NameFault<[S, B]>,
  Residual<B, S, OptionOf<O, 'merge', 'add'>, OptionAs<O, 'name', string, never>>
>
interface SliceRow extends TakesLayer<readonly [AnyLayer, string, ...string[]], {}> {
  readonly ' made': Slice
}
/** `Y`, or the reason of a fault. */
type Fitting<F, Y> = F extends readonly [unknown, infer Why extends string] ? Mismatch<Why> : Y

// For the run time.

/** A layer's constructor or a combinator, and how the notation calls it. */
export interface Word extends Required<Omit<NotationForm, 'around'>> {
  readonly make: (...given: readonly never[]) => AnyLayer
  /** Its options by name. */
  readonly options: readonly string[]
  /** The options that hold networks, if it takes layers. */
  readonly networks?: readonly string[]
}

const plain = { together: false, byName: [], textless: false }
const wordOf = (make: Word['make']): Word => {
  const { options = {}, positional = [], notation: { around = false, ...form } = {} } = definitionOf(make) ?? {}
  const named = Object.keys(options).filter(name => !positional.includes(name))
  return { make, ...plain, ...form, options: [...named, 'name'], ...(around && { networks: [] }) }
}
const combinators = Object.entries({ join, parallel, branch, repeat, shared, block, residual, start, end })

/** All words. */
export const words: Readonly<Record<string, Word>> = {
  ...Object.fromEntries(combinators.map(([word, make]) => [word, { make, ...plain, options: [], networks: [] }])),
  residual: { make: residual, ...plain, options: ['shortcut', 'merge', 'name'], networks: ['shortcut'] },
  ...Object.fromEntries(Object.entries(layers).map(([word, make]) => [word, wordOf(make as Word['make'])])),
}
