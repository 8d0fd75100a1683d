import type { Called, Given, Limit, OptionsFor } from '../../base/limited-options.ts'
import type { Step } from '../rate.ts'
import { finite, rate, rateAt, type Schedule, schedule, updates } from './schedule.ts'

/** The options of {@link warmup}. */
export interface WarmupOptions {
  /** The rate after the warmup, or a schedule, which starts at its update 0. */
  readonly to: Step
  /** How many updates the way there takes. */
  readonly warmupIter: Limit<'updates'>
  /** The rate of update 0. Default: 0. */
  readonly initialValue?: number
}

/**
 * A line from `initialValue` at update 0 to where `to` begins, at update `warmupIter`; from there on that schedule.
 *
 * @throws InvalidOption if an option is missing or out of its range
 * @example
 * ```ts
 * const rate = warmup({ to: cosineDecay({ initialValue: 0.1, decayIter: 1000 }), warmupIter: 100 })
 * rate(50) // 0.05
 * rate(100) // 0.1
 * ```
 */
export const warmup = <const O>(
  options: OptionsFor<WarmupOptions, O, Called<'warmup', '{ to: 0.1, warmupIter: 100 }'>>,
): Given<O, Schedule> =>
  schedule<Required<WarmupOptions>, O>(
    'warmup',
    'warmup({ to: 0.1, warmupIter: 100 })',
    { to: rate, warmupIter: { codec: updates }, initialValue: { codec: finite, default: 0 } },
    options,
    ({ to: after, warmupIter, initialValue }) =>
      update =>
        update < warmupIter
          ? initialValue + (rateAt(after, 0) - initialValue) * (update / warmupIter)
          : rateAt(after, update - warmupIter),
  )
