import type { backend_util, DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core'

/** What is used of tfjs's backends beyond their documented interface; everything is optional. */
export interface Inside {
  readonly wasm?: {
    readonly asm?: { readonly memory?: unknown }
    readonly HEAPU8?: Uint8Array
    readonly _malloc?: (bytes: number) => number
    readonly _free?: (address: number) => void
  } | null
  readonly dataIdMap?: {
    readonly get: (dataId: object) => { readonly memoryOffset: number; readonly shape: readonly number[] }
  }
  readonly makeOutput?: (
    shape: number[],
    dtype: DataType,
    address?: number,
    values?: backend_util.BackendValues,
  ) => TensorInfo
  /** A view of a tensor's numbers. */
  readonly typedArrayFromHeap?: (tensor: TensorInfo) => Float32Array
}

export const insideOf = (backend: KernelBackend): Inside => backend as unknown as Inside

/**
 * The shape with which a backend stores a tensor. Some kernels of WebAssembly read it instead of the shape that they are
 * given.
 */
export const storedShape = (backend: KernelBackend, { dataId, shape }: TensorInfo): readonly number[] =>
  insideOf(backend).dataIdMap?.get(dataId).shape ?? shape

/** The highest rank that kernels take. Kernels of WebAssembly take 6 axes, and do not check. */
export const mostAxes = (backend: KernelBackend): number =>
  insideOf(backend).typedArrayFromHeap === undefined ? Number.POSITIVE_INFINITY : 6
