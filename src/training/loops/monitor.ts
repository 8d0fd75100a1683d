import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../../core/errors.ts'
import { codec, nearest, type Option, oneOf } from '../../core/options.ts'
import type { RawReport } from '../report.ts'
import { numberIn } from './callbacks.ts'

// What is watched from epoch to epoch: a value by its name in the history, which is to become small or large.

/** Which value is watched, and whether it is to become small or large. */
export interface Monitor {
  /** A name of the history; `null`: the loss on validation examples, or on those of training where there are none. */
  readonly monitor: string | null
  readonly mode: 'min' | 'max' | 'auto'
}

const name: t.Type<string | null, unknown, unknown> = codec('a name of the history', value =>
  value === null || (typeof value === 'string' && value !== '') ? value : undefined,
)

/** How it is read. */
export const monitorOptions: { readonly [K in keyof Monitor]: Option<Monitor[K]> } = {
  monitor: { codec: name, default: null },
  mode: { codec: oneOf(['min', 'max', 'auto']), default: 'auto' },
}

/** Whether a value of that name becomes small as training goes well. */
export const isToBeSmall = (name: string): boolean => /loss|error|perplexity|bits|norm|rate/i.test(name)

/**
 * The value that is watched, negated where it is to become large: less is better.
 *
 * @throws InvalidOption when the history has no number of that name
 */
export const monitored = (owner: string, { monitor, mode }: Monitor, values: RawReport): number => {
  const own = monitor ?? (numberIn(values, 'validationLoss') === undefined ? 'loss' : 'validationLoss')
  const value = numberIn(values, own)
  if (value === undefined) {
    const names = Object.keys(values).filter(name => numberIn(values, name) !== undefined)
    const meant = nearest(own, names)
    throw new InvalidOption({
      layer: owner,
      option: 'monitor',
      expected: `a number of the history: ${names.join(', ')}`,
      got: show(own),
      remedy: meant === undefined ? 'Give validation examples, or the metric.' : `Did you mean ${meant}?`,
    })
  }
  const isSmall = mode === 'min' || (mode === 'auto' && isToBeSmall(own))
  return isSmall ? value : -value
}
