import type { Difference, Product as Products, Quotient, Sum } from './digit-tables.ts'
import type { Halves, Previous } from './halves.ts'
import type { Next } from './next.ts'

// Arithmetic on literal types, as on paper: numbers are strings of digits, and each step looks one digit up in a table.
// Tuple lengths, the usual encoding, cost a hundred times as much and end at 10,000. `number` (unknown) propagates.

/** A with its digits reversed: sums and products run from the last digit. */
type Reverse<S extends string, R extends string = ''> = S extends `${infer H}${infer T}` ? Reverse<T, `${H}${R}`> : R
type ToNumber<S extends string> = S extends `${infer N extends number}` ? N : never
type TrimZeros<S extends string> = S extends `0${infer R}` ? (R extends '' ? '0' : TrimZeros<R>) : S

/** A and B reversed. R is one string for two things, which halves the types made: the carry, then the digits so far. */
type AddReversed<A extends string, B extends string, R extends string> = R extends `${infer C}${infer Rest}`
  ? A extends `${infer a}${infer A1}`
    ? B extends `${infer b}${infer B1}`
      ? AddReversed<A1, B1, `${Sum[`${a}${b}${C}`]}${Rest}`>
      : C extends '0'
        ? `${Reverse<A>}${Rest}`
        : AddReversed<A1, '', `${Sum[`${a}0${C}`]}${Rest}`>
    : B extends ''
      ? C extends '0'
        ? Rest
        : R
      : AddReversed<B, '', R>
  : never
type AddDigits<A extends string, B extends string> = AddReversed<Reverse<A>, Reverse<B>, '0'>

/** As {@link AddReversed}, with a borrow for the carry; '-' when the result would be negative. */
type SubtractReversed<A extends string, B extends string, R extends string> = R extends `${infer C}${infer Rest}`
  ? A extends `${infer a}${infer A1}`
    ? B extends `${infer b}${infer B1}`
      ? SubtractReversed<A1, B1, `${Difference[`${a}${b}${C}`]}${Rest}`>
      : C extends '0'
        ? `${Reverse<A>}${Rest}`
        : SubtractReversed<A1, '', `${Difference[`${a}0${C}`]}${Rest}`>
    : B extends ''
      ? C extends '0'
        ? Rest
        : '-'
      : '-'
  : never
type SubtractDigits<A extends string, B extends string> = TrimZeros<SubtractReversed<Reverse<A>, Reverse<B>, '0'>>

/** A (reversed) times one digit. */
type TimesDigit<A extends string, D extends string, R extends string> = R extends `${infer C}${infer Rest}`
  ? A extends `${infer a}${infer A1}`
    ? TimesDigit<A1, D, `${Products[`${a}${D}${C}`]}${Rest}`>
    : C extends '0'
      ? Rest
      : R
  : never
/** Long multiplication, from the first digit of B on: a row for each, added to ten times the sum so far. A is reversed. */
type MultiplyReversed<A extends string, B extends string, R extends string> = B extends `${infer b}${infer B1}`
  ? MultiplyReversed<
      A,
      B1,
      R extends '' ? TimesDigit<A, b, '0'> : b extends '0' ? `${R}0` : AddDigits<`${R}0`, TimesDigit<A, b, '0'>>
    >
  : R
type MultiplyDigits<A extends string, B extends string> = TrimZeros<MultiplyReversed<Reverse<A>, B, ''>>

/** Long division by one digit: [quotient, remainder]. */
type DivideByDigit<
  N extends string,
  D extends string,
  R extends string,
  Q extends string,
> = N extends `${infer n}${infer N1}`
  ? Quotient[`${D}${R}${n}`] extends `${infer q}${infer r}`
    ? DivideByDigit<N1, D, r, `${Q}${q}`>
    : never
  : [TrimZeros<Q>, R]
/** How often D goes into R (at most 9 times), and what is left. */
type CountDown<R extends string, D extends string, Q extends number> =
  SubtractDigits<R, D> extends infer X extends string ? (X extends '-' ? [Q, R] : CountDown<X, D, Next[Q]>) : never
type DivideLong<
  N extends string,
  D extends string,
  R extends string,
  Q extends string,
> = N extends `${infer n}${infer N1}`
  ? CountDown<TrimZeros<`${R}${n}`>, D, 0> extends [infer q extends number, infer r extends string]
    ? DivideLong<N1, D, r, `${Q}${q}`>
    : never
  : [TrimZeros<Q>, R]
type DivideDigits<A extends string, B extends string> = B extends '0'
  ? never
  : B extends `${infer _}${infer Rest}`
    ? Rest extends ''
      ? DivideByDigit<A, B, '0', ''>
      : DivideLong<A, B, '', ''>
    : never

/** A + B */
export type Add<A extends number, B extends number> = B extends 0
  ? A
  : number extends A | B
    ? number
    : B extends 1
      ? AddOne<A, Next[A]>
      : ToNumber<AddDigits<`${A}`, `${B}`>>
type AddOne<A extends number, N> = number extends N ? ToNumber<AddDigits<`${A}`, '1'>> : N
/** A - B, or '-' when that is negative. */
export type Subtract<A extends number, B extends number> = B extends 0
  ? A
  : number extends A | B
    ? number
    : Down<A, B> extends infer D
      ? number extends D
        ? SubtractDigits<`${A}`, `${B}`> extends infer S extends string
          ? S extends '-'
            ? '-'
            : ToNumber<S>
          : never
        : D
      : never
/** A - B where B is small and the tables reach to A; else `number`. */
type Down<A extends number, B extends number> = B extends 1
  ? Previous[A]
  : B extends 2
    ? Previous[Previous[A]]
    : B extends 3
      ? Previous[Previous[Previous[A]]]
      : B extends 4
        ? Previous[Previous[Previous[Previous[A]]]]
        : number
/** A * B */
export type Multiply<A extends number, B extends number> = A extends 1
  ? B
  : B extends 1
    ? A
    : number extends A | B
      ? number
      : Products[`${A}${B}0`] extends infer P extends string
        ? ToNumber<string extends P ? MultiplyDigits<`${A}`, `${B}`> : TrimZeros<P>>
        : never
/** [the whole part of A / B, the remainder] */
export type Divide<A extends number, B extends number> = number extends A | B
  ? [number, number]
  : DivideDigits<`${A}`, `${B}`> extends [infer Q extends string, infer R extends string]
    ? [ToNumber<Q>, ToNumber<R>]
    : never
/** Whether `B` divides `A`, as far as both are known. */
export type IsDivisible<A extends number, B extends number> =
  Divide<A, B> extends [unknown, infer Rest] ? (number extends Rest ? true : Rest extends 0 ? true : false) : true
/** A / B, rounded down */
export type Floor<A extends number, B extends number> = B extends 1
  ? A
  : B extends 2
    ? Halves[A] extends infer H
      ? number extends H
        ? FloorByDigits<A, B>
        : H
      : never
    : FloorByDigits<A, B>
type FloorByDigits<A extends number, B extends number> = number extends A | B
  ? number
  : DivideDigits<`${A}`, `${B}`> extends readonly [infer Q extends string, unknown]
    ? ToNumber<Q>
    : never
/** A / B, rounded up */
export type Ceil<A extends number, B extends number> = B extends 1
  ? A
  : B extends 2
    ? Halves[Next[A]] extends infer H
      ? number extends H
        ? CeilByDigits<A, B>
        : H
      : never
    : CeilByDigits<A, B>
type CeilByDigits<A extends number, B extends number> = number extends A | B
  ? number
  : DivideDigits<`${A}`, `${B}`> extends [infer Q extends string, infer R]
    ? R extends '0'
      ? ToNumber<Q>
      : ToNumber<AddDigits<Q, '1'>>
    : never
/** The product of a list of numbers: 1 when it is empty. */
export type Product<S extends readonly unknown[], P extends number = 1> = S extends readonly [
  ...infer T,
  infer H extends number,
]
  ? // From the last dimension on, the longest as a rule: a product has a row for each digit of its second factor.
    Product<T, Multiply<P, H>>
  : P
