import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../../base/errors.ts'
import type { Given, Numbers } from '../../base/limited-options.ts'
import { expectedNumbers } from '../../base/limits.ts'
import { boolean, codec, integer, listOf, notNegative, number, type Options, parseOptions } from '../../base/options.ts'
import { shownAs } from '../../base/shown.ts'
import { byName, isShortList } from '../../base/trees.ts'
import { toJson } from '../../plain/json.ts'
import { madeBy } from '../../plain/making.ts'
import { rateOption, type Step } from '../rate.ts'

/** A schedule as plain data, its name and options, for `scheduleFromJson`. */
export interface ScheduleJson {
  readonly schedule: string
  readonly [option: string]: unknown
}

/**
 * A rate as a pure function of the number of the update, from 0 on. What lies between two updates has a value too, so
 * that a schedule can be drawn or measured in epochs.
 */
export interface Schedule {
  (update: number): number
  readonly kind: 'Schedule'
  /** The name of the function that made it. */
  readonly schedule: string
  readonly options: Readonly<Record<string, unknown>>
  /** @throws InvalidOption if a schedule within is a function of your own: `toJson` takes names for these */
  readonly toJSON: () => ScheduleJson
}

const printed = (value: unknown): string =>
  isShortList(value)
    ? `[${value.map(printed).join(', ')}]`
    : typeof value === 'string' || (typeof value === 'function' && !isSchedule(value))
      ? show(value)
      : String(value)

/** Whether a value is a schedule that prints itself. */
export const isSchedule = (value: unknown): value is Schedule =>
  typeof value === 'function' && (value as Partial<Schedule>).kind === 'Schedule'

/** Makes a schedule from options and a function of them. */
export const schedule = <Normal extends object, O = unknown>(
  name: string,
  example: string,
  options: Options<Normal>,
  given: unknown,
  make: (options: Normal) => (update: number) => number,
): Given<O, Schedule> => {
  const normal = parseOptions(name, example, options, given)
  const rate = make(normal)
  const shown = Object.entries(normal).filter(([option, value]) => value !== options[option as keyof Normal].default)
  const at = (update: number): number => {
    if (typeof update === 'number' && update >= 0 && update < Number.POSITIVE_INFINITY) return rate(update)
    throw new InvalidOption({
      layer: name,
      option: 'update',
      expected: 'the number of an update, from 0 on',
      got: show(update),
      remedy: 'For example: schedule(0) for the rate of the first update.',
    })
  }
  const own = {
    kind: 'Schedule' as const,
    schedule: name,
    options: byName(Object.entries(normal)),
    toJSON: (): ScheduleJson => toJson(made) as ScheduleJson,
    toString: () => `${name}({ ${shown.map(([option, value]) => `${option}: ${printed(value)}`).join(', ')} })`,
  }
  const made: Schedule = Object.freeze(Object.defineProperties(Object.assign(at, own), shownAs(String)))
  return madeBy({ word: 'schedule', name, options: own.options, form: 'beside' }, made) as Given<O, Schedule>
}

/** The rate of an update. */
export const rateAt = (rate: Step, update: number): number => (typeof rate === 'number' ? rate : rate(update))

/** Any finite number. */
export const finite: t.Type<number, unknown, unknown> = number('a finite number')
/** A number of updates. */
export const updates: t.Type<number, unknown, unknown> = number(expectedNumbers.updates, n => n > 0)
/** A finite number, or `null` for none. */
export const finiteOrNone: t.Type<number | null, unknown, unknown> = codec(
  'a finite number, or null for none',
  value => (value === null || (typeof value === 'number' && Number.isFinite(value)) ? value : undefined),
)
/** A rate, or a schedule. */
export const rate: ReturnType<typeof rateOption> = rateOption(finite, finite)

/** The number of the update that a schedule begins with. */
export const startIter: { readonly codec: t.Type<number, unknown, unknown>; readonly default: number } = {
  codec: integer(0),
  default: 0,
}
export const staircase: { readonly codec: t.Type<boolean, unknown, unknown>; readonly default: boolean } = {
  codec: boolean,
  default: false,
}

const expectedBoundaries = 'a list of numbers of updates >= 0 in increasing order'
/** Numbers of updates, each after the one before. */
export type Boundaries = Numbers<'increasing', typeof expectedBoundaries>
/** How they are read. */
export const boundaries: t.Type<readonly number[], unknown, unknown> = listOf(expectedBoundaries, notNegative.is, {
  check: list => list.every((boundary, i) => i === 0 || boundary > (list[i - 1] as number)),
})
