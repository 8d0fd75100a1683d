import type { Ops } from '../../src/index.ts'
import type { Numbers } from '../ops/reference.ts'
import { reference } from '../ops/reference.ts'
import type { Drawing } from './networks.ts'
import { largest, noisy } from './noise.ts'
import {
  compiled,
  type Engine,
  eager,
  engines,
  interpreted,
  type Reading,
  type Results,
  variablesOf,
} from './readings.ts'
import { source } from './source.ts'
import { type Given, inputsOf, type Situation } from './values.ts'

// Who is right where readings differ: doubles. A reading may be off by what single precision may be off by, which random
// roundings of the same computation show; where these change a result altogether (beside a kink, or where a number is too
// large for single precision), it says nothing.

/** How many times as far as random roundings a result may be from doubles. */
const leeway = 24
const samples = 4
/** As many again where a result would be found wrong: near a kink few roundings lie beyond it. */
const more = 24

const kindOf = (value: number): string => (Number.isFinite(value) ? 'finite' : String(value))
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

/** Near enough to be right without further ado. */
const nearby = (found: Numbers, wanted: Numbers): boolean => {
  const typical = median(wanted.data.filter(Number.isFinite).map(Math.abs))
  return wanted.data.every((value, i) => {
    const own = found.data[i] as number
    if (!Number.isFinite(value)) return Object.is(own, value)
    return Math.abs(own - value) <= 1e-5 * Math.abs(value) + 1e-6 * typical
  })
}

/**
 * The first element that no rounding explains, or null.
 *
 * @param nan whether NaN is always right: what the slope at NaN or infinity is, layers do not say
 */
const wrongIn = (found: Numbers, wanted: Numbers, noise: readonly Numbers[], nan: boolean): number | null => {
  const known = wanted.data.map(
    (value, i) =>
      !(Number.isFinite(value) && Math.abs(value) > largest) &&
      noise.every(({ data }) => kindOf(data[i] as number) === kindOf(value)),
  )
  const spread = wanted.data.map((value, i) =>
    Number.isFinite(value) ? Math.max(...noise.map(({ data }) => Math.abs((data[i] as number) - value))) : 0,
  )
  const typical = median(spread.filter((_, i) => known[i] === true && Number.isFinite(wanted.data[i])))
  const at = wanted.data.findIndex((value, i) => {
    if (known[i] !== true) return false
    const own = found.data[i] as number
    if (nan && Number.isNaN(own)) return false
    if (!Number.isFinite(value)) return !Object.is(own, value)
    return !(Math.abs(own - value) <= leeway * ((spread[i] as number) + typical) + 1e-6 * Math.abs(value) + 1e-37)
  })
  return at < 0 ? null : at
}

/** What is wrong with a reading. */
export interface Fault {
  readonly by: Engine | 'eager'
  readonly what: string
}

const shown = (value: number | undefined): string => (value === undefined ? 'nothing' : String(value))

/** A program that shows a fault. */
export const program = (drawing: Drawing, { rows, kind, seed }: Situation, { by, what }: Fault): string => {
  const x = inputsOf(drawing, rows, seed, kind)
  const text = (given: Given) => `{ data: ${source(given.data)}, shape: ${source(given.shape)} }`
  const input = x.length === 1 ? text(x[0] as Given) : `[${x.map(text).join(', ')}]`
  const lines = [
    `// ${by}: ${what} (${rows} rows, ${kind}, seed ${seed})`,
    `const network = ${drawing.text}`,
    'const variables = init(network, key(1))',
    `const x = ${input}`,
    'console.log(String(apply(network, variables, x).output))',
    ...(by === 'eager' ? [] : [`console.log(String(await compile(network, variables, { backend: '${by}' })(x)))`]),
  ]
  return lines.join('\n')
}

/** Compares the readings of a drawing, on some engines, with doubles: what is wrong, or null. */
export const judge = async (
  drawing: Drawing,
  { rows, kind, seed }: Situation,
  { on = engines, doubles = reference }: { readonly on?: readonly Engine[]; readonly doubles?: Ops<Numbers> } = {},
): Promise<Fault | null> => {
  const variables = variablesOf(drawing)
  const given = inputsOf(drawing, rows, seed, kind)
  const truth = await interpreted(drawing, variables, doubles).read(given, seed)
  // Of no example there may be no mean, and no last step of no steps: whether there is one, the layers say.
  const meaningless = given.some(({ data }) => data.length === 0)
  let refused = 'refused' in truth ? truth.refused : null
  const noises: Results[] = []
  const noise = async (count: number): Promise<readonly Results[]> => {
    while (noises.length < count) {
      const ops = noisy(doubles, noises.length + 1, noises.length % 2 === 1)
      const read = await interpreted(drawing, variables, ops).read(given, seed)
      noises.push('results' in read ? read.results : {})
    }
    return noises
  }

  const faultOf = async (by: Fault['by'], { read, dispose }: ReturnType<typeof eager>): Promise<Fault | null> => {
    let reading: Reading
    try {
      reading = await read(given, seed)
      await dispose()
    } catch (error) {
      return {
        by,
        what: `throws ${error instanceof Error ? error.stack?.split('\n').slice(0, 4).join(' ') : String(error)}`,
      }
    }
    if (by === 'eager' && 'refused' in reading && meaningless) refused = reading.refused
    if (refused !== null)
      return 'refused' in reading ? null : { by, what: `computes what is refused: ${refused.message}` }
    if ('refused' in reading) return { by, what: `refuses: ${reading.refused.name} ${reading.refused.message}` }
    if ('refused' in truth) return { by, what: `computes what is refused: ${truth.refused.message}` }
    for (const [what, wanted] of Object.entries(truth.results)) {
      const found = reading.results[what]
      if (found === undefined && what.startsWith('state')) continue
      if (found === undefined || found.shape.join() !== wanted.shape.join() || found.data.length !== wanted.data.length)
        return { by, what: `${what} has shape [${found?.shape}], not [${wanted.shape}]` }
      if (nearby(found, wanted)) continue
      let at: number | null = null
      for (const count of [samples, more]) {
        const all = (await noise(count)).flatMap(results => results[what] ?? [])
        at = wrongIn(found, wanted, all, what.startsWith('gradient') && (kind === 'NaN' || kind === 'infinite'))
        if (at === null) break
      }
      if (at === null) continue
      const near = Math.max(...noises.map(results => Math.abs((results[what]?.data[at] ?? 0) - (wanted.data[at] ?? 0))))
      return {
        by,
        what: `${what}, element ${at} of [${wanted.shape}]: ${shown(found.data[at])}, not ${shown(wanted.data[at])} (roundings: ${near.toExponential(1)})`,
      }
    }
    return null
  }

  const own = await faultOf('eager', eager(drawing, variables))
  if (own !== null) return own
  for (const engine of on) {
    const fault = await faultOf(engine, compiled(engine, drawing, variables))
    if (fault !== null) return fault
  }
  return null
}
