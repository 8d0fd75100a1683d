import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { Next } from '../type-arithmetic/next.ts'

// How the compiler and the run time take a text apart. Both first remove comments and hide the signs within quotes, so
// the readers see only signs that mean something.

/** What stands for a hidden sign: this and a letter. */
type Veil = '\uE000'

/** The letters that stand for signs within quotes. */
const hidden = {
  '(': 'a',
  ')': 'b',
  '[': 'c',
  ']': 'd',
  ',': 'e',
  '=': 'f',
  '>': 'g',
  '|': 'h',
  '*': 'i',
  "'": 'j',
  '"': 'k',
  '\uE000': 'l',
} as const
type Hidden = typeof hidden
/** For the compiler: the letter that stands for a backslash within quotes, which is no part of the value. */
type Escape = 'm'

// For the compiler.

type Space = ' ' | '\n' | '\t' | '\r'
/** Without white space before it. */
export type TrimStart<S extends string> = S extends ` ${infer R}`
  ? TrimStart<R>
  : S extends `${Space}${infer R}`
    ? TrimStart<R>
    : S
/** Without white space after it. */
export type TrimEnd<S extends string> = S extends `${infer R} `
  ? TrimEnd<R>
  : S extends `${infer R}${Space}`
    ? TrimEnd<R>
    : S
/** Without white space around it. */
export type Trim<S extends string> = TrimEnd<TrimStart<S>>

/** The text before a sign; all of it if there is none. */
export type Before<S extends string, Sign extends string> = S extends `${infer A}${Sign}${string}` ? A : S

/** The text of `S` before its end `Rest`. */
export type Upto<S extends string, Rest extends string> = S extends `${infer A}${Rest}` ? A : S

/** A quote that is not closed: the text from it on. */
export interface Unclosed<From extends string> {
  readonly unclosed: From
}
/** The text without comments and with the signs in quotes hidden. */
export type Clean<S extends string> = S extends `${string}${"'" | '"' | '#' | '//'}${string}` ? CleanFrom<S, ''> : S
type CleanFrom<S extends string, R extends string> =
  Before<Before<Before<Before<S, "'">, '"'>, '#'>, '//'> extends infer Head extends string
    ? S extends `${Head}${infer T}`
      ? T extends ''
        ? `${R}${Head}`
        : T extends `'${infer U}`
          ? Quoted<U, "'", `${R}${Head}'`, T>
          : T extends `"${infer U}`
            ? Quoted<U, '"', `${R}${Head}"`, T>
            : T extends `${string}\n${infer U}`
              ? CleanFrom<`\n${U}`, `${R}${Head}`>
              : `${R}${Head}`
      : never
    : never
type Quoted<
  S extends string,
  Quote extends string,
  R extends string,
  From extends string,
> = S extends `${infer C}${Quote}${infer U}`
  ? C extends `${infer X}\\${string}`
    ? S extends `${X}\\${infer Escaped}${infer V}`
      ? Quoted<V, Quote, `${R}${Hide<X>}${Veil}${Escape}${Hide<Escaped>}`, From>
      : never
    : CleanFrom<U, `${R}${Hide<C>}${Quote}`>
  : Unclosed<From>
type Hide<S extends string> = S extends `${string}${keyof Hidden}${string}` ? HideSigns<S, ''> : S
type HideSigns<S extends string, R extends string> = S extends `${infer C}${infer T}`
  ? HideSigns<T, C extends keyof Hidden ? `${R}${Veil}${Hidden[C]}` : `${R}${C}`>
  : R
type Shown = { readonly [Sign in keyof Hidden as Hidden[Sign]]: Sign } & { readonly [_ in Escape]: '' }
/** The text with its hidden signs shown. */
export type Show<S extends string> = S extends `${string}${Veil}${string}` ? ShowSigns<S, ''> : S
type ShowSigns<S extends string, R extends string> = S extends `${infer A}${Veil}${infer C}${infer T}`
  ? ShowSigns<T, `${R}${A}${C extends keyof Shown ? Shown[C] : C}`>
  : `${R}${S}`

/** `line 3, column 6`: the place after the text `S`, which is cleaned. */
export type PlaceAfter<S extends string, Line extends number = 1> = S extends `${string}\n${infer T}`
  ? PlaceAfter<T, Next[Line]>
  : `line ${Line}, column ${Count<`${Written<S>}.`, 0>}`
/** As the user wrote it. */
type Written<S extends string> = S extends `${infer A}${Veil}${Escape}${infer T}` ? Written<`${A}\\${T}`> : Show<S>
/** The number of characters, by tens: compilers follow no more than a thousand steps. */
type Count<
  S extends string,
  Tens extends number,
> = S extends `${infer _A}${infer _B}${infer _C}${infer _D}${infer _E}${infer _F}${infer _G}${infer _H}${infer _I}${infer _J}${infer T}`
  ? Count<T, Next[Tens]>
  : `${Tens extends 0 ? '' : Tens}${Ones<S, 0>}`
type Ones<S extends string, N extends number> = S extends `${string}${infer T}` ? Ones<T, Next[N]> : N

/** After an opening bracket: [the text up to the closing one, the text after it]; `null` if there is none. */
export type Within<S extends string, Open extends string, Close extends string> = Closing<S, Open, Close, '', ''>
type Closing<
  S extends string,
  Open extends string,
  Close extends string,
  Depth extends string,
  R extends string,
> = S extends `${infer A}${Close}${infer T}`
  ? `${Depth}${Opened<A, Open, ''>}` extends `x${infer Outer}`
    ? Closing<T, Open, Close, Outer, `${R}${A}${Close}`>
    : [`${R}${A}`, T]
  : null
/** An x for each opening bracket. */
type Opened<S extends string, Open extends string, R extends string> = S extends `${string}${Open}${infer T}`
  ? Opened<T, Open, `${R}x`>
  : R

/** The text split at the first comma outside brackets: [before, after], or [all, null]. */
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

// For the run time.

/** A cleaned text, and where each of its characters stands in the user's. */
interface CleanText {
  readonly text: string
  readonly places: readonly number[]
}

const veil = '\uE000'
const hide = (sign: string): string => (Object.hasOwn(hidden, sign) ? `${veil}${hidden[sign as keyof Hidden]}` : sign)
const shown = new Map(Object.entries(hidden).map(([sign, letter]) => [letter as string, sign]))
/** The text with its hidden signs shown. */
export const show = (text: string): string =>
  text.replace(/\uE000(.)/gsu, (_, letter: string) => shown.get(letter) ?? letter)

/** The tokens of cleaning: comments, whole quotes, opening ones without end, and the text between. */
const tokens =
  /(?<comment>(?:#|\/\/)[^\n]*)|(?<quote>'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*")|(?<open>['"])|(?<plain>[^'"#/]+|\/)/gsu
const within = /\\?(.)/gsu

/** The text without comments and with the signs in quotes hidden; or the place of a quote that is not closed. */
export const clean = (given: string): Either<number, CleanText> => {
  const places: number[] = []
  let text = ''
  const add = (signs: string, place: number): void => {
    text += signs
    for (let i = 0; i < signs.length; i++) places.push(place)
  }
  for (const { index, groups } of given.matchAll(tokens)) {
    const { quote, open, plain } = groups as Readonly<Record<string, string | undefined>>
    if (open !== undefined) return left(index)
    if (plain !== undefined) {
      text += plain
      for (let i = 0; i < plain.length; i++) places.push(index + i)
    }
    if (quote !== undefined) {
      add(quote[0] as string, index)
      for (const inner of quote.slice(1, -1).matchAll(within)) add(hide(inner[1] as string), index + 1 + inner.index)
      add(quote.at(-1) as string, index + quote.length - 1)
    }
  }
  places.push(given.length)
  return right({ text, places })
}

/** A range of a cleaned text, and the user's layers that it may name. */
export interface Stretch {
  readonly text: string
  readonly from: number
  readonly to: number
  readonly own: Readonly<Record<string, unknown>>
}
/** The text of a stretch. */
export const textOf = ({ text, from, to }: Stretch): string => text.slice(from, to)

/** The first place from `from` on without white space. */
export const skipSpace = (text: string, from: number, to: number): number =>
  to - text.slice(from, to).trimStart().length

/** A stretch without the white space around it. */
export const trimmed = (at: Stretch): Stretch => {
  const from = skipSpace(at.text, at.from, at.to)
  return { ...at, from, to: from + at.text.slice(from, at.to).trimEnd().length }
}

/** The stretch up to the closing bracket, from after the opening one; `null` if it is missing. */
export const bracketed = (at: Stretch, open: string, close: string): Stretch | null => {
  let depth = 0
  for (let to = at.from; to < at.to; to++) {
    if (at.text[to] === open) depth++
    else if (at.text[to] === close && depth-- === 0) return { ...at, to }
  }
  return null
}

/**
 * The stretch split at commas outside brackets, each piece trimmed. Square brackets within round ones do not count, nor
 * does a closing bracket without an opening one.
 */
export const split = (at: Stretch): readonly Stretch[] => {
  const pieces: Stretch[] = []
  let { from } = at
  let [round, square] = [0, 0]
  for (let to = from; to < at.to; to++) {
    const sign = at.text[to]
    if (sign === '(') round++
    else if (round > 0) round -= sign === ')' ? 1 : 0
    else if (sign === '[') square++
    else if (square > 0) square -= sign === ']' ? 1 : 0
    else if (sign === ',') {
      pieces.push(trimmed({ ...at, from, to }))
      from = to + 1
    }
  }
  return [...pieces, trimmed({ ...at, from })]
}
