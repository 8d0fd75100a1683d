import type { Mismatch } from '../base/shape.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { RefusedOptions } from './limits.ts'
import type { Misspelt } from './nearest.ts'
import type { WrongArguments, WrongOptions } from './row.ts'
import type { Trim, TrimStart } from './text.ts'
import type { BadArgument, ReadArguments, Split } from './values.ts'

// Mistakes, for the compiler: what is wrong where.

/**
 * A mistake. What is left of the text: from the layer in which it is, and from the mistake itself; what is wrong of it,
 * and why.
 */
export interface Fault<Layer extends string, From extends string, Word extends string, Why> {
  readonly layer: Layer
  readonly from: From
  readonly word: Word
  readonly why: Why
}
/** A mistake in a part of the text, with the text that follows. */
export type Followed<F, After extends string> =
  F extends Fault<infer Layer, infer From, infer Word, infer Why>
    ? Fault<`${Layer}${After}`, `${From}${After}`, Word, Why>
    : F

/** The text of `S` before its end `Rest`. */
export type Upto<S extends string, Rest extends string> = S extends `${infer A}${Rest}` ? A : S

/** What a layer turned out to be: [layer, the text after it], or a fault with its place. */
export type Explained<
  X,
  Word extends string,
  G extends string,
  S extends string,
  T extends string,
  Rest extends string,
> = X extends AnyLayer
  ? [X, Rest]
  : X extends Fault<string, string, string, unknown>
    ? Followed<X, `)${Rest}`>
    : X extends BadArgument<infer From, infer Wrong, infer Why>
      ? Fault<S, TrimStart<`${From})${Rest}`>, Trim<Wrong>, Why>
      : X extends WrongOptions<infer Allowed, infer O>
        ? Mistaken<Exclude<keyof O, keyof Allowed>, Allowed, O, Word, G, S, Rest>
        : X extends Mismatch<infer Why>
          ? Fault<S, T, Trim<Upto<T, Rest>>, Why>
          : Fault<
              S,
              T,
              Trim<Upto<T, Rest>>,
              X extends WrongArguments ? `${Word} does not take these arguments` : `${Word} makes no layer`
            >

/** The first option, in the order of the text, that does not exist, or whose value is not taken. */
type Mistaken<Unknown, Allowed, O, Word extends string, G extends string, S extends string, Rest extends string> = [
  Unknown,
] extends [never]
  ? FindArgument<G, Refused<Allowed, O> | RefusedOptions<Word, PositionalOf<G>, O>> extends readonly [
      infer From extends string,
      infer A extends string,
      infer K,
    ]
    ? Fault<S, TrimStart<`${From})${Rest}`>, Trim<A>, `not a value for ${K & string}`>
    : never
  : FindArgument<G, Unknown> extends readonly [infer From extends string, string, infer K extends string]
    ? Fault<S, TrimStart<`${From})${Rest}`>, K, Misspelt<'unknown option', K, keyof Allowed & string>>
    : never
type PositionalOf<G extends string> =
  ReadArguments<G> extends readonly [infer P extends readonly unknown[], unknown] ? P : []
type Refused<Allowed, O> = {
  [K in keyof O]: K extends keyof Allowed ? (O[K] extends Allowed[K] ? never : K) : never
}[keyof O]
/** [the text from it on, the argument, the option's name] of the first argument with one of the names. */
type FindArgument<S extends string, Names> =
  Split<S> extends readonly [infer H extends string, infer T]
    ? H extends `${infer K}=${string}`
      ? Trim<K> extends Names
        ? [S, H, Trim<K>]
        : FindNext<T, Names>
      : FindNext<T, Names>
    : never
type FindNext<T, Names> = T extends string ? FindArgument<T, Names> : never
