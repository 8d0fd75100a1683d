import { BackendError } from '../../base/errors.ts'
import { type Shape, sizeOf } from '../../base/shape.ts'
import { type Graph, topological } from '../../graph/graph.ts'
import type { Program } from '../backend.ts'
import { common, covers, differing, formOf, sameWeights } from './families.ts'
import { asBackendError } from './faults.ts'
import type { Held } from './held.ts'
import { backendName, lower } from './lower.ts'
import type { Model } from './model.ts'
import type { NormalOptions } from './options.ts'
import { type Ports, programOf } from './program.ts'
import { encode, largest } from './protobuf.ts'
import type { Runtime, RuntimeSession } from './runtime.ts'

/** A session that programs share. */
interface Session {
  readonly opened: Promise<RuntimeSession>
  users: number
  isOpen: boolean
}
/** The session of a graph, with its inputs and outputs. */
interface Graphs {
  readonly session: Session
  readonly ports: Ports
}

const elements = (shapes: readonly Shape[]): number => shapes.reduce((sum, shape) => sum + (sizeOf(shape) ?? 0), 0)

/** The numbers of operators from which ONNX Runtime's passes take long. */
const [many, more, most] = [3000, 6000, 12_000] as const

/**
 * The level of ONNX Runtime's own passes, each of which visits every operator many times. Models with constant weights gain
 * from all of them. Models of operators on large tensors gain nothing: without passes, the training step of ResNet-50
 * compiles in a third of the time and runs as fast. For very many small operators, the first level is enough.
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
  // Threads take blocks of decreasing size, so that none waits long for the last one if other programs take a core.
  // Not `set_denormal_as_zero`: the first session that has it sets it for the thread of JavaScript as well.
  extra: {
    session: { dynamic_block_base: '4' },
    // This pass takes padding with zeros for padding with minus infinity before max pooling, and gives average pooling more
    // padding than it takes.
    optimization: { disable_specified_optimizers: 'Pad_Fusion' },
  },
  ...(threads === null ? {} : { intraOpNumThreads: threads }),
  ...(providers === null ? {} : { executionProviders: providers }),
})

/** For graphs without outputs, as models must have at least one. */
const idle: RuntimeSession = { run: async () => ({}), release: async () => undefined }

const checkSize = ({ initializers }: Model): void => {
  const bytes = initializers.reduce((sum, { values }) => sum + values.byteLength, 0)
  if (bytes <= largest) return
  throw new BackendError({
    backend: backendName,
    expected: 'constants of less than 2 GiB in one graph',
    got: `${(bytes / 2 ** 30).toFixed(1)} GiB`,
    remedy: 'Give the variables with each call: compile(network, undefined, { backend }).',
  })
}

const open = (runtime: Runtime, model: Model, graph: Graph, options: NormalOptions): Session => {
  checkSize(model)
  const opened =
    model.outputs.length === 0
      ? Promise.resolve(idle)
      : runtime.InferenceSession.create(encode(model), sessionOptions(options, levelFor(model, graph)))
  return { opened, users: 0, isOpen: true }
}

/** Models of the same form with the same weights. */
interface Relatives {
  /** The first model. Its session has known shapes. */
  readonly first: Model
  own: Session
  /** The session of all other models. */
  shared: { readonly model: Model; readonly taken: ReadonlySet<string>; session: Session } | undefined
}
type Family = Map<string, Relatives[]>

/** From how many weights on a session is shared: sessions of unknown shapes may run a little slower. */
const heavy = 2 ** 16

/** Sessions by family of programs. */
const families = new WeakMap<object, Family>()
const familyOf = (key: object): Family => {
  const family = families.get(key) ?? new Map<string, Relatives[]>()
  families.set(key, family)
  return family
}

/** A session that runs a model, if possible one that has its weights already. */
const related = (family: Family, model: Model, make: (model: Model) => Session): Graphs => {
  const ports: Ports = { inputs: model.inputs, outputs: model.outputs, lists: [] }
  const form = formOf(model)
  const known = family.get(form) ?? []
  const relatives = known.find(({ first }) => sameWeights(first, model))
  if (relatives === undefined) {
    const session = make(model)
    family.set(form, [...known, { first: model, own: session, shared: undefined }])
    return { session, ports }
  }
  const { first } = relatives
  if (covers(first, first, model, new Set())) {
    if (!relatives.own.isOpen) relatives.own = make(model)
    return { session: relatives.own, ports }
  }
  if (relatives.shared === undefined) {
    const taken = differing(first, model)
    const both = common(first, model, taken)
    relatives.shared = { model: both, taken, session: make(both) }
  }
  const { shared } = relatives
  if (!covers(shared.model, first, model, shared.taken)) return { session: make(model), ports }
  if (!shared.session.isOpen) shared.session = make(shared.model)
  const lists = model.initializers.filter(({ name }) => shared.taken.has(name))
  return { session: shared.session, ports: { ...ports, lists } }
}

/** Releases a session, which is closed with its last program. */
const leave = (session: Session): void => {
  session.users--
  if (session.users > 0) return
  session.isOpen = false
  // A session that did not open has nothing to release.
  session.opened.then(
    opened => opened.release(),
    () => undefined,
  )
}

/**
 * Compiles graphs on a runtime. Programs of the same graph share a session, and so do programs of a family that differ only
 * in shapes.
 */
export const compiler = (
  runtime: Runtime,
  options: NormalOptions,
): ((graph: Graph, family?: object) => Promise<Program<Held>>) => {
  // By weak references: a session has copies of the constants, so graphs need not stay in memory.
  const sessions = new WeakMap<Graph, Graphs>()
  const find = (graph: Graph, family: object | undefined): Graphs => {
    const known = sessions.get(graph)
    if (known?.session.isOpen) return known
    const model = lower(graph)
    const make = (own: Model): Session => open(runtime, own, graph, options)
    const isShared = family !== undefined && elements(model.initializers.map(({ shape }) => shape)) >= heavy
    if (isShared) return related(familyOf(family), model, make)
    return { session: make(model), ports: { inputs: model.inputs, outputs: model.outputs, lists: [] } }
  }
  return async (graph, family) => {
    const found = find(graph, family)
    sessions.set(graph, found)
    found.session.users++
    try {
      return programOf(runtime, await found.session.opened, found.ports, () => leave(found.session))
    } catch (error) {
      leave(found.session)
      throw asBackendError(error, 'compile a graph')
    }
  }
}
