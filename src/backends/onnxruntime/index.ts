import type { Graph } from '../../graph/graph.ts'
import type { Backend, Program } from '../backend.ts'
import { type Held, held } from './held.ts'
import { backendName } from './lower.ts'
import { type OnnxRuntimeOptions, readOptions } from './options.ts'
import { loadRuntime, type Runtime } from './runtime.ts'
import { compiler } from './sessions.ts'

/**
 * The backend that runs a graph as one model on ONNX Runtime: natively with the package onnxruntime-node from Node and
 * Deno, or with onnxruntime-web. The packages are optional; the one for the platform is loaded by the first `compile`.
 *
 * @param options `threads`, `providers`, `runtime`; all optional
 * @throws InvalidOption when an option is none
 * @throws BackendError from `compile` when neither package is installed, or the graph cannot run
 * @example
 * ```ts
 * import { onnxruntime } from 'joinery/onnxruntime'
 *
 * const backend = onnxruntime({ threads: 2 })
 * backend.name // onnxruntime
 * ```
 */
export const onnxruntime = (options: OnnxRuntimeOptions = {}): Backend<Held> => {
  const read = readOptions(options)
  let loading: Promise<(graph: Graph) => Promise<Program<Held>>> | undefined
  const load = async () => compiler(read.runtime ?? (await loadRuntime()), read)
  return Object.freeze<Backend<Held>>({
    kind: 'Backend',
    name: backendName,
    upload: (data, shape) => held(data.slice(), [...shape]),
    download: async ({ data }) => data.slice(),
    release: handle => handle.home?.give(handle),
    compile: async graph => {
      loading ??= load()
      // What failed once may succeed later, once a package is installed.
      loading.catch(() => {
        loading = undefined
      })
      return (await loading)(graph)
    },
  })
}

export type { Held, OnnxRuntimeOptions, Runtime }
