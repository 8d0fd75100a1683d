import type { Graph } from '../../graph/graph.ts'
import type { Backend, Program } from '../backend.ts'
import { type Held, held } from './held.ts'
import { backendName } from './lower.ts'
import { type OnnxRuntimeOptions, readOptions } from './options.ts'
import { type LoadWeb, loadRuntime } from './runtime.ts'
import { compiler } from './sessions.ts'

/** See `onnxruntime`; `loadWeb` imports onnxruntime-web. */
export const onnxRuntimeOf = (loadWeb: LoadWeb, options: OnnxRuntimeOptions = {}): Backend<Held> => {
  const read = readOptions(options)
  let loading: Promise<(graph: Graph, family?: object) => Promise<Program<Held>>> | undefined
  const load = async () => compiler(read.runtime ?? (await loadRuntime(loadWeb)), read)
  return Object.freeze<Backend<Held>>({
    kind: 'Backend',
    name: backendName,
    upload: (data, shape) => held(data.slice(), [...shape]),
    download: async ({ data }) => data.slice(),
    release: handle => handle.home?.give(handle),
    compile: async (graph, family) => {
      loading ??= load()
      // Not kept, as a second try may succeed: the package may be installed by then.
      loading.catch(() => {
        loading = undefined
      })
      return (await loading)(graph, family)
    },
  })
}
