import type { Mismatch } from '../base/shape.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { CheckRepeat, Join, JoinFault, NameFault, Repeat, Side } from '../network-types/compose.ts'
import type { Call, Limited, Own } from './called.ts'
import type { Explained, Fault, Followed, Upto } from './fault.ts'
import type { RefusesGiven } from './limits.ts'
import type { Misfit } from './misfit.ts'
import type { Misspelt } from './nearest.ts'
import type { WrongArguments } from './row.ts'
import type { Before, Trim, TrimStart, Within } from './text.ts'
import type { Argument, BadArgument, NoValue, ReadArguments, Split } from './values.ts'
import type { Layers } from './words.ts'
import type { NetworkOptions, Wrappers } from './wrappers.ts'

// The grammar, for the compiler. A chain is cut at `>>`; a piece that is one plain call, as nearly all are, is read at
// once and only once for a text. Anything else is read by the general rules from where it stands. The run time's twin is
// read.ts.

/** Layers of the user's own, by name, and functions that make them. */
export type Blocks = Readonly<Record<string, unknown>>

/** Where a chain is read: the user's blocks, the text from its beginning on, and the branches before it. */
interface Context {
  readonly blocks: unknown
  readonly text: string
  readonly branches: readonly AnyLayer[]
}
interface At<B, S extends string, Branches extends readonly AnyLayer[]> extends Context {
  readonly blocks: B
  readonly text: S
  readonly branches: Branches
}

/** Reads a network: [layer], or a fault. */
export type Read<S extends string, B> = Walk<S, At<B, S, []>, []>

type Walk<S extends string, C extends Context, L extends readonly AnyLayer[]> = S extends `${infer A}>>${infer R}`
  ? Piece<A, C['blocks']> extends readonly [infer Y extends AnyLayer]
    ? Walk<R, C, [...L, Y]>
    : Further<S, C, L>
  : Piece<S, C['blocks']> extends readonly [infer Y extends AnyLayer]
    ? Finish<[...L, Y], C>
    : Further<S, C, L>

/** A plain call: [layer], or `null` for anything else and for mistakes. */
type Piece<A extends string, B> = A extends `${infer Word}(${infer R}`
  ? R extends `${infer G})${infer T}`
    ? Trim<T> extends ''
      ? G extends `${string}(${string}`
        ? null
        : Plain<Trim<Word>, G, B>
      : null
    : null
  : Plain<Trim<A>, '', B>
type Plain<Word extends string, G extends string, B> = Word extends keyof Layers
  ? Word extends keyof B | keyof Wrappers<[], {}>
    ? null
    : Called<Word, G>
  : null
type Called<Word extends keyof Layers, G extends string> =
  Call<Word, G> extends infer X ? (X extends AnyLayer ? [X] : null) : never
/** The chain from a part on that is no plain call. */
type Further<S extends string, C extends Context, L extends readonly AnyLayer[]> =
  Part<S, C['blocks']> extends infer X
    ? X extends readonly [infer Y extends AnyLayer, infer T extends string]
      ? Then<TrimStart<T>, S, C, L, Y>
      : X
    : never
/** What follows a part. */
type Then<
  T extends string,
  S extends string,
  C extends Context,
  L extends readonly AnyLayer[],
  Y extends AnyLayer,
> = T extends ''
  ? Finish<[...L, Y], C>
  : T extends `>>${infer R}`
    ? Walk<R, C, [...L, Y]>
    : T extends `|${infer R}`
      ? Chained<[...L, Y], C> extends infer X
        ? X extends readonly [infer Branch extends AnyLayer]
          ? Beside<C, Branch, T> extends infer F
            ? F extends null
              ? Walk<R, At<C['blocks'], R, [...C['branches'], Branch]>, []>
              : F
            : never
          : X
        : never
      : T extends `*${infer R}`
        ? Copies<TrimStart<R>, S, T, C, L, Y>
        : Fault<S, T, FirstSign<T>, T extends `)${string}` ? "')' without '('" : "'>>' is missing">
type FirstSign<T extends string> = T extends `${infer Sign}${string}` ? Sign : ''
/** After an asterisk. */
type Copies<
  R extends string,
  S extends string,
  T extends string,
  C extends Context,
  L extends readonly AnyLayer[],
  Y extends AnyLayer,
> =
  Digits<R, ''> extends infer D extends string
    ? D extends `${infer N extends number}`
      ? R extends `${D}${infer U}`
        ? CheckRepeat<Y, N> extends Mismatch<infer M>
          ? Fault<S, T, `${Upto<T, U>}`, M>
          : Then<TrimStart<U>, S, C, L, Repeat<Y, N>>
        : never
      : Fault<S, T, '*', "'*' is followed by a positive whole number">
    : never
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
export type Digits<S extends string, R extends string> = S extends `${infer D extends Digit}${infer T}`
  ? R extends ''
    ? D extends '0'
      ? ''
      : Digits<T, D>
    : Digits<T, `${R}${D}`>
  : R

/** A chain as one layer: [layer], or a fault. */
type Chained<L extends readonly AnyLayer[], C extends Context> =
  JoinFault<L> extends infer F
    ? F extends readonly [infer N extends number, infer Why extends string]
      ? Misfit<C['text'], C['blocks'], N, 1, Why>
      : L extends readonly [infer One extends AnyLayer]
        ? [One]
        : // Not [Join<L>]: the compiler would put it off, and do it again wherever it is looked at.
          Join<L> extends infer J
          ? [J]
          : never
    : never
/** The fault of a branch, whose text is followed by `After`, beside those before it; `null` where there is none. */
type Beside<C extends Context, Branch extends AnyLayer, After extends string> = C['branches'] extends readonly []
  ? null
  : NameFault<[...C['branches'], Branch]> extends readonly [unknown, infer Why extends string]
    ? Fault<C['text'], TrimStart<C['text']>, Trim<Upto<C['text'], After>>, Why>
    : null
/** All branches as one layer: [layer], or a fault. */
type Finish<L extends readonly AnyLayer[], C extends Context> = C['branches'] extends readonly []
  ? Chained<L, C>
  : Chained<L, C> extends infer X
    ? X extends readonly [infer Last extends AnyLayer]
      ? Beside<C, Last, ''> extends infer F
        ? F extends null
          ? [Side<[...C['branches'], Last]>]
          : F
        : never
      : X
    : never
/** One part of a chain: [layer, the text after it], or a fault. */
export type Part<S extends string, B> =
  TrimStart<S> extends infer T extends string
    ? T extends `(${infer U}`
      ? Within<U, '(', ')'> extends readonly [infer Inner extends string, infer After extends string]
        ? Read<Inner, B> extends infer X
          ? X extends readonly [infer Y]
            ? [Y, After]
            : Followed<X, `)${After}`>
          : never
        : Fault<S, T, '(', "')' is missing">
      : Before<Before<Before<Before<Before<T, '('>, '>'>, '|'>, '*'>, ')'> extends infer Word extends string
        ? T extends `${Word}${infer After}`
          ? Named<Trim<Word>, After, S, T, B>
          : never
        : never
    : never

type Words<B> = (keyof Layers | keyof Wrappers<[], {}> | keyof B) & string
type Named<Word extends string, After extends string, S extends string, T extends string, B> = Word extends ''
  ? Fault<S, T, FirstSign<T>, T extends `)${string}` ? "')' without '('" : 'a layer is missing'>
  : Word extends Words<B>
    ? After extends `(${infer U}`
      ? Within<U, '(', ')'> extends readonly [infer G extends string, infer Rest extends string]
        ? Explained<Applied<Word, G, B>, Word, G, S, T, Rest>
        : Fault<S, T, Word, "')' is missing">
      : Explained<Applied<Word, '', B>, Word, '', S, T, After>
    : Fault<S, T, Word, Misspelt<'unknown layer', Word, Words<B>>>

type Applied<Word extends string, G extends string, B> = Word extends keyof B
  ? Own<B[Word], ReadArguments<G>>
  : Word extends keyof Wrappers<[], {}>
    ? ReadParts<G, Word extends keyof NetworkOptions ? NetworkOptions[Word] : never, B, [], {}> extends infer X
      ? X extends readonly [infer P extends readonly unknown[], infer O]
        ? // First, as what is refused may have no end, such as -1 copies.
          true extends RefusesGiven<Word, P>
          ? WrongArguments
          : Limited<Word, P, O, Wrappers<P, O>[Word]> extends infer Y
            ? Y extends AnyLayer
              ? JoinFault<[Y]> extends readonly [unknown, infer Why extends string]
                ? Mismatch<Why>
                : Y
              : Y
            : never
        : X
      : never
    : Word extends keyof Layers
      ? Call<Word, G>
      : never

/** The arguments of what takes layers: [positional ones, options], or a fault. */
type ReadParts<S extends string, Nets, B, P extends readonly unknown[], O> =
  Split<S> extends readonly [infer H extends string, infer T]
    ? Trim<H> extends ''
      ? T extends string
        ? BadArgument<S, H, 'an argument is missing'>
        : [P, O]
      : ReadPart<H, Nets, B> extends infer X
        ? X extends Fault<string, string, string, unknown>
          ? Followed<X, T extends string ? `,${T}` : ''>
          : X extends NoValue<infer Why>
            ? BadArgument<S, H, Why>
            : X extends readonly [infer A extends readonly unknown[], infer Z]
              ? keyof Z & keyof O extends never
                ? T extends string
                  ? ReadParts<T, Nets, B, [...P, ...A], O & Z>
                  : [[...P, ...A], O & Z]
                : BadArgument<S, H, 'given twice'>
              : never
        : never
    : never
/** As an argument: [[value], unknown] or [[], { name: value }]. */
type ReadPart<H extends string, Nets, B> = H extends `${infer K}=${infer V}`
  ? K extends `${string}${'(' | '>' | '|' | "'" | '"'}${string}`
    ? ReadPositional<H, B>
    : Trim<K> extends Nets
      ? Read<V, B> extends infer X
        ? X extends readonly [infer Y]
          ? [[], { readonly [_ in Trim<K>]: Y }]
          : X
        : never
      : Argument<H>
  : ReadPositional<H, B>
type ReadPositional<H extends string, B> =
  TrimStart<H> extends `${Digit | "'" | '"' | '[' | '-'}${string}`
    ? Argument<H>
    : Read<H, B> extends infer X
      ? X extends readonly [infer Y]
        ? [[Y], unknown]
        : X
      : never
