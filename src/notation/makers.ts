import type { Initializer } from '../base/parameters.ts'
import {
  constant,
  type GainOption,
  heNormal,
  heUniform,
  normal,
  orthogonal,
  uniform,
  xavierNormal,
  xavierUniform,
} from '../initializers/index.ts'
import type { RefusedOptions } from './limits.ts'

// The initializers that the notation knows, for the compiler and for the run time: a new one is a row in each.

type Options<P extends readonly unknown[], O, Allowed, L = {}> = P extends readonly []
  ? [keyof O] extends [keyof Allowed]
    ? O extends Allowed
      ? [RefusedOptions<L, P, O>] extends [never]
        ? Initializer
        : never
      : never
    : never
  : never

/** What each makes of positional arguments `P` and options `O`; `never` where it does not take them. */
export interface Makers<P extends readonly unknown[], O> {
  readonly constant: P extends readonly [] | readonly [number]
    ? [keyof O] extends [never]
      ? Initializer
      : never
    : never
  readonly normal: Options<P, O, NonNullable<Parameters<typeof normal>[0]>, { readonly std: 'notNegative' }>
  readonly uniform: Options<P, O, NonNullable<Parameters<typeof uniform>[0]>>
  readonly orthogonal: Options<P, O, NonNullable<Parameters<typeof orthogonal>[0]>>
  readonly heNormal: Options<P, O, GainOption, { readonly gain: 'positive' }>
  readonly heUniform: Options<P, O, GainOption, { readonly gain: 'positive' }>
  readonly xavierNormal: Options<P, O, GainOption, { readonly gain: 'positive' }>
  readonly xavierUniform: Options<P, O, GainOption, { readonly gain: 'positive' }>
  /** Numbers for a variable of any shape that holds as many, as a `Float32Array` gives them. */
  readonly flat: P extends readonly number[] ? ([keyof O] extends [never] ? Float32Array : never) : never
}
/** What one of them makes. */
export type MadeBy<Word extends keyof Makers<[], {}>, P extends readonly unknown[], O> = [Makers<P, O>[Word]] extends [
  never,
]
  ? null
  : Makers<P, O>[Word]

/** One of them at run time. */
export interface Maker {
  readonly make: (...given: readonly never[]) => unknown
  readonly options: readonly string[]
  /** Whether it takes these positional arguments. */
  readonly takes: (positional: readonly unknown[]) => boolean
}
const none = (positional: readonly unknown[]): boolean => positional.length === 0
const numbers = (positional: readonly unknown[]): boolean => positional.every(value => typeof value === 'number')

/** The same at run time. */
export const makers: { readonly [_ in keyof Makers<[], {}>]: Maker } = {
  constant: { make: constant, options: [], takes: given => given.length < 2 && numbers(given) },
  normal: { make: normal, options: ['mean', 'std'], takes: none },
  uniform: { make: uniform, options: ['minval', 'maxval'], takes: none },
  orthogonal: { make: orthogonal, options: ['scale'], takes: none },
  heNormal: { make: heNormal, options: ['gain'], takes: none },
  heUniform: { make: heUniform, options: ['gain'], takes: none },
  xavierNormal: { make: xavierNormal, options: ['gain'], takes: none },
  xavierUniform: { make: xavierUniform, options: ['gain'], takes: none },
  flat: { make: (...given: readonly number[]) => Float32Array.from(given), options: [], takes: numbers },
}
