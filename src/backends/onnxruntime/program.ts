import { arrayForDraws } from '../../base/uniform-memory.ts'
import { checkInputs, disposed, type Program } from '../backend.ts'
import { asBackendError } from './faults.ts'
import { type Held, type Pool, pool, tensorOf } from './held.ts'
import { backendName } from './lower.ts'
import type { Initializer, Model, Port } from './model.ts'
import type { Runtime, RuntimeSession, RuntimeTensor } from './runtime.ts'
import { type RowOutput, writeRow } from './writes.ts'

/** Whether results are written to memory that is passed in; otherwise they are copied. */
const writesInPlace = (runtime: Runtime): boolean => runtime.env.versions.node !== undefined

/** A session, which is closed with the last program and the last run that use it. */
export interface Session {
  readonly opened: Promise<RuntimeSession>
  users: number
  isOpen: boolean
}
export const enter = (session: Session): void => {
  session.users++
}
export const leave = (session: Session): void => {
  session.users--
  if (session.users > 0) return
  session.isOpen = false
  // A session that did not open has nothing to release.
  session.opened.then(
    opened => opened.release(),
    () => undefined,
  )
}

/** Where a program runs. Between runs it may move to another session. */
export interface Place {
  session: Session
  /** Constants that the session takes as further inputs. */
  taken: readonly Initializer[]
}

/** What the session takes and gives, and the outputs that are made of it here. */
export interface Ports extends Pick<Model, 'inputs' | 'outputs'> {
  readonly writes: readonly RowOutput[]
}

/** All shapes of a program are known. */
const shapeOf = ({ shape }: Port): readonly number[] => shape as readonly number[]

/** A constant as a tensor of the runtime. */
const constant = (runtime: Runtime, { values, shape }: Initializer): RuntimeTensor =>
  values instanceof Float32Array
    ? new runtime.Tensor('float32', values, shape)
    : new runtime.Tensor('int64', values, shape)

/**
 * A program of a session that is open.
 *
 * @param memory for results, which programs of a family share
 * @param close is called once, after `dispose` and the last run
 */
export const programOf = (
  runtime: Runtime,
  place: Place,
  { inputs, outputs, writes }: Ports,
  memory: Pool,
  close: () => void,
): Program<Held> => {
  const letGo = memory.keep([...outputs.map(shapeOf), ...writes.map(({ shape }) => shape)])
  const uploads = pool(arrayForDraws)
  const inPlace = writesInPlace(runtime)
  const givenFor = (taken: Place['taken']) => taken.map(each => [each.name, constant(runtime, each)] as const)
  let { taken } = place
  let given = givenFor(taken)
  let [isOpen, runs] = [true, 0]
  const end = (): void => {
    letGo()
    close()
  }

  const run = async (
    session: RuntimeSession,
    handles: readonly Held[],
    donated: readonly number[] = [],
  ): Promise<readonly Held[]> => {
    checkInputs(backendName, inputs.map(shapeOf), handles)
    const feeds = Object.fromEntries([
      ...inputs.map(({ name }, i) => [name, tensorOf(runtime, handles[i] as Held)] as const),
      ...given,
    ])
    const results = inPlace ? outputs.map(port => memory.take(shapeOf(port))) : []
    const fetches = Object.fromEntries(
      outputs.map(({ name }, i) => [name, inPlace ? tensorOf(runtime, results[i] as Held) : null]),
    )
    // Read before the run, as memory that is donated may be another's afterwards.
    const positions = writes.map(({ position }) => (handles[position] as Held).data[0] as number)
    const found = await session.run(feeds, fetches)
    const made: Held[] = inPlace
      ? [...results]
      : outputs.map(port => ({ data: found[port.name]?.data as Float32Array, shape: shapeOf(port) }))
    const spent = new Set(donated)
    for (const [i, write] of writes.entries()) {
      const row = made[write.output] as Held
      const kept = handles[write.kept] as Held
      const isLast = writes.findLastIndex(({ kept }) => kept === write.kept) === i && spent.delete(write.kept)
      const whole = isLast ? { ...kept } : memory.take(write.shape)
      if (!isLast) whole.data.set(kept.data)
      writeRow(write, whole.data, row.data, positions[i] as number)
      memory.give(row)
      made[write.output] = whole
    }
    for (const k of spent) {
      const used = handles[k] as Held
      if (used.home === uploads) uploads.give(used)
      else memory.give(used)
    }
    return made
  }
  return Object.freeze<Program<Held>>({
    run: async (handles, donated) => {
      if (!isOpen) throw disposed(backendName)
      runs++
      const { session } = place
      enter(session)
      if (taken !== place.taken) {
        taken = place.taken
        given = givenFor(taken)
      }
      try {
        return await run(await session.opened, handles, donated)
      } catch (error) {
        throw asBackendError(error, 'run a graph')
      } finally {
        leave(session)
        runs--
        if (!isOpen && runs === 0) end()
      }
    },
    write: (shape, fill) => uploads.write([...shape], fill),
    dispose: () => {
      // Runs in progress end first.
      if (isOpen && runs === 0) end()
      isOpen = false
    },
  })
}
