import { type Tensor as TfTensor, tensor } from '@tensorflow/tfjs-core'
import { BackendError, JoineryError } from '../base/errors.ts'
import { type Shape, showShape } from '../base/shape.ts'
import type { Graph } from '../graph/graph.ts'

/**
 * What runs graphs. A backend keeps tensors where it computes, behind handles of its own kind `H`: numbers go in with
 * `upload` and come out with `download`, and stay in between, so that a training step's parameters never travel.
 *
 * Its functions are written as methods so that a backend of any handles is one of unknown handles.
 */
export interface Backend<H = unknown> {
  readonly kind: 'Backend'
  /** As it is printed and chosen by: 'tfjs', 'wasm', 'onnxruntime'. */
  readonly name: string
  /** A tensor of 32-bit floats of the given numbers, in row-major order; they are copied. */
  upload(data: Float32Array, shape: readonly number[]): H
  /** The numbers of a tensor, which stays. */
  download(handle: H): Promise<Float32Array>
  /** Gives a tensor back; its handle is not used again. */
  release(handle: H): void
  /** A tensor of tfjs as one of the backend, without a copy; `undefined` where its numbers have to travel. */
  fromTensor?(tensor: TfTensor): H | undefined
  /** The converse: the handle is used up, and its numbers belong to the tensor; not where `undefined` comes back. */
  toTensor?(handle: H): TfTensor | undefined
  /**
   * Makes a graph ready to run.
   *
   * @param graph of known shapes, without random draws and scans; see `prepare`. Loops stay.
   * @param family programs that are compiled with the same object are those of one network for inputs of several shapes:
   *   what they have in common, above all constants of equal numbers, may be kept once for all of them. It is compared by
   *   identity only, and may be the key of a `WeakMap`.
   * @throws BackendError that names the node, its layer and the backend when it cannot run the graph
   */
  compile(graph: Graph, family?: object): Promise<Program<H>>
}

/** A graph that is ready to run. */
export interface Program<H = unknown> {
  /**
   * Computes the outputs. The inputs stay, except those whose positions `donated` names: they are given back, and their
   * memory may serve outputs of this run or a later one.
   *
   * @param inputs one for each input of the graph, in order
   * @returns one new handle for each output of the graph, in order, which belong to the caller
   */
  run(inputs: readonly H[], donated?: readonly number[]): Promise<readonly H[]>
  /**
   * As the backend's `upload`, for an input of a run of this program that is donated to it: into memory that it keeps for
   * that, so that what is given anew for each run takes none.
   */
  upload?(data: Float32Array, shape: readonly number[]): H
  /** Gives back what the program holds. */
  dispose(): void
}

/** A tensor of tfjs on a backend; at once where its numbers need not travel. */
export const give = <H>(backend: Backend<H>, tensor: TfTensor): H | Promise<H> => {
  const travels = async (): Promise<H> => {
    const data = await tensor.data()
    // An upload copies.
    return backend.upload(data instanceof Float32Array ? data : Float32Array.from(data), tensor.shape)
  }
  return backend.fromTensor?.(tensor) ?? travels()
}

/**
 * A tensor of a backend as one of tfjs, outside of any `tf.tidy`; at once where its numbers need not travel. The handle is
 * used up.
 */
export const take = <H>(backend: Backend<H>, handle: H, shape: readonly number[]): TfTensor | Promise<TfTensor> => {
  const travels = async (): Promise<TfTensor> => {
    try {
      return tensor(await backend.download(handle), [...shape])
    } finally {
      backend.release(handle)
    }
  }
  return backend.toTensor?.(handle) ?? travels()
}

/** Whether the message of an error says that memory did not suffice. */
export const isOutOfMemory = (message: string): boolean =>
  /out of memory|memory access out of bounds|allocation failed|bad_?alloc|array buffer allocation|failed to allocate|aborted\(oom|invalid typed array length/i.test(
    message,
  )

/** What a run threw, a lack of memory as a BackendError. */
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

/** A backend refuses what `prepare` would have replaced. */
export const unprepared = (backend: string, kind: string): BackendError =>
  new BackendError({
    backend,
    expected: 'a graph of operations, its scans unrolled and its draws fed',
    got: `a ${kind}`,
    remedy: 'Compile what prepare(graph) gives.',
  })

/** A program refuses to run once it has been disposed of. */
export const disposed = (backend: string): BackendError =>
  new BackendError({
    backend,
    expected: 'a program in use',
    got: 'one that has been disposed of',
    remedy: 'Compile the graph again.',
  })

const count = (n: number): string => `${n} ${n === 1 ? 'input' : 'inputs'}`

/** @throws BackendError if what a program is given has other shapes than what it was compiled for */
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
