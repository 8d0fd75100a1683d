import { BackendError } from '../../base/errors.ts'
import { type Shape, sizeOf } from '../../base/shape.ts'
import { flops } from '../../graph/cost.ts'
import { type Graph, topological } from '../../graph/graph.ts'
import type { Program } from '../backend.ts'
import { common, covers, formOf, loosened, settingsFor, settingsOf, weightsOf } from './families.ts'
import { asBackendError } from './faults.ts'
import { type Held, type Pool, pool } from './held.ts'
import { backendName, lower } from './lower.ts'
import type { Initializer, Model } from './model.ts'
import type { NormalOptions } from './options.ts'
import { enter, leave, type Place, programOf, type Session } from './program.ts'
import { encode, largest } from './protobuf.ts'
import type { Runtime, RuntimeSession } from './runtime.ts'
import { rowsOut } from './writes.ts'

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

/** The most elements of a result, and the most floating-point operations for it, that one thread computes as fast as several. */
const little = { elements: 2 ** 15, flops: 2 ** 17 } as const

/**
 * Whether all operators have so little to do that to share it takes as long: a token that is read alone, or a step of a tiny
 * network. More threads would wait for each other, busily. A model for inputs of any size may have more to do.
 */
const isLittle = ({ inputs }: Model, { outputs }: Graph): boolean =>
  inputs.every(({ shape }) => shape.every(d => typeof d === 'number')) &&
  topological(outputs).every(
    node =>
      node.kind === 'constant' ||
      node.kind === 'placeholder' ||
      (elements([node.shape]) <= little.elements && (flops(node) ?? Number.POSITIVE_INFINITY) <= little.flops),
  )

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
      : runtime.InferenceSession.create(
          encode(model),
          sessionOptions(
            { ...options, threads: options.threads ?? (isLittle(model, graph) ? 1 : null) },
            levelFor(model, graph),
          ),
        )
  return { opened, users: 0, isOpen: true }
}

/** A session for all models that its own model covers. */
interface Shared {
  /** Without weights. */
  readonly model: Model
  session: Session
  /** The programs that run there. */
  readonly places: Set<Placed>
  /** The session whose programs move here once this one is open. */
  before: Shared | undefined
}

/** Where a program runs. */
interface Placed extends Place {
  /** For a program of a family. */
  shared: Shared | undefined
  /** What it may have to give. */
  readonly settings: readonly Initializer[]
}

/** Programs of one family. */
interface Family {
  /** The sessions of models of one form with the same weights, by both: each runs more models than those before it. */
  readonly sessions: Map<string, Shared[]>
  /** For results. */
  readonly memory: Pool
}

/** The most sessions of one form, of which the first has static shapes. Models that none of them runs have their own. */
const several = 4

/** From how many weights on they are to be in memory once, in a session for all shapes: one of static shapes is closed. */
const heavy = 2 ** 16

/** Sessions and memory by family of programs. */
const families = new WeakMap<object, Family>()
const familyOf = (key: object): Family => {
  const family = families.get(key) ?? { sessions: new Map(), memory: pool() }
  families.set(key, family)
  return family
}

const placeIn = (shared: Shared, model: Model): Placed => {
  const settings = settingsOf(model)
  const place = { session: shared.session, taken: settingsFor(settings, shared.model), shared, settings }
  shared.places.add(place)
  return place
}

/** Moves the programs of the session before to one that is open. */
const move = (to: Shared): void => {
  const { before } = to
  if (before === undefined) return
  move(before)
  for (const place of before.places) {
    const { session, settings } = place
    Object.assign(place, { session: to.session, taken: settingsFor(settings, to.model), shared: to })
    to.places.add(place)
    enter(to.session)
    leave(session)
  }
  before.places.clear()
  to.before = undefined
}

/** The session of a family that runs a model; `undefined` if there is none and none is to be made. */
const related = ({ sessions }: Family, model: Model, make: (model: Model) => Session): Shared | undefined => {
  const key = `${formOf(loosened(model))} ${weightsOf(model)}`
  const known = sessions.get(key) ?? []
  const found = known.find(each => covers(each.model, model))
  if (found !== undefined) {
    if (!found.session.isOpen) found.session = make(common(found.model, model))
    return found
  }
  const last = known.at(-1)
  const own = last === undefined ? model : common(last.model, model)
  // Dimensions of one name may have two sizes in this model.
  if (known.length >= several || !covers(own, model)) return undefined
  const isHeavy = elements(model.initializers.map(({ shape }) => shape)) >= heavy
  const shared: Shared = {
    model: { ...own, initializers: settingsOf(own) },
    session: make(own),
    places: new Set(),
    before: isHeavy ? last : undefined,
  }
  sessions.set(key, isHeavy ? [shared] : [...known, shared])
  return shared
}

/**
 * Compiles graphs on a runtime. Programs of the same graph share a session, and so do programs of a family that differ only
 * in shapes and in few numbers.
 */
export const compiler = (
  runtime: Runtime,
  options: NormalOptions,
): ((graph: Graph, family?: object) => Promise<Program<Held>>) => {
  // By weak references: a session has copies of the constants, so graphs need not stay in memory.
  const sessions = new WeakMap<Graph, Session>()
  const settle = (graph: Graph, family: Family | undefined) => {
    const [computed, writes] = rowsOut(graph)
    const model = lower(computed)
    const ports = { inputs: model.inputs, outputs: model.outputs, writes }
    const make = (own: Model): Session => open(runtime, own, graph, options)
    const shared = family && related(family, model, make)
    if (shared !== undefined) return { ports, place: placeIn(shared, model) }
    const known = sessions.get(graph)
    const session = known?.isOpen ? known : make(model)
    sessions.set(graph, session)
    return { ports, place: { session, taken: [], shared, settings: [] } as Placed }
  }
  return async (graph, key) => {
    const family = key && familyOf(key)
    const { place, ports } = settle(graph, family)
    enter(place.session)
    const close = (): void => {
      place.shared?.places.delete(place)
      leave(place.session)
    }
    try {
      await place.session.opened
      if (place.shared !== undefined) move(place.shared)
      return programOf(runtime, place, ports, family?.memory ?? pool(), close)
    } catch (error) {
      close()
      throw asBackendError(error, 'compile a graph')
    }
  }
}
