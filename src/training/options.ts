import type * as t from 'io-ts/lib/index.js'
import { type BackendOption, backendOption } from '../backends/choose.ts'
import { boolean, codec, integer, isFunction, type Options, parseOptions } from '../base/options.ts'
import { isKey, type Key } from '../base/random.ts'
import {
  lossOption,
  lossWeightsOption,
  maybe,
  metricsOption,
  optimizerOption,
  patternsOption,
  signalOption,
  spelling,
} from './codecs.ts'
import { checkpointOption } from './files/checkpoint.ts'
import { isResumed, type Resumed } from './files/resume.ts'
import { type Callback, callbacksOption } from './loops/callbacks.ts'
import type { Checkpointing } from './loops/checkpointing.ts'
import { earlyStoppingOption, type NormalEarlyStopping } from './loops/early-stopping.ts'
import { directed, type Judged, type Monitor } from './loops/monitor.ts'
import { type NormalPlateau, plateauOption } from './loops/plateau.ts'
import { checkNames } from './metric.ts'
import type { Optimizer } from './optimizer.ts'
import { adam } from './optimizers/index.ts'
import { type Constraint, constraintOption } from './penalties/constraint.ts'
import { type Regularizer, regularizerOption } from './penalties/regularizer.ts'
import { type Asked, allAsked } from './scoring.ts'

// How the options of training are read: values, and the names of losses and metrics.

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

/** A backend, or nothing: eager. */
export const optionalBackend: t.Type<BackendOption | null, unknown, unknown> = codec(backendOption.name, value => {
  const read = backendOption.decode(value)
  return value === null ? null : read._tag === 'Right' ? read.right : undefined
})

/** The rule of an update in its normal form. */
export interface UpdateRule extends Asked {
  /** What was called. */
  readonly owner: string
  readonly optimizer: Optimizer
  readonly regularizer: Regularizer | null
  readonly constraint: Constraint | null
  /** Patterns of the parameters that are trained; `null`: all. */
  readonly trains: readonly string[] | null
  /** Whether reports have the norm of each layer's gradients. */
  readonly gradientNorms: boolean
  /** Whether an update whose loss or gradients are not finite changes nothing. */
  readonly guarded: boolean
  /** Whether the changes of parameters are scaled by a number that training may change. */
  readonly paced: boolean
}

/** The rule of a step in its normal form: an update, and what computes it. */
export interface NormalRule extends UpdateRule {
  readonly backend: BackendOption
}

type UpdateOptions = Omit<UpdateRule, 'owner' | 'guarded' | 'paced'>
type RuleOptions = Omit<NormalRule, 'owner' | 'guarded' | 'paced'>

const scored: Options<Asked> = {
  loss: { codec: lossOption, default: 'mse' },
  lossWeights: { codec: lossWeightsOption, default: 1 },
  metrics: { codec: metricsOption, default: [] },
}

const updating: Options<UpdateOptions> = {
  ...scored,
  optimizer: { codec: optimizerOption, default: adam() },
  regularizer: { codec: regularizerOption, default: null },
  constraint: { codec: constraintOption, default: null },
  trains: { codec: patternsOption, default: null },
  gradientNorms: { codec: boolean, default: false },
}
const rule: Options<RuleOptions> = { ...updating, backend: { codec: backendOption, default: 'tfjs' } }

/** Options whose metrics can be told from each other and from the loss. */
const checked = <Normal extends Asked>(owner: string, normal: Normal): Normal => {
  const { metrics } = normal
  if (metrics.by === 'all')
    checkNames(
      owner,
      'metrics',
      metrics.value.map(({ name }) => name),
    )
  return normal
}

const plain = { guarded: false, paced: false }

const example = (owner: string): string => `${owner}(network, { loss: mse, optimizer: adam() })`

/** What is said of training apart from what computes it. */
export const namesKept: readonly string[] = Object.keys(updating)

/**
 * Checks a rule of training that is kept with a network.
 *
 * @throws InvalidOption if an option is invalid
 */
export const checkKept = (owner: string, given: unknown): void => {
  checked(
    owner,
    spelling(given, () => parseOptions(owner, '{ training: { loss: mse, optimizer: adam() } }', updating, given)),
  )
}

/** Reads the options of a rule. */
const readOptionsOf = <Normal extends UpdateOptions>(
  owner: string,
  options: Options<Normal>,
  given: object,
  call = example(owner),
): Normal & UpdateRule => ({
  ...checked(
    owner,
    spelling(given, () => parseOptions<Normal>(owner, call, options, given)),
  ),
  ...plain,
  owner,
})

/** Reads the options of `trainStep`. */
export const readRule = (given: object): NormalRule => readOptionsOf<RuleOptions>('trainStep', rule, given)

/**
 * Reads the options of an update that is not computed here, and those that its owner has beside them.
 *
 * @param call an example of a call, for errors
 */
export const readUpdateRule = <Own extends object>(
  owner: string,
  call: string,
  own: Options<Own>,
  given: object,
): UpdateRule & Own => readOptionsOf(owner, { ...updating, ...own } as Options<UpdateOptions & Own>, given, call)

/** The rule of a compiled step in its normal form; `Recompiled` is compileTraining's own type. */
export interface NormalCompiledRule<Recompiled> extends NormalRule {
  readonly onRecompile: ((recompiled: Recompiled) => unknown) | null
}

/** Reads the options of `compileTraining`. */
export const readCompiledRule = <Recompiled>(given: object): NormalCompiledRule<Recompiled> =>
  readOptionsOf<RuleOptions & Pick<NormalCompiledRule<Recompiled>, 'onRecompile'>>(
    'compileTraining',
    { ...rule, onRecompile: { codec: maybe('a function', isFunction), default: null } },
    given,
  )

/** The options of `evaluate` in their normal form. */
export interface NormalEvaluation extends Asked {
  readonly batchSize: number
  /** `null`: eager. */
  readonly backend: BackendOption | null
}

/** Reads the options of `evaluate`. */
export const readEvaluation = (given: object): NormalEvaluation =>
  checked(
    'evaluate',
    spelling(given, () =>
      parseOptions<NormalEvaluation>(
        'evaluate',
        "evaluate(network, variables, { x, y }, { loss: 'mse', metrics: ['accuracy'] })",
        {
          ...scored,
          batchSize: { codec: integer(1), default: 128 },
          backend: { codec: optionalBackend, default: null },
        },
        given,
      ),
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

/** How `fit` goes through examples, in its normal form; the type parameters are fit's own types. */
export interface NormalFitting<Examples, Progress, State> {
  readonly epochs: number
  /** `null`: all examples at once. */
  readonly batchSize: number | null
  readonly dropLast: boolean
  readonly shuffle: boolean
  readonly allowNaN: boolean
  readonly validation: Examples | null
  readonly key: Key | null
  readonly onProgress: ((progress: Progress) => unknown) | null
  readonly trainState: State | null
  readonly callbacks: readonly Callback[]
  readonly earlyStopping: NormalEarlyStopping | null
  readonly reduceOnPlateau: NormalPlateau | null
  readonly terminateOnNaN: boolean
  readonly checkpoint: Checkpointing | null
  readonly resume: Resumed | null
  readonly signal: AbortSignal | null
}

/** The options of `fit` in their normal form. */
export interface NormalFit<Examples, Progress, State> extends NormalRule, NormalFitting<Examples, Progress, State> {}

const batchSizeOption: t.Type<number | null, unknown, unknown> = codec(
  `${integer(1).name}, or null for all examples at once`,
  value => (value === null ? null : integer(1).is(value) ? (value as number) : undefined),
)

/** The options of `fit` but for those of its rule. */
export const fitting = <Examples, Progress, State>(): Options<NormalFitting<Examples, Progress, State>> => ({
  epochs: { codec: integer(1), default: 1 },
  batchSize: { codec: batchSizeOption, default: 32 },
  dropLast: { codec: boolean, default: false },
  shuffle: { codec: boolean, default: true },
  allowNaN: { codec: boolean, default: true },
  validation: { codec: maybe('{ x, y }, a dataset, or { part: 0.2 }', isObject), default: null },
  key: { codec: maybe('a key, such as key(1)', isKey), default: null },
  onProgress: { codec: maybe('a function', isFunction), default: null },
  trainState: { codec: maybe('a trainState that fit returned', isObject), default: null },
  callbacks: { codec: callbacksOption, default: [] },
  earlyStopping: { codec: earlyStoppingOption, default: null },
  reduceOnPlateau: { codec: plateauOption, default: null },
  terminateOnNaN: { codec: boolean, default: false },
  checkpoint: { codec: checkpointOption, default: null },
  resume: { codec: maybe('what resume(folder) gave', isResumed), default: null },
  signal: { codec: signalOption, default: null },
})

/** The same options, where what they watch knows which values are better. */
export const judging = <Read extends NormalFitting<unknown, never, unknown>>(
  read: Read,
  metrics: readonly Judged[],
): Read => {
  const { earlyStopping, reduceOnPlateau, checkpoint } = read
  const judge = <M extends Monitor>(owner: string, monitor: M | null): M | null =>
    monitor && directed(owner, monitor, metrics)
  return {
    ...read,
    earlyStopping: judge('earlyStopping', earlyStopping),
    reduceOnPlateau: judge('reduceOnPlateau', reduceOnPlateau),
    checkpoint: checkpoint?.watching(best => judge('checkpoint, best', best)) ?? null,
  }
}

/** Reads the options of `fit`. */
export const readFit = <Examples, Progress, State>(given: object): NormalFit<Examples, Progress, State> => {
  const read = checked(
    'fit',
    spelling(given, () =>
      parseOptions<RuleOptions & NormalFitting<Examples, Progress, State>>(
        'fit',
        'fit(network, variables, { x, y }, { loss: mse, epochs: 10, key: key(1) })',
        { ...rule, ...fitting<Examples, Progress, State>() },
        given,
      ),
    ),
  )
  return {
    ...judging(read, allAsked(read.metrics).flat()),
    owner: 'fit',
    guarded: read.terminateOnNaN,
    paced: read.reduceOnPlateau !== null,
  }
}
