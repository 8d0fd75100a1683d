import type { Backend } from '../backend.ts'
import { type WasmOptions, wasmOf } from './backend.ts'

/**
 * The WebAssembly backend of tfjs, for compiled networks, with faster kernels of our own in the same memory: products and
 * convolutions with all gradients, pooling, sums, elementwise operations and copies. On pages that are isolated across
 * origins, tfjs runs several threads, and only its own kernels are used. Needs the package `@tensorflow/tfjs-backend-wasm`.
 * Eager operations keep the backend that they use.
 *
 * @throws BackendError if the package is not installed, or its files cannot be loaded
 */
export const wasm = (options: WasmOptions = {}): Promise<Backend> =>
  wasmOf(() => import('@tensorflow/tfjs-backend-wasm'), options)

export type { WasmOptions }
