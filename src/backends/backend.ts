import { type Tensor as TfTensor, tensor } from '@tensorflow/tfjs-core'
import { BackendError, JoineryError } from '../base/errors.ts'
import { type Shape, showShape } from '../base/shape.ts'
import type { Graph } from '../graph/graph.ts'

/**
 * Runs graphs. A backend keeps tensors where it computes and gives out handles `H` to them. `upload` copies numbers in and
 * `download` copies them out; between the two, such as from one training step to the next, tensors stay on the backend.
 *
 * Its functions are methods, so that `Backend<H>` is assignable to `Backend<unknown>`.
 */
export interface Backend<H = unknown> {
  readonly kind: 'Backend'
  /** The name in messages and options: 'tfjs', 'wasm', 'onnxruntime'. */
  readonly name: string
  /** Makes a tensor of 32-bit floats. The numbers, in row-major order, are copied. */
  upload(data: Float32Array, shape: readonly number[]): H
  /** Copies the numbers of a tensor out; the handle stays valid. */
  download(handle: H): Promise<Float32Array>
  /** Frees a tensor. Its handle must not be used again. */
  release(handle: H): void
  /** A handle to a tensor of tfjs, without a copy; `undefined` if the numbers must be copied. */
  fromTensor?(tensor: TfTensor): H | undefined
  /** The converse, which consumes the handle; `undefined`, with the handle still valid, if the numbers must be copied. */
  toTensor?(handle: H): TfTensor | undefined
  /**
   * Compiles a graph.
   *
   * @param graph a graph of known shapes without random draws, as `prepare` returns it. It may have loops and long scans.
   * @param family an object that programs of one network, for inputs of several shapes, have in common. They may share
   *   constants of equal numbers. Compared by identity, so it may be the key of a `WeakMap`.
   * @throws BackendError, with the node, its layer and the backend, if the backend cannot run the graph
   */
  compile(graph: Graph, family?: object): Promise<Program<H>>
}

/** A compiled graph. */
export interface Program<H = unknown> {
  /**
   * Computes the outputs.
   *
   * @param inputs one handle for each input of the graph, in order
   * @param donated positions of inputs that the run consumes: their memory may be reused for outputs
   * @param lost those of them whose numbers nobody needs if the run fails: their memory may be reused at any time
   * @returns one new handle for each output of the graph, in order. They belong to the caller.
   */
  run(inputs: readonly H[], donated?: readonly number[], lost?: readonly number[]): Promise<readonly H[]>
  /**
   * Makes a tensor, whose numbers `fill` writes, for an input that is donated to the next run of this program. It may reuse
   * memory that the program keeps for such inputs.
   */
  write?(shape: readonly number[], fill: (numbers: Float32Array) => void): H
  /** Frees what the program holds. */
  dispose(): void
}

/** A handle to a tensor of tfjs; synchronous if the numbers need not be copied. */
export const give = <H>(backend: Backend<H>, tensor: TfTensor): H | Promise<H> => {
  const copied = async (): Promise<H> => {
    const data = await tensor.data()
    // An upload copies.
    return backend.upload(data instanceof Float32Array ? data : Float32Array.from(data), tensor.shape)
  }
  return backend.fromTensor?.(tensor) ?? copied()
}

/**
 * A tensor of a backend as a tensor of tfjs, outside of any `tf.tidy`; synchronous if the numbers need not be copied. The
 * handle is consumed.
 */
export const take = <H>(backend: Backend<H>, handle: H, shape: readonly number[]): TfTensor | Promise<TfTensor> => {
  const copied = async (): Promise<TfTensor> => {
    try {
      return tensor(await backend.download(handle), [...shape])
    } finally {
      backend.release(handle)
    }
  }
  return backend.toTensor?.(handle) ?? copied()
}

/** Whether an error's message says that memory ran out. */
export const isOutOfMemory = (message: string): boolean =>
  /out of memory|memory access out of bounds|allocation failed|bad_?alloc|array buffer allocation|failed to allocate|aborted\(oom|invalid typed array length/i.test(
    message,
  )

/** What a run threw; out-of-memory errors become a BackendError. */
export const asMemoryFault = (error: unknown, backend: string, layer?: string): unknown => {
  if (error instanceof JoineryError || !(error instanceof Error) || !isOutOfMemory(error.message)) return error
  return new BackendError({
    backend,
    ...(layer === undefined ? {} : { layer }),
    expected: 'memory for a run of the compiled graph',
    got: error.message,
    remedy: 'Use smaller batches, or another backend; what was given to the run is as it was.',
  })
}

/** The error for a node that `prepare` would have replaced. */
export const unprepared = (backend: string, kind: string): BackendError =>
  new BackendError({
    backend,
    expected: 'a graph of operations, its draws fed',
    got: `a ${kind}`,
    remedy: 'Compile what prepare(graph) gives.',
  })

/** The error for a run after `dispose`. */
export const disposed = (backend: string): BackendError =>
  new BackendError({
    backend,
    expected: 'a program in use',
    got: 'one that has been disposed of',
    remedy: 'Compile the graph again.',
  })

const count = (n: number): string => `${n} ${n === 1 ? 'input' : 'inputs'}`

/** @throws BackendError if the inputs do not have the shapes that the program was compiled for */
export const checkInputs = (
  backend: string,
  wanted: readonly Shape[],
  given: readonly { readonly shape: readonly number[] }[],
): void => {
  const refuse = (expected: string, got: string): never => {
    throw new BackendError({ backend, expected, got, remedy: 'Compile the graph for these inputs.' })
  }
  if (given.length !== wanted.length) refuse(count(wanted.length), count(given.length))
  for (const [i, shape] of wanted.entries()) {
    const own = (given[i] as { readonly shape: readonly number[] }).shape
    if (own.length === shape.length && shape.every((d, axis) => d === own[axis])) continue
    refuse(`input ${i} of shape ${showShape(shape)}`, showShape(own))
  }
}
