import type { Difference } from './digit-tables.ts'

// Which of two literal numbers is larger, read from their texts. Of two that are written with exponents, as those below 0.000001
// are, and of those that are no literals, nothing is known.

type DigitOrder<A extends string, B extends string> = A extends B
  ? '='
  : Difference[`${A}${B}0` & keyof Difference] extends `1${string}`
    ? '<'
    : '>'
/** The order of whole numbers, by the first digit that differs unless one is longer. */
type WholeOrder<A extends string, B extends string, R extends string = '='> = A extends `${infer a}${infer A1}`
  ? B extends `${infer b}${infer B1}`
    ? WholeOrder<A1, B1, R extends '=' ? DigitOrder<a, b> : R>
    : '>'
  : B extends ''
    ? R
    : '<'
/** The order of digits after the point, which never end with 0. */
type PartOrder<A extends string, B extends string> = A extends `${infer a}${infer A1}`
  ? B extends `${infer b}${infer B1}`
    ? DigitOrder<a, b> extends infer R extends '<' | '>'
      ? R
      : PartOrder<A1, B1>
    : '>'
  : B extends ''
    ? '='
    : '<'
type Parts<T extends string> = T extends `${infer Whole}.${infer Part}` ? [Whole, Part] : [T, '']
type SizeOrder<A extends string, B extends string> = A extends `${string}e${infer Sign}${number}`
  ? B extends `${string}e${string}`
    ? null
    : Sign extends '+'
      ? '>'
      : B extends '0'
        ? '>'
        : '<'
  : B extends `${string}e${infer Sign}${number}`
    ? Sign extends '+'
      ? '<'
      : A extends '0'
        ? '<'
        : '>'
    : OrderOfParts<Parts<A>, Parts<B>>
type OrderOfParts<A extends [string, string], B extends [string, string]> =
  WholeOrder<A[0], B[0]> extends infer R extends '<' | '>' ? R : PartOrder<A[1], B[1]>

/** Whether A is below B (`'<'`), above (`'>'`) or the same (`'='`); `null` where that is not known. */
export type Order<A extends number, B extends number> = number extends A | B
  ? null
  : `${A}` extends `-${infer a}`
    ? `${B}` extends `-${infer b}`
      ? SizeOrder<b, a>
      : '<'
    : `${B}` extends `-${string}`
      ? '>'
      : SizeOrder<`${A}`, `${B}`>
/** Whether each number of a list is above the one before; `null` where that is not known. */
export type Increases<L> = L extends readonly [infer A extends number, infer B extends number, ...infer T]
  ? Order<A, B> extends '<'
    ? Increases<readonly [B, ...T]>
    : Order<A, B> extends '>' | '='
      ? false
      : null
  : true
