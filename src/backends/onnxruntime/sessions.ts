import type { Graph } from '../../graph/graph.ts'
import type { Program } from '../backend.ts'
import { asBackendError } from './faults.ts'
import type { Held } from './held.ts'
import { lower } from './lower.ts'
import type { Model } from './model.ts'
import type { NormalOptions } from './options.ts'
import { programOf } from './program.ts'
import { encode } from './protobuf.ts'
import type { Runtime, RuntimeSession } from './runtime.ts'

/** A graph's session, which all its programs share. */
interface Session {
  readonly ports: Pick<Model, 'inputs' | 'outputs'>
  readonly opened: Promise<RuntimeSession>
  users: number
}

const sessionOptions = ({ threads, providers }: NormalOptions): object => ({
  graphOptimizationLevel: 'all',
  logSeverityLevel: 4,
  // Work is shared out in pieces that get smaller: where other programs take a core, nobody waits long for the last one.
  extra: { session: { dynamic_block_base: '4' } },
  ...(threads === null ? {} : { intraOpNumThreads: threads }),
  ...(providers === null ? {} : { executionProviders: providers }),
})

/** A session of nothing: models have at least one output. */
const idle: RuntimeSession = { run: async () => ({}), release: async () => undefined }

const openSession = (runtime: Runtime, graph: Graph, options: NormalOptions): Session => {
  const model = lower(graph)
  const opened =
    model.outputs.length === 0
      ? Promise.resolve(idle)
      : runtime.InferenceSession.create(encode(model), sessionOptions(options))
  return { ports: { inputs: model.inputs, outputs: model.outputs }, opened, users: 0 }
}

/** Compiles graphs on a runtime; one that is compiled already shares its session until the last program is disposed. */
export const compiler = (runtime: Runtime, options: NormalOptions): ((graph: Graph) => Promise<Program<Held>>) => {
  const sessions = new Map<Graph, Session>()
  const leave = (graph: Graph, session: Session): void => {
    session.users--
    if (session.users > 0) return
    if (sessions.get(graph) === session) sessions.delete(graph)
    // A session that never opened has nothing to give back.
    session.opened.then(
      opened => opened.release(),
      () => undefined,
    )
  }
  return async graph => {
    const session = sessions.get(graph) ?? openSession(runtime, graph, options)
    sessions.set(graph, session)
    session.users++
    try {
      return programOf(runtime, await session.opened, session.ports, () => leave(graph, session))
    } catch (error) {
      leave(graph, session)
      throw asBackendError(error, 'compile a graph')
    }
  }
}
