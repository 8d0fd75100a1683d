import type * as t from 'io-ts/lib/index.js'
import { type BackendOption, backendOption } from '../backends/choose.ts'
import { boolean, codec, integer, type Options, parseOptions } from '../core/options.ts'
import { isKey, type Key } from '../core/random.ts'
import { checkNames, type Loss, type Metric } from './loss.ts'
import { binaryCrossentropy, categoricalCrossentropy, mse } from './losses.ts'
import { accuracy } from './metrics.ts'
import type { Optimizer } from './optimizer.ts'
import { adam } from './optimizers.ts'

// How the options of training are read: values, and the names of losses and metrics.

const losses: readonly Loss[] = [mse, categoricalCrossentropy, binaryCrossentropy]
const metrics: readonly Metric[] = [accuracy]

/** A value of one kind that is made of what it takes to work, or the name of one. */
const named = <V extends { readonly kind: string; readonly name: string }>(
  kind: V['kind'],
  known: readonly V[],
  works: (value: Readonly<Record<string, unknown>>) => boolean,
): t.Type<V, unknown, unknown> => {
  const listed = known.map(({ name }) => `'${name}'`).join(', ')
  return codec(`a ${kind.toLowerCase()}, or the name of one (${listed})`, value => {
    if (typeof value === 'string') return known.find(({ name }) => name === value)
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
    const given = value as Readonly<Record<string, unknown>>
    return given.kind === kind && typeof given.name === 'string' && given.name !== '' && works(given)
      ? (value as V)
      : undefined
  })
}
const isFunction = (value: unknown): boolean => typeof value === 'function'
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
const compares = ({ forward }: Readonly<Record<string, unknown>>): boolean => isFunction(forward)

const loss = named<Loss>('Loss', losses, compares)
const metric = named<Metric>('Metric', metrics, compares)
const metricList: t.Type<readonly Metric[], unknown, unknown> = codec<readonly Metric[]>(
  `an array, each ${metric.name}`,
  value => {
    if (!Array.isArray(value)) return undefined
    // Spread, so that holes are seen.
    const read = [...value].map(entry => metric.decode(entry))
    return read.every(entry => entry._tag === 'Right')
      ? read.map(entry => (entry as { right: Metric }).right)
      : undefined
  },
)
const optimizer = named<Optimizer>('Optimizer', [], ({ rule }) => {
  const { slots, coefficients, change } = (isObject(rule) ? rule : {}) as Readonly<Record<string, unknown>>
  return isObject(slots) && isFunction(coefficients) && isFunction(change)
})
const optimizerOption = codec('an optimizer, such as adam()', value => {
  const read = optimizer.decode(value)
  return read._tag === 'Right' ? read.right : undefined
})

/** A backend, or nothing: eager. */
export const optionalBackend: t.Type<BackendOption | null, unknown, unknown> = codec(backendOption.name, value => {
  const read = backendOption.decode(value)
  return value === null ? null : read._tag === 'Right' ? read.right : undefined
})

/** A function, or nothing. */
const maybe = <V>(expected: string, test: (value: unknown) => boolean): t.Type<V | null, unknown, unknown> =>
  codec(`${expected}, or nothing`, value => (value === null || test(value) ? (value as V | null) : undefined))

/** The rule of a step in its normal form. */
export interface NormalRule {
  readonly loss: Loss
  readonly optimizer: Optimizer
  readonly metrics: readonly Metric[]
  readonly backend: BackendOption
}

const rule: Options<NormalRule> = {
  loss: { codec: loss, default: 'mse' },
  optimizer: { codec: optimizerOption, default: adam() },
  metrics: { codec: metricList, default: [] },
  backend: { codec: backendOption, default: 'tfjs' },
}

/** Options whose metrics can be told from each other and from the loss. */
const checked = <Normal extends { readonly metrics: readonly Metric[] }>(owner: string, normal: Normal): Normal => {
  checkNames(
    owner,
    'metrics',
    normal.metrics.map(({ name }) => name),
  )
  return normal
}

const example = (owner: string): string => `${owner}(network, { loss: mse, optimizer: adam() })`

/** Reads the options of `trainStep`. */
export const readRule = (given: object): NormalRule =>
  checked('trainStep', parseOptions('trainStep', example('trainStep'), rule, given))

/** The rule of a compiled step in its normal form; `Recompiled` is compileTraining's own type. */
export interface NormalCompiledRule<Recompiled> extends NormalRule {
  readonly onRecompile: ((recompiled: Recompiled) => unknown) | null
}

/** Reads the options of `compileTraining`. */
export const readCompiledRule = <Recompiled>(given: object): NormalCompiledRule<Recompiled> =>
  checked(
    'compileTraining',
    parseOptions<NormalCompiledRule<Recompiled>>(
      'compileTraining',
      example('compileTraining'),
      { ...rule, onRecompile: { codec: maybe('a function', isFunction), default: null } },
      given,
    ),
  )

/** The options of `evaluate` in their normal form. */
export interface NormalEvaluation {
  readonly loss: Loss
  readonly metrics: readonly Metric[]
  readonly batchSize: number
  /** `null`: eager. */
  readonly backend: BackendOption | null
}

/** Reads the options of `evaluate`. */
export const readEvaluation = (given: object): NormalEvaluation =>
  checked(
    'evaluate',
    parseOptions(
      'evaluate',
      "evaluate(network, variables, { x, y }, { loss: 'mse', metrics: ['accuracy'] })",
      {
        loss: rule.loss,
        metrics: rule.metrics,
        batchSize: { codec: integer(1), default: 128 },
        backend: { codec: optionalBackend, default: null },
      },
      given,
    ),
  )

/** The options of `predict` in their normal form; `Progress` is its own type. */
export interface NormalPrediction<Progress> {
  readonly batchSize: number
  /** `null`: eager. */
  readonly backend: BackendOption | null
  readonly onProgress: ((progress: Progress) => unknown) | null
}

/** Reads the options of `predict`. */
export const readPrediction = <Progress>(given: object): NormalPrediction<Progress> =>
  parseOptions<NormalPrediction<Progress>>(
    'predict',
    'predict(network, variables, x, { batchSize: 128 })',
    {
      batchSize: { codec: integer(1), default: 128 },
      backend: { codec: optionalBackend, default: null },
      onProgress: { codec: maybe('a function', isFunction), default: null },
    },
    given,
  )

/** The options of `fit` in their normal form; `Examples`, `Progress` and `State` are fit's own types. */
export interface NormalFit<Examples, Progress, State> extends NormalRule {
  readonly epochs: number
  readonly batchSize: number
  readonly shuffle: boolean
  readonly validation: Examples | null
  readonly key: Key | null
  readonly onProgress: ((progress: Progress) => unknown) | null
  readonly trainState: State | null
}

/** Reads the options of `fit`. */
export const readFit = <Examples, Progress, State>(given: object): NormalFit<Examples, Progress, State> =>
  checked(
    'fit',
    parseOptions<NormalFit<Examples, Progress, State>>(
      'fit',
      'fit(network, variables, { x, y }, { loss: mse, epochs: 10, key: key(1) })',
      {
        ...rule,
        epochs: { codec: integer(1), default: 1 },
        batchSize: { codec: integer(1), default: 32 },
        shuffle: { codec: boolean, default: true },
        validation: { codec: maybe('{ x, y }', isObject), default: null },
        key: { codec: maybe('a key, such as key(1)', isKey), default: null },
        onProgress: { codec: maybe('a function', isFunction), default: null },
        trainState: { codec: maybe('a trainState that fit returned', isObject), default: null },
      },
      given,
    ),
  )
