import type { AnyLayer } from '../core/layer.ts'
import type { Variables } from './named.ts'

// Several networks by name, as functions take them in place of one.

/** Networks by name: what a type parameter that is inferred of them is checked against. */
export type Networks<NS> = { readonly [Name in keyof NS]: AnyLayer }

/** The variables of several networks, by the name of the network. */
export type VariablesByNetwork<NS> = {
  readonly [Name in keyof NS]: NS[Name] extends AnyLayer ? Variables<NS[Name]> : never
}

/**
 * What stands behind the parameters of an overload for several networks: nothing; for one network, more than any call has.
 * So a call with one network has the errors of the overload for one alone.
 */
export type ForSeveral<NS> = NS extends AnyLayer ? [never, never, never, never] : []
