import type { Mismatch } from './shape.ts'

// Which numbers an option takes. Each rule is said once: the compiler reads the texts of numbers, the codecs of options.ts the
// words for what is expected.

/** What is expected of a number, by its rule. */
export const expectedNumbers = {
  count: 'a positive integer',
  whole: 'an integer >= 0',
  notNegative: 'a number >= 0',
  positive: 'a positive number',
  part: 'a number from 0 to 1',
  partBelow1: 'a number >= 0 and < 1',
} as const

export type OneToNine = '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
/** The texts of numbers that are not whole. */
type Broken = `${string}${'.' | 'e'}${string}`
type Negative = `-${string}`
/** The texts of numbers from 0 to below 1. */
type Below1 = '0' | `0.${string}` | `${OneToNine}e-${string}` | `${OneToNine}.${string}e-${string}`

/** The texts that rules refuse, of rules that are about single texts. */
interface RefusedTexts {
  readonly count: '0' | Negative | Broken
  readonly whole: Negative | Broken
}
/** Whether each rule for numbers refuses the number printed as `T`. */
interface RefusedNumbers<T extends string> {
  readonly count: T extends RefusedTexts['count'] ? true : false
  readonly whole: T extends RefusedTexts['whole'] ? true : false
  readonly integer: T extends Broken ? true : false
  readonly axis: T extends '0' | Broken ? true : false
  readonly target: T extends '-1' ? false : T extends '0' | Negative | Broken ? true : false
  readonly notNegative: T extends Negative ? true : false
  readonly positive: T extends '0' | Negative ? true : false
  readonly above1: T extends Negative | Below1 | '1' ? true : false
  readonly part: T extends Below1 | '1' ? false : true
  readonly signedPart: T extends Below1 | '1' | `-${Below1}` | '-1' ? false : true
  readonly partBelow1: T extends Below1 ? false : true
}
export type NumberRule = keyof RefusedNumbers<''>
/** Whether a number, or one in a list, is refused; a number that is no literal is not. */
export type RefusesNumber<V, Rule extends NumberRule> = V extends number
  ? number extends V
    ? false
    : RefusedNumbers<`${V}`>[Rule]
  : V extends readonly unknown[]
    ? unknown extends V[number]
      ? false
      : RefusesNumber<V[number], Rule>
    : false

/** Whether -1, the dimension to infer, occurs twice. */
export type RestTwice<V> = V extends readonly [infer H, ...infer T]
  ? H extends -1
    ? -1 extends T[number]
      ? true
      : false
    : RestTwice<T>
  : false

/** 1 if a rule refuses for certain; `X` is what it says. Counted as {@link Fails} does. */
export type Refused<X> = [...(true extends X ? ['refused'] : [])]['length']
/** The message of the error for a number that an option refuses. */
export type Refusing<
  Option extends string,
  Expected extends string,
  V,
  Example extends string,
> = `${Option}: expected ${Expected}, got ${V & number}. For example: ${Example}.`
/**
 * The type of a parameter for a number, of which the layer's type has nothing: the number, or the sentence of the error at
 * run time if the rule refuses it.
 */
export type Limited<V, Rule extends keyof typeof expectedNumbers, Option extends string, Example extends string> =
  Refused<RefusesNumber<V, Rule>> extends 1 ? Refusing<Option, (typeof expectedNumbers)[Rule], V, Example> : V
/**
 * The same to be intersected with the type of the parameter, which the layer's type has: the compiler infers it from an
 * argument whose own type is still a condition.
 */
export type Within<
  V extends number | null | undefined,
  Rule extends keyof RefusedTexts,
  Option extends string,
  Example extends string,
> =
  Refused<Breaks<V, Rule>> extends 1 ? Mismatch<Refusing<Option, (typeof expectedNumbers)[Rule], V, Example>> : unknown
/** Whether a rule refuses a number; of one that is no literal the compiler does not know. */
export type Breaks<V, Rule extends keyof RefusedTexts> = V extends number
  ? `${V}` extends RefusedTexts[Rule]
    ? true
    : false
  : false
