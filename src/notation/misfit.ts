import type { BranchInput, Mismatch } from '../base/shape.ts'
import type { AnyLayer, Out } from '../core/layer.ts'
import type { Next } from '../type-arithmetic/next.ts'
import type { Fault, Followed, Upto } from './fault.ts'
import type { Digits, Part, Read } from './grammar.ts'
import type { Trim, TrimStart, Within } from './text.ts'

// Where layers do not fit, for the compiler. The text is read again up to there, which only texts with a mistake cost.

/** The fault of the N-th layer of a chain, which `I` goes into from the K-th on. */
export type Misfit<S extends string, B, N extends number, K extends number, Why extends string, I = number[]> =
  AfterPart<S, B> extends infer After extends string
    ? K extends N
      ? Deepest<S, After, B, Why, I>
      : After extends `>>${infer R}`
        ? Misfit<R, B, N, Next[K], Why, OutOf<Upto<S, After>, B, I>>
        : never
    : never
/** The text after a part and its copies. */
type AfterPart<S extends string, B> =
  Part<S, B> extends readonly [unknown, infer T extends string] ? WithCopies<TrimStart<T>> : never
type OutOf<S extends string, B, I> = Read<S, B> extends readonly [infer Y extends AnyLayer] ? Out<Y, I> : never
/** The fault of the part before `After`; of what is in brackets, that of the layer within that is to blame. */
type Deepest<S extends string, After extends string, B, Why extends string, I> =
  Bracketed<S, After> extends readonly [infer Inner extends string, infer Rest extends string]
    ? Inside<Inner, B, Why, Branches<Inner, B> extends true ? BranchInput<I, 0> : I, I, 0> extends infer F
      ? F extends null
        ? Fault<S, TrimStart<S>, Trim<Upto<S, After>>, Why>
        : Followed<F, `)${Rest}`>
      : never
    : Fault<S, TrimStart<S>, Trim<Upto<S, After>>, Why>
/** Whether a text has branches. */
type Branches<S extends string, B> =
  AfterPart<S, B> extends infer After
    ? After extends `>>${infer R}`
      ? Branches<R, B>
      : After extends `|${string}`
        ? true
        : false
    : never
/** What stands in the brackets that are all of the part before `After`, and what follows them. */
type Bracketed<S extends string, After extends string> =
  TrimStart<S> extends `(${infer U}`
    ? Within<U, '(', ')'> extends readonly [infer Inner, infer Rest extends string]
      ? TrimStart<Rest> extends After
        ? [Inner, Rest]
        : null
      : null
    : null
/** The fault for that reason in the branch `K` and those after it, `All` being what comes in; `null` where it is elsewhere. */
type Inside<S extends string, B, Why extends string, I, All, K extends number> =
  AfterPart<S, B> extends infer After extends string
    ? OutOf<Upto<S, After>, B, I> extends infer O
      ? O extends Mismatch<infer M>
        ? M extends Why
          ? Deepest<S, After, B, Why, I>
          : null
        : After extends `>>${infer R}`
          ? Inside<R, B, Why, O, All, K>
          : After extends `|${infer R}`
            ? Inside<R, B, Why, BranchInput<All, Next[K]>, All, Next[K]>
            : null
      : never
    : never
type WithCopies<T extends string> = T extends `*${infer R}`
  ? TrimStart<R> extends infer U extends string
    ? U extends `${Digits<U, ''>}${infer V}`
      ? WithCopies<TrimStart<V>>
      : T
    : never
  : T
