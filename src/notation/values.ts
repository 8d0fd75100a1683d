import type { Initializer } from '../base/parameters.ts'
import type { MadeBy, Makers } from './makers.ts'
import type { DidYouMean } from './nearest.ts'
import type { Show, Trim, Within } from './text.ts'

// The arguments of layers for the compiler: numbers, texts, lists and initializers, by place or by name. What is read is
// a tuple, so that a fault can be told from it. The run time's twin is arguments.ts.

/** Why something is no value. */
export interface NoValue<Why extends string> {
  readonly why: Why
}

interface Constants {
  readonly true: true
  readonly false: false
  readonly null: null
}

/** Reads a value: [value], or why it is none. */
export type Value<S extends string> = S extends `${infer N extends number}`
  ? [N]
  : S extends keyof Constants
    ? [Constants[S]]
    : S extends `${infer Head}${string}`
      ? Head extends "'" | '"' | '['
        ? Delimited<S>
        : S extends `${infer Word}(${infer A}`
          ? Made<Trim<Word>, Within<A, '(', ')'>>
          : S extends `${string}${'[' | ']' | ')' | "'" | '"'}${string}`
            ? NoValue<'not a value'>
            : [Show<S>]
      : NoValue<'a value is missing'>
type Delimited<S extends string> = S extends `'${infer X}'`
  ? [Show<X>]
  : S extends `"${infer X}"`
    ? [Show<X>]
    : S extends `[${infer X}`
      ? Within<X, '[', ']'> extends [infer Inner extends string, infer After]
        ? After extends ''
          ? Elements<Inner, []>
          : NoValue<'not a value'>
        : NoValue<"']' is missing">
      : NoValue<'not a value'>

type Elements<S extends string, R extends readonly unknown[]> =
  Split<S> extends [infer H extends string, infer T]
    ? Trim<H> extends infer Element extends string
      ? T extends string
        ? Value<Element> extends infer V
          ? V extends readonly [infer X]
            ? Elements<T, [...R, X]>
            : V
          : never
        : Element extends ''
          ? [R]
          : Value<Element> extends infer V
            ? V extends readonly [infer X]
              ? [[...R, X]]
              : V
            : never
      : never
    : never

/** At the first comma outside brackets: [the text before, the text after, or `null` where there is none]. */
export type Split<S extends string> = S extends `${infer H},${infer T}`
  ? H extends `${string}${'(' | '['}${string}`
    ? SplitFurther<H, T>
    : [H, T]
  : [S, null]
type SplitFurther<H extends string, S extends string> =
  Closed<H> extends true
    ? [H, S]
    : S extends `${infer A},${infer T}`
      ? SplitFurther<`${H},${A}`, T>
      : [`${H},${S}`, null]
/** Whether every bracket is closed. */
type Closed<S extends string> = S extends `${string}(${infer T}`
  ? Within<T, '(', ')'> extends [string, infer After extends string]
    ? Closed<`${Earlier<S, '('>}${After}`>
    : false
  : S extends `${string}[${infer T}`
    ? Within<T, '[', ']'> extends [string, infer After extends string]
      ? Closed<After>
      : false
    : true
type Earlier<S extends string, Sign extends string> = S extends `${infer A}${Sign}${string}` ? A : ''

/** An initializer, such as `heNormal(gain=2)`. */
type Made<Word extends string, A> = A extends [infer Inner extends string, infer After]
  ? After extends ''
    ? Word extends keyof Makers<[], {}>
      ? ReadArguments<Inner> extends readonly [infer P extends readonly unknown[], infer O]
        ? MadeBy<Word, P, O> extends infer M
          ? M extends Initializer | Float32Array
            ? [M]
            : NoValue<`${Word} does not take these arguments`>
          : never
        : NoValue<`${Word} does not take these arguments`>
      : NoValue<`unknown initializer${DidYouMean<Word, keyof Makers<[], {}>>}`>
    : NoValue<'not a value'>
  : NoValue<"')' is missing">

/** An argument that cannot be read: the rest of the arguments from it on, itself, and why. */
export interface BadArgument<From extends string, Word extends string, Why extends string> {
  readonly from: From
  readonly word: Word
  readonly why: Why
}

/** Reads one argument: [[value], {}] or [[], { name: value }], or why it is neither. */
export type Argument<S extends string> = S extends ` ${infer R}`
  ? Argument<R>
  : S extends `${infer N extends number}`
    ? number extends N
      ? Positional<Value<Trim<S>>>
      : [[N], unknown]
    : S extends `${infer Name}=${infer V}`
      ? Optional<Trim<Name>, Value<Trim<V>>>
      : Positional<Value<Trim<S>>>
type Positional<V> = V extends readonly [infer X] ? [[X], unknown] : V
type Optional<Name extends string, V> = V extends readonly [infer X] ? [[], { readonly [_ in Name]: X }] : V

/** Reads arguments: [positional ones, options], or the first that cannot be read. */
export type ReadArguments<S extends string> = S extends `${string}${'(' | '['}${string}`
  ? ReadNested<S, [], {}>
  : ReadFlat<S, [], {}>
/** Arguments without brackets, as nearly all are: first the numbers. */
type ReadFlat<S extends string, P extends readonly unknown[], O> = S extends `${infer N extends number},${infer T}`
  ? number extends N
    ? ReadMore<S, P, O>
    : ReadFlat<T, [...P, N], O>
  : ReadMore<S, P, O>
type ReadMore<S extends string, P extends readonly unknown[], O> = S extends `${infer H},${infer T}`
  ? Argument<H> extends readonly [infer A extends readonly unknown[], infer B]
    ? keyof B & keyof O extends never
      ? ReadMore<T, [...P, ...A], O & B>
      : BadArgument<S, H, 'given twice'>
    : BadArgument<S, H, WhyNot<H>>
  : ReadLast<S, P, O>
type ReadNested<S extends string, P extends readonly unknown[], O> =
  Split<S> extends [infer H extends string, infer T]
    ? T extends string
      ? Argument<H> extends readonly [infer A extends readonly unknown[], infer B]
        ? keyof B & keyof O extends never
          ? ReadNested<T, [...P, ...A], O & B>
          : BadArgument<S, H, 'given twice'>
        : BadArgument<S, H, WhyNot<H>>
      : ReadLast<S, P, O>
    : never
type ReadLast<S extends string, P extends readonly unknown[], O> =
  Argument<S> extends readonly [infer A extends readonly unknown[], infer B]
    ? keyof B & keyof O extends never
      ? [[...P, ...A], O & B]
      : BadArgument<S, S, 'given twice'>
    : Trim<S> extends ''
      ? [P, O]
      : BadArgument<S, S, WhyNot<S>>
/** Why an argument cannot be read. */
type WhyNot<H extends string> =
  Trim<H> extends '' ? 'an argument is missing' : Argument<H> extends NoValue<infer Why> ? Why : never
