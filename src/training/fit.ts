import * as tf from '@tensorflow/tfjs-core'
import type { AnyLayer } from '../core/layer.ts'
import type { Variables } from '../core/named.ts'
import { asPart, type Part } from '../core/network.ts'
import { foldIn, type Key, key as keyOf, permutation } from '../core/random.ts'
import { handOver, tidily } from '../ops/tfjs/index.ts'
import { asTrees, type Trees } from '../state/apply.ts'
import {
  type Batch,
  breather,
  type Examples,
  finallyRelease,
  keepBatch,
  release,
  rows,
  slices,
  toBatch,
} from './batches.ts'
import { score } from './evaluate.ts'
import { checkResumed, slotTensors } from './optimizer.ts'
import { type NormalFit, readFit } from './options.ts'
import {
  checkTraining,
  initialState,
  type RawState,
  type Report,
  type TrainingRule,
  type TrainState,
  tensorsOf,
  toReport,
  toTrainState,
  updateNow,
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
export interface FitOptions<N extends AnyLayer = AnyLayer> extends TrainingRule {
  /** How often the examples are gone through. Default: 1. */
  readonly epochs?: number
  /** How many examples an update sees; the last one of an epoch may see fewer. Default: 32. */
  readonly batchSize?: number
  /** Whether each epoch goes through the examples in an order of its own. Default: true. */
  readonly shuffle?: boolean
  /** Examples on which loss and metrics are measured after every epoch. */
  readonly validation?: Examples
  /** What shuffling and layers draw with. Default: `key(0)`. */
  readonly key?: Key
  /** Called after every batch and every epoch; `progressBar()` of `joinery/terminal` is one. */
  readonly onProgress?: (progress: Progress) => void
  /** Where an earlier `fit` ended: the optimizer goes on with what it remembers. */
  readonly trainState?: TrainState<N>
}

/**
 * The loss and each metric by name, a number for each epoch: `loss`, `accuracy` as training saw them, and with validation
 * examples `validationLoss`, `validationAccuracy` after the epoch.
 */
export type History = Readonly<Record<string, readonly number[]>> & { readonly loss: readonly number[] }

/** What {@link fit} gives. */
export interface Fitted<N extends AnyLayer> {
  readonly variables: Variables<N>
  readonly history: History
  /** From which training can go on. */
  readonly trainState: TrainState<N>
}

const validationName = (name: string): string => `validation${name.charAt(0).toUpperCase()}${name.slice(1)}`

interface EpochReports {
  readonly training: Report
  readonly validation: Report | null
}

const toHistory = (epochs: readonly EpochReports[]): History => {
  const columns = epochs.map(({ training, validation }) => ({
    ...training,
    ...Object.fromEntries(Object.entries(validation ?? {}).map(([name, value]) => [validationName(name), value])),
  }))
  const names = Object.keys(columns[0] ?? {})
  const history = names.map(name => [name, Object.freeze(columns.map(column => column[name as 'loss']))])
  return Object.freeze(Object.fromEntries(history)) as History
}

/** What training starts from: nothing remembered, or what an earlier `fit` left. */
const begin = (
  variables: Trees,
  { optimizer, trainState }: NormalFit<Examples, Progress, Pick<RawState, 'optimizer'>>,
): RawState => {
  const fresh = tidily(() => initialState(variables, optimizer))
  if (trainState === null) return fresh
  for (const tensor of slotTensors(fresh.optimizer)) tensor.dispose()
  checkResumed(optimizer, fresh.optimizer, trainState.optimizer)
  return { ...fresh, optimizer: trainState.optimizer }
}

/** Disposes the tensors of a state that neither the next one nor the user holds. */
const leave = (state: RawState, given: ReadonlySet<tf.Tensor>, next?: RawState): void => {
  const kept = next === undefined ? new Set() : tensorsOf(next)
  for (const tensor of tensorsOf(state)) if (!kept.has(tensor) && !given.has(tensor)) tensor.dispose()
}

/** Hands a state over to the user; what training did not change becomes a tensor of its own nevertheless. */
const finish = <N extends AnyLayer>(state: RawState, given: ReadonlySet<tf.Tensor>, key: Key): TrainState<N> =>
  toTrainState(state, key, tensor => handOver(given.has(tensor) ? tf.clone(tensor) : tensor))

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
export const fit = async <N extends AnyLayer>(
  network: N,
  variables: Variables<N>,
  examples: Examples,
  options: FitOptions<N> = {},
): Promise<Fitted<N>> => {
  const part = asPart('fit', network)
  asTrees('fit', variables)
  const rule = readFit<Examples, Progress, TrainState<N>>(options)
  const examplesOf = (owner: string, given: Examples): Batch => {
    const batch = keepBatch(() => toBatch(owner, given))
    try {
      checkTraining(part, variables, batch, rule)
      return batch
    } catch (error) {
      release(batch)
      throw error
    }
  }
  const all = examplesOf('fit', examples)
  return finallyRelease(all, async () => {
    if (rule.validation === null) return train(part, variables, all, null, rule)
    const held = examplesOf('fit, validation', rule.validation)
    return finallyRelease(held, () => train(part, variables, all, held, rule))
  })
}

const train = async <N extends AnyLayer>(
  part: Part,
  variables: Variables<N>,
  all: Batch,
  validation: Batch | null,
  rule: NormalFit<Examples, Progress, TrainState<N>>,
): Promise<Fitted<N>> => {
  const { epochs, metrics, batchSize } = rule
  const key = rule.key ?? rule.trainState?.key ?? defaultKey
  const breathe = breather()
  const batches = slices(all.size, batchSize)
  let state = begin(variables, rule)
  const given = tensorsOf({ ...variables, optimizer: rule.trainState?.optimizer ?? { update: 0, slots: {} } })

  const learn = async (from: number, count: number, order: Int32Array | undefined): Promise<Float32Array> => {
    const { after, report } = tidily(() => {
      const batch = { x: rows(all.x, from, count, order), y: rows(all.y, from, count, order), size: count }
      return updateNow(part, rule, state, batch, key)
    })
    leave(state, given, after)
    state = after
    const values = await report.data<'float32'>()
    report.dispose()
    await breathe()
    return values
  }

  const goThrough = async (epoch: number): Promise<EpochReports> => {
    // Numbered by updates, so that where an earlier fit ended, the order goes on instead of starting again.
    const order = rule.shuffle
      ? permutation(foldIn(foldIn(key, 'shuffle'), state.optimizer.update), all.size)
      : undefined
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
      rule.onProgress?.(
        Object.freeze({ epoch, epochs, batch: i + 1, batches: batches.length, report: training, ended: false }),
      )
    }
    const held = validation === null ? null : await score(part, state, validation, rule)
    rule.onProgress?.(
      Object.freeze({
        ...{ epoch, epochs, batch: batches.length, batches: batches.length, report: training, ended: true },
        ...(held && { validation: held }),
      }),
    )
    return { training, validation: held }
  }

  try {
    const reports: EpochReports[] = []
    for (let epoch = 1; epoch <= epochs; epoch++) reports.push(await goThrough(epoch))
    const trainState = finish<N>(state, given, key)
    return Object.freeze({ variables: trainState.variables, history: toHistory(reports), trainState })
  } catch (error) {
    leave(state, given)
    throw error
  }
}
