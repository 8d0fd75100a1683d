import type * as t from 'io-ts/lib/index.js'
import { InvalidOption } from '../core/errors.ts'
import { codec } from '../core/options.ts'
import { described } from '../state/given.ts'

/** The learning rate: a number, or a function of the number of the update, from 0 on, such as a schedule. */
export type Step = number | ((update: number) => number)

/** What a function of the number of the update gave in place of what it should. */
export const unfit = (owner: string, option: string, expected: string, update: number, got: unknown): InvalidOption =>
  new InvalidOption({
    layer: owner,
    option,
    expected: `${expected} for update ${update}`,
    got: described(got),
    remedy: 'Give a number, or a function that gives one for every update from 0 on.',
  })

/** A number that a function of the number of the update gave. */
export const asNumber = (owner: string, option: string, update: number, value: unknown): number => {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw unfit(owner, option, 'a finite number', update, value)
}

/**
 * The learning rate of an update.
 *
 * @throws InvalidOption when a function gives anything but a finite number >= 0
 */
export const stepAt = (owner: string, step: Step, update: number): number => {
  const rate = asNumber(owner, 'step', update, typeof step === 'number' ? step : step(update))
  if (rate >= 0) return rate
  throw unfit(owner, 'step', 'a finite number >= 0', update, rate)
}

/** How a learning rate is read. */
export const stepOption: t.Type<Step, unknown, unknown> = codec<Step>(
  'a positive number, or a function of the number of the update',
  value =>
    typeof value === 'function' || (typeof value === 'number' && Number.isFinite(value) && value > 0)
      ? (value as Step)
      : undefined,
)
