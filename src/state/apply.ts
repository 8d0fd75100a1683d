import * as tf from '@tensorflow/tfjs-core'
import { InvalidOption, show } from '../base/errors.ts'
import { boolean, codec, parseOptions } from '../base/options.ts'
import { isKey, type Key } from '../base/random.ts'
import { leavesOf, mapTree, mergeTrees, type VariableTree } from '../base/trees.ts'
import type { AnyLayer, Mode } from '../core/layer.ts'
import { asPart, type Part, type Wiring } from '../network/parts.ts'
import { run } from '../network/run.ts'
import type { InputOf, OutputOf, TensorsOf } from '../network-types/compose.ts'
import type { DataFor } from '../network-types/data.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { ParamsOf, StateOf } from '../network-types/named.ts'
import { emptyingAtOnce } from '../ops/empty.ts'
import { isOps } from '../ops/operations.ts'
import type { Ops } from '../ops/ops.ts'
import { tape } from '../ops/tape.ts'
import { handOver, tfjsOps } from '../tfjs/index.ts'
import { checkedWiring, checkTensor, wireFor } from './check.ts'
import { type CotangentFor, toCotangents } from './cotangents.ts'
import { inputCount, outputCount, partsOf, single, type TensorInputs, toTensor } from './data.ts'
import { eagerly } from './eagerly.ts'
import { asTrees, asVariables, reading } from './given.ts'
import { checkIds, inputsIn, inputTensors } from './ids.ts'
import { variableRules } from './init.ts'
import { readEagerly } from './reading.ts'
import type { Trees } from './variables.ts'

/** How `apply` runs. */
export interface ApplyOptions {
  /** Whether layers that behave differently in training do so. Default: false. */
  readonly training?: boolean
  /** What layers that draw in training draw with. */
  readonly key?: Key
}

/** A mode, and the operations to run in. */
interface Interpretation extends Mode {
  readonly ops: Ops<unknown> | undefined
}
/** An option that may be left out. */
const optional = <V>(expected: string, test: (value: unknown) => boolean) => ({
  codec: codec<V | null>(expected, value => (value === null || test(value) ? (value as V | null) : undefined)),
  default: null,
})
const inference: Interpretation = Object.freeze({ training: false, key: undefined, ops: undefined })

/**
 * Reads the options of `apply`, or of another function that takes the same.
 *
 * @throws InvalidOption if an option is invalid
 */
export const modeOf = (owner: string, given: unknown): Interpretation => {
  if (given === undefined) return inference
  const { training, key, ops } = parseOptions<{ training: boolean; key: Key | null; ops: Ops<unknown> | null }>(
    owner,
    `${owner}(${owner === 'gradients' ? 'network, variables, input, cotangent' : 'network, variables, input'}, { training: true, key: key(1) })`,
    {
      training: { codec: boolean, default: false },
      key: optional<Key>('a key, such as key(1)', isKey),
      ops: optional<Ops<unknown>>('operations, such as tfjsOps', isOps),
    },
    given,
  )
  return { training, key: key ?? undefined, ops: ops ?? undefined }
}

/**
 * `Own` in operations of the type `T`. If none are given, `T` is unknown: then it is what the call without operations takes, so
 * that both overloads have the same error, at the same argument.
 */
type Within<T, Plain, Own> = [...(unknown extends T ? ['unknown'] : [])]['length'] extends 1 ? Plain : Own

/** What `apply` gives. */
export interface Applied<Output, State> {
  readonly output: Output
  readonly state: State
}

/** The outputs, and the state after the run. */
const runWith = <T>(
  ops: Ops<T>,
  wiring: Wiring,
  { params, state }: Trees<T>,
  inputs: readonly T[],
  mode: Mode,
): readonly [outputs: readonly T[], state: VariableTree<T>] => {
  const [outputs, changed] = run(ops, wiring, mergeTrees(params, state), inputs, mode)
  return [outputs, mergeTrees(state, changed)]
}

/** The tensors among variables and inputs. Inputs may be arrays of any depth, which hold none but at the top. */
const tensorsGiven = ({ params, state }: Trees, ...inputs: readonly (readonly unknown[])[]): readonly unknown[] => [
  ...[...leavesOf(params), ...leavesOf(state)].map(([, , tensor]) => tensor),
  ...inputs.flat(),
]

/**
 * Runs a network or layer: a pure function of its arguments. Several inputs and outputs are tuples; each input is a tensor,
 * nested arrays or `{ data, shape }`, in any mixture.
 *
 * With `ops`, it runs in another interpretation of the operations, and variables, input and output are its values.
 *
 * @returns the output, and the state with what training updates
 * @throws LayerConnectionError if the input does not fit
 * @throws WeightInitializationError if the variables are not the network's
 * @throws InvalidOption if a layer draws in training and no key is given
 * @example
 * ```ts
 * const network = join(Input(4), Softmax(3))
 * const { output } = apply(network, init(network, key(0)), [[1, 2, 3, 4]])
 * output.shape // [1, 3]
 * ```
 */
export function apply<
  N extends AnyLayer,
  const X extends TensorInputs,
  T,
  const V extends SomeVariables = SomeVariables,
>(
  network: N,
  variables: Within<T, VariablesFor<N, V>, Trees<NoInfer<T>>>,
  input: Within<T, DataFor<'input', InputOf<N>, X, N>, NoInfer<T> | readonly NoInfer<T>[]>,
  options: ApplyOptions & { readonly ops: Ops<T> },
): Applied<T | readonly T[], VariableTree<T>>
export function apply<
  N extends AnyLayer,
  const X extends TensorInputs = TensorInputs,
  const V extends SomeVariables = SomeVariables,
>(
  network: N,
  variables: VariablesFor<N, V>,
  input: DataFor<'input', InputOf<N>, X, N>,
  options?: ApplyOptions,
): Applied<TensorsOf<OutputOf<N>>, StateOf<N>>
export function apply(
  network: AnyLayer,
  variables: unknown,
  input: unknown,
  options?: ApplyOptions & { readonly ops?: Ops<unknown> },
): Applied<unknown, unknown> {
  const part = asPart('apply', network)
  const { ops, ...mode } = modeOf('apply', options)
  if (ops !== undefined) {
    return interpreted(ops, part, asTrees<unknown>('apply', variables), input, { ...mode, isGiven: false })
  }
  const given = asTrees('apply', variables)
  return withInputs(inputsIn('apply', 'input', part, input), inputs => {
    checkIds(part, inputs)
    if (mode.training || tf.engine().state.gradientDepth > 0)
      return applyEagerly(part, asVariables('apply', given), inputs, mode)
    const { outputs, changed } = readEagerly(part, given, inputs, mode.key)
    const isSame = Object.keys(changed).length === 0
    return Object.freeze({
      output: single(outputs.map(own => handOver(own))),
      state: isSame
        ? given.state
        : mergeTrees(
            given.state,
            mapTree(changed, own => handOver(own)),
          ),
    })
  })
}

/** A network in an interpretation of the operations that was given. */
const interpreted = <T>(
  ops: Ops<T>,
  part: Part,
  given: Trees<T>,
  input: T | readonly T[],
  mode: Mode,
): Applied<T | readonly T[], VariableTree<T>> => {
  const inputs = (Array.isArray(input) ? input : [input]) as readonly T[]
  const { isTensor = () => true } = ops
  const other = inputs.findIndex(value => !isTensor(value))
  if (other >= 0)
    throw new InvalidOption({
      layer: 'apply',
      option: 'input',
      expected: 'tensors of the operations that are given',
      got: show(inputs[other]),
      remedy: 'Make them with ops.constant, placeholder(...) for a graph, or variable(...) and fixed(...) of a tape.',
    })
  const wiring = wireFor(part, inputs.map(ops.shape))
  reading('apply', 'variables', () => {
    for (const [layer, name, { shape }] of leavesOf(variableRules(wiring))) checkTensor(ops, layer, name, shape, given)
  })
  const [outputs, state] = runWith(ops, wiring, given, inputs, mode)
  return Object.freeze({ output: single(outputs), state })
}

/** Inputs as tensors for the length of some work; those that users gave stay theirs. */
const withInputs = <R>(given: readonly unknown[], work: (inputs: readonly tf.Tensor[]) => R): R => {
  const made: tf.Tensor[] = []
  try {
    const inputs = given.map(part => {
      const tensor = toTensor(part)
      if (tensor !== part) made.push(tensor)
      return tensor
    })
    return work(inputs)
  } finally {
    for (const tensor of made) tensor.dispose()
  }
}

/** The eager operations: those that take tensors without elements, where an input is one. */
const opsFor = (inputs: readonly tf.Tensor[]): Ops<tf.Tensor> =>
  inputs.some(({ shape }) => shape.includes(0)) ? emptyingAtOnce(tfjsOps) : tfjsOps

const applyEagerly = (
  part: Part,
  given: Trees,
  inputs: readonly tf.Tensor[],
  mode: Mode,
): Applied<tf.Tensor | readonly tf.Tensor[], VariableTree<tf.Tensor>> =>
  eagerly(tensorsGiven(given, inputs), (own, isGiven) => {
    const wiring = checkedWiring(part, given, inputs)
    const [outputs, state] = runWith(opsFor(inputs), wiring, given, inputs, mode)
    return Object.freeze({
      output: single(outputs.map(own)),
      // What did not change stays the tensor that was given.
      state: mapTree(state, tensor => (isGiven(tensor) ? tensor : own(tensor))),
    })
  })

/** What {@link gradients} gives: the shapes are those of the input and of the parameters. */
export interface Gradients<N extends AnyLayer> {
  readonly output: TensorsOf<OutputOf<N>>
  readonly input: TensorsOf<InputOf<N>>
  readonly params: ParamsOf<N>
}

/**
 * The output, and the gradients of `sum(output * cotangent)` with respect to the input and to every parameter: the
 * vector-Jacobian product.
 *
 * @param cotangent the gradient of what you want to differentiate with respect to the output, of its shape; a tuple for several
 * @throws as {@link apply}; InvalidOption if the cotangent has another shape than the output
 * @example
 * ```ts
 * const network = join(Input(2), Linear(1, { weight: [[3], [4]] }))
 * const { input } = gradients(network, init(network, key(0)), [[1, 1]], [[1]])
 * Array.from(input.dataSync()) // [3, 4]
 * ```
 */
export const gradients = <
  N extends AnyLayer,
  const X extends TensorInputs = TensorInputs,
  const V extends SomeVariables = SomeVariables,
  const C extends TensorInputs = TensorInputs,
>(
  network: N,
  variables: VariablesFor<N, V>,
  input: DataFor<'input', InputOf<N>, X, N>,
  cotangent: CotangentFor<OutputOf<N>, C>,
  options?: ApplyOptions,
): Gradients<N> => {
  const part = asPart('gradients', network)
  const mode = modeOf('gradients', options)
  const given = asVariables('gradients', variables)
  const shown = tensorsGiven(given, partsOf(input, inputCount(part)), partsOf(cotangent, outputCount(part)))
  const result = eagerly(shown, own => {
    const inputs = inputTensors('gradients', 'input', part, input)
    const wiring = checkedWiring(part, given, inputs)
    const { ops, variable, fixed, gradients: back } = tape(opsFor(inputs))
    const params = mapTree(given.params, variable)
    const traced = inputs.map(variable)
    const [outputs] = runWith(ops, wiring, { params, state: mapTree(given.state, fixed) }, traced, mode)
    const seeds = toCotangents(
      part,
      cotangent,
      outputs.map(output => output.value.shape),
    )
    const found = back(
      outputs.map((output, i) => [output, seeds[i] as tf.Tensor] as const),
      [...traced, ...leavesOf(params).map(([, , leaf]) => leaf)],
    )
    let at = traced.length
    return Object.freeze({
      output: single(outputs.map(output => own(output.value))),
      input: single(found.slice(0, at).map(own)),
      params: mapTree(params, () => own(found[at++] as tf.Tensor)),
    })
  })
  return result as unknown as Gradients<N>
}
