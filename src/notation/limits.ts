import type { Together } from '../core/notated.ts'
import type { IsDivisible } from '../type-arithmetic/digits.ts'
import type { Refuses } from './rules.ts'

// Which arguments the rules of a row refuse, for the compiler. For the run time the layers' own options say it; a spec
// holds both to each other.

/** Whether one of the arguments that stand first is refused. */
export type RefusesGiven<L, P extends readonly unknown[]> = L extends { readonly given: infer R }
  ? R extends readonly unknown[]
    ? { [K in keyof P]: K extends keyof R ? Refuses<P[K], R[K]> : false }[number]
    : Refuses<R extends 'reshaped' | 'permutation' ? Together<P> : P, R>
  : false
/** The options whose values are refused. */
export type RefusedOptions<L, P extends readonly unknown[], O> = {
  [K in keyof O]: true extends
    | Refuses<O[K], K extends keyof L ? L[K] : 'values'>
    | (K extends 'groups' ? Indivisible<Together<P>, O[K]> : false)
    | (K extends 'runningVariance' | 'runningInvStd' ? IsUnused<K, O> : false)
    ? K
    : never
}[keyof O]
/** Whether a batch normalization is given a start for what it does not average. */
type IsUnused<K extends keyof O, O> = O[K] extends 1
  ? false
  : (O extends { readonly running: 'inverseDeviation' } ? 'runningVariance' : 'runningInvStd') extends K
    ? true
    : false
/** Whether the last of some sizes, the channels that come out, cannot be divided into groups of one size. */
type Indivisible<Size, Groups> = Size extends readonly [...unknown[], infer C extends number]
  ? Groups extends number
    ? IsDivisible<C, Groups> extends true
      ? false
      : true
    : false
  : false
