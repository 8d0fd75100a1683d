import * as tf from '@tensorflow/tfjs-core'
import { type BackendOption, backendOption, chooseBackend } from '../backends/choose.ts'
import { type Programs, programsOf, type Traced } from '../backends/programs.ts'
import { parseOptions } from '../base/options.ts'
import type { Key } from '../base/random.ts'
import { type Flow, showFlow } from '../base/shape.ts'
import { isRecord, leafOf, leavesOf, mapTree, mergeTrees, treeOf, type VariableTree } from '../base/trees.ts'
import type { AnyLayer, Mode } from '../core/layer.ts'
import { asPart, type Part } from '../network/parts.ts'
import type { InputOf, OutputOf, TensorsOf } from '../network-types/compose.ts'
import type { DataFor } from '../network-types/data.ts'
import type { SomeVariables, VariablesFor } from '../network-types/given.ts'
import type { StateOf } from '../network-types/named.ts'
import { handOver } from '../tfjs/index.ts'
import { type Applied, type ApplyOptions, type Gradients, modeOf } from './apply.ts'
import { checkedLeaves } from './check.ts'
import { type CotangentFor, toCotangents } from './cotangents.ts'
import { single, type TensorInputs } from './data.ts'
import { asVariables } from './given.ts'
import { inputTensors } from './ids.ts'
import { heldOf, runOn } from './run-on.ts'
import {
  type Judgement,
  type Known,
  numberOf,
  outputShapes,
  outputsOnly,
  traceGradients,
  traceNetwork,
  variablesOf,
} from './traced.ts'
import type { Trees } from './variables.ts'

/** The options of {@link compile}. */
export interface CompileOptions {
  /** What computes: a backend, or the name of one. Default: `'tfjs'`, on whichever backend of tfjs is in use. */
  readonly backend?: BackendOption
}

/** A compiled network with its variables. */
export interface Compiled<N extends AnyLayer> {
  /** For the compiler, which then compares compiled networks by what they have, not by their networks. */
  readonly ' network'?: { readonly [K in keyof N]: unknown }
  /** The output for an input, in inference mode. */
  <const X extends TensorInputs>(input: DataFor<'input', InputOf<N>, X, N>): Promise<TensorsOf<OutputOf<N>>>
  /** As the eager `apply`. */
  readonly apply: <const X extends TensorInputs>(
    input: DataFor<'input', InputOf<N>, X, N>,
    options?: ApplyOptions,
  ) => Promise<Applied<TensorsOf<OutputOf<N>>, StateOf<N>>>
  /** As the eager `gradients`. */
  readonly gradients: <const X extends TensorInputs, const C extends TensorInputs = TensorInputs>(
    input: DataFor<'input', InputOf<N>, X, N>,
    cotangent: CotangentFor<OutputOf<N>, C>,
    options?: ApplyOptions,
  ) => Promise<Gradients<N>>
  /** Frees the programs, which the garbage collector does otherwise. */
  readonly dispose: () => Promise<void>
}

/** A compiled network that takes its variables with each call. */
export interface CompiledNetwork<N extends AnyLayer> {
  <const X extends TensorInputs, const V extends SomeVariables>(
    variables: VariablesFor<N, V>,
    input: DataFor<'input', InputOf<N>, X, N>,
  ): Promise<TensorsOf<OutputOf<N>>>
  readonly apply: <const X extends TensorInputs, const V extends SomeVariables>(
    variables: VariablesFor<N, V>,
    input: DataFor<'input', InputOf<N>, X, N>,
    options?: ApplyOptions,
  ) => Promise<Applied<TensorsOf<OutputOf<N>>, StateOf<N>>>
  readonly gradients: <
    const X extends TensorInputs,
    const V extends SomeVariables,
    const C extends TensorInputs = TensorInputs,
  >(
    variables: VariablesFor<N, V>,
    input: DataFor<'input', InputOf<N>, X, N>,
    cotangent: CotangentFor<OutputOf<N>, C>,
    options?: ApplyOptions,
  ) => Promise<Gradients<N>>
  readonly dispose: () => Promise<void>
}

const shapesOf = (tensors: readonly tf.Tensor[]): Flow => tensors.map(tensor => tensor.shape)
const inference: Mode = { training: false, key: undefined }

/** Variables with their numbers, to be constants. All are read at once: later they may be disposed of. */
export const withNumbers = async (variables: VariableTree<Known>, given: Trees): Promise<VariableTree<Known>> => {
  const numbers = await Promise.all(checkedLeaves(variables, given).map(tensor => tensor.data()))
  let at = 0
  return mapTree(variables, known => {
    const data = numbers[at++] as Float32Array | Int32Array
    // Nobody writes to what a tensor holds: a copy of all weights would only take memory.
    return { ...known, data: data instanceof Float32Array ? data : Float32Array.from(data) }
  })
}

/** A function of shapes that computes each value once. */
const byShapes = <V>(ask: (x: Flow) => V): ((x: Flow) => V) => {
  const found = new Map<string, V>()
  return x => {
    const text = showFlow(x)
    const value = found.get(text) ?? ask(x)
    found.set(text, value)
    return value
  }
}

/** The operands of a program: variables, inputs, and what is given beside them. */
type Operands = readonly [leaves: readonly tf.Tensor[], x: readonly tf.Tensor[], y: readonly tf.Tensor[]]

/** What a compiled network computes from variables and inputs. */
export interface Runs {
  readonly output: (given: Trees, input: unknown) => Promise<unknown>
  readonly apply: (given: Trees, input: unknown, options: unknown) => Promise<unknown>
  readonly gradients: (given: Trees, input: unknown, cotangent: unknown, options: unknown) => Promise<unknown>
  /** The outputs in inference mode, then a judgement of them. */
  readonly judged: (
    given: Trees,
    inputs: readonly tf.Tensor[],
    beside: readonly tf.Tensor[],
    judge: Judgement,
  ) => Promise<readonly tf.Tensor[]>
  readonly dispose: () => Promise<void>
}

/**
 * A network on a backend.
 *
 * @param bound variables of every run, which are constants of the programs for inference
 */
export const runsOf = (part: Part, choice: BackendOption, bound: Trees | null): Runs => {
  const all = new Map<string, Programs<unknown>>()
  // The network is wired once for inputs of some shapes, not at every call.
  const knownFor = byShapes(x => variablesOf(part, x))
  const resultsFor = byShapes(x => outputShapes(part, x))
  const leavesFor = (given: Trees, inputs: readonly tf.Tensor[]): readonly tf.Tensor[] =>
    checkedLeaves(knownFor(shapesOf(inputs)), given)
  /**
   * Runs the program for the shapes of what is given.
   *
   * @param name of what is computed: programs are kept by name and shapes
   * @param operands tensors of the caller's, which are held until the run has ended
   */
  const run = async <A, R>(
    name: string,
    trace: (x: Flow, y: Flow) => Traced<A> | Promise<Traced<A>>,
    operands: () => Operands,
    key: Key | undefined,
    finish: (results: readonly tf.Tensor[], about: A, x: Flow, y: Flow) => R,
  ): Promise<R> => {
    const held = heldOf(operands)
    const [, x, y] = held.map(shapesOf) as [Flow, Flow, Flow]
    const programs =
      (all.get(name) as Programs<A> | undefined) ??
      programsOf(
        () => chooseBackend(choice),
        (x = [], y = []) => trace(x, y),
      )
    all.set(name, programs)
    try {
      return await programs.use([x, y], async ready => finish(await runOn(ready, held.flat(), key), ready.about, x, y))
    } finally {
      for (const tensor of held.flat()) tensor.dispose()
    }
  }

  const judging = (given: Trees, inputs: () => readonly tf.Tensor[], beside: readonly tf.Tensor[], judge: Judgement) =>
    run(
      `judged ${numberOf(judge)}`,
      async (x, y) => {
        const known = bound === null ? knownFor(x) : await withNumbers(knownFor(x), bound)
        return traceNetwork(part, known, inference, x, [judge, y])
      },
      () => {
        const x = inputs()
        return [bound === null ? leavesFor(given, x) : [], x, beside]
      },
      undefined,
      results => results,
    )

  return {
    judged: (given, inputs, beside, judge) => judging(given, () => inputs, beside, judge),
    output: async (given, input) =>
      single(await judging(given, () => inputTensors('compile', 'input', part, input), [], outputsOnly)),
    apply: async (given, input, options) => {
      const mode = modeOf('apply', options)
      return run(
        `apply ${mode.training} ${mode.key !== undefined}`,
        x => traceNetwork(part, knownFor(x), mode, x, 'state'),
        () => {
          const x = inputTensors('apply', 'input', part, input)
          return [leavesFor(given, x), x, []]
        },
        mode.key,
        (results, state) =>
          Object.freeze({
            // The state that changes follows the outputs.
            output: single(results.slice(0, results.length - leavesOf(state).length)),
            state: mergeTrees(
              given.state,
              mapTree(state, i => results[i] as tf.Tensor),
            ),
          }),
      )
    },
    gradients: async (given, input, cotangent, options) => {
      const mode = modeOf('gradients', options)
      return run(
        `gradients ${mode.training} ${mode.key !== undefined}`,
        (x, y) => [traceGradients(part, knownFor(x), mode, x, y), null],
        () => {
          const x = inputTensors('gradients', 'input', part, input)
          const leaves = leavesFor(given, x)
          return [leaves, x, toCotangents(part, cotangent, resultsFor(shapesOf(x)))]
        },
        mode.key,
        (results, _, x, y) => {
          const [outputs, inputs] = [results.slice(0, y.length), results.slice(y.length, y.length + x.length)]
          const rest = results.slice(y.length + x.length)
          const trained = leavesOf(knownFor(x)).filter(([, , { trainable }]) => trainable)
          const found = treeOf(trained.map(([layer, name], i) => [layer, name, rest[i] as tf.Tensor]))
          return Object.freeze({
            output: single(outputs),
            input: single(inputs),
            // Variables may be those of a larger network, of which this one is a part.
            params: mapTree(
              given.params,
              (tensor, layer, name) => leafOf(found, layer, name) ?? handOver(tf.zerosLike(tensor)),
            ),
          })
        },
      )
    },
    dispose: async () => {
      await Promise.all([...all.values()].map(programs => programs.dispose()))
    },
  }
}

/** Reads the options of `compile`: what computes. */
export const backendFor = (example: string, options: unknown): BackendOption =>
  parseOptions<Required<CompileOptions>>(
    'compile',
    example,
    { backend: { codec: backendOption, default: 'tfjs' } },
    options,
  ).backend

/** `compile` of a network: see there. The arguments are those of its overloads, or of a call from JavaScript. */
export const compileNetwork = (
  network: unknown,
  given: unknown,
  more: unknown,
): Compiled<AnyLayer> | CompiledNetwork<AnyLayer> => {
  const isOptions = more === undefined && isRecord(given) && !Object.hasOwn(given, 'params')
  const [variables, options] = isOptions ? [undefined, given] : [given, more ?? {}]
  const part = asPart('compile', network as AnyLayer)
  const backend = backendFor("compile(network, variables, { backend: 'tfjs' })", options)
  const bound = variables === undefined ? null : asVariables('compile', variables)
  const { output, apply, gradients, dispose } = runsOf(part, backend, bound)
  const call = <Rest extends readonly unknown[]>(read: (given: Trees, ...rest: Rest) => Promise<unknown>) =>
    bound === null
      ? async (given: unknown, ...rest: Rest) => read(asVariables('compile', given), ...rest)
      : (...rest: Rest) => read(bound, ...rest)
  const readings = { apply: call(apply), gradients: call(gradients), dispose }
  return Object.freeze(Object.assign(call(output), readings)) as unknown as Compiled<AnyLayer>
}
