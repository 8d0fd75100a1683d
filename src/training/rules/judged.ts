import type { Handle } from '../../functions/function.ts'
import type { ObjectiveContext } from './context.ts'
import type { lossGives, RuleLoss, RuleParts } from './rule.ts'

// Rules as calls take them: what they get wrong is said where it stands, in the words of the errors at run time.

/** A rule whose loss may give anything until it is judged. */
interface AnyRule<NS, B> extends RuleParts<NS> {
  readonly loss: (context: ObjectiveContext<NS>, batch: B) => RuleLoss | {} | null | undefined
}

/** The rules `R` of a call, one or several, or what is wrong with them. */
export type RulesFor<NS, B = Handle, R = unknown> = R & (AnyRule<NS, B> | readonly AnyRule<NS, B>[]) & Judged<R>
/** Counted, as in network-types/data.ts, for all rules first: what is wrong is made for a call that is wrong alone. */
type Judged<R> = [...LossFaults<GivenBy<R extends readonly unknown[] ? R[number] : R>>]['length'] extends 1
  ? Wrong<R>
  : unknown
type GivenBy<X> = X extends { readonly loss: (...given: never) => infer Gives } ? Gives : never
type LossFaults<Gives> = [Gives] extends [RuleLoss] ? [] : ['loss']
type Wrong<R> = R extends readonly unknown[] ? { readonly [I in keyof R]: WrongRule<R[I]> } : WrongRule<R>
type WrongRule<X> = LossFaults<GivenBy<X>> extends [] ? unknown : { readonly loss: WrongLoss<GivenBy<X>> }
type WrongLoss<Gives> =
  `loss: expected ${(typeof lossGives)['expected']}, got ${Called<Gives>}. ${(typeof lossGives)['remedy']}`
/** In words what a loss gave. */
type Called<X> = [X] extends [number]
  ? 'a number'
  : [X] extends [string | boolean | null | undefined]
    ? 'no tensor'
    : [X] extends [PromiseLike<unknown>]
      ? 'a promise'
      : [X] extends [readonly unknown[]]
        ? 'another array'
        : 'something else'
