import fc from 'fast-check'
import type { Layer } from '../../src/index.ts'
import * as joinery from '../../src/index.ts'
import { source } from '../differential/source.ts'
import { drawnWith, initial } from '../drawn.ts'
import { evaluate, value } from './hostile.ts'
import { isTyped, longest, type Part, polluted, thrown, timed } from './part.ts'

// Every public function with arguments that nobody expects: a value, or an error of joinery that says what is wrong; nothing
// else, in bounded time, and nothing left on the prototypes that all objects have.

/** A call, as texts. */
interface Call {
  readonly name: string
  readonly given: readonly string[]
}

/** Classes, and functions that give nothing back that could be looked at. */
const isCallable = ([name, make]: readonly [string, unknown]): boolean =>
  typeof make === 'function' && !name.endsWith('Error') && name !== 'LayerConnectionError' && name !== 'InvalidOption'
const functions = Object.entries(joinery).filter(isCallable)
const names = functions.map(([name]) => name)

const drawn: fc.Arbitrary<Call> = fc
  .oneof(...Object.values(drawnWith(initial)))
  .map(({ name, given }) => ({ name, given: given.map(source) }))

/** A call that fits, of which one argument or option is another. */
const changed: fc.Arbitrary<Call> = fc.tuple(drawn, fc.nat(), value, fc.boolean()).map(([call, at, other, inside]) => {
  const i = at % (call.given.length + 1)
  const old = call.given[i]
  const names = old?.startsWith('{') ? Object.keys(evaluate(old) as object) : []
  const name = names[at % Math.max(1, names.length)]
  const next = inside && old !== undefined && name !== undefined ? `{ ...${old}, ${name}: ${other} }` : other
  return { name: call.name, given: [...call.given.slice(0, i), next, ...call.given.slice(i + 1)] }
})
const any: fc.Arbitrary<Call> = fc.record({ name: fc.constantFrom(...names), given: fc.array(value, { maxLength: 4 }) })

const show = ({ name, given }: Call): string => `j.${name}(${given.join(', ')})`

/** Uses what came back as a layer is used. */
const use = (made: unknown): void => {
  if (typeof made !== 'object' || made === null) return
  if (!('rules' in made) && !('arrangement' in made)) return
  String(made)
  for (const shape of [
    [null, 4, 4, 2],
    [null, 4],
    [null, 5, 3],
  ])
    joinery.checkShape(made as unknown as Layer, shape)
}

export const options: Part<Call> = {
  name: 'options',
  few: 3000,
  cases: fc.oneof({ weight: 2, arbitrary: changed }, { weight: 1, arbitrary: any }),
  show,
  check: async call => {
    const make = (joinery as unknown as Readonly<Record<string, (...given: readonly unknown[]) => unknown>>)[call.name]
    const given = call.given.map(evaluate)
    const work = async (): Promise<string | null> => {
      try {
        use(await make?.(...given))
        return null
      } catch (error) {
        return isTyped(error) ? null : thrown(error)
      }
    }
    const [fault, time] = await timed(work)
    if (fault !== null) return fault
    if (time > longest) return `took ${time.toFixed(0)} ms`
    return polluted()
  },
}
