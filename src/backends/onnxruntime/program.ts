import { BackendError } from '../../core/errors.ts'
import { showShape } from '../../core/shape.ts'
import type { Program } from '../backend.ts'
import { asBackendError } from './faults.ts'
import { type Held, spares, tensorOf } from './held.ts'
import { backendName } from './lower.ts'
import type { Model } from './model.ts'
import type { Runtime, RuntimeSession } from './runtime.ts'

/** Whether results are written to memory that is given; elsewhere they are copied out. */
const writesInPlace = (runtime: Runtime): boolean => runtime.env.versions.node !== undefined

const several = (count: number): string => `${count} ${count === 1 ? 'input' : 'inputs'}`

const check = (given: readonly Held[], inputs: Model['inputs']): void => {
  const wrong = inputs.findIndex(({ shape }, i) => given[i]?.shape.join() !== shape.join())
  const [wanted, got] = [inputs[wrong], given[wrong]]
  if (given.length === inputs.length && wanted === undefined) return
  const isCount = wanted === undefined || got === undefined
  throw new BackendError({
    backend: backendName,
    expected: isCount ? several(inputs.length) : `input ${wrong} of shape ${showShape(wanted.shape)}`,
    got: isCount ? several(given.length) : showShape(got.shape),
    remedy: 'Compile the graph for these inputs.',
  })
}

/** A session as a program; `close` is called once, when it is disposed. */
export const programOf = (
  runtime: Runtime,
  session: RuntimeSession,
  { inputs, outputs }: Pick<Model, 'inputs' | 'outputs'>,
  close: () => void,
): Program<Held> => {
  const memory = spares(outputs.map(({ shape }) => shape))
  const uploads = spares([])
  const inPlace = writesInPlace(runtime)
  let isOpen = true

  const run = async (given: readonly Held[], donated: readonly number[] = []): Promise<readonly Held[]> => {
    check(given, inputs)
    const feeds = Object.fromEntries(inputs.map(({ name }, i) => [name, tensorOf(runtime, given[i] as Held)]))
    const results = inPlace ? outputs.map(({ shape }) => memory.take(shape)) : []
    const fetches = Object.fromEntries(
      outputs.map(({ name }, i) => [name, inPlace ? tensorOf(runtime, results[i] as Held) : null]),
    )
    const found = await session.run(feeds, fetches)
    for (const k of new Set(donated)) {
      const used = given[k] as Held
      if (used.home === uploads) uploads.give(used)
      else memory.give(used)
    }
    if (inPlace) return results
    return outputs.map(({ name, shape }) => ({ data: found[name]?.data as Float32Array, shape }))
  }
  return Object.freeze<Program<Held>>({
    run: async (given, donated) => {
      try {
        return await run(given, donated)
      } catch (error) {
        throw asBackendError(error, 'run a graph')
      }
    },
    upload: (data, shape) => uploads.copy(data, [...shape]),
    dispose: () => {
      if (isOpen) close()
      isOpen = false
    },
  })
}
