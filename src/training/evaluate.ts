import * as tf from '@tensorflow/tfjs-core'
import type { BackendOption } from '../backends/choose.ts'
import { turn } from '../backends/turns.ts'
import { InvalidOption } from '../base/errors.ts'
import { showShape } from '../base/shape.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart, type Part } from '../network/parts.ts'
import type { InputOf, OutputOf, TensorsOf } from '../network-types/compose.ts'
import type { DataFor } from '../network-types/data.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import { checkBatchFirst, checkedWiring } from '../state/check.ts'
import { runsOf } from '../state/compile.ts'
import type { TensorInputs } from '../state/data.ts'
import { asVariables } from '../state/given.ts'
import { readEagerly } from '../state/reading.ts'
import { type Judgement, outputsOnly } from '../state/traced.ts'
import type { Trees } from '../state/variables.ts'
import { handOver, tidily } from '../tfjs/index.ts'
import {
  type Batch,
  type Examples,
  finallyRelease,
  keepExamples,
  keepInputs,
  onceForShapes,
  rows,
  slices,
  valuesIn,
} from './batches.ts'
import type { ForOutputsIn } from './by-output.ts'
import type { ExamplesFor } from './examples.ts'
import { holding } from './given.ts'
import { judgementOf, layoutFor } from './judgements.ts'
import { checkTraining } from './network-subject.ts'
import { readEvaluation, readPrediction } from './options.ts'
import { readerOf, type Said } from './report.ts'
import { outputNames, type Scoring, scoringOf } from './scoring.ts'
import { type AnyBatches, type Batches, batchesOf, isBatches, noBatches } from './source.ts'
import type { ForOutputs, Known, LossOf, LossOption, MetricsOption, NoLoss, NoMetrics, Report } from './step.ts'
import { together, toReport } from './stepping.ts'

/** What was computed at once, after others have had their turn where they waited long. */
const rested = async (results: readonly tf.Tensor[]): Promise<readonly tf.Tensor[]> => {
  await turn(results.reduce((bytes, { size }) => bytes + 4 * size, 0))
  return results
}

/** Computes the outputs for some rows, then what is measured of them, as tensors of the caller's. */
type Judge = (x: readonly tf.Tensor[], beside: readonly tf.Tensor[]) => Promise<readonly tf.Tensor[]>

/**
 * As `apply`, or with a backend by a compiled network, which is disposed after the work. Losses are computed in the same
 * program, where they know what the outputs are made of.
 */
const judging = async <R>(
  part: Part,
  variables: Trees,
  backend: BackendOption | null,
  work: (judgeBy: (judge: Judgement | null) => Judge) => Promise<R>,
): Promise<R> => {
  if (backend === null)
    return work(
      judge => async (x, expected) =>
        rested(readEagerly(part, variables, x, undefined, judge === null ? undefined : { judge, expected }).outputs),
    )
  const compiled = runsOf(part, backend, variables)
  try {
    return await work(judge => (x, beside) => compiled.judged(variables, x, beside, judge ?? outputsOnly))
  } finally {
    await compiled.dispose()
  }
}

/** Some rows of tensors for the length of some work. */
const withRows = async <R>(
  tensors: readonly tf.Tensor[],
  from: number,
  count: number,
  work: (own: readonly tf.Tensor[]) => Promise<R>,
): Promise<R> => {
  const own = tidily(() => rows(tensors, from, count))
  try {
    return await work(own)
  } finally {
    for (const tensor of own) tensor.dispose()
  }
}

const dispose = (tensors: readonly tf.Tensor[]): void => {
  for (const tensor of tensors) tensor.dispose()
}

/** @throws InvalidOption if an output does not have one row for each example: they could not be put together */
const checkRows = (owner: string, outputs: readonly tf.Tensor[], count: number): void => {
  const misfit = outputs.find(({ shape }) => shape[0] !== count)
  if (misfit === undefined) return
  throw new InvalidOption({
    layer: owner,
    option: 'network',
    expected: `outputs with one row for each example, ${count}`,
    got: `one of shape ${showShape(misfit.shape)}`,
    remedy: 'Keep the batch as the first axis of every output, or use apply.',
  })
}

/** Says what some examples are, in inference mode. */
type Scorer = (batch: Batch, from: number, count: number) => Promise<Said>

/** A scorer of batches that are alike but for their rows. */
const scorerOf = (part: Part, scoring: Scoring, judge: Judge): Scorer => {
  // A network is traced to find a layout, which is another one only where there are more or fewer rows.
  const layouts = new Map<number, ReturnType<typeof layoutFor>>()
  return (batch, from, count) =>
    withRows(valuesIn(batch), from, count, async own => {
      const judged = await judge(own.slice(0, batch.x.length), own.slice(batch.x.length))
      const vector = judged.at(-1) as tf.Tensor
      try {
        checkRows('evaluate', judged.slice(0, -1), count)
        const known = layouts.get(count) ?? layoutFor(part, scoring, batch, count)
        layouts.set(count, known)
        const reader = readerOf(scoring, known.extras, known.layout)
        return { reader, sums: reader.sumsOf(await vector.data<'float32'>(), count) }
      } finally {
        dispose(judged)
      }
    })
}

/** The options of {@link evaluate}. */
export interface EvaluateOptions<
  M extends MetricsOption = MetricsOption,
  L extends NoLoss = LossOption,
  W extends ForOutputs<number> = ForOutputs<number>,
> {
  /**
   * Itself, by name, or a function as `defineLoss` takes it; for all outputs, or for each by order or name. Default:
   * `mse`.
   */
  readonly loss?: L
  /** How much the loss of each output counts in the sum of all. Default: 1. */
  readonly lossWeights?: W
  /** For all outputs together, or lists by output. Default: none. */
  readonly metrics?: M
  /** How many examples go through the network at once. Default: 128. */
  readonly batchSize?: number
  /** What computes, on a compiled network: a backend, or the name of one. Default: eager, without compiling. */
  readonly backend?: BackendOption
}

/**
 * The loss and metrics of a network over examples, in inference mode, by name. They do not depend on the division into
 * batches.
 *
 * @param examples `{ x, y }`, with `weights` and `mask` where examples count differently, or a dataset of such examples or
 *   batches
 * @throws InvalidOption if an option is invalid, or x and y do not have as many rows
 * @throws LayerConnectionError, WeightInitializationError as `apply`
 * @example
 * ```ts
 * const network = join(Input(2), Linear(1, { weight: [[1], [1]] }))
 * const { loss } = await evaluate(network, init(network, key(0)), { x: [[1, 2]], y: [[5]] }, { loss: 'mse' })
 * loss // 4
 * ```
 */
export const evaluate = async <
  N extends AnyLayer,
  const M extends MetricsOption = NoMetrics,
  const E extends Examples | AnyBatches = Examples | AnyBatches,
  const L extends NoLoss = NoLoss,
  const W extends ForOutputs<number> = ForOutputs<number>,
  const V extends SomeVariables = SomeVariables,
>(
  network: N,
  variables: VariablesFor<N, V>,
  examples: ExamplesFor<N, LossOf<N, L>, E>,
  options: ForOutputsIn<EvaluateOptions<M, L, W>, N, M, L, W> = {},
): Promise<Report<Known<M>>> => {
  const part = asPart('evaluate', network)
  const normal = readEvaluation(options)
  const given = asVariables('evaluate', variables)
  const { batchSize } = normal
  // Before anything is awaited: what is evaluated is what was given.
  const whole = isBatches(examples) ? null : keepExamples('evaluate', part, examples as Examples)
  return holding(given, held =>
    judging(part, held, normal.backend, async judgeBy => {
      const scorerFor = onceForShapes((all: Batch) => {
        checkTraining('evaluate', part, held, all, normal)
        const scoring = scoringOf('evaluate', normal, outputNames(checkedWiring(part, held, all.x)))
        return scorerOf(part, scoring, judgeBy(judgementOf(scoring, all)))
      })
      let said: Said | undefined
      const add = (all: Batch) =>
        finallyRelease(all, async () => {
          const score = scorerFor(all)
          for (const [from, count] of slices(all.size, batchSize)) said = together(said, await score(all, from, count))
        })
      if (whole !== null) await add(whole)
      else
        for await (const batch of batchesOf('evaluate', examples as Batches, { batchSize, dropLast: false }, 0, 0))
          await add(keepExamples('evaluate', part, batch))
      if (said === undefined) throw noBatches('evaluate')
      // It has the metrics of the options.
      return toReport(said) as Report<Known<M>>
    }),
  )
}

/** What `onProgress` of {@link predict} is told after each batch: how many examples are done. */
export interface Predicted {
  readonly done: number
  readonly total: number
}

/** The options of {@link predict}. */
export interface PredictOptions {
  /** How many examples go through the network at once. Default: 128. */
  readonly batchSize?: number
  /** What computes, on a compiled network: a backend, or the name of one. Default: eager, without compiling. */
  readonly backend?: BackendOption
  /** Called after each batch. A promise is awaited; if it rejects, the call rejects with its error. */
  readonly onProgress?: (progress: Predicted) => unknown
}

/**
 * The output of a network for any number of examples, in inference mode, computed batch by batch.
 *
 * @throws InvalidOption, LayerConnectionError, WeightInitializationError as `evaluate`
 * @example
 * ```ts
 * const network = join(Input(4), Softmax(3))
 * const output = await predict(network, init(network, key(0)), [[1, 2, 3, 4]])
 * output.shape // [1, 3]
 * ```
 */
export const predict = async <
  N extends AnyLayer,
  const X extends TensorInputs = TensorInputs,
  const V extends SomeVariables = SomeVariables,
>(
  network: N,
  variables: VariablesFor<N, V>,
  x: DataFor<'x', InputOf<N>, X, N>,
  options: PredictOptions = {},
): Promise<TensorsOf<OutputOf<N>>> => {
  const part = asPart('predict', network)
  const { batchSize, backend, onProgress } = readPrediction<Predicted>(options)
  const given = asVariables('predict', variables)
  const all = keepInputs('predict', part, x)
  const parts: (readonly tf.Tensor[])[] = []
  return holding(given, held =>
    finallyRelease(all, async () => {
      try {
        checkedWiring(part, held, all.x)
        checkBatchFirst('predict', part, all.x)
        await judging(part, held, backend, async judgeBy => {
          const infer = judgeBy(null)
          for (const [from, count] of slices(all.size, batchSize)) {
            const outputs = await withRows(all.x, from, count, own => infer(own, []))
            checkRows('predict', outputs, count)
            parts.push(outputs)
            await onProgress?.(Object.freeze({ done: from + count, total: all.size }))
          }
        })
        const outputs = (parts[0] ?? []).map((_, i) => handOver(tf.concat(parts.map(own => own[i] as tf.Tensor))))
        // A network of one output gives it alone, as its type says.
        return (outputs.length === 1 ? outputs[0] : Object.freeze(outputs)) as TensorsOf<OutputOf<N>>
      } finally {
        dispose(parts.flat())
      }
    }),
  )
}
