import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../../base/errors.ts'
import { codec, nearest, type Option, oneOf } from '../../base/options.ts'
import { type Better, type Metric, validationName } from '../metric.ts'
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

/** What is known of a metric by its name. */
export type Judged = Pick<Metric, 'name' | 'better'>

/** Whether a history calls something by a name: of one output, or of validation. */
const isCalled = (called: string, name: string): boolean =>
  called === name || called === validationName(name) || called.endsWith(`.${name}`)

/** Which values of a name of the history are better, as metrics say it; `undefined` where none does, or they differ. */
export const betterOf = (called: string, metrics: readonly Judged[]): Better | undefined => {
  if (isCalled(called, 'loss')) return 'lower'
  const [better, ...others] = metrics.filter(({ name }) => isCalled(called, name)).map(metric => metric.better)
  return others.every(other => other === better) ? (better ?? undefined) : undefined
}

const unsaid = (owner: string, name: string): InvalidOption =>
  new InvalidOption({
    layer: owner,
    option: 'mode',
    expected: `'min' or 'max', as nothing says which values of ${name} are better`,
    got: `'auto'`,
    remedy: "Give the mode, or define the metric with { better: 'lower' } or { better: 'higher' }.",
  })

/**
 * A monitor that knows whether its value is to become small or large, where a metric says so.
 *
 * @throws InvalidOption if it watches a metric that does not
 */
export const directed = <M extends Monitor>(owner: string, monitor: M, metrics: readonly Judged[]): M => {
  if (monitor.mode !== 'auto') return monitor
  const name = monitor.monitor ?? 'loss'
  const better = betterOf(name, metrics)
  if (better !== undefined) return Object.freeze({ ...monitor, mode: better === 'lower' ? 'min' : 'max' })
  // What no metric is called may be another number of the history.
  if (metrics.some(metric => isCalled(name, metric.name))) throw unsaid(owner, name)
  return monitor
}

/**
 * The value that is watched, negated where it is to become large: less is better.
 *
 * @throws InvalidOption if the history has no number of that name, or nothing says which values are better
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
  if (mode === 'auto') throw unsaid(owner, own)
  return mode === 'min' ? value : -value
}
