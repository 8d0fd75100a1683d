import { type Shape, sizeOf } from '../../core/shape.ts'
import { type Graph, topological } from '../../graph/graph.ts'
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

const elements = (shapes: readonly Shape[]): number => shapes.reduce((sum, shape) => sum + (sizeOf(shape) ?? 0), 0)

/** Of how many operators a model is one that ONNX Runtime's passes take long for. */
const [many, more, most] = [3000, 6000, 12_000] as const

/**
 * How far ONNX Runtime's own passes go, each of which looks at every operator many times. Weights that stand in the model
 * are worth all of them. A model whose work is all in operators on large tensors that change from run to run gains nothing:
 * the training step of ResNet-50 compiles in a third of the time without them, and runs as fast. Of very many small
 * operators, the first passes leave nothing to the later ones.
 */
const levelFor = ({ nodes, initializers }: Model, graph: Graph): 'all' | 'basic' | 'disabled' => {
  if (nodes.length < many || elements(initializers.map(({ shape }) => shape)) > 2 ** 20) return 'all'
  const made = topological(graph.outputs).map(({ shape }) => shape)
  if (elements(made) / made.length > 2 ** 14 || nodes.length > most) return 'disabled'
  return nodes.length < more ? 'all' : 'basic'
}

const sessionOptions = ({ threads, providers }: NormalOptions, level: string): object => ({
  graphOptimizationLevel: level,
  logSeverityLevel: 4,
  // Work is shared out in pieces that get smaller: where other programs take a core, nobody waits long for the last one.
  // What an optimizer remembers of weights that no longer change fades into numbers so small that processors take ten times
  // as long for them: they count as zeros.
  extra: {
    session: { dynamic_block_base: '4', set_denormal_as_zero: '1' },
    // It takes zeros around an input for minus infinity where a max pooling follows, and gives average poolings more
    // margins than they take.
    optimization: { disable_specified_optimizers: 'Pad_Fusion' },
  },
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
      : runtime.InferenceSession.create(encode(model), sessionOptions(options, levelFor(model, graph)))
  return { ports: { inputs: model.inputs, outputs: model.outputs }, opened, users: 0 }
}

/** One program less: the last one closes the session. */
const leave = (session: Session): void => {
  session.users--
  if (session.users > 0) return
  // A session that never opened has nothing to give back.
  session.opened.then(
    opened => opened.release(),
    () => undefined,
  )
}

/** Compiles graphs on a runtime; one that is compiled already shares its session until the last program is disposed. */
export const compiler = (runtime: Runtime, options: NormalOptions): ((graph: Graph) => Promise<Program<Held>>) => {
  // A session has constants of its own: those of a graph that nobody else holds need not stay.
  const sessions = new WeakMap<Graph, Session>()
  return async graph => {
    const known = sessions.get(graph)
    const session = known !== undefined && known.users > 0 ? known : openSession(runtime, graph, options)
    sessions.set(graph, session)
    session.users++
    try {
      return programOf(runtime, await session.opened, session.ports, () => leave(session))
    } catch (error) {
      leave(session)
      throw asBackendError(error, 'compile a graph')
    }
  }
}
