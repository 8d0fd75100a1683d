import * as tf from '@tensorflow/tfjs-core'
import type { AnyLayer } from '../core/layer.ts'
import type { OutputOf, TensorsOf, Variables } from '../core/named.ts'
import { asPart, mergeTrees, type Part, run } from '../core/network.ts'
import { integer, parseOptions } from '../core/options.ts'
import { handOver, tfjsOps } from '../ops/tfjs/index.ts'
import { asTrees, checkVariables, type Trees, wireFor } from '../state/apply.ts'
import type { TensorInput } from '../state/data.ts'
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
  toInputs,
} from './batches.ts'
import type { Loss, Metric } from './loss.ts'
import { type NormalEvaluation, readEvaluation } from './options.ts'
import { checkTraining, type Report, toReport } from './step.ts'
import { reportOf } from './update.ts'

const infer = (part: Part, variables: Trees, inputs: readonly tf.Tensor[]): readonly tf.Tensor[] => {
  const wiring = wireFor(
    part,
    inputs.map(tensor => tensor.shape),
  )
  const [outputs] = run(tfjsOps, wiring, mergeTrees(variables.params, variables.state), inputs, {
    training: false,
    key: undefined,
  })
  return outputs
}

/** The mean loss and metrics over all examples, in inference mode. */
export const score = async (
  part: Part,
  variables: Trees,
  all: Batch,
  rule: Pick<NormalEvaluation, 'loss' | 'metrics' | 'batchSize'>,
): Promise<Report> => {
  const breathe = breather()
  const sums = new Float64Array(rule.metrics.length + 1)
  for (const [from, count] of slices(all.size, rule.batchSize)) {
    const values = tf.tidy(() => {
      const expected = rows(all.y, from, count)
      const predicted = infer(part, variables, rows(all.x, from, count))
      return tf.stack([...reportOf(tfjsOps, rule, expected, predicted)])
    })
    const numbers = await values.data()
    values.dispose()
    numbers.forEach((value, i) => {
      sums[i] = (sums[i] as number) + (value * count) / all.size
    })
    await breathe()
  }
  return toReport(rule.metrics, sums)
}

/** The options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Default: `mse`. */
  readonly loss?: Loss | string
  /** Default: none. */
  readonly metrics?: readonly (Metric | string)[]
  /** How many examples go through the network at once. Default: 128. */
  readonly batchSize?: number
}

/**
 * The mean loss and metrics of a network over examples, in inference mode, by name.
 *
 * @throws InvalidOption when an option is wrong, or x and y do not have as many rows
 * @throws LayerConnectionError, WeightInitializationError as `apply`
 * @example
 * ```ts
 * const network = join(Input(2), Linear(1, { weight: [[1], [1]] }))
 * const { loss } = await evaluate(network, init(network, key(0)), { x: [[1, 2]], y: [[5]] }, { loss: 'mse' })
 * loss // 4
 * ```
 */
export const evaluate = async <N extends AnyLayer>(
  network: N,
  variables: Variables<N>,
  examples: Examples,
  options: EvaluateOptions = {},
): Promise<Report> => {
  const part = asPart('evaluate', network)
  const normal = readEvaluation(options)
  const given = asTrees('evaluate', variables)
  const all = keepBatch(() => toBatch('evaluate', examples))
  return finallyRelease(all, async () => {
    checkTraining(part, given, all, normal)
    return score(part, given, all, normal)
  })
}

/** The options of {@link predict}. */
export interface PredictOptions {
  /** How many examples go through the network at once. Default: 128. */
  readonly batchSize?: number
  /** Called after each batch. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
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
export const predict = async <N extends AnyLayer>(
  network: N,
  variables: Variables<N>,
  x: TensorInput | readonly TensorInput[],
  options: PredictOptions = {},
): Promise<TensorsOf<OutputOf<N>>> => {
  const part = asPart('predict', network)
  const { onProgress, ...rest } = options
  const { batchSize } = parseOptions(
    'predict',
    'predict(network, variables, x, { batchSize: 128 })',
    { batchSize: { codec: integer(1), default: 128 } },
    rest,
  )
  const given = asTrees('predict', variables)
  const all = keepBatch(() => toInputs('predict', x))
  const breathe = breather()
  const parts: (readonly tf.Tensor[])[] = []
  try {
    checkVariables(
      wireFor(
        part,
        all.x.map(tensor => tensor.shape),
      ),
      mergeTrees(given.params, given.state),
    )
    for (const [from, count] of slices(all.size, batchSize)) {
      parts.push(tf.tidy(() => infer(part, given, rows(all.x, from, count)).map(output => tf.clone(output))))
      onProgress?.({ done: from + count, total: all.size })
      await breathe()
    }
    const outputs = (parts[0] ?? []).map((_, i) => handOver(tf.concat(parts.map(own => own[i] as tf.Tensor))))
    // A network of one output gives it alone, as its type says.
    return (outputs.length === 1 ? outputs[0] : Object.freeze(outputs)) as TensorsOf<OutputOf<N>>
  } finally {
    release(all)
    for (const tensor of parts.flat()) tensor.dispose()
  }
}
