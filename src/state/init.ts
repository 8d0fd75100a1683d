import { isLeft } from 'fp-ts/lib/Either.js'
import { WeightInitializationError } from '../base/errors.ts'
import type { Parameter } from '../base/parameters.ts'
import { asKey, foldIn, type Key } from '../base/random.ts'
import { filled, showShape, sizeOf, type Unless } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { byName, own, treeOf } from '../base/trees.ts'
import type { AnyLayer, Out } from '../core/layer.ts'
import type { VariableRule, VariableRules } from '../core/variables.ts'
import { asPart, type Node, type Wiring } from '../network/parts.ts'
import { wiringOf } from '../network/wiring.ts'
import type { Variables } from '../network-types/named.ts'
import { handOver, tensorOf } from '../tfjs/index.ts'
import { asShown } from './variables.ts'

/**
 * The variables of each layer that has any, by name; a shared layer once.
 *
 * @throws WeightInitializationError if a shape is unknown, or the occurrences of a shared layer need different ones
 */
export const variableRules = (wiring: Wiring): ReadonlyMap<string, VariableRules> => {
  const all = new Map<string, VariableRules>()
  for (const node of wiring.nodes) {
    const rules = rulesOf(node)
    const before = all.get(node.name)
    for (const [variable, { shape }] of Object.entries(rules)) {
      const other = own(before, variable)?.shape
      if (other !== undefined && other.join() !== shape.join())
        throw new WeightInitializationError({
          layer: node.path,
          expected: `${variable} of shape ${showShape(other)}, as where this layer is used first`,
          got: showShape(shape),
          remedy: 'Give every occurrence of a shared layer inputs of one shape.',
        })
    }
    if (Object.keys(rules).length > 0) all.set(node.name, rules)
  }
  return all
}

const rulesOf = ({ path, layer, inputShapes }: Node): VariableRules => {
  const rules = layer.rules.variables(inputShapes)
  if (isLeft(rules)) throw new WeightInitializationError({ layer: path, ...rules.left })
  return rules.right
}

const initialValues = (
  path: string,
  variable: string,
  { shape, initial, fans }: VariableRule,
  key: Key,
): Float32Array => {
  const fault = (got: string) =>
    new WeightInitializationError({
      layer: path,
      expected: `${variable} of shape ${showShape(shape)}, finite numbers`,
      got,
      remedy: 'Give a number, an initializer, or values of this shape.',
    })
  const values = drawn(initial, shape, key, fans, fault)
  if (values === null) return initialShapeFault(initial, fault)
  if (values.length !== sizeOf(shape)) throw fault(`${values.length} values`)
  if (!values.every(Number.isFinite)) throw fault('a value that is not finite')
  return values
}

/** A variable with its initial values. */
export interface Drawn {
  readonly variable: string
  readonly rule: VariableRule
  readonly values: Float32Array
}

/** The initial values of a layer's variables: those that are derived from others after these. */
export const layerValues = (path: string, variables: VariableRules, key: Key): readonly Drawn[] => {
  const values = new Map<string, Float32Array>()
  for (const [variable, rule] of Object.entries(variables))
    if (rule.derived === undefined) values.set(variable, initialValues(path, variable, rule, foldIn(key, variable)))
  const given = byName(values)
  return Object.entries(variables).map(([variable, rule]) => ({
    variable,
    rule,
    values: values.get(variable) ?? rule.derived?.(given, foldIn(key, variable)) ?? new Float32Array(),
  }))
}

/** How many numbers one variable, and all of them, may have: more would take the process's memory. */
const [mostOfOne, mostOfAll] = [2 ** 30, 2 ** 31]

/** The same as {@link sampled}; an error where memory does not suffice. */
const drawn = (
  initial: Parameter,
  shape: readonly number[],
  key: Key,
  fans: VariableRule['fans'],
  fault: (got: string) => Error,
): Float32Array | null => {
  if (sizeOf(shape) > mostOfOne) throw fault(`${sizeOf(shape)} of them, more than ${mostOfOne}`)
  try {
    return sampled(initial, shape, key, fans)
  } catch (error) {
    // What an array says that cannot be allocated.
    throw error instanceof RangeError ? fault(`no memory for ${sizeOf(shape)} of them`) : error
  }
}

/** Checks how much memory all variables take, before any is made. */
const checkVariableSizes = (rules: ReadonlyMap<string, VariableRules>): void => {
  let total = 0
  for (const [layer, variables] of rules) {
    for (const { shape } of Object.values(variables)) total += sizeOf(shape)
    if (total > mostOfAll)
      throw new WeightInitializationError({
        layer,
        expected: `at most ${mostOfAll} numbers in the variables of a network`,
        got: String(total),
        remedy: 'Make the layers smaller.',
      })
  }
}

const initialShapeFault = (initial: Parameter, fault: (got: string) => Error): never => {
  throw fault(typeof initial === 'object' && initial.kind === 'Values' ? showShape(initial.shape) : 'no values')
}

/** `null` for values of another shape. */
const sampled = (
  initial: Parameter,
  shape: readonly number[],
  key: Key,
  fans: VariableRule['fans'],
): Float32Array | null => {
  if (typeof initial === 'number') return filled(initial, shape)
  if (initial.kind === 'Initializer') return initial.sample(key, shape, fans)
  return initial.shape === null || initial.shape.join() === shape.join() ? initial.data : null
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
export const init = <N extends AnyLayer>(network: Unless<Out<N, number[]>> & N, key: Key): Variables<N> => {
  const wiring = wiringOf(asPart('init', network))
  const rules = variableRules(wiring)
  const paths = new Map(wiring.nodes.map(({ name, path }) => [name, path]))
  const root = asKey('init', key)
  checkVariableSizes(rules)
  // All values first: when one cannot be made, no tensor has been.
  const all = [...rules].flatMap(([layer, variables]) =>
    layerValues(paths.get(layer) ?? layer, variables, foldIn(root, layer)).map(drawn => ({ layer, ...drawn })),
  )
  const tree = (trainable: boolean) =>
    treeOf(
      all
        .filter(({ rule }) => (rule.trainable ?? true) === trainable)
        .map(({ layer, variable, rule, values }): readonly [string, string, Tensor] => [
          layer,
          variable,
          handOver(tensorOf(values, rule.shape)),
        ]),
    )
  // What the rules say at run time, Variables<N> says at the type level.
  return asShown(tree(true), tree(false)) as unknown as Variables<N>
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
  const rules = variableRules(wiringOf(asPart('countParameters', network)))
  const all = [...rules.values()].flatMap(variables => Object.values(variables))
  const count = (some: readonly VariableRule[]) => some.reduce((n, { shape }) => n + sizeOf(shape), 0)
  return Object.freeze({ total: count(all), trainable: count(all.filter(rule => rule.trainable ?? true)) })
}
