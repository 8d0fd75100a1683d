import { fromJson, type RegistryOption } from '../../plain/json.ts'
import { kindOf } from '../../plain/making.ts'
import type { Kind } from '../../plain/values.ts'
import { cosineDecay } from './cosine-decay.ts'
import { exponentialDecay, inverseTime, polynomialDecay, stepDecay } from './decays.ts'
import { oneCycle } from './one-cycle.ts'
import { piecewise } from './piecewise.ts'
import { isSchedule, type Schedule, type ScheduleJson } from './schedule.ts'
import { sequence } from './sequence.ts'
import { warmup } from './warmup.ts'

const schedules = {
  stepDecay,
  exponentialDecay,
  polynomialDecay,
  cosineDecay,
  inverseTime,
  piecewise,
  warmup,
  oneCycle,
  sequence,
}

/** Schedules as plain data. */
export const scheduleKind: Kind = kindOf('schedule', 'a schedule', schedules, 'beside')

/**
 * The schedule that plain data describes: the inverse of its `toJSON`, and of `toJson` with the same registry.
 *
 * @throws InvalidOption if it is none, or an option is out of its range; it says where, and how many errors there are more
 * @example
 * ```ts
 * const rate = warmup({ to: stepDecay({ initialValue: 0.1, reductionFreq: 100 }), warmupIter: 10 })
 * const text = JSON.stringify(rate)
 * scheduleFromJson(JSON.parse(text))(10) // 0.1
 * ```
 */
export const scheduleFromJson: (json: ScheduleJson, options?: RegistryOption) => Schedule = fromJson(
  'scheduleFromJson',
  'a schedule as plain data',
  [scheduleKind],
  isSchedule,
)
