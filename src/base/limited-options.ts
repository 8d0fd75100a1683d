import type { Callee, ExpectedRule, expectedNumbers, RefusedTexts, Refusing } from './limits.ts'

// Options of functions that make no layers. The type of an option says which numbers it takes; in a call stands in the place of
// one that it refuses the sentence of the error at run time.

/** A number that a rule limits; `Expected` says what is expected where it is more than that. */
export type Limit<Rule extends ExpectedRule, Expected extends string = (typeof expectedNumbers)[Rule]> = number & {
  readonly ' refuses'?: RefusedTexts[Rule]
  readonly ' expected'?: Expected
}
type RefusedOf<A> = A extends number ? (A extends { readonly ' refuses'?: infer T } ? T : never) : never
type ExpectedOf<A> = A extends number ? (A extends { readonly ' expected'?: infer T } ? T & string : never) : never

/** The function of a call, for messages, with the arguments of an example. */
export interface Called<Name extends string, Arguments extends string> extends Callee {
  readonly kind: Name
  readonly example: `${Name}(${Arguments})`
}

// Where numbers or all options are type parameters, conditions are open: then the compiler takes what fits both branches, or
// one if it sees that the other cannot be. So numbers are asked for in templates, and of what is no number it asks about any.

type Literal<V> = V extends number ? V : number
/** One element if a number is refused: counted by the length of a tuple, as for `Fails`. */
type Faults<Names> = [Names] extends [never] ? [] : ['number']
/** The names of options whose numbers are refused. */
type Wrong<All, O> = {
  [K in keyof O]-?: `${O[K] extends number ? O[K] : number}` extends RefusedOf<All[K & keyof All]> ? K : never
}[keyof O]
type Judged<A, V, C extends Callee, K> =
  `${Literal<V>}` extends RefusedOf<A> ? Refusing<C, K & string, ExpectedOf<A>, V & number> : A
/**
 * The options by the number of faults: as they are, or with sentences. Any number is a key, or the compiler would make all
 * sentences when it looks what options of a call may be.
 */
interface ByFaults<All, O, C extends Callee> {
  readonly [faults: number]: All | object
  readonly 0: All
  readonly 1: {
    [K in keyof All]: [RefusedOf<All[K]>] extends [never]
      ? All[K]
      : K extends keyof O
        ? Judged<All[K], O[K], C, K>
        : All[K]
  }
}

/**
 * The type of the options `All` of a function that is called with `O`. The condition, which is never true, is for the
 * compiler to infer `O`; were it the type itself, no option would be one too many.
 */
export type OptionsFor<All, O, C extends Callee> = [O] extends [null]
  ? O & All
  : ByFaults<All, O, C>[[...Faults<Wrong<All, O>>]['length'] & number]

/** What the function gives: for the compiler a condition, as it passes over calls of generic functions that give functions. */
export type Given<O, Value> = [O] extends [null] ? never : Value

/** The same where a number alone stands for the option `Only`. */
export type OptionsOrOne<All, Only extends keyof All, O, C extends Callee> = [O] extends [null]
  ? O & (number | All)
  : `${Literal<O>}` extends RefusedOf<All[Only]>
    ? Refusing<C, Only & string, ExpectedOf<All[Only]>, O & number>
    : number | OptionsFor<All, O, C>
