import { InvalidOption } from '../../base/errors.ts'
import type { Called, Given, OptionsFor } from '../../base/limited-options.ts'
import { listOf } from '../../base/options.ts'
import { isShortList } from '../../base/trees.ts'
import type { Step } from '../rate.ts'
import { type Boundaries, boundaries, rate, rateAt, type Schedule, schedule } from './schedule.ts'

/** The options of {@link sequence}. */
export interface SequenceOptions {
  /** Rates or schedules, each of which begins with its update 0. */
  readonly schedules: readonly Step[]
  /** The numbers of the updates at which the second and the following begin, in increasing order. */
  readonly boundaries: Boundaries
}

/**
 * Schedules one after the other: the first until update `boundaries[0]`, then the second, for which that update is update 0.
 *
 * @throws InvalidOption if boundaries do not increase, or there is not one schedule more than boundaries
 * @example
 * ```ts
 * const rate = sequence({
 *   schedules: [0.1, exponentialDecay({ initialValue: 0.1, reductionFreq: 100, reductionRate: 0.5 })],
 *   boundaries: [1000],
 * })
 * rate(999) // 0.1
 * rate(1100) // 0.05
 * ```
 */
export const sequence = <const O>(
  options: OptionsFor<SequenceOptions, O, Called<'sequence', '{ schedules: [0.1, 0.01], boundaries: [1000] }'>>,
): Given<O, Schedule> =>
  schedule<SequenceOptions, O>(
    'sequence',
    'sequence({ schedules: [0.1, 0.01], boundaries: [1000] })',
    {
      schedules: {
        codec: listOf(`a list, each of it ${rate.codec.name}`, rate.codec.is),
        remedy: value => (isShortList(value) ? rate.remedy(value.find(one => !rate.codec.is(one))) : undefined),
      },
      boundaries: { codec: boundaries },
    },
    options,
    ({ schedules, boundaries: ends }) => {
      if (schedules.length !== ends.length + 1)
        throw new InvalidOption({
          layer: 'sequence',
          option: 'schedules',
          expected: `${ends.length + 1} schedules, one more than boundaries`,
          got: String(schedules.length),
          remedy: 'Give the first schedule, and one for each boundary.',
        })
      return update => {
        const over = ends.findLastIndex(boundary => update >= boundary)
        return rateAt(schedules[over + 1] as Step, update - (ends[over] ?? 0))
      }
    },
  )
