import { BackendError, JoineryError } from '../core/errors.ts'
import { type Key, normals, resolveKey, uniforms } from '../core/random.ts'
import { type Flow, type Shape, showFlow, sizeOf } from '../core/shape.ts'
import type { Draw, Graph } from '../graph/graph.ts'
import type { Backend, Program } from './backend.ts'
import { prepare } from './prepare.ts'

/** Numbers in row-major order with their shape, on their way to a backend. */
export interface Numbers {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** A graph that a backend has made ready. */
export interface Ready<A = unknown> {
  /** What was said about it when it was traced. */
  readonly about: A
  readonly backend: Backend
  /** The shapes of the outputs; of the graph itself nothing is kept, whose constants may be large. */
  readonly results: readonly Shape[]
  /** The draws that follow the inputs of the original graph. */
  readonly draws: readonly Draw[]
  readonly program: Program
}

/** A graph, and what is said about it. */
export type Traced<A> = readonly [graph: Graph, about: A]

/** Programs for the shapes of what they are given, each made when its shapes are first met. */
export interface Programs<A> {
  readonly for: (...shapes: readonly Flow[]) => Promise<Ready<A>>
  /** Whether there is a program for these shapes. */
  readonly has: (...shapes: readonly Flow[]) => boolean
  readonly dispose: () => Promise<void>
}

type Made = Map<string, Promise<Ready>>

/** Programs hold constants, sessions and the like, which are given back when nobody holds the programs any more. */
const unheld = new FinalizationRegistry<Made>(made => {
  void disposeAll(made)
})

const disposeAll = async (made: Made): Promise<void> => {
  const all = await Promise.allSettled(made.values())
  made.clear()
  for (const one of all) if (one.status === 'fulfilled') one.value.program.dispose()
}

/**
 * Programs of one backend.
 *
 * @param trace the graph for inputs of these shapes
 * @param onNew called for each program that is made, with the number of those before
 */
export const programsOf = <A>(
  backend: () => Promise<Backend>,
  trace: (...shapes: readonly Flow[]) => Traced<A> | Promise<Traced<A>>,
  onNew: (before: number, ...shapes: readonly Flow[]) => void = () => {},
): Programs<A> => {
  const made = new Map<string, Promise<Ready<A>>>()
  const make = async (shapes: readonly Flow[]): Promise<Ready<A>> => {
    const [traced, about] = await trace(...shapes)
    const { graph, draws } = prepare(traced)
    const chosen = await backend()
    const results = graph.outputs.map(({ shape }) => shape)
    return Object.freeze({ about, backend: chosen, results, draws, program: await chosen.compile(graph) })
  }
  const textOf = (shapes: readonly Flow[]): string => shapes.map(showFlow).join(' -> ')
  const programs = Object.freeze<Programs<A>>({
    has: (...shapes) => made.has(textOf(shapes)),
    for: (...shapes) => {
      const text = textOf(shapes)
      const known = made.get(text)
      if (known !== undefined) return known
      onNew(made.size, ...shapes)
      const ready = make(shapes)
      made.set(text, ready)
      // What failed once may succeed later, once a backend is installed.
      ready.catch(() => made.delete(text))
      return ready
    },
    dispose: () => disposeAll(made),
  })
  unheld.register(programs, made)
  return programs
}

/** The numbers of a draw, whose key may be symbolic and stand for `root`. */
const numbersOf = ({ distribution, key, shape }: Draw, root: Key | undefined): Numbers => {
  const own = root === undefined ? key : resolveKey(key, root)
  const known = shape as readonly number[]
  return { data: (distribution === 'uniform' ? uniforms : normals)(own, sizeOf(known)), shape: known }
}

const outOfMemory =
  /out of memory|memory access out of bounds|allocation failed|bad_alloc|array buffer allocation|failed to allocate/i

const explained = (error: unknown, { name }: Backend): unknown => {
  if (error instanceof JoineryError || !(error instanceof Error) || !outOfMemory.test(error.message)) return error
  return new BackendError({
    backend: name,
    expected: 'memory for a run of the compiled graph',
    got: error.message,
    remedy: 'Use smaller batches, or another backend; what was given to the run is as it was.',
  })
}

/**
 * Runs a program on handles that are there already, then numbers that are uploaded for this run, then its draws.
 *
 * @param donated which of the handles are used up, unless the run fails
 * @param root what symbolic keys stand for
 * @throws BackendError when memory does not suffice
 */
export const runFed = async (
  { backend, program, draws }: Ready,
  handles: readonly unknown[],
  fed: readonly Numbers[],
  donated: readonly number[] = [],
  root?: Key,
): Promise<readonly unknown[]> => {
  const own: unknown[] = []
  try {
    for (const { data, shape } of [...fed, ...draws.map(draw => numbersOf(draw, root))])
      own.push(program.upload?.(data, shape) ?? backend.upload(data, shape))
    return await program.run([...handles, ...own], [...donated, ...own.map((_, i) => handles.length + i)])
  } catch (error) {
    for (const handle of own) backend.release(handle)
    throw explained(error, backend)
  }
}
