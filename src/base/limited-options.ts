import type { Increases, Order } from '../type-arithmetic/order.ts'
import type {
  besideOther,
  Callee,
  ExpectedRule,
  expectedNumbers,
  NumberRule,
  Printed,
  Refused,
  RefusedTexts,
  RefusesNumber,
  Refusing,
} from './limits.ts'

// Options of functions that make no layers. The type of an option says which numbers it takes; in a call stands in the place of
// one that it refuses the sentence of the error at run time.

/** A number that a rule limits; `Expected` says what is expected where it is more than that. */
export type Limit<Rule extends ExpectedRule, Expected extends string = (typeof expectedNumbers)[Rule]> = number & {
  readonly ' refuses'?: RefusedTexts[Rule]
  readonly ' expected'?: Expected
}
type RefusedOf<A> = A extends number ? (A extends { readonly ' refuses'?: infer T } ? T : never) : never
type ExpectedOf<A> = A extends number ? (A extends { readonly ' expected'?: infer T } ? T & string : never) : never

/**
 * What an option is to another one, `Other`, beside what it is itself: at most or more than that, whose default is `Default`.
 * `Example` has right options, for messages.
 */
export type Beside<
  Relation extends keyof typeof besideOther,
  Other extends string,
  Default extends number,
  Example extends string,
> = number & { readonly ' beside'?: Related<Relation, Other, Default, Example> }
interface Related<Relation, Other, Default, Example> {
  readonly relation: Relation
  readonly other: Other
  readonly default: Default
  readonly example: Example
}
/** A list of numbers each of which the rule limits, or that increase from 0 on. */
export type Numbers<Rule extends NumberRule | 'increasing', Expected extends string> = readonly number[] & {
  readonly ' list'?: ListRule<Rule, Expected>
}
interface ListRule<Rule, Expected> {
  readonly rule: Rule
  readonly expected: Expected
}
type ListRuleOf<A> = A extends readonly number[]
  ? A extends { readonly ' list'?: infer R }
    ? Exclude<R, undefined>
    : never
  : never
type ExpectedOfList<R> = R extends ListRule<unknown, infer Expected extends string> ? Expected : never
type RefusesList<R, V> =
  R extends ListRule<infer Rule, string>
    ? Rule extends NumberRule
      ? RefusesNumber<V, Rule>
      : Increases<V> extends false
        ? true
        : RefusesNumber<V, 'notNegative'>
    : false

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
  [K in keyof O]-?: O[K] extends readonly number[]
    ? Refused<RefusesList<ListRuleOf<All[K & keyof All]>, O[K]>> extends 1
      ? K
      : never
    : `${O[K] extends number ? O[K] : number}` extends RefusedOf<All[K & keyof All]>
      ? K
      : [RelatedOf<All[K & keyof All]>] extends [never]
        ? never
        : Refused<IsBeyond<RelatedOf<All[K & keyof All]>, O[K], O>> extends 1
          ? K
          : never
}[keyof O]
type RelatedOf<A> = A extends number
  ? A extends { readonly ' beside'?: infer R }
    ? Exclude<R, undefined>
    : never
  : never
/** The number that an option is compared with. */
type OtherIn<R, O> =
  R extends Related<unknown, infer Other, infer Default, unknown> ? (Other extends keyof O ? O[Other] : Default) : never
type IsBeyond<R, V, O> = V extends number
  ? OtherIn<R, O> extends infer W extends number
    ? Order<V, W> extends (R extends { readonly relation: 'atMost' } ? '>' : '<' | '=')
      ? true
      : false
    : false
  : false
type Judged<A, V, C extends Callee, K, O> = V extends readonly number[]
  ? Refused<RefusesList<ListRuleOf<A>, V>> extends 1
    ? Refusing<C, K & string, ExpectedOfList<ListRuleOf<A>>, Printed<V>>
    : A
  : JudgedNumber<A, V, C, K, O>
type JudgedNumber<A, V, C extends Callee, K, O> =
  `${Literal<V>}` extends RefusedOf<A>
    ? Refusing<C, K & string, ExpectedOf<A>, V & number>
    : Refused<IsBeyond<RelatedOf<A>, V, O>> extends 1
      ? RefusedBeside<C, K & string, RelatedOf<A>, OtherIn<RelatedOf<A>, O> & number, V & number>
      : A
type RefusedBeside<C extends Callee, K extends string, R, W extends number, V extends number> =
  R extends Related<
    infer Relation extends keyof typeof besideOther,
    infer Other extends string,
    number,
    infer Example extends string
  >
    ? `${C['kind']}, ${K}: expected ${(typeof besideOther)[Relation]} ${Other}, ${W}, got ${V}. For example: ${C['kind']}(${Example}).`
    : never
/**
 * The options by the number of faults: as they are, or with sentences. Any number is a key, or the compiler would make all
 * sentences when it looks what options of a call may be.
 */
interface ByFaults<All, O, C extends Callee> {
  readonly [faults: number]: All | object
  readonly 0: All
  readonly 1: {
    [K in keyof All]: [RefusedOf<All[K]> | ListRuleOf<All[K]>] extends [never]
      ? All[K]
      : K extends keyof O
        ? Judged<All[K], O[K], C, K, O>
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
