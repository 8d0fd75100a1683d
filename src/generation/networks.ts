import type { Sentence, Several, Show } from '../base/shape.ts'
import type { Filled } from '../core/expects.ts'
import type { Typed } from '../core/layer.ts'
import type { OutputOf } from '../network-types/compose.ts'
import type { InSequence } from '../network-types/run.ts'
import type { Subtract } from '../type-arithmetic/digits.ts'
import type { oneVocabulary, readable } from './plan.ts'

// Networks that are generated from, as far as their type says what they take and give: in the place of one that is refused
// stands the sentence that is the error at run time. Nothing is refused that may be right, such as a network that the compiler
// does not know.

/** The type of a parameter for the network `N`: as it is, or what is wrong with it for the function `Owner`. */
export type Readable<Owner extends string, N extends Typed> = [...Faults<Owner, N>]['length'] extends 1
  ? Sentence<Unfit<Owner, N>>
  : N
/** `[]` for a network that may be right, else one element. */
type Faults<Owner extends string, N extends Typed> = Unfit<Owner, N> extends null ? [] : ['unfit']
type Unfit<Owner extends string, N extends Typed> = unknown extends N[' within']
  ? null
  : [N[' source']] extends [never]
    ? N['kind'] extends Waiting
      ? Refuses<Owner, 'ids', number[]>
      : null
    : MayBeIds<First<N[' source']>, Reader<N>> extends true
      ? UnfitOutput<Owner, OutputOf<N>, Reader<N>>
      : Refuses<Owner, 'ids', N[' source']>
/** Compositions without inputs of their own. */
type Waiting = 'Sequence' | 'Parallel' | 'Branch' | 'Repeat' | 'Block' | 'Shared'
type First<S> = S extends Several ? S[0] : S
type MayBeIds<S, L> = number[] extends S
  ? true
  : S extends readonly [unknown, unknown]
    ? L extends { readonly ' ids': 'computes' }
      ? false
      : true
    : false

/** The layer that takes the input of a network of one input, as far as it is sure. */
type Reader<N> = N extends { readonly ' parts': InSequence<infer L> }
  ? L extends readonly [{ readonly kind: 'Input' }, ...infer Rest]
    ? Taking<Rest>
    : null
  : null
type Taking<L extends readonly unknown[]> = L extends readonly [infer H, ...infer Rest]
  ? H extends { readonly ' ids': 'passes' }
    ? Taking<Rest>
    : H
  : null

type UnfitOutput<Owner extends string, O, L> = number[] extends O
  ? null
  : O extends readonly [unknown, unknown, infer Vocabulary extends number]
    ? Owner extends 'generate'
      ? L extends { readonly kind: 'Embedding'; readonly inputSize: infer Size extends number }
        ? Subtract<Size, Vocabulary> extends '-'
          ? TooFewIds<Size, Vocabulary>
          : null
        : null
      : null
    : Refuses<Owner, 'tokens', O>

// Interfaces, so that the compiler makes the text only if it is printed.
interface Refuses<Owner extends string, What extends 'ids' | 'tokens', Got> {
  readonly mismatch: `${Owner}, network: expected ${(typeof readable)[What]}, got ${Show<Got>}. ${(typeof readable)['remedy']}`
}
interface TooFewIds<Size extends number, Vocabulary extends number> {
  readonly mismatch: `Embedding, inputSize: expected ${Filled<(typeof oneVocabulary)['expected'], { count: Vocabulary }>}, got ${Size}. ${(typeof oneVocabulary)['remedy']}`
}
