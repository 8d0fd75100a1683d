import type * as t from 'io-ts/lib/index.js'
import type { Limit } from '../../base/limited-options.ts'
import type { expectedNumbers } from '../../base/limits.ts'
import { boolean, codec, integer, number, type Option } from '../../base/options.ts'
import { isList } from '../../base/trees.ts'

// The options that several metrics share.

/** Whether a value is a number, not NaN or infinite. */
const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

/** A copy of an array of numbers that pass a test, of not more than `most`: a sparse array is as long as it says. */
export const numbersIn = (
  value: unknown,
  test: (n: number) => boolean,
  most: number = 1024,
): readonly number[] | undefined =>
  // Spread, so that holes are seen.
  isList(value) && value.length > 0 && value.length <= most && [...value].every(n => isFiniteNumber(n) && test(n))
    ? Object.freeze([...value] as number[])
    : undefined

/** What is expected of a number or nothing. */
export type OrNothing<Rule extends keyof typeof expectedNumbers> = `${(typeof expectedNumbers)[Rule]}, or null`
/** Something or nothing: `null`. */
export const orNull = <A>(of: t.Type<A, unknown, unknown>): t.Type<A | null, unknown, unknown> =>
  codec<A | null>(`${of.name}, or null`, value => {
    if (value === null) return null
    const read = of.decode(value)
    return read._tag === 'Right' ? read.right : undefined
  })

const anyNumber = number('a number')

/** Where predictions become yes or no. */
export interface ThresholdOption {
  /** The threshold of probabilities. Default: 0.5. */
  readonly threshold?: number
}
export const thresholdOption: Option<number> = { codec: anyNumber, default: 0.5 }

/** What class numbers mean. */
export interface ClassesOption {
  /**
   * How many classes there are. Predictions without a last axis of that length are class numbers then, rather than
   * probabilities. Default: `null`, the length of the last axis.
   */
  readonly classes?: Limit<'atLeast2', OrNothing<'atLeast2'>> | null
  /** The class number whose examples do not count, such as -1 for examples without a label. Default: `null`, none. */
  readonly ignoreClass?: number | null
}
export const classesOption: Option<number | null> = { codec: orNull(integer(2)), default: null }
export const ignoreOption: Option<number | null> = { codec: orNull(number('a class number')), default: null }

/**
 * How to average over classes or labels: `micro` adds up their counts first, `macro` is the mean, `weighted` the mean
 * weighted by the frequency of each target.
 */
export type Average = 'micro' | 'macro' | 'weighted'

/** Which classes or labels count, and how. */
export interface AverageOption<A extends string = Average> {
  /** How the values of several classes or labels become one; `null`: they do not. Default: `'macro'`. */
  readonly average?: A | null
  /** The classes or labels that are averaged over. Default: `null`, all. */
  readonly only?: readonly number[] | null
}
/** One of some averages, or none. */
export const averageOption = <const A extends string>(choices: readonly A[], byDefault: A): Option<A | null> => ({
  codec: codec<A | null>(`${choices.map(choice => `'${choice}'`).join(', ')} or null`, value =>
    value === null ? null : choices.find(choice => choice === value),
  ),
  default: byDefault,
})
export const averages: readonly Average[] = Object.freeze(['micro', 'macro', 'weighted'])
export const onlyOption: Option<readonly number[] | null> = {
  codec: codec<readonly number[] | null>('an array of class numbers, each once, or null', value => {
    if (value === null) return null
    const read = numbersIn(value, n => Number.isInteger(n) && n >= 0)
    return read !== undefined && new Set(read).size === read.length ? read : undefined
  }),
  default: null,
}

/** What predictions are made of. */
export interface LogitsOption {
  /** Whether predictions are logits rather than probabilities. Default: false. */
  readonly fromLogits?: boolean
}
export const logitsOption: Option<boolean> = { codec: boolean, default: false }
