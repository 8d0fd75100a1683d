import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tellLatencies } from './latency.ts'
import { type Program, programs } from './programs.ts'

// What checking costs whoever uses the library: programs in a project of their own, against the built declarations.
// Instantiations are the same on every run of a compiler, so what was recorded is a gate; times are noise, told beside.

const root = fileURLToPath(new URL('../..', import.meta.url))
const recordFile = new URL('recorded.json', import.meta.url)

/** The compiler whose counts are gated, and those that must take the same programs. */
const gated = 'typescript'
const others = ['typescript-6', 'typescript-5.9']
/** How much a count may grow over the recorded one. */
const allowance = 0.02

/** What the counts may not exceed. */
const limits: Readonly<Record<string, number>> = {
  import: 10,
  names: 55_000,
  'architecture-gpt': 10_000,
  'architecture-mobilenet-v2': 25_000,
  'architecture-resnet50': 25_000,
  'architecture-resnet50-options': 25_000,
  'architecture-unet': 25_000,
  'architecture-vgg16': 8_000,
  'resnet-50': 25_000,
  'vgg-16': 8_000,
  'join-200': 200 * 80,
  'net-shapes-200': 200 * 120,
  'net-200': 200 * 120,
}

interface Measure {
  readonly instantiations: number
  readonly seconds: number
}

const executable = (compiler: string): string => join(root, 'node_modules', compiler, 'bin', 'tsc')

const options = {
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
  module: 'NodeNext',
  types: [],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
}

const numberAfter = (label: string, text: string): number => {
  const [, found] = new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(text) ?? []
  if (found === undefined) throw new Error(`the compiler does not tell its ${label}:\n${text}`)
  return Number(found)
}

/** Checks one program; its errors end everything. */
const measure = async (project: string, compiler: string, { name }: Program): Promise<Measure> => {
  const config = join(project, `${compiler}.json`)
  writeFileSync(config, JSON.stringify({ compilerOptions: options, files: [`${name}.ts`] }))
  try {
    const given = [executable(compiler), '--extendedDiagnostics', '--project', config]
    const { stdout } = await promisify(execFile)(process.execPath, given)
    return { instantiations: numberAfter('Instantiations', stdout), seconds: numberAfter('Check time', stdout) }
  } catch (error) {
    const { stdout = '' } = error as { stdout?: string }
    throw new Error(`${compiler} finds errors in ${name}:\n${stdout || error}`)
  }
}

const readRecord = (): Readonly<Record<string, number>> =>
  existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, 'utf8')) : {}

/** Why a count is too high; nothing when it is not. */
const excess = (
  count: number,
  recorded: number | undefined,
  limit: number = Number.POSITIVE_INFINITY,
): string | undefined => {
  if (count > limit) return `more than ${limit}`
  if (recorded === undefined) return 'not recorded; record it with npm run bench:types -- --record'
  if (count > recorded * (1 + allowance)) return `over the recorded ${recorded} by more than ${100 * allowance} %`
  return undefined
}

const main = async (record: boolean, latency: boolean): Promise<number> => {
  const project = mkdtempSync(join(tmpdir(), 'joinery-types-'))
  try {
    mkdirSync(join(project, 'node_modules'))
    symlinkSync(root, join(project, 'node_modules', 'joinery'), 'dir')
    writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
    if (latency) {
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }))
      await tellLatencies(project)
      return 0
    }

    for (const { name, source } of programs) writeFileSync(join(project, `${name}.ts`), source)
    const recorded = readRecord()
    const counts: Record<string, number> = {}
    const faults: string[] = []
    console.log(
      `${'program'.padEnd(24)}${['instantiations', 'recorded', 'limit', 'check'].map(title => title.padStart(15)).join('')}   ${others.join(', ')}`,
    )
    for (const program of programs) {
      const { name } = program
      // At once: times are noise, counts are not.
      const by = (compiler: string): Promise<Measure> => measure(project, compiler, program)
      const [{ instantiations, seconds }, beside] = await Promise.all([by(gated), Promise.all(others.map(by))])
      counts[name] = instantiations
      const columns = [instantiations, recorded[name] ?? '-', limits[name] ?? '-', `${Math.round(1000 * seconds)} ms`]
      const rest = beside.map(other => `${other.instantiations} (${other.seconds} s)`).join(', ')
      console.log(`${name.padEnd(24)}${columns.map(column => String(column).padStart(15)).join('')}   ${rest}`)
      const fault = record ? undefined : excess(instantiations, recorded[name], limits[name])
      if (fault !== undefined) faults.push(`${name}: ${instantiations} instantiations are ${fault}`)
    }
    if (record) writeFileSync(recordFile, `${JSON.stringify(counts, null, 2)}\n`)
    for (const fault of faults) console.error(fault)
    return faults.length === 0 ? 0 : 1
  } finally {
    rmSync(project, { recursive: true })
  }
}

process.exitCode = await main(process.argv.includes('--record'), process.argv.includes('--latency'))
