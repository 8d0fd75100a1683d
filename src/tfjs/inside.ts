import type { backend_util, DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core'

/** What is used of tfjs's backends; none of it is of their documented interface, so that all of it is looked for. */
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
  /** The numbers of a tensor where they lie. */
  readonly typedArrayFromHeap?: (tensor: TensorInfo) => Float32Array
}

export const insideOf = (backend: KernelBackend): Inside => backend as unknown as Inside

/**
 * The shape with which a backend stores a tensor: kernels of WebAssembly look at that, whatever shape they are given with
 * it.
 */
export const storedShape = (backend: KernelBackend, { dataId, shape }: TensorInfo): readonly number[] =>
  insideOf(backend).dataIdMap?.get(dataId).shape ?? shape

/** How many axes kernels take: those of WebAssembly six, where axes have to be told apart, and they do not say so. */
export const mostAxes = (backend: KernelBackend): number =>
  insideOf(backend).typedArrayFromHeap === undefined ? Number.POSITIVE_INFINITY : 6
