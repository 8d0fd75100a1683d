import { InvalidOption, show } from '../../base/errors.ts'
import { nearest, ownOptions } from '../../base/options.ts'
import { isRecord, isShortList, mapRecord } from '../../base/trees.ts'
import { cosineDecay } from './cosine-decay.ts'
import { exponentialDecay, inverseTime, polynomialDecay, stepDecay } from './decays.ts'
import { oneCycle } from './one-cycle.ts'
import { piecewise } from './piecewise.ts'
import type { Schedule, ScheduleJson } from './schedule.ts'
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

const example = "scheduleFromJson({ schedule: 'stepDecay', initialValue: 0.1, reductionFreq: 100 })"

/** Whether a value within options describes a schedule of its own, as far as it can be read. */
const describes = (value: unknown): value is ScheduleJson => {
  try {
    return isRecord(value) && Object.hasOwn(value, 'schedule')
  } catch {
    return false
  }
}

/** Schedules within options, which may stand in lists. */
const revived = (value: unknown): unknown =>
  isShortList(value) ? value.map(revived) : describes(value) ? scheduleFromJson(value) : value

/**
 * The schedule that plain data describes: the inverse of its `toJSON`.
 *
 * @throws InvalidOption if it is none, or an option is out of its range
 * @example
 * ```ts
 * const rate = warmup({ to: stepDecay({ initialValue: 0.1, reductionFreq: 100 }), warmupIter: 10 })
 * const text = JSON.stringify(rate)
 * scheduleFromJson(JSON.parse(text))(10) // 0.1
 * ```
 */
export const scheduleFromJson = (json: ScheduleJson): Schedule => {
  const names = Object.keys(schedules)
  const { schedule: name, ...options } = ownOptions(
    'scheduleFromJson',
    example,
    json,
    'a schedule as plain data',
    'json',
  )
  if (typeof name !== 'string' || !Object.hasOwn(schedules, name)) {
    const meant = typeof name === 'string' ? nearest(name, names) : undefined
    throw new InvalidOption({
      layer: 'scheduleFromJson',
      option: 'schedule',
      expected: `the name of a schedule: ${names.join(', ')}`,
      got: show(name),
      remedy: meant ? `Did you mean ${meant}?` : `For example: ${example}.`,
    })
  }
  // Each reads the options itself, whatever they are.
  const make = schedules[name as keyof typeof schedules] as (options: object) => Schedule
  return make(mapRecord(options, revived))
}
