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
import { encode } from './protobuf.ts'
import type { Runtime, RuntimeSession } from './runtime.ts'

/** A session, which programs share. */
interface Session {
  readonly opened: Promise<RuntimeSession>
  users: number
  isOpen: boolean
}
/** A graph's session, and what its programs give it. */
interface Graphs {
  readonly session: Session
  readonly ports: Ports
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

/** How many bytes a model's file may have, which is a message of Protocol Buffers. */
const largest = 2 ** 31 - 2 ** 20

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

/** Models of one form with the same weights. */
interface Relatives {
  /** The first of them, which has a session of its own: all its shapes are known. */
  readonly first: Model
  own: Session
  /** The session of all others. */
  shared: { readonly model: Model; readonly taken: ReadonlySet<string>; session: Session } | undefined
}
type Family = Map<string, Relatives[]>

/** From how many numbers of weights on a session is worth sharing: one of unknown shapes may run a little slower. */
const heavy = 2 ** 16

/** The families of programs that backends have met, each on one runtime. */
const families = new WeakMap<object, Family>()
const familyOf = (key: object): Family => {
  const family = families.get(key) ?? new Map<string, Relatives[]>()
  families.set(key, family)
  return family
}

/** The session that runs a model, which may be one that has its weights already. */
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

/** One program less: the last one closes the session. */
const leave = (session: Session): void => {
  session.users--
  if (session.users > 0) return
  session.isOpen = false
  // A session that never opened has nothing to give back.
  session.opened.then(
    opened => opened.release(),
    () => undefined,
  )
}

/**
 * Compiles graphs on a runtime. One that is compiled already shares its session until the last program is disposed, and so
 * do those of a family that differ in shapes.
 */
export const compiler = (
  runtime: Runtime,
  options: NormalOptions,
): ((graph: Graph, family?: object) => Promise<Program<Held>>) => {
  // A session has constants of its own: those of a graph that nobody else holds need not stay.
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
