import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../base/errors.ts'
import type { Limit } from '../base/limited-options.ts'
import { expectedNumbers } from '../base/limits.ts'
import { codec, isFunction, number, type Option, positive } from '../base/options.ts'
import { described } from '../state/given.ts'

/** The learning rate: a number, or a function of the number of the update, from 0 on, such as a schedule. */
export type Step = number | ((update: number) => number)
/** The same as an option of an optimizer. */
export type LearningRate = Limit<'rate'> | ((update: number) => number)

/** What a function of the number of the update gave in place of what it should. */
export const unfit = (owner: string, option: string, expected: string, update: number, got: unknown): InvalidOption =>
  new InvalidOption({
    layer: owner,
    option,
    expected: `${expected} for update ${update}`,
    got: described(got),
    remedy: 'Give a number, or a function that returns one for every update from 0 on.',
  })

/** A number that a function of the number of the update gave. */
export const asNumber = (owner: string, option: string, update: number, value: unknown): number => {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw unfit(owner, option, 'a finite number', update, value)
}

/**
 * The learning rate of an update.
 *
 * @throws InvalidOption if a function returns anything but a finite number >= 0
 */
export const stepAt = (owner: string, step: Step, update: number): number => {
  const rate = asNumber(owner, 'step', update, typeof step === 'number' ? step : step(update))
  if (rate >= 0) return rate
  throw unfit(owner, 'step', 'a finite number >= 0', update, rate)
}

/** What speaks against a function as a rate, which is tried at one update; `undefined` where nothing does. */
const against = (
  rate: (update: never) => unknown,
  given: t.Type<number, unknown, unknown>,
  update: number,
): string | undefined => {
  try {
    // The user's function says what it takes: here it is given the number of an update, as it will be.
    const gives: unknown = rate(update as never)
    return given.is(gives) ? undefined : `Change what it gives: for update ${update} that is ${described(gives)}.`
  } catch (error) {
    // What makes schedules takes the number of an update for options, and refuses it.
    return error instanceof InvalidOption && error.option === 'options'
      ? `Give what ${error.layer} gives. ${error.remedy}`
      : `Change what it does: for update ${update} it throws ${show(error)}.`
  }
}

/**
 * How a rate is read: a number, or a function of the number of the update, which is tried at the first one, so that a mistake
 * shows where it is made.
 *
 * @param own numbers that may be given
 * @param given what a function may give
 */
export const rateOption = (
  own: t.Type<number, unknown, unknown>,
  given: t.Type<number, unknown, unknown>,
  first = 0,
  expected = `${own.name}, or a function that gives ${given.name} for the number of an update`,
): Required<Pick<Option<Step>, 'codec' | 'remedy'>> => ({
  codec: codec<Step>(expected, value => {
    if (!isFunction(value)) return own.is(value) ? value : undefined
    return against(value, given, first) === undefined ? (value as Step) : undefined
  }),
  remedy: value => (isFunction(value) ? against(value, given, first) : undefined),
})

/** How a learning rate is read. */
export const stepOption: ReturnType<typeof rateOption> = rateOption(
  positive,
  number('a finite number >= 0', value => value >= 0),
  0,
  expectedNumbers.rate,
)
