import { InvalidOption, show } from '../../base/errors.ts'
import { codec, integer, isFunction, number, type Options, parseOptions } from '../../base/options.ts'
import { digits, shortened, shownAs, table } from '../../base/shown.ts'
import { isRecord, merged } from '../../base/trees.ts'
import type { AnyLayer } from '../../core/layer.ts'
import type { SomeVariables, VariablesFor } from '../../network-types/given.ts'
import { reading } from '../../state/given.ts'
import type { Examples } from '../batches.ts'
import { type FitOptions, fit } from '../fit.ts'
import type { Optimizer } from '../optimizer.ts'
import { adam } from '../optimizers/index.ts'
import type { AnyBatches } from '../source.ts'
import { stop } from './callbacks.ts'

/** The loss of a batch at a learning rate. */
export interface RatePoint {
  readonly rate: number
  readonly loss: number
  /** A mean over the points so far, of which the last count most. */
  readonly smoothed: number
}

/** The loss at a learning rate. */
export interface RateSweep {
  readonly points: readonly RatePoint[]
  /** The rate at which the smoothed loss falls fastest; `undefined` if it never falls. */
  readonly suggestion: number | undefined
  /** Whether it ended early, as the loss grew without bound. */
  readonly diverged: boolean
}

/** What a sweep decides by itself: options of `fit` that it has no use for. */
const decided = [
  'epochs',
  'callbacks',
  'checkpoint',
  'resume',
  'earlyStopping',
  'reduceOnPlateau',
  'trainState',
  'validation',
] as const

/** The options of {@link learningRateSweep}, beside those of `fit` that define an update. */
export interface RateSweepOptions<N extends AnyLayer = AnyLayer>
  extends Omit<FitOptions<N, []>, 'optimizer' | (typeof decided)[number]> {
  /** The first and the last learning rate. Default: 1e-6 and 1. */
  readonly from?: number
  readonly to?: number
  /** How many rates are tried, an update each. Default: 100. */
  readonly updates?: number
  /** The optimizer of a learning rate that depends on the update. Default: `step => adam({ step })`. */
  readonly optimizer?: (step: (update: number) => number) => Optimizer
  /** How much of the mean stays from point to point, from 0 to below 1. Default: 0.9. */
  readonly smoothing?: number
  /** The sweep ends when the smoothed loss exceeds its minimum by this factor. Default: 4. */
  readonly divergence?: number
}

interface Normal {
  readonly from: number
  readonly to: number
  readonly updates: number
  readonly optimizer: (step: (update: number) => number) => Optimizer
  readonly smoothing: number
  readonly divergence: number
}

const positive = number('a positive number', value => value > 0)
const options: Options<Normal> = {
  from: { codec: positive, default: 1e-6 },
  to: { codec: positive, default: 1 },
  updates: { codec: integer(2), default: 100 },
  optimizer: {
    codec: codec('a function of the learning rate that gives an optimizer', value =>
      isFunction(value) ? (value as unknown as Normal['optimizer']) : undefined,
    ),
    default: (step: (update: number) => number) => adam({ step }),
  },
  smoothing: { codec: number('a number >= 0 and < 1', value => value >= 0 && value < 1), default: 0.9 },
  divergence: { codec: number('a number > 1', value => value > 1), default: 4 },
}

/** Where the smoothed loss falls fastest over the logarithm of the rate, which grows evenly. */
const steepest = (points: readonly RatePoint[]): number | undefined => {
  let found: { readonly rate: number; readonly fall: number } | undefined
  for (let i = 1; i < points.length - 1; i++) {
    const fall = (points[i - 1] as RatePoint).smoothed - (points[i + 1] as RatePoint).smoothed
    if (fall > (found?.fall ?? 0)) found = { rate: (points[i] as RatePoint).rate, fall }
  }
  return found?.rate
}

const asText = ({ points, suggestion }: RateSweep): string => {
  const rows = points.map(({ rate, loss, smoothed }) => [rate.toExponential(2), digits(loss), digits(smoothed)])
  const lines = shortened(rows, 'rates')
  const none = points.length === 0 ? 'the loss is not finite at the first rate' : 'the loss never falls'
  const advice = suggestion === undefined ? none : `suggestion: ${suggestion.toExponential(2)}`
  return [...table([['rate', 'loss', 'smoothed'], ...lines]), advice].join('\n')
}

/**
 * Trains with a learning rate that grows with each update, and records the loss (Smith 2017). It ends when the loss
 * diverges. The variables are not modified, and the trained ones are discarded.
 *
 * @param examples as `fit` takes them; they are gone through as often as it takes
 * @param options `from` (1e-6), `to` (1), `updates` (100), `optimizer` (a function of the rate), `smoothing`,
 *   `divergence`, and those of `fit` that define an update: `loss`, `batchSize`, `key`, `backend`, …
 * @throws InvalidOption if an option is invalid; whatever `fit` throws
 * @example
 * ```ts
 * const network = join(Input(2), Tanh(8), Sigmoid(1))
 * const xor = { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [[0], [1], [1], [0]] }
 * const { points } = await learningRateSweep(network, init(network, key(1)), xor, { updates: 20 })
 * points[0]?.rate // 0.000001
 * ```
 */
export const learningRateSweep = async <N extends AnyLayer, const V extends SomeVariables = SomeVariables>(
  network: N,
  variables: VariablesFor<N, V>,
  examples: Examples | AnyBatches,
  given: RateSweepOptions<N> = {},
): Promise<RateSweep> => {
  const example = 'learningRateSweep(network, variables, { x, y }, { from: 1e-5, to: 1 })'
  const names = Object.keys(options)
  const known: unknown = given
  const isOwn = ([name]: readonly [string, unknown]) => names.includes(name) || decided.some(other => other === name)
  const [own, rest] = reading('learningRateSweep', 'options', () => {
    const entries = isRecord(known) ? Object.entries(known) : []
    return [entries.filter(isOwn), entries.filter(entry => !isOwn(entry))]
  })
  const { from, to, updates, optimizer, smoothing, divergence } = parseOptions<Normal>(
    'learningRateSweep',
    example,
    options,
    isRecord(known) ? merged(Object.fromEntries(own)) : known,
  )
  if (from >= to)
    throw new InvalidOption({
      layer: 'learningRateSweep',
      option: 'from, to',
      expected: 'rates that grow, from < to',
      got: `${show(from)} and ${show(to)}`,
      remedy: `For example: ${example}.`,
    })
  const rateAt = (update: number): number => from * (to / from) ** (update / (updates - 1))
  const points: RatePoint[] = []
  let mean = 0
  let least = Number.POSITIVE_INFINITY
  let diverged = false
  const note = ({ last }: { readonly last: { readonly loss: number } }): unknown => {
    const { loss } = last
    const count = points.length + 1
    mean = smoothing * mean + (1 - smoothing) * loss
    // The mean of few points begins at 0, which is corrected for.
    const smoothed = mean / (1 - smoothing ** count)
    diverged = !Number.isFinite(smoothed) || smoothed > divergence * least
    least = Math.min(least, smoothed)
    if (Number.isFinite(smoothed)) points.push(Object.freeze({ rate: rateAt(count - 1), loss, smoothed }))
    return diverged || count >= updates ? stop : undefined
  }
  await fit(network, variables, examples, {
    ...(Object.fromEntries(rest) as FitOptions<N, []>),
    optimizer: optimizer(rateAt),
    epochs: updates,
    callbacks: { update: note },
  })
  const sweep: RateSweep = { points: Object.freeze(points), suggestion: steepest(points), diverged }
  const shown = shownAs((value: RateSweep) => asText(value))
  return Object.freeze(Object.defineProperties(sweep, { toString: { value: () => asText(sweep) }, ...shown }))
}
