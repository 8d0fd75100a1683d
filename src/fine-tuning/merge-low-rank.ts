import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { InvalidOption } from '../base/errors.ts'
import { byName, leafOf, mapRecord, mergeTrees, own } from '../base/trees.ts'
import { definitionOf } from '../core/constructor.ts'
import { without } from '../core/inner.ts'
import type { AnyLayer } from '../core/layer.ts'
import { LowRank, mergedWeights, type NormalLowRank, scaleOf } from '../layers/low-rank.ts'
import { compose } from '../network/compose.ts'
import { asPart, isComposition, isPart, type LayerValue, type Node, type Part } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import { checkedLeaves } from '../state/check.ts'
import { asVariables } from '../state/given.ts'
import { variableRules } from '../state/init.ts'
import { variablesBy } from '../state/variables.ts'
import { handOver, tfjsOps, tidily } from '../tfjs/index.ts'
import { renamed, replaceLayers } from './replace.ts'
import type { Adapted } from './to-low-rank.ts'

type LowRankValue = LayerValue & NormalLowRank

const isLowRank = (layer: LayerValue): layer is LowRankValue => definitionOf(layer) === definitionOf(LowRank)

/** A layer with factors within another layer, by its path there. */
const hiddenIn = (part: Part): string | undefined => {
  for (const { path, layer } of wiringOf(part).nodes) {
    const inner = Object.values(layer).find(value => isPart(value))
    if (inner === undefined) continue
    if (!isComposition(inner) && isLowRank(inner)) return path
    const found = hiddenIn(inner)
    if (found !== undefined) return `${path} > ${found}`
  }
  return undefined
}

/** What stands in the place of a layer with factors: the layer within, under the same name. */
const plain = ({ layer }: Node): Part => {
  if (!isLowRank(layer)) return layer
  const { layer: inner, name } = layer
  return isComposition(inner) ? compose({ form: 'block', part: inner, name }) : renamed(inner, name)
}

type Variables = Readonly<Record<string, TfTensor>>

/** The variables of a layer, whose factors are multiplied and added to its weights. */
const multiplied = (layer: LayerValue, variables: Variables): Variables => {
  if (!isLowRank(layer)) return variables
  const names = Object.keys(variables).filter(
    name => Object.hasOwn(variables, `${name}A`) && Object.hasOwn(variables, `${name}B`),
  )
  const kept = new Set(Object.values(variables))
  return tidily(() =>
    mapRecord(mergedWeights(tfjsOps, variables, names, scaleOf(layer)), value =>
      kept.has(value) ? value : handOver(value),
    ),
  )
}

/** The prefixes of a layer's variables: one for each node that takes its place. */
const prefixesOf = ({ layer }: Node): readonly string[] =>
  isLowRank(layer) && isComposition(layer.layer) ? wiringOf(layer.layer).nodes.map(({ name }) => `${name}/`) : ['']

/**
 * Merges the factors of `LowRank` layers into the weights, `W + (alpha / rank) A B`, and unwraps the layers. The
 * network computes the same within rounding, at the cost of the plain network. Layers keep their names, so
 * `mergeLowRank` undoes `toLowRank`; a composition inside `LowRank` becomes a block of its name.
 *
 * @returns the network and its variables; unchanged tensors are those of the arguments
 * @throws InvalidOption if such a layer is inside another layer, as in `TimeDistributed(LowRank(Relu(8), 2))`
 * @throws WeightInitializationError if the variables are not the network's, or the shapes of its variables are unknown
 * @example
 * ```ts
 * const network = join(Input(16), LowRank(Relu(32), 4, { name: 'relu-{}' }), Softmax(10))
 * const merged = mergeLowRank(network, init(network, key(1)))
 * notation(merged.network) // Input(16) >> Relu(32) >> Softmax(10)
 * Object.keys(merged.variables.params) // ['relu-1', 'softmax-1']
 * ```
 */
export const mergeLowRank = <N extends AnyLayer, const V extends SomeVariables = SomeVariables>(
  network: N,
  variables: VariablesFor<N, V>,
): Adapted<N> => {
  const part = asPart('mergeLowRank', network)
  const given = asVariables('mergeLowRank', variables)
  const hidden = hiddenIn(part)
  if (hidden !== undefined)
    throw new InvalidOption({
      layer: 'mergeLowRank',
      option: 'network',
      expected: 'LowRank around layers of the network',
      got: `one within ${hidden}`,
      remedy: 'Put LowRank around the outer layer, as in LowRank(TimeDistributed(Relu(8)), 2).',
    })
  const before = wiringOf(part)
  checkedLeaves(variableRules(before), given)
  const merged = replaceLayers(part, plain)
  const after = wiringOf(merged)
  const all = mergeTrees(given.params, given.state)

  const tree = new Map<string, Variables>()
  const seen = new Set<string>()
  let next = 0
  for (const node of before.nodes) {
    const prefixes = prefixesOf(node)
    const nodes = after.nodes.slice(next, next + prefixes.length)
    next += nodes.length
    // A shared layer once.
    if (seen.has(node.name)) continue
    seen.add(node.name)
    const variables = multiplied(node.layer, own(all, node.name) ?? {})
    for (const [i, { name }] of nodes.entries()) tree.set(name, without(prefixes[i] as string, variables))
  }
  const kept = byName(tree)
  const variablesAfter = variablesBy(variableRules(after), (layer, name) => leafOf(kept, layer, name) as TfTensor)
  // The network has the inputs and outputs that it had.
  return Object.freeze({ network: merged, variables: variablesAfter }) as unknown as Adapted<N>
}
