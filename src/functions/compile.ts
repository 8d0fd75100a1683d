import type * as tf from '@tensorflow/tfjs-core'
import { type BackendOption, chooseBackend } from '../backends/choose.ts'
import { type Programs, programsOf, type Traced } from '../backends/programs.ts'
import { InvalidOption } from '../base/errors.ts'
import { isKey, type Key, symbolicKeyOf } from '../base/random.ts'
import { recent } from '../base/recent.ts'
import type { Flow } from '../base/shape.ts'
import { type Form, type Path, unflatten } from '../base/tree.ts'
import type { AnyLayer } from '../core/layer.ts'
import { traceOnly } from '../graph/build.ts'
import { type GraphNode, topological } from '../graph/graph.ts'
import type {
  Certain,
  ForUncertain,
  ForVariables,
  OwnVariables,
  VariablesFor,
  WrittenVariables,
} from '../network-types/given.ts'
import type { Alone, ForOne, More } from '../network-types/networks.ts'
import {
  backendFor,
  type Compiled,
  type CompiledNetwork,
  type CompileOptions,
  compileNetwork,
} from '../state/compile.ts'
import { heldOf, runOn } from '../state/run-on.ts'
import { type AnyFunction, type Beside, type Handle, nameOf, type OpsFunction } from './function.ts'
import { type Computed, type GivenArguments, leavesGiven, takenLeaf } from './given.ts'
import { tensorsIn } from './trees.ts'

/** A compiled function: see {@link compile}. */
export interface CompiledFunction<A extends readonly unknown[], R> {
  (...args: GivenArguments<A>): Promise<Computed<R>>
  /** Frees the programs, which the garbage collector does otherwise. */
  readonly dispose: () => Promise<void>
}

/** A function, beside which `G` is what was given if it is anything else: null leaves nothing to compare it with. */
type ButNetwork<F, G> = F | (G & null)

/** The form of the arguments of a call: trees of tensors and keys. */
interface Call {
  readonly form: Form
  readonly paths: readonly Path[]
  /** Which leaves are keys. */
  readonly keys: readonly boolean[]
}

/** The most forms of arguments whose programs are kept, least recently used first out. */
const most = 16

/**
 * The graph of a function for arguments of some shapes, and the form of its result.
 *
 * @throws InvalidOption if the result holds anything but tensors that the function made of its arguments
 */
const traceFunction = (f: AnyFunction, { form, paths, keys }: Call, shapes: Flow): Traced<Form> => {
  const what = `${nameOf(f)}, result`
  const names = paths.filter((_, i) => keys[i] === false).map(path => path.join('.'))
  let about: Form | undefined
  const graph = traceOnly(
    (ops, ...inputs) => {
      let [tensor, key] = [0, 0]
      const leaves = keys.map(isKey => (isKey ? symbolicKeyOf(key++) : (inputs[tensor++] as GraphNode)))
      const result = f(ops, ...(unflatten<unknown>(form, leaves) as readonly unknown[]))
      const found = tensorsIn<GraphNode>(ops, 'compile', what, result)
      about = found.form
      const other = topological(found.leaves).find(node => node.kind === 'placeholder' && !inputs.includes(node))
      if (other?.kind !== 'placeholder') return found.leaves
      throw new InvalidOption({
        layer: 'compile',
        option: what,
        expected: 'what is computed of the arguments',
        got: `a value that depends on ${other.name} of another graph`,
        remedy: 'Give it as an argument; values of a run are not kept for the next.',
      })
    },
    shapes.map(shape => shape ?? []),
    names,
  )
  return [graph, about as Form]
}

/** A function on a backend. */
const compileFunction = (f: AnyFunction, choice: BackendOption): CompiledFunction<readonly unknown[], unknown> => {
  // Nobody awaits the end of programs, which comes after their last run.
  const all = recent<Programs<Form>>(most, eldest => {
    eldest.dispose().catch(() => undefined)
  })
  const programsFor = (call: Call): Programs<Form> =>
    all.use(JSON.stringify([call.form, call.keys]), () =>
      programsOf(
        () => chooseBackend(choice),
        (x = []) => traceFunction(f, call, x),
      ),
    )
  const run = async (...args: readonly unknown[]): Promise<unknown> => {
    const { form, leaves, paths } = leavesGiven('compile', args)
    const keys = leaves.map(isKey)
    const [held = []] = heldOf(() => [leaves.filter(leaf => !isKey(leaf)).map(leaf => takenLeaf(leaf) as tf.Tensor)])
    try {
      const programs = programsFor({ form, paths, keys })
      return await programs.use([held.map(tensor => tensor.shape)], async ready =>
        unflatten(ready.about, await runOn(ready, held, leaves.filter(isKey) as readonly Key[])),
      )
    } finally {
      for (const tensor of held) tensor.dispose()
    }
  }
  const dispose = async (): Promise<void> => {
    await Promise.all(all.values().map(programs => programs.dispose()))
  }
  return Object.freeze(Object.assign(run, { dispose })) as CompiledFunction<readonly unknown[], unknown>
}

/**
 * Compiles a network or a function of the operations: its mathematics become one graph, which is simplified, fused and
 * compiled by a backend, one program for each shape of the input, at its first use.
 *
 * If variables of a network are given, they become constants of the program, and batch normalization is folded into the
 * weights before it; otherwise each call takes them. A function takes and gives what it does in {@link eager}, with the same
 * draws for the same keys. It is called once for each form and shapes of its arguments, so what it closes over is read then.
 *
 * @param options `backend`: a backend or its name, `'tfjs'` (the default), `'wasm'` or `'onnxruntime'`
 * @returns of a network, a function from an input (or from variables and an input) to the promise of the output, with `apply`
 *   and `gradients` as the eager ones, and `dispose`; of a function, one from its arguments to the promise of its result, with
 *   `dispose`
 * @throws InvalidOption if there is no such backend
 * @throws BackendError, from a call, if the backend is not installed or cannot run the network or function
 * @throws LayerConnectionError, WeightInitializationError, from a call, as `apply`; InvalidOption as `eager`
 * @example
 * ```ts
 * const network = join(Input(4), Relu(8), Softmax(3))
 * const model = compile(network, init(network, key(0)))
 * const output = await model([[1, 2, 3, 4]])
 * output.shape // [1, 3]
 *
 * const slope = compile(grad((ops, x) => ops.sum(ops.exp(x), [0])))
 * const slopes = await slope([0, 0])
 * Array.from(slopes.dataSync()) // [1, 1]
 * ```
 */
export function compile<N extends AnyLayer, const V extends OwnVariables = OwnVariables>(
  network: N,
  variables: VariablesFor<N, V>,
  options?: CompileOptions,
  ...none: ForVariables<V>
): Compiled<N>
export function compile<N extends Alone, O = unknown>(
  network: N,
  options?: O extends WrittenVariables ? O : CompileOptions,
  ...none: [Extract<O, WrittenVariables>] extends [never] ? ForOne<N> : More
): CompiledNetwork<N>
export function compile<N extends Alone, U = unknown>(
  network: N,
  variables: U extends undefined ? U : undefined,
  options: CompileOptions | undefined,
  ...none: [Extract<U, WrittenVariables>] extends [never] ? ForOne<N> : More
): CompiledNetwork<N>
export function compile<N extends AnyLayer, U = unknown>(
  network: N,
  variables: Certain<U>,
  options?: CompileOptions,
  ...none: ForUncertain<U>
): Compiled<N>
export function compile<A extends readonly unknown[] = Handle[], R = unknown, G = never>(
  f: ButNetwork<OpsFunction<Handle, A, R>, G>,
  options?: Beside<A, R, CompileOptions>,
  ...none: [G] extends [never] ? [] : G extends AnyLayer ? More : []
): CompiledFunction<A, R>
export function compile(given: unknown, variables?: unknown, options?: unknown, ..._: unknown[]): unknown {
  if (typeof given !== 'function') return compileNetwork(given, variables, options)
  return compileFunction(
    given as AnyFunction,
    backendFor("compile(f, { backend: 'tfjs' })", variables ?? options ?? {}),
  )
}
