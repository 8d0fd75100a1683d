import type * as tf from '@tensorflow/tfjs-core'
import { sizeOf } from '../../base/shape.ts'
import { allocator } from '../../tfjs/guard.ts'
import { insideOf } from '../../tfjs/inside.ts'
import { plain, relaxed } from './binary.ts'
import type { Windows } from './windows.ts'

// Our kernels are a WebAssembly module that shares the memory in which tfjs keeps its tensors.

/** The kernels. Addresses are in bytes; sizes and strides in elements. */
export interface Exports {
  readonly contract: (
    a: number,
    rowsOfA: number,
    depthOfA: number,
    b: number,
    depthOfB: number,
    columnsOf: number,
    c: number,
    rowsOfC: number,
    m: number,
    k: number,
    n: number,
    bias: number,
    positive: number,
    scratch: number,
  ) => void
  readonly scratchBytes: () => number
  readonly clear: (to: number, bytes: number) => void
  readonly copyRuns: (
    to: number,
    from: number,
    n0: number,
    n1: number,
    n2: number,
    run: number,
    t0: number,
    t1: number,
    t2: number,
    f0: number,
    f1: number,
    f2: number,
  ) => void
  readonly combine: (
    operation: number,
    a: number,
    rowsOfA: number,
    oneA: number,
    b: number,
    rowsOfB: number,
    oneB: number,
    c: number,
    rows: number,
    columns: number,
  ) => void
  readonly select: (
    condition: number,
    a: number,
    oneA: number,
    b: number,
    oneB: number,
    c: number,
    count: number,
  ) => void
  readonly angles: (f: number, x: number, y: number, count: number) => void
  readonly share: (x: number, count: number, y: number, size: number) => void
  readonly change: (operation: number, x: number, y: number, count: number) => void
  readonly maxPoolGradient: (dy: number, x: number, y: number, dx: number, ...windows: Windows) => void
  readonly pool: (averages: number, x: number, y: number, ...windows: Windows) => void
  readonly sumRows: (x: number, count: number, rows: number, columns: number, sums: number, scratch: number) => void
  readonly gatherRows: (
    table: number,
    indices: number,
    count: number,
    width: number,
    rows: number,
    to: number,
  ) => number
  readonly scatterRows: (
    values: number,
    indices: number,
    count: number,
    width: number,
    rows: number,
    sums: number,
  ) => void
  readonly fewRows: () => number
  readonly maxRows: (x: number, count: number, rows: number, columns: number, largest: number) => void
}

/** Our kernels, and the memory of tfjs. */
export interface Module {
  readonly kernels: Exports
  readonly memory: WebAssembly.Memory
  /** @throws RangeError if memory runs out */
  readonly allocate: (bytes: number) => number
  readonly free: (address: number) => void
  readonly addressOf: (tensor: tf.TensorInfo) => number
  /**
   * A new tensor, not initialized.
   *
   * @throws RangeError if memory runs out
   */
  readonly blank: (shape: readonly number[]) => tf.TensorInfo
  /** One more reference to a tensor, in another shape. */
  readonly alias: (tensor: tf.TensorInfo, shape: readonly number[]) => tf.TensorInfo
  /** The same, to be overwritten; `undefined` if there are other references. */
  readonly own: (tensor: tf.TensorInfo, shape: readonly number[]) => tf.TensorInfo | undefined
  readonly release: (tensor: tf.TensorInfo) => void
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), c => c.charCodeAt(0))

/**
 * Our kernels in the memory of a backend of tfjs; `undefined` if the memory cannot be shared or the platform has no vectors,
 * so that the kernels of tfjs do everything.
 */
export const moduleOf = async (backend: tf.KernelBackend): Promise<Module | undefined> => {
  const { wasm, dataIdMap, makeOutput } = insideOf(backend)
  const memory = wasm?.asm?.memory
  const [malloc, free] = [wasm?._malloc, wasm?._free]
  if (!(memory instanceof WebAssembly.Memory) || !malloc || !free || !dataIdMap || !makeOutput) return undefined
  // With several threads, the memory is of a type that the module cannot import.
  if (!(memory.buffer instanceof ArrayBuffer)) return undefined
  const binary = [relaxed, plain].map(bytesOf).find(bytes => WebAssembly.validate(bytes))
  if (binary === undefined) return undefined
  const { instance } = await WebAssembly.instantiate(binary, { env: { memory } })
  const allocate = allocator(malloc)
  const alias: Module['alias'] = ({ dataId, dtype }, shape) => {
    backend.incRef(dataId)
    return { dataId, shape: [...shape], dtype }
  }
  return Object.freeze<Module>({
    kernels: instance.exports as unknown as Exports,
    memory,
    allocate,
    free,
    addressOf: ({ dataId }) => dataIdMap.get(dataId).memoryOffset >>> 0,
    blank: shape => makeOutput.call(backend, [...shape], 'float32', allocate(4 * sizeOf(shape))),
    alias,
    own: (tensor, shape) => (backend.refCount(tensor.dataId) === 1 ? alias(tensor, shape) : undefined),
    release: ({ dataId }) => backend.disposeData(dataId),
  })
}
