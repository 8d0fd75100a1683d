import type { AnyLayer } from '../core/layer.ts'
import type { Variables } from './named.ts'

// Several networks by name, as functions take them in place of one.

/** Networks by name: what a type parameter that is inferred of them is checked against. */
export type Networks<NS> = { readonly [Name in keyof NS]: AnyLayer }

/** The variables of several networks, by the name of the network. */
export type VariablesByNetwork<NS> = {
  readonly [Name in keyof NS]: Variables<NS[Name]>
}

/** More arguments than any call has. Compilers pass over overloads that ask for them, and tell the errors of the others. */
export type More = [never, never, never, never]

/**
 * What stands behind the parameters of an overload whose type parameter `X` has a constraint with a mark: nothing where `X` was
 * inferred of an argument; {@link More} where the argument does not fit, and compilers take the constraint, which `Inferred` is
 * but for the mark. So each call has the errors of the one overload that it means.
 */
export type WhereInferred<X, Inferred> = Fits<X, Inferred> extends false ? More : []
/** In a type of its own, which compilers decide for type parameters too. */
type Fits<X, Inferred> = { readonly is: X } extends { readonly is: Inferred } ? true : false

/** The constraint of a network alone: a layer, with a mark that none has. */
export interface Alone extends AnyLayer {
  readonly ' alone'?: 'constraint'
}
interface Inferred extends AnyLayer {
  readonly ' alone'?: 'inferred'
}
/** What stands behind the parameters of an overload for one network, `N extends Alone`. */
export type ForOne<N> = WhereInferred<N, Inferred>

/** What stands behind the parameters of an overload for several networks: nothing; for one network, {@link More}. */
export type ForSeveral<NS> = NS extends AnyLayer ? More : []
