import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { InvalidOption, show, wrongArgument } from '../base/errors.ts'
import { codec, type Options, parseOptions } from '../base/options.ts'
import type { ParameterSource } from '../base/parameters.ts'
import { matchNames, type NamePatterns, namePatterns, variableName } from '../base/patterns.ts'
import { foldIn, isKey, type Key } from '../base/random.ts'
import { byName, leafOf, leavesOf, mapRecord, type VariableTree } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import type { VariableRule, VariableRules } from '../core/variables.ts'
import { adaptedByDefault, type Frozen, LowRank, lowRankOptions, type NormalLowRank } from '../layers/low-rank.ts'
import { asPart, type LayerValue, type Node, type Part } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import type { InputOf, Network, OutputOf } from '../network-types/compose.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { Variables } from '../network-types/named.ts'
import type { EachOf, PatternFaults, PatternsFor } from '../network-types/patterns.ts'
import { checkedLeaves } from '../state/check.ts'
import { asVariables } from '../state/given.ts'
import { layerValues, variableRules } from '../state/init.ts'
import { variableIn, variablesBy } from '../state/variables.ts'
import { handOver, tensorOf } from '../tfjs/index.ts'
import { replaceLayers } from './replace.ts'

/** A network of the same inputs and outputs, whose layers the compiler does not follow, with its variables. */
export interface Adapted<N extends AnyLayer> {
  readonly network: Network<InputOf<N>, OutputOf<N>, unknown>
  readonly variables: Variables<Network<InputOf<N>, OutputOf<N>, unknown>>
}

/** The options of {@link toLowRank}; `T` are the patterns of `layers`. */
export interface ToLowRankOptions<T = NamePatterns> {
  /** The rank of the factors. */
  readonly rank: number
  /** The random key for the first factors. */
  readonly key: Key
  /** Which layers, or which of their weights, by patterns of names such as `'block-1/*'` or `'*.queryWeight'`. Default: all. */
  readonly layers?: T
  /** As of `LowRank`. Default: the rank. */
  readonly alpha?: number | null
  /** The names of the weights that get factors. Default: those of `LowRank`. */
  readonly weights?: readonly string[] | null
  /** Which variables of these layers are frozen: all, or the weights that get factors. Default: `'all'`. */
  readonly frozen?: Frozen
  /** As of `LowRank`. */
  readonly initializer?: ParameterSource
}

/** The same for the network `N`: a pattern that names none of its parameters is what is wrong with it. */
type OptionsFor<N extends AnyLayer, T> = [T] extends [never]
  ? ToLowRankOptions
  : PatternFaults<N, EachOf<T>>['length'] extends 1
    ? ToLowRankOptions<PatternsFor<'layers', N, NoInfer<T>>>
    : ToLowRankOptions<T>

interface Normal extends Omit<NormalLowRank, 'layer'> {
  readonly key: Key
  readonly layers: readonly string[]
}

const settings: Options<Normal> = {
  ...lowRankOptions,
  key: { codec: codec('a key, such as key(1)', value => (isKey(value) ? value : undefined)) },
  layers: { codec: namePatterns, default: '*' },
}
const example = "toLowRank(network, variables, { rank: 8, key: key(1), layers: '*attention*' })"

/** Checks that some layer has each weight that is named. */
const checkWeights = (rules: VariableTree<VariableRule>, weights: readonly string[]): void => {
  const all = leavesOf(rules).flatMap(([, name, { shape }]) => (shape.length >= 2 ? [name] : []))
  const unknown = weights.find(name => !all.includes(name))
  if (unknown === undefined) return
  throw new InvalidOption({
    layer: 'toLowRank',
    option: 'weights',
    expected: `names of weights of the network: ${[...new Set(all)].join(', ') || 'it has none'}`,
    got: show(unknown),
    remedy: 'Name variables of two dimensions or more, or leave the option out.',
  })
}

/** The weights of each layer that may get factors. */
const candidates = (
  rules: VariableTree<VariableRule>,
  weights: readonly string[] | null,
): readonly (readonly [layer: string, weight: string])[] =>
  Object.entries(rules).flatMap(([layer, own]) =>
    (weights?.filter(name => (own[name]?.shape.length ?? 0) >= 2) ?? adaptedByDefault(own)).map(
      name => [layer, name] as const,
    ),
  )

/** A layer with factors beside some of its weights, under its own name. */
const adapt = (
  layer: LayerValue,
  rules: VariableRules,
  weights: readonly string[],
  { rank, alpha, frozen, initializer }: Normal,
): Part => {
  const isUsual = weights.join() === adaptedByDefault(rules).join()
  const options = { alpha, frozen, initializer, name: layer.name, weights: isUsual ? null : weights }
  return asPart('toLowRank', LowRank(layer as unknown as AnyLayer, rank, options as object))
}

/**
 * Converts a trained network for low-rank fine-tuning: wraps layers in `LowRank`, under their names, and moves their
 * variables to the state. At first its outputs are those of the network. Layers that are not wrapped are still trained,
 * unless the optimizer freezes them.
 *
 * @param options `rank`, `key`, `layers` (default: all with weights that can have factors), `alpha`, `weights`,
 *   `frozen`, `initializer`
 * @returns the network and its variables; tensors are those of the arguments
 * @throws InvalidOption if an option is invalid, or a pattern names no such layer
 * @throws WeightInitializationError if the variables are not the network's, or the shapes of its variables are unknown
 * @example
 * ```ts
 * const network = join(Input(16), Relu(32), Softmax(10))
 * const adapted = toLowRank(network, init(network, key(1)), { rank: 4, key: key(2), layers: 'relu*' })
 * countParameters(adapted.network) // { total: 1066, trainable: 522 }
 * ```
 */
export const toLowRank = <
  N extends AnyLayer,
  const V extends SomeVariables = SomeVariables,
  const T extends NamePatterns = never,
>(
  network: N,
  variables: VariablesFor<N, V>,
  options: OptionsFor<N, T>,
): Adapted<N> => {
  const part = asPart('toLowRank', network)
  const given = asVariables('toLowRank', variables)
  const normal = parseOptions('toLowRank', example, settings, options)
  const wiring = wiringOf(part)
  const rules = variableRules(wiring)
  checkedLeaves(rules, given)

  checkWeights(rules, normal.weights ?? [])
  const possible = candidates(rules, normal.weights)
  const meant = matchNames('toLowRank', 'layers', normal.layers, possible)
  if (meant.size === 0) throw wrongArgument('toLowRank', 'layers', 'at least one layer', 'none', example)
  const weightsOf = (name: string): readonly string[] =>
    possible.flatMap(([layer, weight]) => (layer === name && meant.has(variableName(layer, weight)) ? [weight] : []))
  const adapted = replaceLayers(part, ({ name, layer }: Node) => {
    const weights = weightsOf(name)
    return weights.length === 0 ? layer : adapt(layer, rules[name] ?? {}, weights, normal)
  })

  const after = variableRules(wiringOf(adapted))
  const fresh = mapRecord(after, (all, layer) => {
    const factors = Object.entries(all).filter(([name]) => leafOf(rules, layer, name) === undefined)
    return layerValues(layer, byName(factors), foldIn(normal.key, layer))
  })
  const own = variablesBy(after, (layer, name, { shape }) => {
    const values = leafOf(fresh, layer, name)
    return values === undefined ? (variableIn(given, layer, name) as TfTensor) : handOver(tensorOf(values, shape))
  })
  // The network has the inputs and outputs that it had.
  return Object.freeze({ network: adapted, variables: own }) as unknown as Adapted<N>
}
