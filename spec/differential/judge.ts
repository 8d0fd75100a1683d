import type { Ops } from '../../src/index.ts'
import type { Numbers } from '../ops/reference.ts'
import { reference } from '../ops/reference.ts'
import type { Drawing } from './networks.ts'
import { noisy } from './noise.ts'
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
import { compare } from './tolerance.ts'
import { type Given, inputsOf, type Situation } from './values.ts'

// Who is right where readings differ: doubles.

/** What is wrong with a reading. */
export interface Fault {
  readonly by: Engine | 'eager'
  readonly what: string
}

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

/**
 * Where gradients are not compared: which element of a window is the largest where some are no numbers, the pooling of ONNX
 * Runtime does not tell, and to find out takes three passes over the input.
 */
const isUntold = (by: Fault['by'], what: string, { text }: Drawing, { kind }: Situation): boolean =>
  by === 'onnxruntime' && what.startsWith('gradient') && (kind === 'NaN' || kind === 'infinite') && /MaxPool/.test(text)

/** Compares the readings of a drawing, on some engines, with doubles: what is wrong, or null. */
export const judge = async (
  drawing: Drawing,
  situation: Situation,
  { on = engines, doubles = reference }: { readonly on?: readonly Engine[]; readonly doubles?: Ops<Numbers> } = {},
): Promise<Fault | null> => {
  const { rows, kind, seed } = situation
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
      if (isUntold(by, what, drawing, situation)) continue
      const read = async (count: number) => (await noise(count)).flatMap(results => results[what] ?? [])
      const slope = what.startsWith('gradient') && ['NaN', 'infinite', 'large'].includes(kind)
      const wrong = await compare(found, wanted, read, { slope })
      if (wrong !== null) return { by, what: `${what}, ${wrong}` }
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
