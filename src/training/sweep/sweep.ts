import { InvalidOption, show } from '../../base/errors.ts'
import { integer, isFunction, number, type Options, oneOf, parseOptions } from '../../base/options.ts'
import { foldIn, type Key, key as keyOf } from '../../base/random.ts'
import { blocks, cut, digits, shortened, shownAs } from '../../base/shown.ts'
import { isRecord, own } from '../../base/trees.ts'
import { reading } from '../../state/given.ts'
import { keyOption, maybe, signalOption } from '../codecs.ts'
import { asSpace, type Config, draw, type Space } from './space.ts'
import { type Workers, workersOf } from './workers.ts'

/** The arguments of a trial beside its settings. */
export interface TrialContext {
  /** A key of the trial's own, the same in every rung. */
  readonly key: Key
  /** How much the trial may spend, for example in epochs. */
  readonly budget: number
  /** The number of the trial, from 0. */
  readonly trial: number
  /** The trial's result with a smaller budget; `undefined` in the first rung. */
  readonly previous: unknown
  /** Aborts when the sweep ends: pass it to `fit`. The trial's result then still counts. */
  readonly signal: AbortSignal
}

/** A trial that is to be made. */
export interface Tried extends TrialContext {
  readonly config: Readonly<Record<string, unknown>>
}

/** A trial that has been made. */
export interface Trial<C = Readonly<Record<string, unknown>>, R = unknown> {
  readonly trial: number
  readonly config: C
  /** The largest budget that it has had. */
  readonly budget: number
  /** The score that `train` returned; NaN if it failed. */
  readonly score: number
  readonly result: R | undefined
  /** The error, if it failed. */
  readonly error: unknown
}

/** The result of a sweep. */
export interface Sweep<C = Readonly<Record<string, unknown>>, R = unknown> {
  /** The best that has had the largest budget; `undefined` where all failed. */
  readonly best: Trial<C, R> | undefined
  /** All, in their order. */
  readonly trials: readonly Trial<C, R>[]
  /** Whether the signal ended it early. */
  readonly aborted: boolean
}

/** The options of {@link sweep}. */
export interface SweepOptions {
  /** The random key. Default: `key(0)`. */
  readonly key?: Key
  /** How many settings are drawn. Default: 10. */
  readonly trials?: number
  /** The number of parallel trials. Default: 1. */
  readonly workers?: number
  /**
   * `random` gives every trial the whole budget; `halving` gives all a small one, and the best of them the next larger
   * one, up to the whole (Jamieson and Talwalkar 2016). Default: `random`.
   */
  readonly strategy?: 'random' | 'halving'
  /** The whole budget. Default: 1. */
  readonly budget?: number
  /** With `halving`: the budget of the first rung. Default: a ninth of the whole, at least 1. */
  readonly least?: number
  /**
   * With `halving`: the factor by which the budget grows, and the number of trials shrinks, in each rung. Default: 3.
   */
  readonly factor?: number
  /** Whether the score is to become small or large. Default: `min`. */
  readonly mode?: 'min' | 'max'
  /**
   * Ends the sweep after the running trials, which get the signal too; the sweep returns its results so far. A trial
   * that fails then keeps its previous result.
   */
  readonly signal?: AbortSignal
  /** Told of each trial that has been made; a promise is awaited. */
  readonly onTrial?: (trial: Trial) => unknown
}

interface Normal {
  readonly key: Key
  readonly trials: number
  readonly workers: number
  readonly strategy: 'random' | 'halving'
  readonly budget: number
  readonly least: number | null
  readonly factor: number
  readonly mode: 'min' | 'max'
  readonly signal: AbortSignal | null
  readonly onTrial: ((trial: Trial) => unknown) | null
}

const positive = number('a positive number', value => value > 0)

const options: Options<Normal> = {
  key: { codec: keyOption, default: keyOf(0) },
  trials: { codec: integer(1), default: 10 },
  workers: { codec: integer(1), default: 1 },
  strategy: { codec: oneOf(['random', 'halving']), default: 'random' },
  budget: { codec: positive, default: 1 },
  least: { codec: maybe<number>('a positive number', value => positive.is(value)), default: null },
  factor: { codec: number('a number > 1', value => value > 1), default: 3 },
  mode: { codec: oneOf(['min', 'max']), default: 'min' },
  signal: { codec: signalOption, default: null },
  onTrial: { codec: maybe<(trial: Trial) => unknown>('a function', isFunction), default: null },
}

const scoreOf = (result: unknown): number => {
  const score = isRecord(result) ? own(result, 'score') : result
  if (typeof score === 'number') return score
  throw new InvalidOption({
    layer: 'sweep',
    option: 'train',
    expected: 'a number, or an object with a score',
    got: show(result),
    remedy: 'For example: return history.validationLoss.at(-1).',
  })
}

/** The budgets of the rungs, from the least to the whole. */
const rungsOf = ({ strategy, budget, least, factor }: Normal): readonly number[] => {
  if (strategy === 'random') return [budget]
  const first = Math.min(budget, least ?? Math.max(1, budget / 9))
  const count = Math.floor(Math.log(budget / first) / Math.log(factor) + 1e-9) + 1
  return Array.from({ length: count }, (_, i) => budget / factor ** (count - 1 - i))
}

/** Runs some work on each of a list, so many at a time. */
const each = async <A>(list: readonly A[], parallel: number, work: (item: A) => Promise<void>): Promise<void> => {
  const waiting = [...list]
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next)
  }
  await Promise.all(Array.from({ length: Math.min(parallel, list.length) }, lane))
}

const asText = ({ trials, best }: Sweep): string => {
  const names = Object.keys(trials[0]?.config ?? {})
  const rows = [...trials]
    .sort((a, b) => Number(b === best) - Number(a === best) || a.trial - b.trial)
    .map(({ trial, config, budget, score, error }) => [
      String(trial),
      ...names.map(name => cut(String(own(config, name)), 24)),
      digits(budget),
      error === undefined ? digits(score) : cut(String(error), 40),
    ])
  const lines = shortened(rows, 'trials')
  return blocks([['trial', ...names.map(name => cut(name, 24)), 'budget', 'score'], ...lines]).join('\n')
}

/** What trains with some settings: a function, or the address of a module that has it as its default export. */
export type Train<S extends Space, R> = ((config: Config<S>, context: TrialContext) => R | Promise<R>) | URL

/**
 * Searches hyperparameters: draws settings from a space, trains with each and compares the results. The same key gives
 * the same settings, keys and choices, for any number of workers.
 *
 * @param space by name an array to choose from, a range `between(low, high)`, a function of a key, or a fixed value
 * @param train gets the settings and `{ key, budget, trial, previous, signal }`, and returns a number, or an object
 *   with a `score`; or the URL of a module with such a function as its default export, which runs on worker threads
 *   (Node and Deno) and must return clonable values
 * @param options `trials` (10), `workers` (1), `key`, `strategy` (`'random'`, or `'halving'` with `budget`, `least`,
 *   `factor`), `mode` (`'min'`), `signal`, `onTrial`
 * @returns all trials and the best one; a failed trial has its error, and does not stop the others
 * @throws InvalidOption if an option or the space is wrong
 * @example
 * ```ts
 * const { best } = await sweep({ x: between(-1, 1), power: [2, 4] }, ({ x, power }) => Math.abs(x) ** power, { trials: 20 })
 * best!.score < 0.1 // true
 * ```
 */
export const sweep = async <const S extends Space, R = unknown>(
  space: S,
  train: Train<S, R>,
  given: SweepOptions = {},
): Promise<Sweep<Config<S>, R>> => {
  const normal = parseOptions<Normal>('sweep', 'sweep({ units: [16, 32] }, train, { trials: 20 })', options, given)
  const own = asSpace(space)
  const call: unknown = train
  const module = reading('sweep', 'train', () => (!isFunction(call) && call instanceof URL ? call : undefined))
  if (!isFunction(call) && module === undefined)
    throw new InvalidOption({
      layer: 'sweep',
      option: 'train',
      expected: 'a function of settings, or the URL of a module with one as its default export',
      got: show(call),
      remedy: "For example: new URL('./train.ts', import.meta.url).",
    })
  const { key, trials: count, workers, signal, mode, factor, onTrial } = normal
  const threads: Workers | undefined = module && (await workersOf(module, workers, signal))
  const heard = signal ?? new AbortController().signal
  const run =
    threads?.run ??
    (async ({ config, ...context }: Tried) => (call as (...args: unknown[]) => unknown)(config, context))
  const trials: Trial[] = Array.from({ length: count }, (_, trial) => ({
    trial,
    config: draw(own, foldIn(foldIn(key, 'config'), trial)),
    ...{ budget: 0, score: Number.NaN, result: undefined, error: undefined },
  }))
  const attempt = async ({ trial, config, result: previous }: Trial, budget: number): Promise<void> => {
    if (signal?.aborted) return
    const context = { key: foldIn(foldIn(key, 'trial'), trial), budget, trial, previous, signal: heard }
    try {
      const result = await run({ config, ...context })
      trials[trial] = Object.freeze({ trial, config, budget, score: scoreOf(result), result, error: undefined })
    } catch (error) {
      if (signal?.aborted) return
      trials[trial] = Object.freeze({ trial, config, budget, score: Number.NaN, result: undefined, error })
    }
    await onTrial?.(trials[trial] as Trial)
  }
  /** The best first; NaN last, and equals in their order. */
  const ranked = (some: readonly Trial[]): readonly Trial[] =>
    some
      .filter(({ score }) => !Number.isNaN(score))
      .sort((a, b) => (mode === 'min' ? a.score - b.score : b.score - a.score) || a.trial - b.trial)
  const rungs = rungsOf(normal)
  try {
    let left: readonly Trial[] = trials.slice()
    for (const [i, budget] of rungs.entries()) {
      await each(left, workers, one => attempt(trials[one.trial] as Trial, budget))
      if (signal?.aborted || i === rungs.length - 1) break
      left = ranked(left.map(({ trial }) => trials[trial] as Trial)).slice(
        0,
        Math.max(1, Math.floor(left.length / factor)),
      )
    }
  } finally {
    await threads?.close()
  }
  const largest = trials.reduce((most, { budget, score }) => (Number.isNaN(score) ? most : Math.max(most, budget)), 0)
  const [best] = ranked(trials.filter(({ budget }) => budget === largest))
  const found: Sweep = { best, trials: Object.freeze(trials), aborted: signal?.aborted === true }
  const text = { toString: { value: () => asText(found) }, ...shownAs(() => asText(found)) }
  // Settings are drawn from the space, and results are those of the function.
  return Object.freeze(Object.defineProperties(found, text)) as Sweep<Config<S>, R>
}
