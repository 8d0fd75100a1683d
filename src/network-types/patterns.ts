import type { NamePatterns, namesNothing, variableNames } from '../base/patterns.ts'
import type { Mismatch } from '../base/shape.ts'
import type { Typed } from '../core/layer.ts'
import type { ParamsOf, StateOf } from './named.ts'
import type { Beginning } from './names.ts'

// Patterns of names that are given in one call with a network, as far as they are literal and its names are known: one that
// names no parameter is refused.

/** The texts that patterns may match: `layer` and `layer.variable`, of all parameters; `string` if they are not known. */
type Matchable<P> = string extends keyof P
  ? string
  : { [Layer in keyof P & string]: Layer | `${Layer}.${keyof P[Layer] & string}` }[keyof P & string]
/** What a pattern matches. Of two stars side by side the compiler would give the first one a letter. */
type Glob<P extends string> = P extends `${infer A}**${infer B}`
  ? Glob<`${A}*${B}`>
  : P extends `${infer A}*${infer B}`
    ? `${A}${string}${Glob<B>}`
    : P
/** The patterns among `P` that match none of the texts `Known`; a text that is not literal may match any. */
type Missing<Known, P> = string extends Known
  ? never
  : P extends string
    ? {} extends { readonly [_ in P]: true }
      ? never
      : [Extract<Known, Glob<P>>] extends [never]
        ? P
        : never
    : never

/** One or several patterns as a union; nothing of none. */
export type EachOf<T> = T extends readonly (infer P)[] ? P : T
/** The patterns in the option `Option` of the options `O`, which names a role otherwise. */
export type PatternsIn<O, Option extends string = 'mask'> = Option extends keyof O
  ? O[Option] extends 'weights'
    ? never
    : EachOf<O[Option]> & string
  : never
/** One element if a pattern among `P` names no parameter of the network `N`. */
export type PatternFaults<N extends Typed, P> = [Missing<Matchable<ParamsOf<N>>, P>] extends [never] ? [] : ['pattern']

/** One or several patterns of the option `What`: as they are, or with what is wrong in the place of one. */
export type PatternsFor<What extends string, N extends Typed, T> = T extends readonly unknown[]
  ? { [K in keyof T]: PatternFor<What, N, T[K]> }
  : PatternFor<What, N, T>
/** A pattern, or what is wrong with it beside the layers that it may have been meant to name. */
export type PatternFor<What extends string, N extends Typed, P, Otherwise = P> =
  P extends Missing<Matchable<ParamsOf<N>>, P>
    ? Said<Beginning<keyof ParamsOf<N> & string, P & string>, Sentence<What, P>>
    : Otherwise
/**
 * What is given as the option `What` and has the patterns `P`: `Own`, or what is wrong with those that name nothing. Of the sentence
 * itself compilers would infer patterns.
 */
export type HavingNames<What extends string, N extends Typed, P, Own> = [
  ...PatternFaults<N, NoInfer<P>>,
]['length'] extends 1
  ? Sentence<What, Missing<Matchable<ParamsOf<N>>, NoInfer<P>>>
  : Own
/** The sentence; beside names, which editors offer, as a mismatch, which they do not. */
type Said<Names, Text extends string> = [Names] extends [never] ? Text : Names | Mismatch<Text>
type Sentence<
  What extends string,
  P,
> = `${What} expects ${(typeof namesNothing)['expected']} the parameters of the network, got '${P & string}'. ${(typeof namesNothing)['remedy']}`

/** The names of all variables of a network, as files have them, such as `relu-1/weight`; `string` if they are not known. */
export type VariableNames<N extends Typed> = NamesIn<ParamsOf<N>> | NamesIn<StateOf<N>>
type NamesIn<P> = string extends keyof P
  ? string
  : { [Layer in keyof P & string]: `${Layer}/${keyof P[Layer] & string}` }[keyof P & string]
/** What stands beside the name of a variable in the option `What`: of the type `V`, or what is wrong with the name. */
export type AtVariable<What extends string, N extends Typed, Name extends string, V> = [
  ...NameFaults<N, Name>,
]['length'] extends 1
  ? `${What} expects ${(typeof variableNames)['expected']}, got '${Name}'. ${(typeof variableNames)['remedy']}`
  : V
/** One element for the name of no variable. Counted, as in data.ts: for a network that is not known yet it gives no number. */
type NameFaults<N extends Typed, Name extends string> =
  Name extends VariableNames<N> ? [] : string extends Name ? [] : ['name']

/** Patterns of names that an option takes; `null` for all. */
export type Patterns = NamePatterns | null
