import { InvalidOption, show } from '../../base/errors.ts'
import { boolean, isFunction, parseOptions } from '../../base/options.ts'
import { foldIn, type Key, uniforms } from '../../base/random.ts'
import { byName, isList, isRecord } from '../../base/trees.ts'
import { reading } from '../../state/given.ts'

/** A range of numbers to draw from. */
export interface Range {
  readonly kind: 'Range'
  readonly low: number
  readonly high: number
  /** Whether their logarithms are drawn evenly. */
  readonly log: boolean
  /** Whether only whole numbers are drawn, both bounds among them. */
  readonly integer: boolean
}

/** A setting: an element of an array, a number in a range, the result of a function of a key, or a fixed value. */
export type Choice = readonly unknown[] | Range | ((key: Key) => unknown) | string | number | boolean | null

/** What settings may be, by name. */
export type Space = Readonly<Record<string, Choice>>

/** The settings that are drawn from a space. */
export type Config<S extends Space> = {
  readonly [K in keyof S]: S[K] extends readonly (infer V)[]
    ? V
    : S[K] extends Range
      ? number
      : S[K] extends (key: Key) => infer V
        ? V
        : S[K]
}

/**
 * A range of numbers for {@link sweep}.
 *
 * @param options `log`: whether the logarithms are drawn evenly, as for learning rates; `integer`: whether only whole numbers
 *   are drawn
 * @throws InvalidOption if the bounds are no range, or not positive where logarithms are drawn, or an option is wrong
 * @example
 * ```ts
 * const rates = between(1e-4, 1e-1, { log: true })
 * rates.low // 0.0001
 * ```
 */
export const between = (
  low: number,
  high: number,
  options: { readonly log?: boolean; readonly integer?: boolean } = {},
): Range => {
  const { log, integer } = parseOptions<Pick<Range, 'log' | 'integer'>>(
    'between',
    'between(1e-4, 1e-1, { log: true })',
    { log: { codec: boolean, default: false }, integer: { codec: boolean, default: false } },
    options,
  )
  const isRange = Number.isFinite(low) && Number.isFinite(high) && low < high
  const works = isRange && (!log || low > 0) && (!integer || (Number.isSafeInteger(low) && Number.isSafeInteger(high)))
  if (!works)
    throw new InvalidOption({
      layer: 'between',
      option: 'low, high',
      expected: `${integer ? 'whole' : 'finite'} numbers, low < high${log ? ', both > 0 as their logarithms are drawn' : ''}`,
      got: `${show(low)} and ${show(high)}`,
      remedy: 'For example: between(1e-4, 1e-1, { log: true }).',
    })
  return Object.freeze({ kind: 'Range', low, high, log, integer })
}

const isRange = (value: unknown): value is Range => isRecord(value) && value.kind === 'Range'

const drawn = (choice: Choice, key: Key): unknown => {
  if (isFunction(choice)) return choice(key)
  const [part = 0] = uniforms(key, 1)
  if (isList(choice)) return choice[Math.min(choice.length - 1, Math.floor(part * choice.length))]
  if (!isRange(choice)) return choice
  const { low, high, log, integer } = choice
  const top = integer ? high + 1 : high
  const value = log ? low * (top / low) ** part : low + (top - low) * part
  return integer ? Math.min(high, Math.floor(value)) : value
}

/** The settings of a trial: each is drawn by its own name, whatever others there are. */
export const draw = (space: Space, key: Key): Readonly<Record<string, unknown>> =>
  byName(Object.entries(space).map(([name, choice]) => [name, drawn(choice, foldIn(key, name))] as const))

/**
 * A space as a call from JavaScript gives it.
 *
 * @throws InvalidOption if it is none
 */
export const asSpace = (value: unknown): Space =>
  reading('sweep', 'space', () => {
    const fault = (expected: string, got: unknown) =>
      new InvalidOption({
        layer: 'sweep',
        option: 'space',
        expected,
        got: show(got),
        remedy:
          'For example: sweep({ step: between(1e-4, 1e-1, { log: true }), units: [16, 32] }, train, { trials: 20 }).',
      })
    if (!isRecord(value) || isRange(value) || Object.keys(value).length === 0)
      throw fault('what settings may be, by name', value)
    for (const [name, choice] of Object.entries(value)) {
      if (isList(choice) && choice.length === 0) throw fault(`something to choose from for ${name}`, choice)
      if (isRecord(choice) && !isRange(choice))
        throw fault(`an array, between(low, high), a function of a key, or a value, for ${name}`, choice)
    }
    return byName(Object.entries(value as Space))
  })
