import type { Handle } from '../../functions/function.ts'
import type { ObjectiveContext } from './context.ts'
import type { lossGives, ObjectiveRule, RuleLoss } from './rule.ts'

// Rules as calls take them: what they get wrong is said where it stands, in the words of the errors at run time.

/** A rule whose loss may give anything until it is judged. */
interface AnyRule<NS, B> extends Omit<ObjectiveRule<NS, B>, 'loss'> {
  readonly loss: (context: ObjectiveContext<NS>, batch: B) => RuleLoss | {} | null | undefined
}

/** The rules `R` of a call, one or several, or what is wrong with them. */
export type RulesFor<NS, B = Handle, R = unknown> = R & (AnyRule<NS, B> | readonly AnyRule<NS, B>[]) & Judged<R>
type Judged<R> = R extends readonly unknown[] ? { readonly [I in keyof R]: JudgedLoss<R[I]> } : JudgedLoss<R>
type JudgedLoss<X> = X extends { readonly loss: (...given: never) => infer Gives }
  ? [...LossFaults<Gives>]['length'] extends 1
    ? { readonly loss: WrongLoss<Gives> }
    : unknown
  : unknown
/** Counted, as in network-types/data.ts. */
type LossFaults<Gives> = [Gives] extends [RuleLoss] ? [] : ['loss']
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
