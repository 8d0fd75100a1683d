import { type Tensor as TfTensor, tensor as toTensor } from '@tensorflow/tfjs-core'
import { chooseBackend } from '../../src/backends/choose.ts'
import { prepare } from '../../src/backends/prepare.ts'
import { type GraphNode, trace } from '../../src/graph.ts'
import * as joinery from '../../src/index.ts'
import { tfjsOps } from '../../src/index.ts'

// What cases run on: eagerly, or compiled for a backend. Both give the same numbers.

/** A computation in the operations. */
export type Computation = <T>(ops: joinery.Ops<T>, ...inputs: readonly T[]) => readonly T[]

export interface Engine {
  /** What it compiles for; none where it does not. */
  readonly backend?: joinery.BackendOption
  readonly apply: (
    network: joinery.Layer,
    variables: joinery.Variables,
    input: unknown,
    options?: joinery.ApplyOptions,
  ) => Promise<{ readonly output: TfTensor; readonly state: joinery.VariableTree<TfTensor> }>
  readonly gradients: (
    network: joinery.Layer,
    variables: joinery.Variables,
    input: unknown,
    cotangent: unknown,
    options?: joinery.ApplyOptions,
  ) => Promise<{
    readonly input: TfTensor | readonly TfTensor[]
    readonly params: joinery.VariableTree<TfTensor>
  }>
  /** The numbers of what is computed from tensors. */
  readonly compute: (f: Computation, inputs: readonly TfTensor[]) => Promise<readonly Float32Array[]>
}

/** Without compiling. */
export const eager: Engine = {
  apply: async (network, variables, input, options) =>
    joinery.apply(network, variables as never, input as never, options) as never,
  gradients: async (network, variables, input, cotangent, options) =>
    joinery.gradients(network, variables as never, input as never, cotangent as never, options) as never,
  compute: async (f, inputs) => f(tfjsOps, ...inputs).map(tensor => tensor.dataSync() as Float32Array),
}

/** Compiled for the backend of this name. */
export const compiledFor = async (name: joinery.BackendOption): Promise<Engine> => {
  const backend = await chooseBackend(name)
  const using = async <N extends { dispose: () => Promise<void> }, R>(made: N, work: (made: N) => Promise<R>) => {
    try {
      return await work(made)
    } finally {
      await made.dispose()
    }
  }
  return {
    backend,
    apply: (network, variables, input, options) =>
      using(
        joinery.compile(network, undefined, { backend }),
        async model => (await model.apply(variables as never, input as never, options)) as never,
      ),
    gradients: (network, variables, input, cotangent, options) =>
      using(
        joinery.compile(network, undefined, { backend }),
        async model =>
          (await model.gradients(variables as never, input as never, cotangent as never, options)) as never,
      ),
    compute: async (f, inputs) => {
      const graph = trace(
        (ops, ...nodes) => f<GraphNode>(ops, ...nodes),
        inputs.map(({ shape }) => shape),
      )
      const program = await backend.compile(prepare(graph).graph)
      const handles: unknown[] = []
      for (const input of inputs) handles.push(backend.upload(Float32Array.from(await input.data()), input.shape))
      const results = await program.run(handles, [...handles.keys()])
      const numbers: Float32Array[] = []
      for (const result of results) {
        numbers.push(await backend.download(result))
        backend.release(result)
      }
      program.dispose()
      return numbers
    },
  }
}

/** A tensor that cases compute with. */
export const tensorOf = (data: ArrayLike<number>, shape: readonly number[]): TfTensor =>
  toTensor(Float32Array.from(data), [...shape])
