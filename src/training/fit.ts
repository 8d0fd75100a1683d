import { chooseBackend } from '../backends/choose.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Variables, VariablesFor } from '../core/named.ts'
import { asPart } from '../core/network.ts'
import { asKey, foldIn, type Key, key as keyOf, permutation } from '../core/random.ts'
import { cut, digits, shortened, shownAs, table } from '../core/shown.ts'
import { byName, merged, own } from '../core/trees.ts'
import { handOver } from '../ops/tfjs/index.ts'
import { asVariables, reading } from '../state/given.ts'
import { type Examples, type NumberBatch, readNumbers, slices, someExamples } from './batches.ts'
import { type DeviceState, type Engine, engineOf, type RawState } from './engine.ts'
import { asMemory } from './given.ts'
import { validationName } from './loss.ts'
import { type NormalFit, readFit } from './options.ts'
import {
  checkTraining,
  holdingInitial,
  holdingState,
  type Metrics,
  meanReport,
  type NamesOf,
  type Report,
  type TrainingRule,
  type TrainState,
  toReport,
  toTrainState,
} from './step.ts'

const defaultKey = keyOf(0)

/** What `onProgress` is told: after every batch, and at the end of every epoch. */
export interface Progress {
  /** Counted from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Batches of this epoch that are done. */
  readonly batch: number
  readonly batches: number
  /** The means over this epoch so far. */
  readonly report: Report
  /** At the end of an epoch with validation examples: their loss and metrics. */
  readonly validation?: Report
  /** Whether the epoch has ended. */
  readonly ended: boolean
}

/** The options of {@link fit}. */
export interface FitOptions<N extends AnyLayer = AnyLayer, M extends Metrics = Metrics, V extends Examples = Examples>
  extends TrainingRule<M> {
  /** How often the examples are gone through. Default: 1. */
  readonly epochs?: number
  /** How many examples an update sees; the last one of an epoch may see fewer. Default: 32. */
  readonly batchSize?: number
  /** Whether each epoch goes through the examples in an order of its own. Default: true. */
  readonly shuffle?: boolean
  /** Examples on which loss and metrics are measured after every epoch. */
  readonly validation?: V
  /** What shuffling and layers draw with. Default: `key(0)`. */
  readonly key?: Key
  /**
   * Called after every batch and every epoch; `progressBar()` of `joinery/terminal` is one. A promise is awaited before
   * training goes on, and what it fails with ends the call.
   */
  readonly onProgress?: (progress: Progress) => unknown
  /** Where an earlier `fit` ended: the optimizer goes on with what it remembers. */
  readonly trainState?: TrainState<N>
}

/**
 * The loss and each metric by name, a number for each epoch: `loss`, `accuracy` as training saw them, and with validation
 * examples `validationLoss`, `validationAccuracy` after the epoch.
 */
export type History<M extends Metrics = [], V = never> = Readonly<Record<string, readonly number[]>> & {
  readonly loss: readonly number[]
} & { readonly [_ in NamesOf<M> | Validated<V, 'loss' | NamesOf<M>>]: readonly number[] }
/** Names after validation; none where there are no validation examples. */
type Validated<V, Name extends string> = [V] extends [never] ? never : `validation${Capitalize<Name>}`

/** What {@link fit} gives. */
export interface Fitted<N extends AnyLayer, M extends Metrics = [], V = never> {
  readonly variables: Variables<N>
  readonly history: History<M, V>
  /** From which training can go on. */
  readonly trainState: TrainState<N>
}

interface EpochReports {
  readonly training: Report
  readonly validation: Report | null
}

const toHistory = (epochs: readonly EpochReports[]): History => {
  const columns = epochs.map(({ training, validation }) =>
    merged<number>(
      training,
      byName(Object.entries(validation ?? {}).map(([name, value]) => [validationName(name), value] as const)),
    ),
  )
  const names = Object.keys(columns[0] ?? {})
  const history = byName(
    names.map(name => [name, Object.freeze(columns.map(column => own(column, name) as number))] as const),
    shownAs(asTable),
  )
  return history as History
}

/** A row for each epoch, as many as fit a screen. */
const asTable = (history: Readonly<Record<string, readonly number[]>>): string => {
  const columns = Object.entries(history)
  const rows = (columns[0]?.[1] ?? []).map((_, i) => [
    String(i + 1),
    ...columns.map(([, values]) => digits(values[i] ?? Number.NaN)),
  ])
  const lines = shortened(rows, count => ['…', `${count} epochs more`])
  return table([['epoch', ...columns.map(([name]) => cut(name, 32))], ...lines]).join('\n')
}

type Rule<N extends AnyLayer = AnyLayer> = NormalFit<Examples, Progress, TrainState<N>>

/**
 * Trains a network: goes through the examples batch by batch, epoch by epoch, and changes the parameters so that the loss
 * becomes small. A pure function: its arguments stay as they are, and the same arguments give the same bits. Where it
 * fails, nothing is left behind.
 *
 * @param variables where training starts: `init(network, key)`, or what an earlier `fit` gave
 * @param examples `x` and `y`, one row for each example; several inputs or outputs are tuples
 * @param options `loss` (default `mse`), `optimizer` (default `adam()`), `metrics`, `epochs` (1), `batchSize` (32),
 *   `shuffle` (true), `validation`, `key` (`key(0)`), `onProgress`, `trainState`
 * @throws InvalidOption when an option is wrong, or x and y do not have as many rows
 * @throws LayerConnectionError when the examples do not fit the network, or the loss what comes out
 * @throws WeightInitializationError when the variables are not the network's
 * @example
 * ```ts
 * const network = join(Input(2), Tanh(8), Sigmoid(1))
 * const xor = { x: [[0, 0], [0, 1], [1, 0], [1, 1]], y: [[0], [1], [1], [0]] }
 * const { variables, history } = await fit(network, init(network, key(1)), xor, {
 *   optimizer: adam({ step: 0.1 }),
 *   epochs: 100,
 * })
 * history.loss.length // 100
 * ```
 */
export const fit = async <N extends AnyLayer, const M extends Metrics = [], V extends Examples = never>(
  network: N,
  variables: VariablesFor<NoInfer<N>>,
  examples: Examples,
  options: FitOptions<N, M, V> = {},
): Promise<Fitted<N, M, V>> => {
  const part = asPart('fit', network)
  const trees = asVariables('fit', variables)
  const rule = readFit<Examples, Progress, TrainState<N>>(options)
  const memory =
    rule.trainState &&
    reading('fit', 'trainState', () => {
      const given = rule.trainState as unknown as Readonly<Record<string, unknown>>
      return {
        optimizer: asMemory('fit', 'trainState', rule.optimizer, trees.params, own(given, 'optimizer')),
        key: asKey('fit, trainState', own(given, 'key')),
      }
    })
  const read = (owner: string, given: Examples): Promise<NumberBatch> =>
    readNumbers(owner, part, given, batch => checkTraining(part, trees, batch, rule))
  // All of this before anything is awaited: what is learnt is what was given.
  const examplesRead = Promise.all([read('fit', examples), rule.validation && read('fit, validation', rule.validation)])
  const work = async (state: RawState): Promise<Fitted<N, M, V>> => {
    const [all, held] = await examplesRead
    const engine = engineOf(part, rule, state, await chooseBackend(rule.backend))
    try {
      const start = await engine.begin(state)
      // Its history has what the options ask for.
      return (await train(engine, start, all, held, rule, rule.key ?? memory?.key ?? defaultKey)) as Fitted<N, M, V>
    } finally {
      await engine.dispose()
    }
  }
  return memory === null
    ? holdingInitial(trees, rule.optimizer, work)
    : holdingState({ ...trees, optimizer: memory.optimizer }, work)
}

const train = async <N extends AnyLayer>(
  engine: Engine,
  start: DeviceState,
  all: NumberBatch,
  validation: NumberBatch | null,
  rule: Rule<N>,
  key: Key,
): Promise<Fitted<N>> => {
  const { epochs, metrics, batchSize } = rule
  const batches = slices(all.size, batchSize)
  let state = start

  const learn = async (from: number, count: number, order: Int32Array | undefined): Promise<Float32Array> => {
    const { after, report } = await engine.learn(state, someExamples(all, from, count, order), key)
    state = after
    return await report
  }

  const goThrough = async (epoch: number): Promise<EpochReports> => {
    // Numbered by updates, so that where an earlier fit ended, the order goes on instead of starting again.
    const order = rule.shuffle ? permutation(foldIn(foldIn(key, 'shuffle'), state.update), all.size) : undefined
    const sums = new Float64Array(metrics.length + 1)
    let training = toReport(metrics, sums)
    for (const [i, [from, count]] of batches.entries()) {
      const values = await learn(from, count, order)
      values.forEach((value, k) => {
        sums[k] = (sums[k] as number) + value * count
      })
      training = toReport(
        metrics,
        sums.map(sum => sum / (from + count)),
      )
      await rule.onProgress?.(
        Object.freeze({ epoch, epochs, batch: i + 1, batches: batches.length, report: training, ended: false }),
      )
    }
    const held =
      validation === null
        ? null
        : await meanReport(validation.size, rule, (from, count) =>
            engine.score(state, someExamples(validation, from, count)),
          )
    await rule.onProgress?.(
      Object.freeze({
        ...{ epoch, epochs, batch: batches.length, batches: batches.length, report: training, ended: true },
        ...(held && { validation: held }),
      }),
    )
    return { training, validation: held }
  }

  const reports: EpochReports[] = []
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) reports.push(await goThrough(epoch))
  } catch (error) {
    engine.release(state)
    throw error
  }
  const trainState = toTrainState<N>(await engine.take(state), key, tensor => handOver(tensor))
  return Object.freeze({ variables: trainState.variables, history: toHistory(reports), trainState })
}
