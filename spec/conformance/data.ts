import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Conformance data: cases as JSON, their numbers flat or by formula.

/** A tensor's numbers in row-major order, or the quadratic formula that makes them. */
export type Numbers = readonly number[] | { readonly formula: string; readonly [constant: string]: number | string }
/** Numbers with their shape. */
export interface Shaped {
  readonly shape: readonly number[]
  readonly data: Numbers
}
/** How far a number may lie from the expected one. */
export interface Tolerance {
  readonly rtol: number
  readonly atol: number
}
/** One case; which fields it has says of what kind it is. */
export interface Case {
  readonly id: string
  readonly [field: string]: unknown
}
/** A file of cases. */
export interface CaseFile {
  readonly name: string
  /** Whose cases they are: the original's, or those of the peers' own tests, in a list without a header. */
  readonly format: 'original' | 'peers'
  readonly tolerance: Tolerance
  readonly problems: Readonly<Record<string, unknown>>
  readonly cases: readonly Case[]
}

/** The folder or a file in it is not what it should be. */
export class UnreadableCases extends Error {}

/** What a case expects differs from what came. */
export class Differs extends Error {}

const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)

/** The numbers of a tensor of a shape. */
export const numbersOf = (data: Numbers, shape: readonly number[]): Float32Array => {
  const n = count(shape)
  if (!('formula' in data)) {
    if (data.length !== n) throw new UnreadableCases(`${data.length} numbers for the shape [${shape.join(', ')}]`)
    return Float32Array.from(data)
  }
  if (data.formula !== 'quad') throw new UnreadableCases(`unknown formula ${data.formula}`)
  const [a, b, c, m, h, d] = ['a', 'b', 'c', 'm', 'h', 'd'].map(name => Number(data[name])) as [
    ...[number, number, number, number, number, number],
  ]
  return Float32Array.from({ length: n }, (_, i) => (((a * i * i + b * i + c) % m) - h) / d)
}

/** A tensor's data as the library takes it. */
export const flat = ({ shape, data }: Shaped): { readonly data: Float32Array; readonly shape: readonly number[] } => ({
  data: numbersOf(data, shape),
  shape,
})

/** Compares text, shapes and other plain values. */
export const same = (what: string, actual: unknown, expected: unknown): void => {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (got !== wanted) throw new Differs(`${what}: expected ${wanted}, got ${got}`)
}

/** Compares numbers: `|a - b| <= atol + rtol |expected|`. */
export const close = (
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { rtol, atol }: Tolerance,
): void => {
  if (actual.length !== expected.length)
    throw new Differs(`${what}: expected ${expected.length} numbers, got ${actual.length}`)
  for (let i = 0; i < expected.length; i++) {
    const [got, wanted] = [actual[i] as number, expected[i] as number]
    // Written so that NaN does not pass.
    if (!(Math.abs(got - wanted) <= atol + rtol * Math.abs(wanted)))
      throw new Differs(`${what}[${i}]: expected ${wanted}, got ${got}`)
  }
}

const matches = (glob: string, name: string): boolean =>
  new RegExp(
    `^${glob
      .replace(/\.json$/, '')
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
  ).test(name)

const filesOf = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter(file => file.endsWith('.json') && file !== 'index.json')
    .map(file => file.slice(0, -'.json'.length))
    .sort()

const readFile = (folder: string, name: string): CaseFile => {
  let content: Partial<CaseFile> | readonly Case[]
  try {
    content = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  } catch (error) {
    throw new UnreadableCases(`${name}.json: ${(error as Error).message}`)
  }
  const isList = Array.isArray(content)
  const header = (isList ? { cases: content } : content) as Partial<CaseFile>
  const { tolerance = { rtol: 1e-4, atol: 1e-5 }, problems = {}, cases } = header
  if (!Array.isArray(cases) || cases.length === 0) throw new UnreadableCases(`${name}.json holds no cases`)
  return { name, format: isList ? 'peers' : 'original', tolerance, problems, cases }
}

/**
 * The files of a folder, or of its folder `cases`, that match one of the globs (all without), in the order of their names.
 *
 * @throws UnreadableCases when the folder is none, a glob matches nothing, or a file holds no cases
 */
export const readCases = (given: string, globs: readonly string[] = []): readonly CaseFile[] => {
  if (!existsSync(given)) throw new UnreadableCases(`${given}: there is no such folder`)
  const within = join(given, 'cases')
  const folder = filesOf(given).length === 0 && existsSync(within) ? within : given
  const all = filesOf(folder)
  const unmatched = globs.find(glob => !all.some(name => matches(glob, name)))
  if (unmatched !== undefined) throw new UnreadableCases(`${folder}: no file matches ${unmatched}`)
  const chosen = globs.length === 0 ? all : all.filter(name => globs.some(glob => matches(glob, name)))
  if (chosen.length === 0) throw new UnreadableCases(`${folder} holds no cases`)
  return chosen.map(name => readFile(folder, name))
}
