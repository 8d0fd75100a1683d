import type { Called, Given, Limit, OptionsFor } from '../../base/limited-options.ts'
import { boolean, positive, part as share } from '../../base/options.ts'
import { from1 } from '../ranges.ts'
import { finite, type Schedule, schedule, startIter, updates } from './schedule.ts'

/** The options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  /** The rate of update 0. */
  readonly initialValue: number
  /** The number of updates to the lowest rate; with `restarts`, that of the first period. */
  readonly decayIter: Limit<'updates'>
  /** The lowest rate, as a fraction of `initialValue`. Default: 0. */
  readonly alpha?: Limit<'part'>
  /** The exponent of the cosine. Default: 1. */
  readonly exponent?: Limit<'positive'>
  /** Whether it starts again after each period, rather than to stay low. Default: false. */
  readonly restarts?: boolean
  /** How many times as long each period is as the one before, 1 or more. Default: 1. */
  readonly tMul?: Limit<'from1'>
  /** How many times as high each period starts as the one before. Default: 1. */
  readonly mMul?: Limit<'positive'>
  /** The update to start from: the rate of the first update is that of update `startIter`. Default: 0. */
  readonly startIter?: Limit<'whole'>
}

/** In which period a time is, counted in first periods, and which part of that is over. */
const periodOf = (time: number, tMul: number): readonly [period: number, part: number] => {
  if (tMul === 1) return [Math.floor(time), time - Math.floor(time)]
  const startOf = (period: number) => (tMul ** period - 1) / (tMul - 1)
  // The logarithm is rounded, and may come out as the period beside.
  const near = Math.floor(Math.log(1 + time * (tMul - 1)) / Math.log(tMul))
  const period = startOf(near) > time ? near - 1 : startOf(near + 1) <= time ? near + 1 : near
  return [period, (time - startOf(period)) / tMul ** period]
}

/**
 * Half a cosine: `initialValue · ((1 - alpha) · c + alpha)` with `c = (0.5 · (1 + cos(π · t / decayIter))) ^ exponent` for
 * update t, and the lowest rate from update `decayIter` on. With `restarts` the rate goes up again instead: period n takes
 * `decayIter · tMul ^ n` updates, and its c is multiplied by `mMul ^ n`. (Loshchilov and Hutter 2017, SGDR: Stochastic Gradient
 * Descent with Warm Restarts.)
 *
 * @throws InvalidOption if an option is missing or out of its range
 * @example
 * ```ts
 * cosineDecay({ initialValue: 1, decayIter: 100 })(200) // 0
 * cosineDecay({ initialValue: 1, decayIter: 100, restarts: true, mMul: 0.5 })(200) // 0.25
 * ```
 */
export const cosineDecay = <const O>(
  options: OptionsFor<CosineDecayOptions, O, Called<'cosineDecay', '{ initialValue: 0.1, decayIter: 1000 }'>>,
): Given<O, Schedule> =>
  schedule<Required<CosineDecayOptions>, O>(
    'cosineDecay',
    'cosineDecay({ initialValue: 0.1, decayIter: 1000 })',
    {
      initialValue: { codec: finite },
      decayIter: { codec: updates },
      alpha: { codec: share, default: 0 },
      exponent: { codec: positive, default: 1 },
      restarts: { codec: boolean, default: false },
      tMul: { codec: from1, default: 1 },
      mMul: { codec: positive, default: 1 },
      startIter,
    },
    options,
    ({ initialValue, decayIter, alpha, exponent, restarts, tMul, mMul, startIter: first }) =>
      update => {
        const time = (update + first) / decayIter
        const [period, part] = restarts ? periodOf(time, tMul) : [0, Math.min(time, 1)]
        const wave = mMul ** period * (0.5 * (1 + Math.cos(Math.PI * part))) ** exponent
        return initialValue * ((1 - alpha) * wave + alpha)
      },
  )
