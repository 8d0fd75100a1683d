import type * as tf from '@tensorflow/tfjs-core'
import type { BackendOption } from '../backends/choose.ts'
import { type Options, parseOptions } from '../base/options.ts'
import type { VariableTree } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { Handle, OpsFunction } from '../functions/function.ts'
import { running } from '../introspection/running.ts'
import { weighted } from '../layers/attention.ts'
import type { AttentionVariables, NormalAttention } from '../layers/attention-heads.ts'
import { run } from '../network/run.ts'
import type { InputOf } from '../network-types/compose.ts'
import type { DataFor } from '../network-types/data.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { NameGiven } from '../network-types/names.ts'
import type { Ops } from '../ops/ops.ts'
import type { FlatData, TensorInputs } from '../state/data.ts'
import { optionalBackend } from '../training/options.ts'
import { inference, opening, placeOf, taken, watched } from './watched.ts'

/** The options of {@link attentionWeights}. */
export interface AttentionWeightsOptions {
  /** What computes: a backend, or the name of one. Default: eager, without compiling. */
  readonly backend?: BackendOption
}
const options: Options<{ readonly backend: BackendOption | null }> = {
  backend: { codec: optionalBackend, default: null },
}

/**
 * The attention weights of a layer `MultiHeadAttention` within a network: how much of each key's value each query gets. They are
 * computed of the layer's inputs by its own operations.
 *
 * @param x the input, as `apply` takes it; a tuple for several inputs
 * @param name of the layer; of a shared one, its first occurrence is seen
 * @returns [batch, heads, queries, keys]. Each row sums to 1, or to 0 where a mask leaves a query no key
 * @throws InvalidOption if there is no such layer, it is of another kind, or an option is invalid
 * @throws LayerConnectionError, WeightInitializationError as `apply`
 * @example
 * ```ts
 * const network = join(Input([5, 8]), MultiHeadAttention(2, { causal: true }))
 * const x = { data: new Float32Array(40).fill(1), shape: [1, 5, 8] }
 * const weights = await attentionWeights(network, init(network, key(1)), x, 'multi-head-attention-1')
 * weights.shape // [1, 2, 5, 5]
 * Array.from(weights.data.slice(0, 5)) // [1, 0, 0, 0, 0]
 * ```
 */
export const attentionWeights = <
  N extends AnyLayer,
  const Name extends string,
  const X extends TensorInputs = TensorInputs,
  const V extends SomeVariables = SomeVariables,
>(
  network: N,
  variables: VariablesFor<N, V>,
  x: DataFor<'x', InputOf<N>, X, N>,
  name: NameGiven<'attentionWeights', N, Name>,
  given: AttentionWeightsOptions = {},
): Promise<FlatData<[number, number, number, number]>> =>
  weightsOf('attentionWeights', network, variables, x, name, given)

/** Weights as {@link attentionWeights} gives them. */
interface Weights extends FlatData<[number, number, number, number]> {
  readonly data: Float32Array
}

/** The same for another function, which errors name. */
export const weightsOf = async (
  owner: string,
  network: unknown,
  variables: unknown,
  x: unknown,
  name: unknown,
  given: AttentionWeightsOptions,
): Promise<Weights> => {
  const example = `${owner}(network, variables, x, 'multi-head-attention-1')`
  const { backend } = parseOptions(owner, example, options, given)
  return opening(owner, network, variables, x, async ({ wiring, variables, x }) => {
    const at = placeOf(owner, wiring, name, [
      'a layer MultiHeadAttention',
      node => node.layer.kind === 'MultiHeadAttention',
    ])
    const layer = wiring.nodes[at]?.layer as unknown as NormalAttention
    const f: OpsFunction<Handle, [VariableTree<Handle>, readonly Handle[]], Handle> = <T>(
      ops: Ops<T>,
      own: VariableTree<T>,
      inputs: readonly T[],
    ): T => {
      let weights: T | undefined
      const seen = watched<T>(wiring, at, ({ ops, variables, inputs, mode, output }) => {
        ;[weights] = weighted(layer, ops, inputs, variables as AttentionVariables<T>, mode)
        return output
      })
      run(ops, seen, own, inputs, inference)
      return weights as T
    }
    const found = await running(f, backend, run => run(variables, x))
    return Object.freeze(await taken(found as unknown as tf.Tensor)) as Weights
  })
}
