import type { Called, Given, Limit, OptionsFor } from '../../base/limited-options.ts'
import { boolean, positive } from '../../base/options.ts'
import { finite, finiteOrNone, type Schedule, schedule, staircase, startIter, updates } from './schedule.ts'

// Rates that shrink from the first update on. Each is a pure function: where training goes on from update 1,000, it gives
// what it would have given without the interruption.

/** What every decay begins with. */
interface Decay {
  /** The rate of update 0. */
  readonly initialValue: number
  /** The update to start from: the rate of the first update is that of update `startIter`. Default: 0. */
  readonly startIter?: Limit<'whole'>
}

/** The options of {@link stepDecay}. */
export interface StepDecayOptions extends Decay {
  /** After so many updates the rate is half, after twice as many a third. */
  readonly reductionFreq: Limit<'updates'>
}

/**
 * `initialValue / (1 + t / reductionFreq)` for update t.
 *
 * @throws InvalidOption if an option is missing or out of its range
 * @example
 * ```ts
 * const rate = stepDecay({ initialValue: 0.1, reductionFreq: 100 })
 * rate(0) // 0.1
 * rate(100) // 0.05
 * String(rate) // stepDecay({ initialValue: 0.1, reductionFreq: 100 })
 * ```
 */
export const stepDecay = <const O>(
  options: OptionsFor<StepDecayOptions, O, Called<'stepDecay', '{ initialValue: 0.1, reductionFreq: 100 }'>>,
): Given<O, Schedule> =>
  schedule<Required<StepDecayOptions>, O>(
    'stepDecay',
    'stepDecay({ initialValue: 0.1, reductionFreq: 100 })',
    { initialValue: { codec: finite }, reductionFreq: { codec: updates }, startIter },
    options,
    normal => update => normal.initialValue / (1 + (update + normal.startIter) / normal.reductionFreq),
  )

/** The options of {@link inverseTime}. */
export interface InverseTimeOptions extends Decay {
  /** The number of updates that counts as one unit of time. */
  readonly reductionFreq: Limit<'updates'>
  /** How much each unit of time adds to the divisor. */
  readonly reductionRate: Limit<'positive'>
  /** Whether time counts in whole units. Default: false. */
  readonly staircase?: boolean
}

/** Updates in units of so many. */
const units = (
  normal: { readonly reductionFreq: number; readonly staircase: boolean; readonly startIter: number },
  update: number,
): number => {
  const time = (update + normal.startIter) / normal.reductionFreq
  return normal.staircase ? Math.floor(time) : time
}

/**
 * `initialValue / (1 + reductionRate · t / reductionFreq)` for update t; with `staircase`, `t / reductionFreq` is rounded
 * down.
 *
 * @throws InvalidOption if an option is missing or out of its range
 * @example
 * ```ts
 * inverseTime({ initialValue: 0.1, reductionFreq: 10, reductionRate: 0.5 })(20) // 0.05
 * ```
 */
export const inverseTime = <const O>(
  options: OptionsFor<
    InverseTimeOptions,
    O,
    Called<'inverseTime', '{ initialValue: 0.1, reductionFreq: 100, reductionRate: 0.5 }'>
  >,
): Given<O, Schedule> =>
  schedule<Required<InverseTimeOptions>, O>(
    'inverseTime',
    'inverseTime({ initialValue: 0.1, reductionFreq: 100, reductionRate: 0.5 })',
    {
      initialValue: { codec: finite },
      reductionFreq: { codec: updates },
      reductionRate: { codec: positive },
      staircase,
      startIter,
    },
    options,
    normal => update => normal.initialValue / (1 + normal.reductionRate * units(normal, update)),
  )

/** The options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions extends Decay {
  /** After so many updates the rate is multiplied by `reductionRate`. */
  readonly reductionFreq: Limit<'updates'>
  readonly reductionRate: Limit<'positive'>
  /** Whether it is multiplied at once, after `reductionFreq` updates, or a little with every update (the default). */
  readonly staircase?: boolean
  /** The limit of the rate: a lower limit, or an upper one if `reductionRate` > 1. Default: `null`, no limit. */
  readonly endValue?: number | null
}

/**
 * `initialValue · reductionRate ^ (t / reductionFreq)` for update t; with `staircase`, the exponent is rounded down.
 *
 * @throws InvalidOption if an option is missing or out of its range
 * @example
 * ```ts
 * const rate = exponentialDecay({ initialValue: 0.8, reductionFreq: 100, reductionRate: 0.5, staircase: true })
 * rate(99) // 0.8
 * rate(200) // 0.2
 * ```
 */
export const exponentialDecay = <const O>(
  options: OptionsFor<
    ExponentialDecayOptions,
    O,
    Called<'exponentialDecay', '{ initialValue: 0.1, reductionFreq: 100, reductionRate: 0.5 }'>
  >,
): Given<O, Schedule> =>
  schedule<Required<ExponentialDecayOptions>, O>(
    'exponentialDecay',
    'exponentialDecay({ initialValue: 0.1, reductionFreq: 100, reductionRate: 0.5 })',
    {
      initialValue: { codec: finite },
      reductionFreq: { codec: updates },
      reductionRate: { codec: positive },
      staircase,
      startIter,
      endValue: { codec: finiteOrNone, default: null },
    },
    options,
    normal => update => {
      const value = normal.initialValue * normal.reductionRate ** units(normal, update)
      if (normal.endValue === null) return value
      // It moves away from its start: down, unless a growing rate or a negative start turns it round.
      const falls = normal.reductionRate < 1 === normal.initialValue > 0
      return falls ? Math.max(value, normal.endValue) : Math.min(value, normal.endValue)
    },
  )

/** The options of {@link polynomialDecay}. */
export interface PolynomialDecayOptions extends Decay {
  /** The number of updates until the rate is `minstep`. */
  readonly decayIter: Limit<'updates'>
  /** The rate in the end, which may also be above the one in the beginning. Default: 0.001. */
  readonly minstep?: number
  /** 1 (the default) for a line. */
  readonly power?: Limit<'positive'>
  /** Whether, once at `minstep`, it starts again from higher up, over twice, three times… as many updates. Default: false. */
  readonly cycle?: boolean
}

/**
 * `(initialValue - minstep) · (1 - t / decayIter) ^ power + minstep` for update t, and `minstep` from update `decayIter` on.
 * With `cycle`, `decayIter` is multiplied by the least whole number that keeps t within it.
 *
 * @throws InvalidOption if an option is missing or out of its range
 * @example
 * ```ts
 * const rate = polynomialDecay({ initialValue: 1, decayIter: 10, minstep: 0 })
 * rate(5) // 0.5
 * rate(20) // 0
 * ```
 */
export const polynomialDecay = <const O>(
  options: OptionsFor<PolynomialDecayOptions, O, Called<'polynomialDecay', '{ initialValue: 0.1, decayIter: 1000 }'>>,
): Given<O, Schedule> =>
  schedule<Required<PolynomialDecayOptions>, O>(
    'polynomialDecay',
    'polynomialDecay({ initialValue: 0.1, decayIter: 1000 })',
    {
      initialValue: { codec: finite },
      decayIter: { codec: updates },
      minstep: { codec: finite, default: 0.001 },
      power: { codec: positive, default: 1 },
      cycle: { codec: boolean, default: false },
      startIter,
    },
    options,
    ({ initialValue, decayIter, minstep, power, cycle, startIter: first }) =>
      update => {
        const time = (update + first) / decayIter
        const length = cycle ? Math.max(1, Math.ceil(time)) : 1
        return (initialValue - minstep) * (1 - Math.min(time / length, 1)) ** power + minstep
      },
  )
