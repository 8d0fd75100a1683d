import type { BackendOption } from '../backends/choose.ts'
import { show, wrongArgument } from '../base/errors.ts'
import { boolean, type Options, parseOptions } from '../base/options.ts'
import type { Key } from '../base/random.ts'
import { byName, isList, leavesOf } from '../base/trees.ts'
import { names as namesIn, withOutputsOf } from '../combinators/slice.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart, type Part } from '../network/parts.ts'
import type { InputOf, TensorsOf } from '../network-types/compose.ts'
import type { DataFor } from '../network-types/data.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { NamesGiven, NamesOf, ShapeAt } from '../network-types/names.ts'
import { type Applied, type ApplyOptions, apply } from '../state/apply.ts'
import { checkedWiring } from '../state/check.ts'
import { runsOf } from '../state/compile.ts'
import type { TensorInputs } from '../state/data.ts'
import { asVariables } from '../state/given.ts'
import type { Trees } from '../state/variables.ts'
import { finallyRelease, keepInputs } from '../training/batches.ts'
import { keyOption, maybe } from '../training/codecs.ts'
import { holding } from '../training/given.ts'
import { optionalBackend } from '../training/options.ts'

/** The options of {@link activations}. */
export interface ActivationOptions extends ApplyOptions {
  /** What computes, on a compiled network: a backend, or the name of one. Default: eager, without compiling. */
  readonly backend?: BackendOption
}

/** The outputs of the layers of some names in the network `N`. */
export type Activations<N extends AnyLayer, Names extends readonly string[]> = {
  readonly [Name in Names[number]]: TensorsOf<ShapeAt<N, Name>>
}

interface Normal {
  readonly training: boolean
  readonly key: Key | null
  readonly backend: BackendOption | null
}
const options: Options<Normal> = {
  training: { codec: boolean, default: false },
  key: { codec: maybe(keyOption.name, keyOption.is), default: null },
  backend: { codec: optionalBackend, default: null },
}

/** The network whose outputs were asked for last, so that its programs serve the next batch. */
const asked = new WeakMap<Part, readonly [names: string, viewed: Part]>()
const viewOf = (owner: string, part: Part, names: readonly string[]): Part => {
  const text = JSON.stringify(names)
  const [known, before] = asked.get(part) ?? []
  if (before !== undefined && known === text) return before
  const viewed = withOutputsOf(owner, part, names)
  asked.set(part, [text, viewed])
  return viewed
}

/** The outputs as by `apply`, or by a program that is freed after the run. The state that training changes is not kept. */
const outputsOf = async (
  part: Part,
  variables: Trees,
  x: TensorInputs,
  backend: BackendOption | null,
  mode: ApplyOptions,
): Promise<unknown> => {
  const compiled = backend === null ? undefined : runsOf(part, backend, null)
  try {
    const made = compiled?.apply(variables, x, mode) ?? apply(part as unknown as AnyLayer, variables, x, mode)
    const { output, state } = (await made) as Applied<unknown, Trees['state']>
    const given = new Set(leavesOf(variables.state).map(([, , tensor]) => tensor))
    for (const [, , tensor] of leavesOf(state)) if (!given.has(tensor)) tensor.dispose()
    return output
  } finally {
    await compiled?.dispose()
  }
}

/**
 * The outputs of layers within a network, by name. Without names, those of all layers. A shared layer has that of its first
 * occurrence.
 *
 * @param x the input, as `apply` takes it; a tuple for several inputs
 * @param names of layers, in any order; editors complete them
 * @returns a tensor [batch, ...] for each name
 * @throws InvalidOption if a name or an option is invalid, or a layer draws in training and no key is given
 * @throws LayerConnectionError, WeightInitializationError as `apply`
 * @example
 * ```ts
 * const network = join(Input(2), Relu(3), Softmax(2))
 * const variables = init(network, key(0))
 * const { 'relu-1': hidden } = await activations(network, variables, [[1, 2]], ['relu-1'])
 * hidden.shape // [1, 3]
 * Object.keys(await activations(network, variables, [[1, 2]])) // ['input-1', 'relu-1', 'softmax-1']
 * ```
 */
export const activations = async <
  N extends AnyLayer,
  const Names extends readonly string[] = readonly (NamesOf<N> & string)[],
  const X extends TensorInputs = TensorInputs,
  const V extends SomeVariables = SomeVariables,
>(
  network: N,
  variables: VariablesFor<N, V>,
  x: DataFor<'x', InputOf<N>, X, N>,
  names?: NamesGiven<'activations', N, Names>,
  given: ActivationOptions = {},
): Promise<Activations<N, Names>> => {
  const owner = 'activations'
  const example = "activations(network, variables, x, ['relu-1'], { training: true, key: key(1) })"
  const part = asPart(owner, network)
  const { backend, training, key } = parseOptions<Normal>(owner, example, options, given)
  // Names that fit, or any where the compiler does not know them; from JavaScript they may be anything.
  const wanted: unknown = names ?? namesIn(network)
  if (!isList(wanted)) throw wrongArgument(owner, 'names', 'an array of names', show(wanted), example)
  const chosen = [...new Set(wanted as readonly string[])]
  const viewed = viewOf(owner, part, chosen)
  const trees = asVariables(owner, variables)
  const batch = keepInputs(owner, part, x)
  return holding(trees, held =>
    finallyRelease(batch, async () => {
      checkedWiring(part, held, batch.x)
      const mode = { training, ...(key !== null && { key }) }
      const output = await outputsOf(viewed, held, batch.x, backend, mode)
      const all = chosen.length === 1 ? [output] : (output as readonly unknown[])
      // They are of the layers of these names, in order.
      return byName(chosen.map((name, i) => [name, all[i]] as const)) as Activations<N, Names>
    }),
  )
}
