import type { Mismatch, Sentence, Show } from '../base/shape.ts'
import type { missingLayer, ownVariables } from '../base/unfit-variables.ts'
import type { Typed } from '../core/layer.ts'
import type { Judged, ShapeOf } from './data.ts'
import type { NamedLayer, Variables } from './named.ts'
import type { More, WhereInferred } from './networks.ts'
import type { Ordered } from './ordered.ts'

// Variables that are given to a network, as far as their type says which they are: in the place of those of another network
// stands the sentence that is the error at run time. Nothing is refused that may fit: variables of any name, of unknown
// shapes, or for a network that the compiler does not know; and a network takes those of a larger one that it is part of.

/** Variables of a network's type, which the compiler need not look through. */
interface Made {
  readonly ' variables'?: 'made'
  readonly ' any'?: never
}
/** The least that variables are that somebody wrote. */
export interface WrittenVariables {
  readonly params: Readonly<Record<string, unknown>>
  readonly state: Readonly<Record<string, unknown>>
  /** Tells it from other types, which the compiler need not look through then. */
  readonly ' any'?: never
}
/** The least that variables are. */
export type SomeVariables = Made | WrittenVariables

/** The constraint of variables, with a mark that none have. */
export interface OwnVariables extends WrittenVariables {
  readonly ' own'?: 'constraint'
}
interface Inferred extends WrittenVariables {
  readonly ' own'?: 'inferred'
}
/** What stands behind the parameters of an overload for variables, `V extends OwnVariables`; see {@link WhereInferred}. */
export type ForVariables<V> = WhereInferred<V, Inferred>

/** Whether `U` are variables that may be missing. */
type AreUncertain<U> = [Extract<U, undefined | null>] extends [never]
  ? false
  : [Extract<U, WrittenVariables>] extends [never]
    ? false
    : true
/** The type of a parameter for variables that may be missing, in an overload for nothing else: what is wrong with them. */
export type Certain<U> =
  AreUncertain<U> extends true
    ? 'compile, variables: expected variables, got some that may be missing. Check first that they are there, or leave them out: compile(network).'
    : U
/** What stands behind the parameters of that overload. */
export type ForUncertain<U> = AreUncertain<U> extends true ? [] : More

/** The type of a parameter for the variables `V` of the network `L`: as they are, or what is wrong with them. */
export type VariablesFor<L extends Typed, V> = [...Faults<L, V>]['length'] extends 1 ? Sentence<Unfit<L, V>> : V
/** `[]` for variables that may fit, else one element. Those of a network that is the same are not looked at. */
type Faults<L extends Typed, V> = ' any' extends keyof V
  ? []
  : [V] extends [Variables<L>]
    ? []
    : Unfit<L, V> extends Mismatch<string>
      ? ['unfit']
      : []
type Unfit<L extends Typed, V> = unknown extends L[' within']
  ? null
  : V extends { readonly params: infer P; readonly state: infer S }
    ? string extends keyof P | keyof S
      ? null
      : FirstFault<Ordered<L>, P, S>
    : NoVariables
/** Of an object with nothing, which fits {@link Made}, whose keys are all optional. */
interface NoVariables {
  readonly mismatch: `variables expects { params, state }, got an object with nothing. ${typeof ownVariables}`
}

/** The fault of the first layer that has one. */
type FirstFault<T extends readonly unknown[], P, S> = T extends readonly [infer H, ...infer R]
  ? FaultOf<H, P, S> extends infer F
    ? [F] extends [null]
      ? FirstFault<R, P, S>
      : Exclude<F, null>
    : never
  : null
type FaultOf<H, P, S> =
  H extends NamedLayer<infer Name extends string, { readonly ' params': infer Trained; readonly ' state': infer Kept }>
    ? {} extends Own<Trained> & Own<Kept>
      ? null
      : OfLayer<Name, Own<Trained> & Own<Kept>, At<P, Name> & At<S, Name>>
    : null
/** The variables that a layer has. */
type Own<V> = [V] extends [never] ? {} : unknown extends V ? {} : V
/** The variables by the name of a layer among those that are given; unknown if there are none. */
type At<V, Name extends string> = V extends { readonly [_ in Name]: infer Own } ? Own : unknown

type OfLayer<Name extends string, Needed, Given> = unknown extends Given
  ? MissingLayer<Name>
  : string extends keyof Given
    ? null
    : Wrong<Needed, Given> extends infer W
      ? [W] extends [never]
        ? null
        : OfVariable<Name, Needed, Given, 'weight' extends W ? 'weight' : W>
      : never
/** The names of variables that are missing, or of another shape. */
type Wrong<Needed, Given> = {
  [K in keyof Needed]: K extends keyof Given
    ? [...Judged<ShapeOf<Needed[K]>, ShapeOf<Given[K]>>]['length'] extends 1
      ? K
      : never
    : K
}[keyof Needed]
type OfVariable<Name extends string, Needed, Given, K> = K extends keyof Needed & string
  ? Mismatch<`${Name}: expected ${K} of shape ${Show<ShapeOf<Needed[K]>>}, got ${K extends keyof Given ? Show<ShapeOf<Given[K]>> : 'none'}. ${typeof ownVariables}`>
  : never

/** An interface, so that the compiler makes the text only if it is printed. */
interface MissingLayer<Name extends string> {
  readonly mismatch: `${Name}: expected ${(typeof missingLayer)['expected']}, got ${(typeof missingLayer)['got']}. ${typeof ownVariables}`
}
