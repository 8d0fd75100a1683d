import { InvalidOption } from '../../base/errors.ts'
import type { Called, Given, Limit, OptionsFor } from '../../base/limited-options.ts'
import { boolean, oneOf, positive } from '../../base/options.ts'
import { inside } from '../ranges.ts'
import { through } from './piecewise.ts'
import { finite, type Schedule, schedule, updates } from './schedule.ts'

/** The options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** The highest rate. */
  readonly peakValue: number
  /** The number of updates until the lowest rate. */
  readonly totalIter: Limit<'updates'>
  /** The fraction of updates in which the rate increases. Default: 0.3. */
  readonly pctStart?: Limit<'inside'>
  /** The highest rate divided by that of update 0. Default: 25. */
  readonly divFactor?: Limit<'positive'>
  /** The rate of update 0 divided by the final one. Default: 10,000. */
  readonly finalDivFactor?: Limit<'positive'>
  /** Along half a cosine (the default) or a line. */
  readonly interpolation?: 'linear' | 'cosine'
  /** Whether it comes down to the rate of update 0 first, and to the lowest from there. Default: false. */
  readonly threePhase?: boolean
  /** With `threePhase`, the fraction of updates after which the rate is back at that of update 0. Default: 0.85. */
  readonly pctFinal?: Limit<'inside'>
}

/**
 * One cycle: from `peakValue / divFactor` up to `peakValue` at update `⌊pctStart · totalIter⌋`, and down to
 * `peakValue / divFactor / finalDivFactor` at update `totalIter`, where it stays. (Smith and Topin 2018, Super-Convergence.)
 *
 * @throws InvalidOption if an option is missing or out of its range
 * @example
 * ```ts
 * const rate = oneCycle({ peakValue: 1, totalIter: 100 })
 * rate(0) // 0.04
 * rate(30) // 1
 * ```
 */
export const oneCycle = <const O>(
  options: OptionsFor<OneCycleOptions, O, Called<'oneCycle', '{ peakValue: 0.1, totalIter: 1000 }'>>,
): Given<O, Schedule> =>
  schedule<Required<OneCycleOptions>, O>(
    'oneCycle',
    'oneCycle({ peakValue: 0.1, totalIter: 1000 })',
    {
      peakValue: { codec: finite },
      totalIter: { codec: updates },
      pctStart: { codec: inside, default: 0.3 },
      divFactor: { codec: positive, default: 25 },
      finalDivFactor: { codec: positive, default: 1e4 },
      interpolation: { codec: oneOf(['linear', 'cosine']), default: 'cosine' },
      threePhase: { codec: boolean, default: false },
      pctFinal: { codec: inside, default: 0.85 },
    },
    options,
    ({ peakValue, totalIter, pctStart, divFactor, finalDivFactor, interpolation, threePhase, pctFinal }) => {
      if (threePhase && pctFinal <= pctStart)
        throw new InvalidOption({
          layer: 'oneCycle',
          option: 'pctFinal',
          expected: `a number > pctStart, ${pctStart}`,
          got: String(pctFinal),
          remedy: 'Use numbers with which the rate falls after it has risen.',
        })
      const first = peakValue / divFactor
      const [up, back] = [Math.floor(pctStart * totalIter), Math.floor(pctFinal * totalIter)]
      return threePhase
        ? through([up, back, totalIter], [first, peakValue, first, first / finalDivFactor], interpolation)
        : through([up, totalIter], [first, peakValue, first / finalDivFactor], interpolation)
    },
  )
