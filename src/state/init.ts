import { isLeft } from 'fp-ts/lib/Either.js'
import { WeightInitializationError } from '../base/errors.ts'
import type { Parameter } from '../base/parameters.ts'
import { asKey, foldIn, type Key } from '../base/random.ts'
import { type Fails, filled, type Sentence, showShape, sizeOf } from '../base/shape.ts'
import { byName, leafOf, leavesOf, mapRecord, own, type VariableTree } from '../base/trees.ts'
import type { AnyLayer, Typed } from '../core/layer.ts'
import type { VariableRule, VariableRules } from '../core/variables.ts'
import { asParts, isNetworks } from '../network/networks.ts'
import { asPart, isPart, type Part, type Wiring } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import type { Variables } from '../network-types/named.ts'
import type { ForSeveral, Networks, VariablesByNetwork } from '../network-types/networks.ts'
import type { Begun } from '../network-types/waiting.ts'
import { handOver, tensorOf } from '../tfjs/index.ts'
import { isTrained, type Trees, variablesBy } from './variables.ts'

/**
 * The variables of each layer that has any, by name; a shared layer once.
 *
 * @throws WeightInitializationError if a shape is unknown, or the occurrences of a shared layer need different ones
 */
export const variableRules = ({ nodes }: Wiring): VariableTree<VariableRule> => {
  const all = new Map<string, VariableRules>()
  for (const { name, path, layer, inputShapes } of nodes) {
    const found = layer.rules.variables(inputShapes)
    if (isLeft(found)) throw new WeightInitializationError({ layer: path, ...found.left })
    const rules = found.right
    for (const [variable, { shape }] of Object.entries(rules)) {
      const other = own(all.get(name), variable)?.shape
      if (other !== undefined && other.join() !== shape.join())
        throw new WeightInitializationError({
          layer: path,
          expected: `${variable} of shape ${showShape(other)}, as where this layer is used first`,
          got: showShape(shape),
          remedy: 'Give every occurrence of a shared layer inputs of one shape.',
        })
    }
    if (Object.keys(rules).length > 0) all.set(name, rules)
  }
  return byName(all)
}

/** How many numbers one variable, and all of them, may have: more would use up the memory. */
const [mostOfOne, mostOfAll] = [2 ** 30, 2 ** 31]

const initialValues = (path: string, variable: string, rule: VariableRule, key: Key): Float32Array => {
  const { shape, initial, fans } = rule
  const size = sizeOf(shape)
  const fault = (got: string) =>
    new WeightInitializationError({
      layer: path,
      expected: `${variable} of shape ${showShape(shape)}, finite numbers`,
      got,
      remedy: 'Give a number, an initializer, or values of this shape.',
    })
  if (size > mostOfOne) throw fault(`${size} of them, more than ${mostOfOne}`)
  if (typeof initial === 'object' && initial.kind === 'Values' && (initial.shape ?? shape).join() !== shape.join())
    throw fault(showShape(initial.shape))
  try {
    const values = sampled(initial, shape, key, fans)
    if (values?.length !== size) throw fault(`${values?.length ?? 'no'} values`)
    if (!values.every(Number.isFinite)) throw fault('a value that is not finite')
    return values
  } catch (error) {
    // An array that cannot be allocated throws a RangeError.
    throw error instanceof RangeError ? fault(`no memory for ${size} of them`) : error
  }
}

const sampled = (
  initial: Parameter,
  shape: readonly number[],
  key: Key,
  fans: VariableRule['fans'],
): Float32Array | null => {
  if (typeof initial === 'number') return filled(initial, shape)
  return initial.kind === 'Initializer' ? initial.sample(key, shape, fans) : initial.data
}

/** The initial values of a layer's variables. Those that are derived from others come last. */
export const layerValues = (
  path: string,
  variables: VariableRules,
  key: Key,
): Readonly<Record<string, Float32Array>> => {
  const values = new Map<string, Float32Array>()
  for (const [variable, rule] of Object.entries(variables))
    if (rule.derived === undefined) values.set(variable, initialValues(path, variable, rule, foldIn(key, variable)))
  const given = byName(values)
  return mapRecord(
    variables,
    ({ derived }, variable) => given[variable] ?? derived?.(given, foldIn(key, variable)) ?? new Float32Array(),
  )
}

/** Checks how much memory all variables take, before any is made. */
const checkVariableSizes = (rules: VariableTree<VariableRule>): void => {
  let total = 0
  for (const [layer, , { shape }] of leavesOf(rules)) {
    total += sizeOf(shape)
    if (total > mostOfAll)
      throw new WeightInitializationError({
        layer,
        expected: `at most ${mostOfAll} numbers in the variables of a network`,
        got: String(total),
        remedy: 'Make the layers smaller.',
      })
  }
}

/** The arguments of `init`, unless the network is not valid. */
export type CheckInit<N extends Typed> =
  Fails<Start<N>> extends 1 ? [network: Refused<N>[Fails<Start<N>>], key: Key] : [network: N, key: Key]
/** Single layers, which init seldom gets, do not have the key. */
type Start<N extends Typed> = unknown extends N[' begun'] ? Begun<N> : N[' begun']
/** Behind a key that is a number until it is known, or the compiler would look through the sentence for what `N` is. */
interface Refused<N extends Typed> {
  readonly [fails: number]: unknown
  readonly 1: Sentence<Start<N>>
}

/**
 * The initial variables of a network: its parameters, which gradients train, and the rest of its state (such as
 * running statistics), by layer name. The same key gives the same bits; every variable draws from a key of its own, so
 * adding a layer changes nothing in the others.
 *
 * @throws WeightInitializationError if a shape is unknown, or a value given for a variable does not have its shape
 * @example
 * ```ts
 * const network = join(Input([28, 28, 1]), Convolution([3, 3, 16]), Relu(), Reshape(), Softmax(10))
 * const variables = init(network, key(42))
 * variables.params['convolution-1'].weight.shape // [3, 3, 1, 16]
 * ```
 */
export function init<N extends AnyLayer = AnyLayer>(...[network, key]: CheckInit<N>): Variables<N>
/**
 * The initial variables of several networks, by the name of the network; each has a key of its own.
 *
 * @throws WeightInitializationError as for one network; InvalidOption if something in the record is no network
 * @example
 * ```ts
 * const encoder = join(Input(4), Relu(2))
 * const { params } = init({ encoder, decoder: join(Input(2), Linear(4)) }, key(1)).decoder
 * params['linear-1'].weight.shape // [2, 4]
 * ```
 */
export function init<const NS extends object>(
  networks: NS & Networks<NS>,
  key: Key,
  ...none: ForSeveral<NS>
): VariablesByNetwork<NS>
export function init(network: unknown, key: Key, ..._: unknown[]): unknown {
  const given = isNetworks(network) ? asParts('init', network) : asPart('init', network)
  const root = asKey('init', key)
  return isPart(given)
    ? variablesOf(given, root)
    : mapRecord(given, (part, name) => variablesOf(part, foldIn(root, name)))
}

/** The variables of one network: what the rules say at run time, `Variables` says at the type level. */
const variablesOf = (part: Part, root: Key): Trees => {
  const wiring = wiringOf(part)
  const rules = variableRules(wiring)
  const paths = new Map(wiring.nodes.map(({ name, path }) => [name, path]))
  checkVariableSizes(rules)
  // All values first: when one cannot be made, no tensor has been.
  const values = mapRecord(rules, (own, layer) => layerValues(paths.get(layer) ?? layer, own, foldIn(root, layer)))
  return variablesBy(rules, (layer, name, { shape }) =>
    handOver(tensorOf(leafOf(values, layer, name) as Float32Array, shape)),
  )
}

/**
 * How many numbers the variables of a network hold: all, and those that gradients train.
 *
 * @throws WeightInitializationError if a shape is unknown
 * @example
 * ```ts
 * countParameters(join(Input(4), Relu(8), BatchNorm())) // { total: 72, trainable: 56 }
 * ```
 */
export const countParameters = (network: AnyLayer): { readonly total: number; readonly trainable: number } => {
  const rules = leavesOf(variableRules(wiringOf(asPart('countParameters', network)))).map(([, , rule]) => rule)
  const count = (some: readonly VariableRule[]) => some.reduce((n, { shape }) => n + sizeOf(shape), 0)
  return Object.freeze({ total: count(rules), trainable: count(rules.filter(isTrained)) })
}
