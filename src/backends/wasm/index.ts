import type { Backend } from '../backend.ts'
import { type WasmOptions, wasmOf } from './backend.ts'

/**
 * The WebAssembly backend of tfjs, for compiled networks: its fast kernels, and kernels of our own in the same memory for
 * what it lacks or does slowly: products and convolutions with all gradients, the gradient of max pooling, sums, copies.
 * Where a page is isolated across origins, tfjs computes in several threads, whose memory only its own kernels share.
 * It needs the package `@tensorflow/tfjs-backend-wasm`.
 * The backend that eager operations use stays what it is.
 *
 * @throws BackendError when the package is not installed, or its files cannot be loaded
 */
export const wasm = (options: WasmOptions = {}): Promise<Backend> =>
  wasmOf(() => import('@tensorflow/tfjs-backend-wasm'), options)

export type { WasmOptions }
