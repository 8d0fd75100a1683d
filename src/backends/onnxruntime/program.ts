import { checkInputs, disposed, type Program } from '../backend.ts'
import { asBackendError } from './faults.ts'
import { type Held, pool, tensorOf } from './held.ts'
import { backendName } from './lower.ts'
import type { Initializer, Model, Port } from './model.ts'
import type { Runtime, RuntimeSession } from './runtime.ts'

/** Whether results are written to memory that is passed in; otherwise they are copied. */
const writesInPlace = (runtime: Runtime): boolean => runtime.env.versions.node !== undefined

/** The inputs and outputs of a session. */
export interface Ports {
  readonly inputs: Model['inputs']
  readonly outputs: Model['outputs']
  /** Lists of integers that the session takes as further inputs. */
  readonly lists: readonly Initializer[]
}

/** All shapes of a program are known. */
const shapeOf = ({ shape }: Port): readonly number[] => shape as readonly number[]

/** A session as a program; `close` is called once, after `dispose` and the last run. */
export const programOf = (
  runtime: Runtime,
  session: RuntimeSession,
  { inputs, outputs, lists }: Ports,
  close: () => void,
): Program<Held> => {
  const memory = pool(outputs.map(shapeOf))
  const uploads = pool([])
  const inPlace = writesInPlace(runtime)
  const given = lists.map(
    ({ name, values, shape }) => [name, new runtime.Tensor('int64', values as BigInt64Array, shape)] as const,
  )
  let [isOpen, runs] = [true, 0]

  const run = async (handles: readonly Held[], donated: readonly number[] = []): Promise<readonly Held[]> => {
    checkInputs(backendName, inputs.map(shapeOf), handles)
    const feeds = Object.fromEntries([
      ...inputs.map(({ name }, i) => [name, tensorOf(runtime, handles[i] as Held)] as const),
      ...given,
    ])
    const results = inPlace ? outputs.map(port => memory.take(shapeOf(port))) : []
    const fetches = Object.fromEntries(
      outputs.map(({ name }, i) => [name, inPlace ? tensorOf(runtime, results[i] as Held) : null]),
    )
    const found = await session.run(feeds, fetches)
    for (const k of new Set(donated)) {
      const used = handles[k] as Held
      if (used.home === uploads) uploads.give(used)
      else memory.give(used)
    }
    if (inPlace) return results
    return outputs.map(port => ({ data: found[port.name]?.data as Float32Array, shape: shapeOf(port) }))
  }
  return Object.freeze<Program<Held>>({
    run: async (handles, donated) => {
      if (!isOpen) throw disposed(backendName)
      runs++
      try {
        return await run(handles, donated)
      } catch (error) {
        throw asBackendError(error, 'run a graph')
      } finally {
        runs--
        if (!isOpen && runs === 0) close()
      }
    },
    write: (shape, fill) => uploads.write([...shape], fill),
    dispose: () => {
      // Runs in progress end first.
      if (isOpen && runs === 0) close()
      isOpen = false
    },
  })
}
