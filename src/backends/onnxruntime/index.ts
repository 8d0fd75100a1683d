import type { Backend } from '../backend.ts'
import { onnxRuntimeOf } from './backend.ts'
import type { Held } from './held.ts'
import type { OnnxRuntimeOptions } from './options.ts'
import type { Runtime } from './runtime.ts'

/**
 * The backend that runs a graph as one model on ONNX Runtime: native with the package onnxruntime-node in Node and Deno, or
 * with onnxruntime-web. The packages are optional; the first `compile` imports the one for the platform.
 *
 * @param options `threads`, `providers`, `runtime`; all optional
 * @throws InvalidOption if an option is invalid
 * @throws BackendError, from `compile`, if neither package is installed, or the graph cannot run
 * @example
 * ```ts
 * import { onnxruntime } from 'joinery/onnxruntime'
 *
 * const backend = onnxruntime({ threads: 2 })
 * backend.name // onnxruntime
 * ```
 */
export const onnxruntime = (options: OnnxRuntimeOptions = {}): Backend<Held> =>
  onnxRuntimeOf(() => import('onnxruntime-web'), options)

export type { Held, OnnxRuntimeOptions, Runtime }
