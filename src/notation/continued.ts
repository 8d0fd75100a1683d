import type { Letter } from '../base/limits.ts'
import type { Initializer } from '../base/parameters.ts'
import type { BranchInput, Mismatch } from '../base/shape.ts'
import type { AnyLayer, Out } from '../core/layer.ts'
import type { AroundRow, WrongOptions } from '../core/notated.ts'
import type { Next } from '../type-arithmetic/next.ts'
import type { ReadArgument } from './argument.ts'
import type { AfterPart, OutOf } from './misfit.ts'
import type { Part } from './part.ts'
import type { Before, Clean, Show, Split, Trim, TrimStart, Upto, Within } from './text.ts'
import type { Makers } from './value.ts'
import type { Applied, Combinators, Layers, RowOfWord } from './words.ts'

// What an editor offers inside a text: the whole text, with a word in an open place, where a layer, an option or a value is
// missing or cannot be read. The compiler comes here only when an editor asks.

/** What stands before and after the word that is put in. */
type Mark = '\uE001'

/** Texts that may stand in the place of `S`, a text with a mistake. */
export type Continued<S extends string, B> = string extends S
  ? // Tells the compiler that S is the argument.
    S
  : NoInfer<Clean<S> extends infer C extends string ? Restored<S, C, InNetwork<C, B, number[]>> : never>

/** A text with a word put in, with the comments, quotes and hidden signs of the user's. */
type Restored<
  S extends string,
  C extends string,
  Marked,
> = Marked extends `${infer P}${Mark}${infer X}${Mark}${infer Q}`
  ? S extends C
    ? `${P}${X}${Q}`
    : C extends `${P}${infer Rest}`
      ? Rest extends `${infer Old}${Q}`
        ? Kept<S, P, Show<Old>, X, ''>
        : never
      : never
  : never
/** A comment ends with its line, so lines have the same beginning with and without it. */
type Kept<
  S extends string,
  P extends string,
  Old extends string,
  X extends string,
  R extends string,
> = P extends `${string}\n${infer Q}`
  ? S extends `${infer Line}\n${infer T}`
    ? Kept<T, Q, Old, X, `${R}${Line}\n`>
    : never
  : S extends `${Show<P>}${Old}${infer After}`
    ? `${R}${Show<P>}${X}${After}`
    : never

/** `Lead` before each text. */
type Led<Lead extends string, Marked> = Marked extends string ? `${Lead}${Marked}` : never
/** `After` behind each text. */
type Ended<Marked, After extends string> = Marked extends string ? `${Marked}${After}` : never
/** Each word in an open place. */
type Put<Word> = Word extends string ? `${Mark}${Word}${Mark}` : never

/**
 * The open places of a network whose input is `I`, `All` being that of all its branches, `K` the branch, and `Lead` the
 * text before it: those of the first part that cannot be read.
 */
type InNetwork<S extends string, B, I, All = I, K extends number = 0, Lead extends string = ''> =
  AfterPart<S, B> extends infer After
    ? [After] extends [never]
      ? Led<S extends '' ? Spaced<Lead> : Lead, InPart<S, B, I>>
      : After extends `>>${infer T}`
        ? InNetwork<T, B, Known<OutOf<Upto<S, After>, B, I>>, All, K, `${Lead}${Upto<S, After>}>>`>
        : After extends `|${infer T}`
          ? InNetwork<T, B, BranchInput<All, Next[K]>, All, Next[K], `${Lead}${Upto<S, After>}|`>
          : never
    : never
type Spaced<Lead extends string> = Lead extends '' ? '' : `${Lead} `
/** An output; anything after layers that do not fit. */
type Known<O> = O extends readonly unknown[] ? O : number[]

/** The open places of the part that `S` begins with. */
type InPart<S extends string, B, I> =
  TrimStart<S> extends infer T extends string
    ? T extends '' | `${'>' | '|' | ')' | ','}${string}`
      ? InGap<Upto<S, T>, T, Put<Offered<I, B>>>
      : Led<
          Upto<S, T>,
          T extends `(${infer U}`
            ? Led<'(', InBrackets<U, '', B, I>>
            : Before<Before<Before<Before<Before<T, '('>, '>'>, '|'>, '*'>, ')'> extends infer Word extends string
              ? T extends `${Word}${infer After}`
                ? InCall<Word, After, S, B, I>
                : never
              : never
        >
    : never
/** A word after the first space of a gap, or at its end, and away from the sign that follows. */
type InGap<Gap extends string, T extends string, Marked> = Gap extends ` ${infer Rest}`
  ? Led<' ', Ended<Marked, Rest extends '' ? (T extends `${'>' | '|'}${string}` ? ` ${T}` : T) : `${Rest}${T}`>>
  : Led<Gap, Ended<Marked, T>>
/** The open places between brackets, of the arguments of a word or of a network, and what follows. */
type InBrackets<U extends string, Word extends string, B, I> =
  Within<U, '(', ')'> extends readonly [infer G extends string, infer After extends string]
    ? Ended<Inside<G, Word, B, I>, `)${After}`>
    : Inside<U, Word, B, I>
type Inside<G extends string, Word extends string, B, I> = Word extends ''
  ? InNetwork<G, B, I>
  : InArguments<G, Trim<Word>, B, I>
type InCall<Word extends string, After extends string, S extends string, B, I> =
  Trim<Word> extends keyof Layers | keyof Combinators | keyof B
    ? After extends `(${infer U}`
      ? Led<`${Word}(`, InBrackets<U, Word, B, I>>
      : Part<S, B> extends readonly unknown[]
        ? never
        : Ended<Put<Offered<I, B>>, After>
    : After extends `(${string}`
      ? Ended<Put<Bare<Offered<I, B>>>, After>
      : Ended<Put<Offered<I, B>>, After>
type Bare<Word> = Word extends `${infer W}(` ? W : Word

// Layers that fit.

/** The words of what takes an input `I`; with a bracket if it needs arguments. */
type Offered<I, B> =
  | { [W in Exclude<keyof Layers, keyof B>]: Offer<W & string, RowOfWord<W>, I, Samples> }[Exclude<
      keyof Layers,
      keyof B
    >]
  | `${Exclude<keyof Combinators, keyof B>}(`
  | { [W in keyof B]: OfferOwn<W & string, B[W], I> }[keyof B]
/** Arguments to try a word with: numbers that are not known. */
type Samples = [
  [],
  [number],
  [number, number],
  [number, number, number],
  [number, number, number, number],
  [number, number, number, number, number],
]
/** The word, if some arguments make a layer that fits; also if none makes a layer, as of those that take texts. */
type Offer<Word extends string, R, I, S, Made = never> = S extends readonly [infer P, ...infer Rest]
  ? Applied<R, P, {}> extends infer Y
    ? Y extends AnyLayer
      ? Out<Y, I> extends Mismatch<string>
        ? Offer<Word, R, I, Rest, Y>
        : P extends readonly []
          ? Word
          : `${Word}(`
      : Offer<Word, R, I, Rest, Made>
    : never
  : [Made] extends [never]
    ? OfferOther<Word, Word extends keyof Layers ? Layers[Word] : never, I>
    : never
type OfferOther<Word extends string, Constructor, I> = Constructor extends (...given: never[]) => infer Y
  ? Word extends 'Lambda'
    ? never
    : Y extends AnyLayer
      ? Out<Y, I> extends Mismatch<string>
        ? never
        : `${Word}(`
      : never
  : never
type OfferOwn<Word extends string, Made, I> = Made extends AnyLayer
  ? Fitting<Made, I, Word>
  : Made extends () => infer Y
    ? Fitting<Y, I, Word>
    : Made extends (...given: never[]) => infer Y
      ? Fitting<Y, I, `${Word}(`>
      : never
type Fitting<Y, I, Word> = Y extends AnyLayer ? (Out<Y, I> extends Mismatch<string> ? never : Word) : never

// Arguments.

/**
 * The open places of the arguments of a word, `Lead` being the text before them, `P` the positional ones there, and `Used`
 * the names that are given.
 */
type InArguments<
  G extends string,
  Word extends string,
  B,
  I,
  Used = NamesOf<G>,
  P extends readonly unknown[] = [],
  Lead extends string = '',
  R = never,
> =
  Split<G> extends readonly [infer H extends string, infer T]
    ? Led<H extends '' ? Spaced<Lead> : Lead, InArgument<H, Word, B, I, Used, P>> extends infer Found
      ? T extends string
        ? InArguments<
            T,
            Word,
            B,
            Word extends 'join' ? Known<OutOf<H, B, I>> : I,
            Used,
            [...P, ...PositionalOf<H>],
            `${Lead}${H},`,
            R | Ended<Found, `,${T}`>
          >
        : R | Found
      : never
    : never
type NamesOf<G extends string> =
  Split<G> extends readonly [infer H, infer T]
    ? (H extends `${infer K}=${string}` ? Trim<K> : never) | (T extends string ? NamesOf<T> : never)
    : never
/** The value of an argument without a name, a network being of any type. */
type PositionalOf<H extends string> =
  ReadArgument<H> extends readonly [infer P extends readonly unknown[], unknown]
    ? P
    : H extends `${string}=${string}`
      ? []
      : [unknown]

type InArgument<H extends string, Word extends string, B, I, Used, P extends readonly unknown[]> = Word extends keyof B
  ? InOption<H, OptionsOfOwn<B[Word], P>, Used>
  : RowOfWord<Word> extends infer R
    ? R extends AroundRow
      ? H extends `${infer K}=${infer V}`
        ? Trim<K> extends R[' networks']
          ? Led<`${K}=`, InNetwork<V, B, I>>
          : InOption<H, OptionsOf<R, [AnyLayer]>, Used>
        : TrimStart<H> extends `${'"' | "'"}${string}` | `${number}`
          ? never
          : // The name of what is shared, or of a block, comes first.
            [Word, P] extends ['shared' | 'block', readonly []]
            ? never
            :
                | InNetwork<H, B, InputOf<Word, I, P['length']>>
                | (P extends readonly [] ? never : InOption<H, OptionsOf<R, [AnyLayer]>, Used>)
      : InOption<H, OptionsOf<R, P>, Used, P extends readonly [] ? FirstOf<Word> : never>
    : never
/** The input of an argument of a combinator; what other layers give to the one within is not known. */
type InputOf<Word, I, N extends number> = Word extends keyof Combinators
  ? Word extends 'parallel'
    ? BranchInput<I, N>
    : I
  : number[]

/** The options of a layer with some positional arguments, of which it says so if one is unknown. */
type OptionsOf<R, P> = Applied<R, P, { readonly '': null }> extends WrongOptions<infer Allowed, unknown> ? Allowed : {}
/** The options of a function of the user's: the object after the positional arguments. */
type OptionsOfOwn<Made, P extends readonly unknown[]> = Made extends (...given: infer Given) => unknown
  ? P['length'] extends keyof Given
    ? NonNullable<Given[P['length']]> extends infer O
      ? O extends object
        ? O extends AnyLayer | readonly unknown[]
          ? {}
          : O
        : {}
      : {}
    : {}
  : {}
/** The texts that the first positional argument may be. */
type FirstOf<Word> = Word extends keyof Layers
  ? Layers[Word] extends (first: infer V, ...rest: never[]) => unknown
    ? TextsOf<V>
    : never
  : never

/** The open places of a value, or of a name and a value, among options; `First` are values without a name. */
type InOption<H extends string, Allowed, Used, First = never> = H extends `${infer K}=${infer V}`
  ? Trim<K> extends keyof Allowed
    ? Led<`${K}=`, InValue<V, Allowed[Trim<K>]>>
    : Led<Spaces<K>, Ended<Put<Written<Allowed, Used>>, `=${V}`>>
  : Trim<H> extends First
    ? never
    : Trim<H> extends '' | `${Letter}${string}`
      ? Trim<H> extends `${string}${'(' | '[' | "'" | '"'}${string}`
        ? never
        : Led<Spaces<H>, Put<`${Written<Allowed, Used>}=` | First>>
      : never
/** The names of the options that a text can give, without those that it gives. */
type Written<Allowed, Used> = {
  [K in Exclude<keyof Allowed, Used>]: [Exclude<Allowed[K], undefined>] extends [(...given: never[]) => unknown]
    ? never
    : K & string
}[Exclude<keyof Allowed, Used>]
/** The white space that a text begins with. */
type Spaces<H extends string> = Upto<H, TrimStart<H>>
type InValue<V extends string, Type> =
  ReadArgument<V> extends readonly [readonly [infer X], unknown]
    ? X extends Type
      ? never
      : Put<TextsOf<Type>>
    : TrimStart<V> extends `${infer Maker}(${infer A}`
      ? Maker extends keyof Makers
        ? Led<
            `${Maker}(`,
            Within<A, '(', ')'> extends readonly [infer G extends string, infer After extends string]
              ? Ended<InMaker<G, NonNullable<Parameters<Makers[Maker]>[0]>>, `)${After}`>
              : InMaker<A, NonNullable<Parameters<Makers[Maker]>[0]>>
          >
        : never
      : Put<TextsOf<Type>>
type InMaker<G extends string, O> =
  Split<G> extends readonly [infer H extends string, infer T]
    ? T extends string
      ? Led<`${H},`, InMaker<T, O>>
      : InOption<H, O extends object ? O : {}, never>
    : never
/** The texts of the values of a type, as far as they are known. */
type TextsOf<V> = V extends string | boolean | null
  ? {} extends { readonly [_ in `${V}`]: true }
    ? never
    : `${V}`
  : V extends Initializer
    ? `${keyof Makers}(`
    : never
