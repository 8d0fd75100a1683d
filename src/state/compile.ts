import * as tf from '@tensorflow/tfjs-core'
import { give, take } from '../backends/backend.ts'
import { type BackendOption, backendOption, chooseBackend } from '../backends/choose.ts'
import { type Programs, programsOf, type Ready, runFed } from '../backends/programs.ts'
import { parseOptions } from '../base/options.ts'
import type { Key } from '../base/random.ts'
import { type Flow, showFlow } from '../base/shape.ts'
import { isRecord, leavesOf, mapTree, mergeTrees, type VariableTree } from '../base/trees.ts'
import type { AnyLayer, Mode } from '../core/layer.ts'
import { asPart, type Part } from '../network/parts.ts'
import type { OutputOf, StateOf, TensorsOf, VariablesFor } from '../network-types/named.ts'
import { another, handOver, tidily } from '../tfjs/index.ts'
import { type Applied, type ApplyOptions, type Gradients, modeOf } from './apply.ts'
import { checkShapes, type Trees, tensorIn } from './check.ts'
import { inputCount, outputCount, single, type TensorInput, toTensor, toTensors } from './data.ts'
import { asVariables } from './given.ts'
import { checkIds } from './ids.ts'
import {
  type Judgement,
  type Known,
  numberOf,
  outputShapes,
  type StateIndices,
  traceGradients,
  traceJudged,
  traceNetwork,
  variablesOf,
} from './traced.ts'

/** The options of {@link compile}. */
export interface CompileOptions {
  /** What computes: a backend, or the name of one. Default: `'tfjs'`, on whichever backend of tfjs is in use. */
  readonly backend?: BackendOption
}

type Inputs = TensorInput | readonly TensorInput[]

/** A network made ready to run, with its variables. */
export interface Compiled<N extends AnyLayer> {
  /** The output for an input, in inference mode. */
  (input: Inputs): Promise<TensorsOf<OutputOf<N>>>
  /** As the eager `apply`. */
  readonly apply: (input: Inputs, options?: ApplyOptions) => Promise<Applied<TensorsOf<OutputOf<N>>, StateOf<N>>>
  /** As the eager `gradients`. */
  readonly gradients: (input: Inputs, cotangent: Inputs, options?: ApplyOptions) => Promise<Gradients<N>>
  /** Gives back what the programs hold; dropping the value does the same, later. */
  readonly dispose: () => Promise<void>
}

/** A network made ready to run with any variables. */
export interface CompiledNetwork<N extends AnyLayer> {
  (variables: VariablesFor<N>, input: Inputs): Promise<TensorsOf<OutputOf<N>>>
  readonly apply: (
    variables: VariablesFor<N>,
    input: Inputs,
    options?: ApplyOptions,
  ) => Promise<Applied<TensorsOf<OutputOf<N>>, StateOf<N>>>
  readonly gradients: (
    variables: VariablesFor<N>,
    input: Inputs,
    cotangent: Inputs,
    options?: ApplyOptions,
  ) => Promise<Gradients<N>>
  readonly dispose: () => Promise<void>
}

const shapesOf = (tensors: readonly tf.Tensor[]): Flow => tensors.map(tensor => tensor.shape)
/** Variables in the order in which graphs take them. */
const leafTensors = (variables: VariableTree<Known>, given: Trees): readonly tf.Tensor[] =>
  leavesOf(variables).map(([layer, name]) => tensorIn(given, layer, name) as tf.Tensor)

/** Variables with their numbers, to be constants. All are read at once: later they may be disposed of. */
const withNumbers = async (variables: VariableTree<Known>, given: Trees): Promise<VariableTree<Known>> => {
  const numbers = new Map<Known, Float32Array>()
  const reads = leavesOf(variables).map(async ([layer, name, known]) => {
    const data = await (tensorIn(given, layer, name) as tf.Tensor).data()
    // Nobody writes to what a tensor holds: a copy of all weights would only take memory.
    numbers.set(known, data instanceof Float32Array ? data : Float32Array.from(data))
  })
  await Promise.all(reads)
  return mapTree(variables, known => ({ ...known, data: numbers.get(known) as Float32Array }))
}

/** Variables and inputs of the caller's, for the length of some work. */
const holding = async <R>(
  make: () => readonly [leaves: readonly tf.Tensor[], inputs: readonly tf.Tensor[]],
  work: (leaves: readonly tf.Tensor[], inputs: readonly tf.Tensor[]) => Promise<R>,
): Promise<R> => {
  // Kept: a `tf.tidy` around the call ends before the work does.
  const own = (tensors: readonly tf.Tensor[]) => tensors.map(tensor => tf.keep(another(tensor)))
  const [leaves, inputs] = tidily(() => {
    const [leaves, inputs] = make()
    return [own(leaves), own(inputs)] as const
  })
  try {
    return await work(leaves, inputs)
  } finally {
    for (const tensor of [...leaves, ...inputs]) tensor.dispose()
  }
}

/** Runs a program on tensors, and gives its outputs as tensors of the user's. */
const runOn = async (
  ready: Ready,
  tensors: readonly tf.Tensor[],
  key: Key | undefined,
): Promise<readonly tf.Tensor[]> => {
  const { backend, results: shapes } = ready
  const handles: unknown[] = []
  let results: readonly unknown[]
  try {
    for (const tensor of tensors) handles.push(await give(backend, tensor))
    results = await runFed(ready, handles, [], [...handles.keys()], key)
  } catch (error) {
    for (const handle of handles) backend.release(handle)
    throw error
  }
  const outputs: tf.Tensor[] = []
  for (const [i, handle] of results.entries())
    outputs.push(handOver(await take(backend, handle, shapes[i] as readonly number[])))
  return outputs
}

/** A function of shapes that is asked once for each. */
const byShapes = <V>(ask: (x: Flow) => V): ((x: Flow) => V) => {
  const found = new Map<string, V>()
  return x => {
    const text = showFlow(x)
    const value = found.get(text) ?? ask(x)
    found.set(text, value)
    return value
  }
}

/** What a compiled network does, for variables that are given. */
export interface Runs {
  readonly output: (given: Trees, input: unknown) => Promise<unknown>
  readonly apply: (given: Trees, input: unknown, mode: Mode) => Promise<unknown>
  readonly gradients: (given: Trees, input: unknown, cotangent: unknown, mode: Mode) => Promise<unknown>
  /** The outputs in inference mode, then a judgement of them. */
  readonly judged: (
    given: Trees,
    inputs: readonly tf.Tensor[],
    expected: readonly tf.Tensor[],
    judge: Judgement,
  ) => Promise<readonly tf.Tensor[]>
  readonly dispose: () => Promise<void>
}

/**
 * A network on a backend.
 *
 * @param bound variables that every run has, which then stand in the program of the output
 */
export const runsOf = (part: Part, choice: BackendOption, bound: Trees | null): Runs => {
  const all = new Map<string, Programs<unknown>>()
  /** The programs of one reading, made when it is first asked for. */
  const programs = <A>(name: string, make: () => Programs<A>): Programs<A> => {
    const known = (all.get(name) as Programs<A> | undefined) ?? make()
    all.set(name, known)
    return known
  }
  const backend = () => chooseBackend(choice)
  const readingOf = ({ training, key }: Mode) => ({ training, keyed: key !== undefined })
  // The network is wired once for inputs of some shapes, not at every call.
  const knownFor = byShapes(x => variablesOf(part, x))
  const resultsFor = byShapes(x => outputShapes(part, x))
  const checked = (given: Trees, x: Flow): Trees => {
    checkShapes(knownFor(x), mergeTrees(given.params, given.state))
    return given
  }

  /** What is known of the variables where they stand in the program: their numbers, if they are bound. */
  const standing = async (x: Flow): Promise<VariableTree<Known>> =>
    bound === null ? knownFor(x) : withNumbers(knownFor(x), checked(bound, x))
  /** All variables, in the order in which graphs take them. */
  const allLeaves = (given: Trees, x: Flow): readonly tf.Tensor[] => leafTensors(knownFor(x), checked(given, x))
  /** The variables that a program takes in which those that are bound stand. */
  const leavesFor = (given: Trees, x: Flow): readonly tf.Tensor[] => (bound === null ? allLeaves(given, x) : [])

  /** Inputs as tensors, those that are ids checked. */
  const toInputs = (input: unknown): readonly tf.Tensor[] => {
    const inputs = toTensors(input, inputCount(part))
    checkIds(part, inputs)
    return inputs
  }

  const output: Runs['output'] = (given, input) =>
    holding(
      () => {
        const inputs = toInputs(input)
        return [leavesFor(given, shapesOf(inputs)), inputs]
      },
      async (leaves, inputs) => {
        const { use } = programs('output', () =>
          programsOf(backend, async (x = []) => [
            traceNetwork(part, await standing(x), readingOf({ training: false, key: undefined }), x, false)[0],
            null,
          ]),
        )
        return use([shapesOf(inputs)], async ready => single(await runOn(ready, [...leaves, ...inputs], undefined)))
      },
    )

  const judged: Runs['judged'] = (given, inputs, expected, judge) =>
    holding(
      () => [leavesFor(given, shapesOf(inputs)), [...inputs, ...expected]],
      async (leaves, tensors) => {
        const { use } = programs(`judged ${numberOf(judge)}`, () =>
          programsOf(backend, async (x = [], y = []) => [traceJudged(part, await standing(x), x, y, judge), null]),
        )
        const shapes = shapesOf(tensors)
        return use([shapes.slice(0, inputs.length), shapes.slice(inputs.length)], ready =>
          runOn(ready, [...leaves, ...tensors], undefined),
        )
      },
    )

  const apply: Runs['apply'] = (given, input, mode) =>
    holding(
      () => {
        const inputs = toInputs(input)
        return [allLeaves(given, shapesOf(inputs)), inputs]
      },
      async (leaves, inputs) => {
        const reading = readingOf(mode)
        const { use } = programs<StateIndices>(`apply ${reading.training} ${reading.keyed}`, () =>
          programsOf(backend, (shapes = []) => traceNetwork(part, knownFor(shapes), reading, shapes, true)),
        )
        return use([shapesOf(inputs)], async ready => {
          const results = await runOn(ready, [...leaves, ...inputs], mode.key)
          const after = mapTree(ready.about, i => results[i] as tf.Tensor)
          // The state that changes follows the outputs.
          const count = results.length - leavesOf(after).length
          return Object.freeze({
            output: single(results.slice(0, count)),
            state: mergeTrees(given.state, after),
          })
        })
      },
    )

  const gradients: Runs['gradients'] = (given, input, cotangent, mode) => {
    let count = 0
    return holding(
      () => {
        const inputs = toInputs(input)
        count = inputs.length
        const x = shapesOf(inputs)
        const leaves = allLeaves(given, x)
        const seeds = toTensors(cotangent, outputCount(part))
        return [leaves, [...inputs, ...resultsFor(x).map((shape, i) => toTensor(seeds[i], shape))]]
      },
      async (leaves, tensors) => {
        const [x, y] = [shapesOf(tensors.slice(0, count)), shapesOf(tensors.slice(count))]
        const reading = readingOf(mode)
        const { use } = programs(`gradients ${reading.training} ${reading.keyed}`, () =>
          programsOf(backend, (x = [], y = []) => [traceGradients(part, knownFor(x), reading, x, y), null]),
        )
        const results = await use([x, y], ready => runOn(ready, [...leaves, ...tensors], mode.key))
        const [outputs, rest] = [results.slice(0, y.length), results.slice(y.length)]
        const trained = leavesOf(knownFor(x)).filter(([, , { trainable }]) => trainable)
        const at = new Map(trained.map(([layer, name], i) => [`${layer} ${name}`, count + i]))
        return Object.freeze({
          output: single(outputs),
          input: single(rest.slice(0, count)),
          // Variables may be those of a larger network, of which this one is a part.
          params: mapTree(
            given.params,
            (tensor, layer, name) => rest[at.get(`${layer} ${name}`) ?? -1] ?? handOver(tf.zerosLike(tensor)),
          ),
        })
      },
    )
  }

  return {
    output,
    apply,
    gradients,
    judged,
    dispose: async () => {
      await Promise.all([...all.values()].map(programs => programs.dispose()))
    },
  }
}

/**
 * Makes a network ready to run fast: its mathematics become one graph, which is simplified, fused and handed to a backend
 * as one program for each shape of the input, when that is first met. With variables, these become part of the program,
 * and batch normalization disappears into the weights before it; without, they are given with each call.
 *
 * @param options `backend`: a backend or its name, `'tfjs'` (the default), `'wasm'` or `'onnxruntime'`
 * @returns a function from an input (or from variables and an input) to the promise of the output, with `apply` and
 *   `gradients` as the eager ones, and `dispose`
 * @throws InvalidOption if there is no such backend
 * @throws BackendError, from a call, when the backend is not installed or cannot run the network
 * @throws LayerConnectionError, WeightInitializationError, from a call, as `apply`
 * @example
 * ```ts
 * const network = join(Input(4), Relu(8), Softmax(3))
 * const model = compile(network, init(network, key(0)))
 * const output = await model([[1, 2, 3, 4]])
 * output.shape // [1, 3]
 * ```
 */
export function compile<N extends AnyLayer>(
  network: N,
  variables: VariablesFor<NoInfer<N>>,
  options?: CompileOptions,
): Compiled<N>
export function compile<N extends AnyLayer>(network: N, options: CompileOptions): CompiledNetwork<N>
export function compile<N extends AnyLayer>(
  network: N,
  variables?: undefined,
  options?: CompileOptions,
): CompiledNetwork<N>
export function compile<N extends AnyLayer>(
  network: N,
  given?: unknown,
  more?: CompileOptions,
): Compiled<N> | CompiledNetwork<N> {
  const isOptions = more === undefined && isRecord(given) && !Object.hasOwn(given, 'params')
  const [variables, options] = isOptions ? [undefined, given] : [given, more ?? {}]
  const part = asPart('compile', network)
  const { backend } = parseOptions<Required<CompileOptions>>(
    'compile',
    "compile(network, variables, { backend: 'tfjs' })",
    { backend: { codec: backendOption, default: 'tfjs' } },
    options,
  )
  const bound = variables === undefined ? null : asVariables('compile', variables)
  const runs = runsOf(part, backend, bound)
  const call = (given: Trees) => ({
    output: (input: unknown) => runs.output(given, input),
    apply: async (input: unknown, how?: ApplyOptions) => runs.apply(given, input, modeOf('apply', how)),
    gradients: async (input: unknown, cotangent: unknown, how?: ApplyOptions) =>
      runs.gradients(given, input, cotangent, modeOf('gradients', how)),
  })
  const { dispose } = runs
  if (bound !== null) {
    const { output, ...rest } = call(bound)
    return Object.freeze(Object.assign(output, { ...rest, dispose })) as unknown as Compiled<N>
  }
  const owned = (given: unknown) => call(asVariables('compile', given))
  return Object.freeze(
    Object.assign(async (given: unknown, input: unknown) => owned(given).output(input), {
      apply: async (given: unknown, input: unknown, how?: ApplyOptions) => owned(given).apply(input, how),
      gradients: async (given: unknown, input: unknown, cotangent: unknown, how?: ApplyOptions) =>
        owned(given).gradients(input, cotangent, how),
      dispose,
    }),
  ) as unknown as CompiledNetwork<N>
}
