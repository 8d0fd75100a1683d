import type * as tf from '@tensorflow/tfjs-core'
import type { BackendOption } from '../backends/choose.ts'
import { boolean, type Options, parseOptions } from '../base/options.ts'
import type { Key } from '../base/random.ts'
import type { Tensor } from '../base/tensor.ts'
import { mergeTrees, type VariableTree } from '../base/trees.ts'
import type { AnyLayer, Mode } from '../core/layer.ts'
import type { Handle, OpsFunction } from '../functions/function.ts'
import { grad } from '../functions/grad.ts'
import { vmap } from '../functions/vmap.ts'
import { asPart } from '../network/parts.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { ParamsOf } from '../network-types/named.ts'
import type { Ops } from '../ops/ops.ts'
import { wireFor } from '../state/check.ts'
import { asVariables } from '../state/given.ts'
import { variableRules } from '../state/init.ts'
import { variableIn, variablesBy } from '../state/variables.ts'
import { type Examples, finallyRelease, keepExamples, mapFields } from '../training/batches.ts'
import type { ForOutputsIn } from '../training/by-output.ts'
import { keyOption, lossOption, lossWeightsOption, maybe, spelling } from '../training/codecs.ts'
import type { EvaluateOptions } from '../training/evaluate.ts'
import type { ExamplesFor } from '../training/examples.ts'
import { holding } from '../training/given.ts'
import { checkTraining } from '../training/network-subject.ts'
import { optionalBackend } from '../training/options.ts'
import { type Asked, lossOf, outputNames, scoringOf } from '../training/scoring.ts'
import type { ForOutputs, LossOf, LossOption, MetricsOption, NoLoss, NoMetrics } from '../training/step.ts'
import { outcomeOf, type Taught } from '../training/update.ts'
import { running } from './running.ts'

/** The options of {@link lossGradients}. */
export interface LossGradientsOptions<
  P extends boolean = boolean,
  L extends NoLoss = LossOption,
  W extends ForOutputs<number> = ForOutputs<number>,
> extends Pick<EvaluateOptions<MetricsOption, L, W>, 'loss' | 'lossWeights' | 'backend'> {
  /** Whether to give the gradients of each example alone, along a first axis, instead of those of the batch. Default: false. */
  readonly perExample?: P
  /** Whether layers run in training mode. Default: false. */
  readonly training?: boolean
  /** What layers that draw in training draw with. */
  readonly key?: Key
}

/** Parameters with a first axis for examples. */
export type EachExample<Params> = {
  readonly [Layer in keyof Params]: {
    readonly [Name in keyof Params[Layer]]: Params[Layer][Name] extends Tensor<infer S extends number[]>
      ? Tensor<[number, ...S]>
      : never
  }
}

/** The gradients of a network's parameters, by layer and name: of a batch, or of each example. */
export type LossGradients<N extends AnyLayer, P extends boolean = false> = P extends true
  ? EachExample<ParamsOf<N>>
  : ParamsOf<N>

interface Normal extends Omit<Asked, 'metrics'> {
  readonly perExample: boolean
  readonly training: boolean
  readonly key: Key | null
  readonly backend: BackendOption | null
}
const options: Options<Normal> = {
  loss: { codec: lossOption, default: 'mse' },
  lossWeights: { codec: lossWeightsOption, default: 1 },
  perExample: { codec: boolean, default: false },
  training: { codec: boolean, default: false },
  key: { codec: maybe(keyOption.name, keyOption.is), default: null },
  backend: { codec: optionalBackend, default: null },
}

/** What the loss is a function of beside the parameters. */
interface Beside<T> extends Taught<T> {
  readonly state: VariableTree<T>
  /** None where nothing draws. */
  readonly key?: Key
}

/**
 * The gradients of a network's loss with respect to its parameters: what an optimizer gets from a batch of these examples. Nothing
 * is updated.
 *
 * With `perExample`, each example is a batch of its own: weighted means, batch normalization in training and other statistics are
 * those of one example, and random draws are the same for all. They are computed at once, by {@link vmap}, and take as
 * many times the memory of the parameters as there are examples.
 *
 * @param examples `{ x, y }`, with `weights` and `mask` where examples count differently
 * @returns tensors by layer and name, of the shapes of the parameters; with `perExample`, [examples, ...]
 * @throws InvalidOption if an option is invalid, x and y do not have as many rows, or a layer draws in training and no key is
 *   given
 * @throws LayerConnectionError, WeightInitializationError as `evaluate`
 * @example
 * ```ts
 * const network = join(Input(2), Linear(1, { weight: [[1], [1]] }))
 * const examples = { x: [[1, 2], [0, 1]], y: [[5], [0]] }
 * const slopes = await lossGradients(network, init(network, key(0)), examples, { loss: 'mse' })
 * Array.from(slopes['linear-1'].weight.dataSync()) // [-2, -3]
 * ```
 */
export const lossGradients = async <
  N extends AnyLayer,
  const P extends boolean = false,
  const E extends Examples = Examples,
  const L extends NoLoss = NoLoss,
  const W extends ForOutputs<number> = ForOutputs<number>,
  const V extends SomeVariables = SomeVariables,
>(
  network: N,
  variables: VariablesFor<N, V>,
  examples: ExamplesFor<N, LossOf<N, L>, E>,
  given: ForOutputsIn<LossGradientsOptions<P, L, W>, N, NoMetrics, L, W> = {},
): Promise<LossGradients<N, P>> => {
  const owner = 'lossGradients'
  const part = asPart(owner, network)
  const { perExample, training, key, backend, ...losses } = spelling(given, () =>
    parseOptions<Normal>(owner, "lossGradients(network, variables, { x, y }, { loss: 'mse' })", options, given),
  )
  const asked: Asked = { ...losses, metrics: { by: 'all', value: [] } }
  const own = asVariables(owner, variables)
  // Before anything is awaited: what is differentiated is what was given.
  const batch = keepExamples(owner, part, examples as Examples)
  return holding(own, held =>
    finallyRelease(batch, async () => {
      checkTraining(owner, part, held, batch, asked)
      const shapes = batch.x.map(({ shape }) => (perExample ? [1, ...shape.slice(1)] : shape))
      const wiring = wireFor(part, shapes)
      const scoring = scoringOf(owner, asked, outputNames(wiring))
      const loss = <T>(ops: Ops<T>, params: VariableTree<T>, { state, key, ...taught }: Beside<T>): T => {
        const mode: Mode = { training, key }
        const [outcome] = outcomeOf(ops, wiring, mergeTrees(params, state), taught, mode)
        return lossOf(ops, scoring, outcome)[0]
      }
      const ofOne = <T>(ops: Ops<T>, params: VariableTree<T>, beside: Beside<T>): T => {
        const alone = (value: T): T => ops.expandDims(value, 0)
        return loss(ops, params, { ...beside, ...mapFields(beside, alone) })
      }
      // Variables may be those of a larger network, of which this one is a part.
      const { params, state } = variablesBy(
        variableRules(wiring),
        (layer, name) => variableIn(held, layer, name) as tf.Tensor,
      )
      const slopes: OpsFunction<Handle, [VariableTree<Handle>, Beside<Handle>], VariableTree<Handle>> = perExample
        ? vmap(grad(ofOne), [null, { x: 0, y: 0, weights: 0, mask: 0, state: null }])
        : grad(loss)
      const examples = mapFields(batch, value => value)
      const found = await running(slopes, backend, run =>
        run(params, { state, ...examples, ...(key !== null && { key }) }),
      )
      // It has the parameters of the network.
      return found as unknown as LossGradients<N, P>
    }),
  )
}
