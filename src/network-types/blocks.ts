import type { ExplicitName } from '../base/names.ts'
import type { Mismatch, Refusal } from '../base/shape.ts'
import type { Out, Placed, Typed } from '../core/layer.ts'
import type { BlockExpectation, Wired } from '../network/parts.ts'
import type { Chain, Deeper, Side } from './compose.ts'
import type { Common, ManyBranches } from './counted.ts'
import type { InBlock, Unknown } from './list.ts'
import type { InParallel, Within } from './run.ts'
import type { List, Output, RunBranches } from './scan.ts'
import type { Begun } from './waiting.ts'

// The types that `block`, `branch` and `when` make.

/** A part whose name comes before those of its layers. */
interface NamedPart<in out Name extends string, in out B extends Typed> extends Chain, Wired {
  readonly kind: 'Block'
  readonly ' begun': Begun<this>
  readonly ' source': B[' source']
  readonly ' named': ExplicitName<Name>
  readonly ' parts': Within<Name, B, 'block'>
  readonly ' found': [InBlock<Name, Placed<B, this[' in']>[' found']>]
  readonly ' all': [InBlock<Name, Placed<B, this[' in']>[' all']>]
  readonly ' patterns': Name | B[' patterns']
  readonly ' within': 0 | Deeper<B[' within']>
}
/** A named part, whose name comes before those of its layers, and in errors. */
export interface Block<in out Name extends string, in out B extends Typed> extends NamedPart<Name, B> {
  readonly ' out': Along<Name, Out<B, this[' in']>>
}
/** A named part that says itself what it expects, in place of what is said of the layer within that does not fit. */
export interface ExpectingBlock<in out Name extends string, in out B extends Typed, in out E extends BlockExpectation>
  extends NamedPart<Name, B> {
  readonly ' expects': E
  readonly ' out': Expected<Out<B, this[' in']>, E, this[' in']>
}
type Expected<O, E extends BlockExpectation, I> =
  O extends Mismatch<string> ? Refusal<E['kind'], E['expected'], I, E['remedy']> : O
type Along<Name extends string, O> = O extends Mismatch<infer M> ? Mismatch<`${Name} > ${M}`> : O

/** Branches each of which gets all inputs. */
export interface Fan<in out L extends readonly Typed[]> extends Chain, Wired {
  readonly kind: 'Branch'
  readonly ' begun': Begun<this>
  readonly ' out': Output<RunBranches<L, 0, this[' in'], [], [], ' found', 'all'>>
  readonly ' source': never
  readonly ' named': L[number][' named']
  readonly ' parts': InParallel<L, 'all'>
  readonly ' found': List<RunBranches<L, 0, this[' in'], [], [], ' found', 'all'>>
  readonly ' all': List<RunBranches<L, 0, this[' in'], [], [], ' all', 'all'>>
  readonly ' patterns': L[number][' patterns']
  readonly ' within': 0 | Deeper<L[number][' within']>
}
/** The type that `branch` makes: a network of several inputs if every branch starts with inputs. */
export type Fanned<L extends readonly Typed[]> = number extends L['length']
  ? ManyBranches
  : Side<L> extends { readonly kind: 'Network' }
    ? Side<L>
    : Fan<L>

/** A layer that may be left out at run time. Its output shape is what holds either way. */
export interface Perhaps<in out B extends Typed> extends Chain {
  readonly ' out': Common<this[' in'], Out<B, this[' in']>>
  readonly ' source': never
  readonly ' named': B[' named']
  readonly ' found': [Unknown]
  readonly ' all': [Unknown]
  readonly ' patterns': B[' patterns']
  readonly ' within': 0
}
