import { onceDropped } from '../base/dropped.ts'
import { normals, type Roots, resolveKey } from '../base/random.ts'
import { type Recent, recent } from '../base/recent.ts'
import { type Flow, filled, known, type Shape, showFlow, sizeOf } from '../base/shape.ts'
import { fillUniform } from '../base/uniform.ts'
import type { Fed } from '../graph/feed.ts'
import type { Graph } from '../graph/graph.ts'
import { type SteppedDraw, withSteps } from '../graph/steps.ts'
import { asMemoryFault, type Backend, type Program } from './backend.ts'
import { prepare } from './prepare.ts'
import { turn } from './turns.ts'

/** Numbers in row-major order with their shape, on their way to a backend. */
export interface Numbers {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** A graph that a backend has compiled. */
export interface Ready<A = unknown> {
  /** What its tracing returned beside the graph. */
  readonly about: A
  readonly backend: Backend
  /** The shapes of the outputs. The graph is not kept, as its constants may be large. */
  readonly results: readonly Shape[]
  /** The size of the outputs in bytes. */
  readonly bytes: number
  /** The random draws, which follow the inputs of the original graph. */
  readonly draws: readonly SteppedDraw[]
  readonly program: Program
}

/** A graph, and what else its tracing returns. */
export type Traced<A> = readonly [graph: Graph, about: A]

/** Programs by the shapes of their inputs, compiled on first use. */
export interface Programs<A> {
  /** Runs some work with the program for these shapes. The program is not freed before the work ends. */
  readonly use: <R>(shapes: readonly Flow[], work: (ready: Ready<A>) => Promise<R>) => Promise<R>
  /** Whether there is a program for these shapes. */
  readonly has: (...shapes: readonly Flow[]) => boolean
  /** Frees all programs, those in use when their work ends. Later uses compile again. */
  readonly dispose: () => Promise<void>
}

/** A program, and the number of its users at the moment. */
interface Entry {
  readonly ready: Promise<Ready>
  users: number
  /** Called when the last user is done, if the program has been removed by then. */
  end: (() => void) | undefined
}

type Made = Recent<Entry>

/** The number of programs that are kept, least recently used first out. */
const most = 32

/** Frees a program that has been removed. */
const retire = async (entry: Entry): Promise<void> => {
  if (entry.users > 0)
    await new Promise<void>(resolve => {
      entry.end = resolve
    })
  const ready = await entry.ready.catch(() => undefined)
  ready?.program.dispose()
}

const disposeAll = async (made: Made): Promise<void> => {
  const ended = await Promise.allSettled(made.clear().map(retire))
  const faults = ended.filter(({ status }) => status === 'rejected')
  if (faults.length > 0) throw (faults[0] as PromiseRejectedResult).reason
}

/** Ignores errors of work that nobody awaits. */
const quietly = (work: Promise<void>): void => {
  work.catch(() => undefined)
}

/** A program without inputs whose results are constants: nothing is compiled. `undefined` for other graphs. */
const withoutWork = (backend: Backend, { inputs, outputs }: Graph): Program | undefined => {
  if (inputs.length > 0) return undefined
  const results = outputs.flatMap(node => (node.kind === 'constant' ? [{ ...node, shape: known(node.shape) }] : []))
  if (results.length < outputs.length) return undefined
  return Object.freeze<Program>({
    run: async () => results.map(({ values, shape }) => backend.upload(filled(values, shape), shape)),
    dispose: () => {},
  })
}

/** Programs hold constants and sessions, which are freed once the programs are garbage-collected. */
const dropped = onceDropped((made: Made) => disposeAll(made))

/** A function of its own, as a closure beside `trace` would keep what is traced alive until the programs are freed. */
const mostRecent = (warns: boolean): Made => {
  let isTold = !warns
  return recent(most, eldest => {
    quietly(retire(eldest))
    if (isTold) return
    isTold = true
    console.warn(
      `joinery: programs for more than ${most} shapes; those used longest ago are freed, and compiled again when they are needed. Use batches of few sizes to avoid this.`,
    )
  })
}

/** How programs are made and kept. */
interface Ways {
  /** What prepares a graph for backends. */
  readonly passes?: (graph: Graph, backend: string) => Fed
  /** Whether to warn once if there are so many that some are freed. Default: true. */
  readonly warns?: boolean
}

/**
 * The most recently used programs on one backend.
 *
 * @param trace the graph for inputs of these shapes
 */
export const programsOf = <A>(
  backend: () => Promise<Backend>,
  trace: (...shapes: readonly Flow[]) => Traced<A> | Promise<Traced<A>>,
  { passes = prepare, warns = true }: Ways = {},
): Programs<A> => {
  const made = mostRecent(warns)
  const family = Object.freeze({})
  const make = async (shapes: readonly Flow[]): Promise<Ready<A>> => {
    const [traced, about] = await trace(...shapes)
    const chosen = await backend()
    const { graph, draws } = withSteps(passes(traced, chosen.name))
    const results = graph.outputs.map(({ shape }) => shape)
    const bytes = results.reduce((sum, shape) => sum + 4 * (sizeOf(shape) ?? 0), 0)
    return Object.freeze({
      about,
      backend: chosen,
      results,
      bytes,
      draws,
      program: withoutWork(chosen, graph) ?? (await chosen.compile(graph, family)),
    })
  }
  const textOf = (shapes: readonly Flow[]): string => shapes.map(showFlow).join(' -> ')
  const entryFor = (shapes: readonly Flow[]): Entry => {
    const text = textOf(shapes)
    return made.use(text, () => {
      const entry: Entry = { ready: make(shapes), users: 0, end: undefined }
      // Not kept, as a second try may succeed: the backend may be installed by then.
      entry.ready.catch(() => made.remove(text, entry))
      return entry
    })
  }
  const programs = Object.freeze<Programs<A>>({
    has: (...shapes) => made.has(textOf(shapes)),
    use: async (shapes, work) => {
      const entry = entryFor(shapes)
      entry.users++
      try {
        return await work((await entry.ready) as Ready<A>)
      } finally {
        entry.users--
        if (entry.users === 0) entry.end?.()
      }
    },
    dispose: () => disposeAll(made),
  })
  dropped.watch(programs, made)
  return programs
}

/** Writes the numbers of a draw. A symbolic key stands for one derived from `root`. */
const drawInto = ({ distribution, key, step }: SteppedDraw, root: Roots | undefined, numbers: Float32Array): void => {
  const own = root === undefined ? key : resolveKey(key, root)
  if (distribution === 'uniform') fillUniform(own.words, numbers, step)
  else numbers.set(normals(own, numbers.length))
}

/** The numbers of a draw: see {@link drawInto}. */
export const numbersOf = (draw: SteppedDraw, root: Roots | undefined): Numbers => {
  const shape = known(draw.shape)
  const data = new Float32Array(sizeOf(shape))
  drawInto(draw, root, data)
  return { data, shape }
}

/**
 * Runs a program. Its inputs are handles, then numbers to upload for this run, then its draws.
 *
 * @param donated positions of the handles that the run consumes, unless it fails
 * @param root what symbolic keys stand for
 * @param isLost whether nobody needs the numbers of what is donated if the run fails
 * @throws BackendError if memory runs out
 */
export const runFed = async (
  { backend, program, draws, bytes }: Ready,
  handles: readonly unknown[],
  fed: readonly Numbers[],
  donated: readonly number[] = [],
  { root, isLost = false }: { readonly root?: Roots | undefined; readonly isLost?: boolean } = {},
): Promise<readonly unknown[]> => {
  // Before the run, so that its results do not wait.
  await turn(bytes)
  const own: unknown[] = []
  try {
    for (const { data, shape } of fed)
      own.push(program.write?.(shape, numbers => numbers.set(data)) ?? backend.upload(data, shape))
    for (const draw of draws)
      own.push(
        program.write?.(known(draw.shape), numbers => drawInto(draw, root, numbers)) ??
          backend.upload(numbersOf(draw, root).data, known(draw.shape)),
      )
    const fresh = own.map((_, i) => handles.length + i)
    return await program.run([...handles, ...own], [...donated, ...fresh], isLost ? donated : [])
  } catch (error) {
    for (const handle of own) backend.release(handle)
    throw asMemoryFault(error, backend.name)
  }
}
