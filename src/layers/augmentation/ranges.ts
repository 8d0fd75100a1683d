import type * as t from 'io-ts/lib/index.js'
import type { Callee, LimitedBy, RefusesNumber } from '../../base/limits.ts'
import { codec } from '../../base/options.ts'
import type { Limits } from '../../core/notated.ts'

// Ranges to draw from.

/** The two ends of a range, in either order. */
export type RangeOption = readonly [from: number, to: number]

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const rangeFrom = (value: unknown, test: (value: number) => boolean): RangeOption | undefined => {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [a, b]: readonly unknown[] = value
  if (!isNumber(a) || !isNumber(b) || !test(a) || !test(b)) return undefined
  return Object.freeze([Math.min(a, b), Math.max(a, b)] as const)
}

export const range = (expected: string, test: (value: number) => boolean): t.Type<RangeOption, unknown, unknown> =>
  codec(expected, value => rangeFrom(value, test))

const isPart = (value: number): boolean => Math.abs(value) <= 1

const expectedFactor = 'a number from -1 to 1 for both directions, or two for the ends'
/** A relative change: a number for both directions, or the two ends. */
export const factor: t.Type<RangeOption, unknown, unknown> = codec(
  expectedFactor,
  value => {
    if (!isNumber(value)) return rangeFrom(value, isPart)
    return isPart(value) ? Object.freeze([-Math.abs(value), Math.abs(value)] as const) : undefined
  },
  ([low, high]) => (low === -high ? high : [low, high]),
)
/** The same, as given by the user. */
export type FactorOption = number | RangeOption
/** The same as a parameter: as it is, or the sentence of the error at run time if it is refused. */
export type FactorWithin<F extends FactorOption, C extends Callee> = LimitedBy<
  RefusesNumber<F, 'signedPart'>,
  F,
  C,
  'factor',
  typeof expectedFactor
>
export type FactorLimits = Limits<'signedPart', unknown, string>
