import * as joinery from '../../src/index.ts'
import { type Case, close, Differs, UnreadableCases } from './data.ts'
import { thrown } from './layers.ts'
import { camelCase, makeInitializer } from './translate.ts'

// Cases of initializers: statistics of what they draw, and how they print.

interface Statistics {
  readonly mean?: number
  readonly std?: number
  readonly min?: number
  readonly max?: number
  /** Half the width of a uniform distribution around 0. */
  readonly limit?: number
}

const kinds = ['HeNormal', 'HeUniform', 'XavierNormal', 'XavierUniform'] as const
const product = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)
const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i)

/** Enough draws for the statistics of small shapes. */
const draws = (initializer: joinery.Initializer, shape: readonly number[], least = 20_000): Float32Array => {
  const times = Math.ceil(least / product(shape))
  const all = range(times).map(i => initializer.sample(joinery.key(i), shape))
  return Float32Array.from(all.flatMap(values => Array.from(values)))
}

/** Means and deviations within five standard errors; the bounds of uniform draws exactly, and reached nearly. */
const checkStatistics = (values: Float32Array, { mean, std, min, max, limit }: Statistics): void => {
  const n = values.length
  const found = values.reduce((sum, value) => sum + value, 0) / n
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - found) ** 2, 0) / n)
  const near = (what: string, actual: number, expected: number, within: number): void => {
    if (!(Math.abs(actual - expected) <= within)) throw new Differs(`${what}: expected ${expected}, got ${actual}`)
  }
  const spread = std ?? deviation
  if (mean !== undefined || limit !== undefined) near('mean', found, mean ?? 0, (5 * spread) / Math.sqrt(n))
  if (std !== undefined) near('deviation', deviation, std, (5 * std) / Math.sqrt(n))
  const [low, high] = limit === undefined ? [min, max] : [-limit, limit]
  if (low === undefined || high === undefined) return
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
  const margin = (high - low) / 100
  if (least < low - 1e-6 || most > high + 1e-6)
    throw new Differs(`bounds: expected ${low} to ${high}, got ${least} to ${most}`)
  near('least', least, low, margin)
  near('largest', most, high, margin)
}

const checkOrthogonal = (values: Float32Array, [rows, cols]: readonly [number, number], scale: number): void => {
  const wide = rows <= cols
  const at = (r: number, c: number): number => values[wide ? r * cols + c : c * cols + r] as number
  const [n, length] = wide ? [rows, cols] : [cols, rows]
  for (const i of range(n))
    for (const j of range(n)) {
      const dot = range(length).reduce((sum, k) => sum + at(i, k) * at(j, k), 0)
      close(`product of ${i} and ${j}`, [dot], [i === j ? scale * scale : 0], { rtol: 1e-4, atol: 1e-5 })
    }
}

/** A Python call such as `HeNormal(gain=2)`, as its name and arguments. */
const parseCall = (python: string): readonly [string, Readonly<Record<string, number>>] => {
  const [, name = '', list = ''] = /^(\w+)\((.*)\)$/.exec(python) ?? []
  if (name === '') throw new UnreadableCases(`a call of an unknown form, ${python}`)
  const args = list.split(',').filter(Boolean)
  return [
    name,
    Object.fromEntries(args.map(arg => arg.split('=')).map(([key = '', value]) => [key.trim(), Number(value)])),
  ]
}

/** How `value`, `minval` and so on are called here. */
const optionsOf = (args: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(args).map(([name, value]) => [camelCase(name), value]))

/** Variances by fans, told from what is drawn. */
const checkFans = (shape: readonly number[], fanIn: number, fanOut: number): void => {
  checkStatistics(draws(joinery.heNormal(), shape), { mean: 0, std: Math.sqrt(1 / fanIn) })
  checkStatistics(draws(joinery.xavierNormal(), shape), { mean: 0, std: Math.sqrt(1 / (fanIn + fanOut)) })
}

export const checkInitializer = (one: Case): void => {
  const fields = one as never as {
    shape: readonly number[]
    gain?: number
    fan_in?: number
    fan_out?: number
    error?: string
    initializer?: string
    args?: Readonly<Record<string, number>>
    output?: readonly number[]
    statistics?: Statistics
    property?: string
    python?: string
  }
  const { shape, gain, args = {} } = fields
  if (fields.python !== undefined) {
    // Python's print is not ours: what is printed here is the call that makes the initializer.
    const [name, given] = parseCall(fields.python)
    const made = makeInitializer(name, optionsOf(given))
    const again = String(made)
    if (!again.startsWith(`${name.charAt(0).toLowerCase()}${name.slice(1)}(`)) throw new Differs(`print: got ${again}`)
    for (const value of Object.values(given))
      if (!again.includes(String(value))) throw new Differs(`print: expected ${value} in it, got ${again}`)
    return
  }
  if (fields.error !== undefined) {
    if (thrown(() => joinery.heNormal().sample(joinery.key(0), shape)) === null)
      throw new Differs('expected an error, got none')
    return
  }
  if (fields.fan_in !== undefined) {
    checkFans(shape, fields.fan_in, fields.fan_out as number)
    return
  }
  if (fields.initializer === undefined) {
    for (const kind of kinds) {
      const expected = one[kind] as Statistics | undefined
      if (expected) checkStatistics(draws(makeInitializer(kind, { gain: gain as number }), shape), expected)
    }
    return
  }
  const initializer = makeInitializer(fields.initializer, optionsOf(args))
  if (fields.output) close('output', initializer.sample(joinery.key(0), shape), fields.output, { rtol: 0, atol: 0 })
  else if (fields.statistics) checkStatistics(draws(initializer, shape ?? [100, 100]), fields.statistics)
  else if (fields.property)
    checkOrthogonal(initializer.sample(joinery.key(0), shape), shape as [number, number], args.scale ?? 1)
  else throw new UnreadableCases('an initializer case of an unknown form')
}
