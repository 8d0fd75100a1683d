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
  type Slice,
  shared,
  start,
} from '../combinators/index.ts'
import { definitionOf } from '../core/define.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { AroundRow, Limits, OptionAs, OptionOf, With, WrongArguments } from '../core/notated.ts'
import * as layers from '../layers/index.ts'
import type { Identity } from '../layers/input.ts'
import type { Block, Fanned } from '../network-types/blocks.ts'
import type { CheckRepeat, Join, JoinFault, NameFault, Repeat, Shared, Side } from '../network-types/compose.ts'

// What takes layers as arguments: combinators, whose rows are here, and layers around layers, which have their own.

// For the compiler.

interface CombinatorRow<L = Limits> extends AroundRow {
  readonly '~networks': never
  readonly '~limits': L
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
interface JoinRow extends CombinatorRow {
  readonly '~makes': this['~given'] extends infer P extends readonly [AnyLayer, ...AnyLayer[]]
    ? With<this['~options'], {}, Fitting<JoinFault<P>, Join<P>>>
    : WrongArguments
}
interface ParallelRow extends CombinatorRow {
  readonly '~makes': this['~given'] extends infer P extends readonly [AnyLayer, ...AnyLayer[]]
    ? With<this['~options'], {}, Fitting<NameFault<P>, Side<P>>>
    : WrongArguments
}
interface BranchRow extends CombinatorRow {
  readonly '~makes': this['~given'] extends infer P extends readonly [AnyLayer, ...AnyLayer[]]
    ? With<this['~options'], {}, Fitting<NameFault<P>, Fanned<P>>>
    : WrongArguments
}
interface RepeatRow extends CombinatorRow<Limits<readonly [null, 'count']>> {
  readonly '~makes': this['~given'] extends readonly [infer B extends AnyLayer, infer N extends number]
    ? CheckRepeat<B, N> extends Mismatch<infer M>
      ? Mismatch<M>
      : With<this['~options'], {}, Repeat<B, N>>
    : WrongArguments
}
interface SharedRow extends CombinatorRow<Limits<readonly ['plainName']>> {
  readonly '~makes': this['~given'] extends readonly [infer Name extends string, infer B extends AnyLayer]
    ? With<this['~options'], {}, Shared<Name, B>>
    : WrongArguments
}
interface BlockRow extends CombinatorRow<Limits<readonly ['title']>> {
  readonly '~makes': this['~given'] extends readonly [infer Name extends string, infer B extends AnyLayer]
    ? With<this['~options'], {}, Block<Name, B>>
    : WrongArguments
}
interface ResidualRow extends AroundRow {
  readonly '~networks': 'shortcut'
  readonly '~limits': { readonly name: 'title' }
  readonly '~makes': this['~given'] extends readonly [infer B extends AnyLayer]
    ? OptionAs<this['~options'], 'shortcut', AnyLayer, Identity> extends infer S extends AnyLayer
      ? With<
          this['~options'],
          ResidualArguments,
          Fitting<
            NameFault<[S, B]>,
            Residual<
              B,
              S,
              OptionOf<this['~options'], 'merge', 'add'>,
              OptionAs<this['~options'], 'name', string, never>
            >
          >
        >
      : never
    : WrongArguments
}
interface ResidualArguments {
  readonly shortcut?: AnyLayer
  readonly merge?: Extract<ResidualMerge, string>
  readonly name?: string
}
interface SliceRow extends CombinatorRow {
  readonly '~makes': this['~given'] extends readonly [AnyLayer, string, ...string[]]
    ? With<this['~options'], {}, Slice>
    : WrongArguments
}
/** `Y`, where there is no fault; else why not. */
type Fitting<F, Y> = F extends readonly [unknown, infer Why extends string] ? Mismatch<Why> : Y

// For the run time.

/** Something that takes layers. */
export interface Wrapper {
  readonly make: (...given: readonly never[]) => AnyLayer
  /** Its options; those that hold networks are true. */
  readonly options?: Readonly<Record<string, boolean>>
}
const combinators: { readonly [_ in keyof Combinators]: Wrapper } = {
  join: { make: join },
  parallel: { make: parallel },
  branch: { make: branch },
  repeat: { make: repeat },
  shared: { make: shared },
  block: { make: block },
  residual: { make: residual, options: { shortcut: true, merge: false, name: false } },
  start: { make: start },
  end: { make: end },
}
const around = Object.entries(layers).flatMap(([word, make]): [string, Wrapper][] => {
  const { notation, options = {}, positional = [] } = definitionOf(make) ?? {}
  const named = Object.keys(options).filter(name => !positional.includes(name))
  const all = Object.fromEntries([...named, 'name'].map(name => [name, false]))
  return notation?.around === true ? [[word, { make: make as Wrapper['make'], options: all }]] : []
})

/** All that takes layers, by its word. */
export const wrappers: Readonly<Record<string, Wrapper>> = { ...combinators, ...Object.fromEntries(around) }
