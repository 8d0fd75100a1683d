import type { Placed, Typed } from '../core/layer.ts'
import type { OutputOf } from './compose.ts'
import type { InBlock, InShared } from './list.ts'
import type { Named, NamedLayer } from './named.ts'
import type { NamesOf } from './names.ts'
import type { InParallel, InSequence, Within } from './run.ts'
import type { Gets, List, RunSequence } from './scan.ts'

// The names of outputs: those of the layers that give them. In the list of all layers these are marked by the number of their
// output, and then named as all are.

/** The names of the outputs of a network, in order; `readonly string[]` if the compiler does not know them. */
export type OutputNames<N extends Typed> =
  string extends NamesOf<N>
    ? readonly string[]
    : Marked<N, []> extends Marks<infer T, infer Count>
      ? AsMany<OutputOf<N>, Count> extends true
        ? Ordered<Named<N[' within'], T>, Count, []>
        : readonly string[]
      : readonly string[]
/** Whether as many layers give the outputs: one layer may give several, whose names have numbers. */
type AsMany<Shapes, Count extends readonly unknown[]> = Shapes extends readonly (readonly unknown[])[]
  ? Same<Shapes['length'], Count['length']>
  : Same<1, Count['length']>
type Same<A, B> = [A] extends [B] ? true : false

/** A list in which the layers of outputs are marked, and the outputs before and in it. */
interface Marks<T extends readonly unknown[], Count extends readonly unknown[]> {
  readonly list: T
  readonly count: Count
}
interface Output<K> {
  readonly ' output': K
}
/** The list of a part, which follows `Count` outputs. */
type Marked<P extends Typed, Count extends readonly unknown[]> = P extends { readonly ' parts': infer E }
  ? E extends InSequence<readonly [...infer Before extends readonly Typed[], infer Last extends Typed]>
    ? After<ItemsOf<Before>, Marked<Last, Count>>
    : E extends InParallel<infer L, Gets>
      ? Branches<L, Count, []>
      : E extends Within<infer Name, infer B, infer As>
        ? Inside<Name, B, As, Marked<B, Count>>
        : null
  : Placed<P, number[]>[' all'] extends readonly [...infer Before, infer Last]
    ? Marks<[...Before, Last & Output<Count['length']>], [...Count, unknown]>
    : null
type ItemsOf<L extends readonly Typed[]> = List<RunSequence<L, number[], ' all'>>
type After<Before, M> = Before extends readonly unknown[]
  ? M extends Marks<infer T, infer Count>
    ? Marks<[...Before, ...T], Count>
    : null
  : null
type Branches<
  L extends readonly Typed[],
  Count extends readonly unknown[],
  T extends readonly unknown[],
> = L extends readonly [infer B extends Typed, ...infer Others extends readonly Typed[]]
  ? Marked<B, Count> extends Marks<infer Own, infer C>
    ? Branches<Others, C, [...T, ...Own]>
    : null
  : Marks<T, Count>
type Inside<Name extends string, B, As, M> =
  M extends Marks<infer T, infer Count>
    ? Marks<
        [As extends 'block' ? InBlock<Name, T> : InShared<Name, B extends { readonly ' parts': unknown } ? T : T[0]>],
        Count
      >
    : null

/** The names of the outputs by their numbers, of the named layers `F`. */
type Ordered<F, Count extends readonly unknown[], R extends readonly string[]> = R['length'] extends Count['length']
  ? R
  : NameAt<F, R['length']> extends infer Name extends string
    ? [Name] extends [never]
      ? readonly string[]
      : Ordered<F, Count, readonly [...R, Name]>
    : readonly string[]
type NameAt<F, K> = F extends NamedLayer<infer Name extends string, Output<K>> ? Name : never
