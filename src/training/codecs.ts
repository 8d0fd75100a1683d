import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, show } from '../base/errors.ts'
import { codec, faultsOfOptions, firstOf, isFunction, nearestOf } from '../base/options.ts'
import { namePatterns } from '../base/patterns.ts'
import { isKey, type Key } from '../base/random.ts'
import { isList, isRecord, mapRecord } from '../base/trees.ts'
import { defineLoss, type Loss, type LossForward } from './loss.ts'
import { namedLosses } from './losses/names.ts'
import type { Metric } from './metric.ts'
import { namedMetrics } from './metrics/names.ts'
import { metricOfLoss } from './metrics/of-loss.ts'
import type { Optimizer } from './optimizer.ts'
import type { PerOutput } from './scoring.ts'

// How options take losses, metrics and optimizers: themselves, by name, or for each output.

/** A value that passes a test, or nothing. */
export const maybe = <V>(expected: string, test: (value: unknown) => boolean): t.Type<V | null, unknown, unknown> =>
  codec(`${expected}, or nothing`, value => (value === null || test(value) ? (value as V | null) : undefined))

/** A key. */
export const keyOption: t.Type<Key, unknown, unknown> = codec('a key, such as key(1)', value =>
  isKey(value) ? value : undefined,
)

/** What asks to end early. */
export const signalOption: t.Type<AbortSignal | null, unknown, unknown> = maybe('an AbortSignal', value => {
  const { aborted, throwIfAborted, addEventListener } = Object(value) as Partial<AbortSignal>
  return typeof aborted === 'boolean' && isFunction(throwIfAborted) && isFunction(addEventListener)
})

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** A value of one kind that is made of what it takes to work; `undefined` for anything else. */
const ofKind =
  <V extends { readonly kind: string }>(
    kind: V['kind'],
    works: (value: Readonly<Record<string, unknown>>) => boolean,
  ) =>
  (value: unknown): V | undefined => {
    if (!isObject(value) && !isFunction(value)) return undefined
    const given = value as Readonly<Record<string, unknown>>
    const isOne = given.kind === kind && typeof given.name === 'string' && given.name !== '' && works(given)
    return isOne ? (value as V) : undefined
  }

const named = <V extends { readonly name: string }>(known: readonly V[], value: unknown): V | undefined =>
  typeof value === 'string' ? known.find(({ name }) => name === value) : undefined

const lossItself = ofKind<Loss>('Loss', ({ forward }) => isFunction(forward))
const metricItself = ofKind<Metric>('Metric', ({ sums, finish }) => isFunction(sums) && isFunction(finish))
/** Whether a value is a loss itself, not its name or mathematics. */
export const isLoss = (value: unknown): value is Loss => lossItself(value) !== undefined
/** Whether a value is a metric itself, not its name or a loss. */
export const isMetric = (value: unknown): value is Metric => metricItself(value) !== undefined

const asLoss = (value: unknown): Loss | undefined => {
  const one = lossItself(value) ?? named(namedLosses, value)
  // One that is not made by defineLoss may lack what it takes to work.
  if (one !== undefined) return one.reduction === undefined ? defineLoss(one.name, { forward: one.forward }) : one
  // A function of the user's own, as defineLoss takes it.
  const isOwn = isFunction(value) && (value as unknown as { readonly kind?: unknown }).kind === undefined
  return isOwn ? lossOf(value as LossForward) : undefined
}

/** The loss of a function, one and the same for it: programs are kept for losses. */
const lossOf = (forward: LossForward): Loss => {
  const loss = own.get(forward) ?? defineLoss(forward.name || 'loss', forward)
  own.set(forward, loss)
  return loss
}
const own = new WeakMap<LossForward, Loss>()

const asMetric = (value: unknown): Metric | undefined => {
  const one = metricItself(value) ?? named(namedMetrics, value)
  if (one !== undefined) return one
  const loss = lossItself(value) ?? named(namedLosses, value)
  return loss && metricOfLoss(loss)
}
const asMetrics = (value: unknown): readonly Metric[] | undefined => {
  if (!isList(value)) return undefined
  // Spread, so that holes are seen.
  const read = [...value].map(asMetric)
  return read.every(entry => entry !== undefined) ? read : undefined
}

/** A record by names of outputs, whatever they are. */
const isByName = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isRecord(value) && Object.keys(value).length > 0

const mapped = <V>(
  value: Readonly<Record<string, unknown>>,
  read: (value: unknown) => V | undefined,
): Readonly<Record<string, V>> | undefined => {
  const entries = Object.entries(value).map(([name, own]) => [name, read(own)] as const)
  return entries.every(([, own]) => own !== undefined)
    ? Object.freeze(Object.assign(Object.create(null), Object.fromEntries(entries)))
    : undefined
}

/** Something for every output, or for each by order or by name. */
const perOutput =
  <V>(read: (value: unknown) => V | undefined) =>
  (value: unknown): PerOutput<V> | undefined => {
    const one = read(value)
    if (one !== undefined) return { by: 'all', value: one }
    if (isList(value) && value.length > 0) {
      const values = [...value].map(read)
      return values.every(own => own !== undefined) ? { by: 'order', values } : undefined
    }
    const values = isByName(value) ? mapped(value, read) : undefined
    return values === undefined ? undefined : { by: 'name', values }
  }

export const lossOption: t.Type<PerOutput<Loss>, unknown, unknown> = codec(
  "a loss, or the name of one, such as 'mse'; or one for each output in an array or a record by its name",
  perOutput(asLoss),
)

/** One loss, of one output. */
export const singleLoss: t.Type<Loss, unknown, unknown> = codec("a loss, or the name of one, such as 'mse'", asLoss)

export const metricsOption: t.Type<PerOutput<readonly Metric[]>, unknown, unknown> = codec(
  "an array, each a metric, or the name of one, such as 'accuracy'; or such an array for each output in an array or a record by its name",
  perOutput(asMetrics),
)

export const lossWeightsOption: t.Type<PerOutput<number>, unknown, unknown> = codec(
  'a number for each output, in an array or a record by its name',
  perOutput(value => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)),
)

const asOptimizer = ofKind<Optimizer>('Optimizer', ({ rule }) => {
  const { init, update } = (isObject(rule) ? rule : {}) as Readonly<Record<string, unknown>>
  return isFunction(init) && isFunction(update)
})
export const optimizerOption: t.Type<Optimizer, unknown, unknown> = codec('an optimizer, such as adam()', asOptimizer)

/** The first text in an option, however deep it stands in arrays and records, that names none of some values. */
const misspelt = (value: unknown, known: readonly string[], depth = 0): string | undefined => {
  if (typeof value === 'string') return known.includes(value) ? undefined : value
  if (depth > 2 || (!isList(value) && !isRecord(value)) || ofKind('Loss', () => true)(value)) return undefined
  for (const part of Object.values(value)) {
    const found = misspelt(part, known, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

const namesOf = (option: string): readonly string[] =>
  [...(option === 'metrics' ? namedMetrics : []), ...namedLosses].map(({ name }) => name)

/** What is read, or nothing where it cannot be. */
const readable = <V>(read: () => V): V | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** The fault of an option, which says of a name of a loss or a metric that there is not which there are. */
const spelt = (error: InvalidOption, given: unknown): InvalidOption => {
  if (error.option !== 'loss' && error.option !== 'metrics') return error
  const names = namesOf(error.option)
  const wrong = readable(() => misspelt((given as Readonly<Record<string, unknown>>)[error.option], names))
  if (wrong === undefined) return error
  const [meant] = nearestOf(wrong, names)
  return new InvalidOption({
    layer: error.layer,
    option: error.option,
    expected: `the name of a ${error.option === 'loss' ? 'loss' : 'metric'}: ${names.join(', ')}`,
    got: show(wrong),
    remedy: meant === undefined ? 'Give one of these names, or the value itself.' : `Did you mean '${meant}'?`,
  })
}

/**
 * Reads options, and says of a name of a loss or a metric that there is not which there are.
 *
 * @throws InvalidOption as `read` does
 */
export const spelling = <Normal>(given: unknown, read: () => Normal): Normal => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof InvalidOption)) throw error
    const [first, ...others] = faultsOfOptions(error)
    throw firstOf([spelt(first, given), ...others.map(other => spelt(other, given))])
  }
}

/** Losses and metrics in place of their names, however deep these stand in arrays and records. */
export const spelledOut = (option: 'loss' | 'metrics', value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return named(option === 'loss' ? namedLosses : both, value) ?? value
  if (depth > 2 || isLoss(value) || isMetric(value)) return value
  if (isList(value)) return value.map(part => spelledOut(option, part, depth + 1))
  return isRecord(value) ? mapRecord(value, part => spelledOut(option, part, depth + 1)) : value
}
const both: readonly (Metric | Loss)[] = [...namedMetrics, ...namedLosses]

/** Patterns of names, or nothing for all. */
export const patternsOption: t.Type<readonly string[] | null, unknown, unknown> = codec(
  `${namePatterns.name}, or null for all`,
  value => {
    const read = namePatterns.decode(value)
    return value === null ? null : read._tag === 'Right' ? read.right : undefined
  },
)
