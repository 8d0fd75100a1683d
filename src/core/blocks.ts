import type { Chain, Deeper, Side } from './compose.ts'
import type { AnyLayer, Out } from './layer.ts'
import type { InBlock, InParallel, Unknown } from './named.ts'
import type { ExplicitName } from './names.ts'
import type { Wired } from './network.ts'
import type { Next } from './next.ts'
import type { Mismatch, Several } from './shape.ts'

// The types of blocks: named parts, branches that all get the whole input, and parts that may be left out.

/** A named part: the names of its layers begin with its own, and so do the errors in it. */
export interface Block<Name extends string, B extends AnyLayer> extends Chain, Wired {
  readonly kind: 'Block'
  readonly '~out': Within<Name, Out<B, this['~in']>>
  readonly '~source': B['~source']
  readonly '~named': ExplicitName<Name>
  readonly '~entries': InBlock<Name, B>
  readonly '~within': 0 | Name | Deeper<B['~within']>
}
type Within<Name extends string, O> = O extends Mismatch<infer M> ? Mismatch<`${Name} > ${M}`> : O

/** Branches each of which gets all that comes in. */
export interface Fan<L extends readonly AnyLayer[]> extends Chain, Wired {
  readonly kind: 'Branch'
  readonly '~out': FanOut<L, 0, this['~in'], []>
  readonly '~source': never
  readonly '~named': L[number]['~named']
  readonly '~entries': InParallel<L, 'all'>
  readonly '~within': 0 | Deeper<L[number]['~within']>
}
type FanOut<L extends readonly AnyLayer[], N extends number, I, R extends readonly unknown[]> = N extends L['length']
  ? R
  : Out<L[N], I> extends infer O
    ? O extends Mismatch<infer M>
      ? Mismatch<M>
      : FanOut<L, Next[N], I, O extends Several ? [...R, ...O] : [...R, O]>
    : never
/** What `branch` makes: a network of several inputs when every branch starts with inputs of its own. */
export type Fanned<L extends readonly AnyLayer[]> = Side<L> extends { readonly kind: 'Network' } ? Side<L> : Fan<L>

/** A layer that is there or not, as only the run time knows: what its output and its input have in common. */
export interface Perhaps<B extends AnyLayer> extends Chain {
  readonly '~out': Common<this['~in'], Out<B, this['~in']>>
  readonly '~source': never
  readonly '~named': B['~named']
  readonly '~entries': Unknown
  readonly '~within': string
}
type Common<I, O> =
  O extends Mismatch<string>
    ? O
    : [I, O] extends [O, I]
      ? I
      : I extends number[]
        ? O extends number[]
          ? number extends I['length'] | O['length']
            ? number[]
            : I['length'] extends O['length']
              ? { -readonly [K in keyof I]: K extends keyof O ? (I[K] extends O[K] ? I[K] : number) : never }
              : number[]
          : number[]
        : number[]
