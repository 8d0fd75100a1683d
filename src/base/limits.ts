import type { Mismatch } from './shape.ts'

// Which numbers an option takes, and which texts. Each rule is said once: the compiler reads the texts of numbers, the
// codecs of options.ts the words for what is expected.

/** What is expected of a number, by its rule. */
export const expectedNumbers = {
  count: 'a positive integer',
  whole: 'an integer >= 0',
  integer: 'an integer',
  notNegative: 'a number >= 0',
  positive: 'a positive number',
  above1: 'a number > 1',
  upTo1000: 'a number > 0 and <= 1000',
  from1: 'a number >= 1',
  negative: 'a number < 0',
  inside: 'a number > 0 and < 1',
  upTo1: 'a number > 0 and <= 1',
  atLeast2: 'an integer >= 2',
  updates: 'a positive number of updates',
  rate: 'a positive number, or a function that gives a finite number >= 0 for the number of an update',
  part: 'a number from 0 to 1',
  partBelow1: 'a number >= 0 and < 1',
} as const
/** What is expected of a number beside another option. */
export const besideOther = { atMost: 'at most', above: 'more than' } as const
/** What follows the expectation of a number that may be `null`, before what that means. */
export const orNullFor = ', or null for '
/** What says that `null` has a meaning. */
export type OrNullFor<Meaning extends string> = `${typeof orNullFor}${Meaning}`
/** The expectation of a number or `null`. */
export type OrNull<Expected extends string, Meaning extends string> = `${Expected}${OrNullFor<Meaning>}`

type TwoToNine = '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
export type OneToNine = '1' | TwoToNine
/** The texts of numbers that are not whole. */
type Broken = `${string}${'.' | 'e-' | 'e+'}${string}`
type Negative = `-${string}`
/** The texts of numbers from 0 to below 1. */
type Below1 = '0' | `0.${string}` | `${OneToNine}e-${string}` | `${OneToNine}.${string}e-${string}`
/** The texts of numbers above 1. */
type Above1 =
  | TwoToNine
  | Longer
  | `${OneToNine}.${'' | '0' | '00' | '000' | '0000' | '00000'}${bigint}`
  | `${string}e+${string}`
/** The texts of numbers of two digits and more. */
type Longer = `${OneToNine}${OneToNine | '0'}${string}`

/** The texts of numbers that each rule refuses; of a number that is no literal it refuses none. */
export interface RefusedTexts {
  readonly count: '0' | Negative | Broken
  readonly whole: Negative | Broken
  readonly integer: Broken
  readonly axis: '0' | Broken
  readonly target: '0' | `-${TwoToNine | Longer}` | Broken
  readonly notNegative: Negative
  readonly positive: '0' | Negative
  readonly above1: Negative | Below1 | '1'
  readonly from1: Negative | Below1
  readonly negative: '0' | `0.${string}` | `${OneToNine}${string}`
  readonly inside: '0' | Negative | '1' | Above1
  readonly upTo1: '0' | Negative | Above1
  readonly atLeast2: '0' | '1' | Negative | Broken
  readonly updates: '0' | Negative
  readonly rate: '0' | Negative
  readonly part: Negative | Above1
  readonly signedPart: Above1 | `-${Above1}`
  readonly partBelow1: Negative | '1' | Above1
}
export type NumberRule = keyof RefusedTexts
/** The same of the texts of a few numbers, each after a comma. */
export interface RefusedLists {
  readonly count: `${string}${',0' | '-' | '.' | 'e+'}${string}`
  readonly whole: `${string}${'-' | '.' | 'e+'}${string}`
}
/** Whether a number, or one in a list, is refused. */
export type RefusesNumber<V, Rule extends NumberRule> = V extends number
  ? `${V}` extends RefusedTexts[Rule]
    ? true
    : false
  : V extends readonly unknown[]
    ? unknown extends V[number]
      ? false
      : RefusesNumber<V[number], Rule>
    : false
/** Whether a number is not above 0, or is above 1000. */
export type RefusesUpTo1000<V> =
  RefusesNumber<V, 'positive'> extends false
    ? V extends number
      ? `${V}` extends Below1 | '1000'
        ? false
        : `${V}` extends `${infer W}.${string}`
          ? IsLong<W>
          : IsLong<`${V}`>
      : false
    : true
type IsLong<T extends string> = T extends `${infer _}${infer _}${infer _}${infer _}${string}` ? true : false

/** Whether a list has a value twice; of those that are no literals the compiler does not know. */
export type Repeats<V> = V extends readonly [infer H, ...infer T]
  ? number extends H
    ? Repeats<T>
    : H extends T[number]
      ? true
      : Repeats<T>
  : false
/** Whether axes beside the batch are refused. */
export type RefusesAxes<V> = V extends readonly [] ? true : RefusesNumber<V, 'axis'> | Repeats<V>
/** Whether axes, the batch among them, are refused. */
export type RefusesAnyAxes<V> = RefusesNumber<V, 'integer'> | Repeats<V>
/** Whether an order of axes is refused. */
export type RefusesOrder<V> = V extends readonly [] ? true : RefusesNumber<V, 'whole'>
/** Whether -1, the dimension to infer, occurs twice. */
export type RestTwice<V> = V extends readonly [infer H, ...infer T]
  ? H extends -1
    ? -1 extends T[number]
      ? true
      : false
    : RestTwice<T>
  : false

/** The letters of names of dimensions. */
export type Letter =
  | 'a'
  | 'b'
  | 'c'
  | 'd'
  | 'e'
  | 'f'
  | 'g'
  | 'h'
  | 'i'
  | 'j'
  | 'k'
  | 'l'
  | 'm'
  | 'n'
  | 'o'
  | 'p'
  | 'q'
  | 'r'
  | 's'
  | 't'
  | 'u'
  | 'v'
  | 'w'
  | 'x'
  | 'y'
  | 'z'

/** Whether a size or the name of a dimension, or one in a list, is refused. */
export type RefusesDimensions<V> = V extends number | string
  ? `${V}` extends RefusedTexts['count']
    ? true
    : V extends string
      ? string extends V
        ? false
        : IsDim<V> extends true
          ? false
          : true
      : false
  : V extends readonly unknown[]
    ? unknown extends V[number]
      ? false
      : RefusesDimensions<V[number]>
    : false
type IsDim<S extends string> = S extends `${infer C}${infer T}`
  ? C extends OneToNine | '0'
    ? false
    : IsWord<C> extends true
      ? T extends ''
        ? true
        : IsWord<T>
      : false
  : false
type IsWord<S extends string> = S extends `${infer C}${infer T}`
  ? C extends OneToNine | '0' | '_'
    ? T extends ''
      ? true
      : IsWord<T>
    : Lowercase<C> extends Letter
      ? T extends ''
        ? true
        : IsWord<T>
      : false
  : false

/** 1 if a rule refuses for certain; `X` is what it says. Counted as {@link Fails} does. */
export type Refused<X> = [...(true extends X ? ['refused'] : [])]['length']
/** A layer or function by its name, and a call of it, for messages. */
export interface Callee {
  readonly kind: string
  readonly example: string
}
export type ExpectedRule = NumberRule & keyof typeof expectedNumbers
/** A value as messages print it; nothing of numbers that are no literals. */
export type Printed<V> = V extends number | null
  ? `${V}`
  : V extends readonly unknown[]
    ? number extends V[number]
      ? ''
      : `[${PrintedAll<V>}]`
    : `'${V & string}'`
type PrintedAll<V extends readonly unknown[], R extends string = ''> = V extends readonly [infer H, ...infer T]
  ? PrintedAll<T, R extends '' ? Printed<H> : `${R}, ${Printed<H>}`>
  : R
/** The message of the error for a value that an option refuses, before the value and after it. */
export type SaidBefore<
  C extends Callee,
  Option extends string,
  Expected extends string,
> = `${C['kind']}, ${Option}: expected ${Expected}, got `
export type SaidAfter<C extends Callee> = `. For example: ${C['example']}.`
/** The message for a value as it is printed. */
export type Refusing<
  C extends Callee,
  Option extends string,
  Expected extends string,
  Got extends string | number | null | undefined,
> = `${C['kind']}, ${Option}: expected ${Expected}, got ${Got}. For example: ${C['example']}.`

// The types of arguments and options: their value `V`, or the sentence of the error at run time. The sentence is in the true
// branch of each condition, and the number in a template: of a type parameter, which may be any number, the compiler must
// see that the condition is not true.

/** A number that a rule limits. */
export type Limited<
  V extends number | null | undefined,
  Rule extends ExpectedRule,
  C extends Callee,
  Option extends string,
  Also = never,
> = `${V}` extends RefusedTexts[Rule] ? Refusing<C, Option, (typeof expectedNumbers)[Rule], V> : V | Also
/** The same of a number or `null`, which has a meaning. */
export type LimitedOrNull<
  V extends number | null | undefined,
  Rule extends ExpectedRule,
  C extends Callee,
  Option extends string,
  Meaning extends string,
> = `${V}` extends RefusedTexts[Rule] ? Refusing<C, Option, OrNull<(typeof expectedNumbers)[Rule], Meaning>, V> : V
/** A value that is refused if `R` says so; `Also` is what else the parameter may be. */
export type LimitedBy<R, V, C extends Callee, Option extends string, Expected extends string, Also = never> =
  Refused<R> extends 1 ? Refusing<C, Option, Expected, Printed<V>> : V | Also
/**
 * What a number that a rule limits is intersected with, if the layer's type has it: the compiler infers it from an argument
 * whose own type is still a condition.
 */
export type Within<
  V extends number | null | undefined,
  Rule extends ExpectedRule,
  C extends Callee,
  Option extends string,
  Expected extends string = (typeof expectedNumbers)[Rule],
> =
  Refused<`${V}` extends RefusedTexts[Rule] ? true : false> extends 1
    ? Mismatch<Refusing<C, Option, Expected, V>>
    : unknown

// Texts.

/**
 * The parameter of an option that takes the values `All`, from which `P` is inferred. Beside `P` it has all of them, or
 * TypeScript 5.9 would offer the default of `P` alone; they stand behind a condition, or `P` would not be inferred as one.
 */
export type Offered<P, All> = P | (P extends All ? All : never)
/** A text, and the names that it may well be. Editors offer them: beside `string` itself they would vanish. */
export type AnyOf<Name extends string> = Name | (string & {})
