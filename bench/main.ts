import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout as later } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { bundled } from './bundled.ts'
import { type Contender, start, wholeTime } from './contenders/start.ts'
import { manySizes } from './memory/list.ts'
import { type Overhead, overheads } from './overheads/list.ts'
import { type Engine, type Peer, type Work, works } from './works.ts'

// Each work on each engine beside its peers. All contenders of an engine are started, then measured in turn, round by
// round, so that a busy moment of the machine meets all of them; what is reported are medians and their ratios.

interface Row {
  readonly work: string
  readonly engine: Engine
  readonly peer: Peer | null
  readonly value: number | null
  readonly peerValue: number | null
  readonly unit: Work['unit']
  /** More than 1 where joinery is faster. */
  readonly speedup: number | null
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

const cold: Partial<Record<Engine | Peer, string>> = {
  'tfjs-cpu': 'cold/joinery.mjs',
  'tfjs-core-raw': 'cold/tfjs-core.mjs',
}
const coldStart = (contender: Engine | Peer): Contender => ({
  time: () => wholeTime(cold[contender] as string),
  peakMemory: () => null,
  kernels: () => null,
  stop: () => {},
})

/** A contender, or why it cannot run. */
const attempt = async (contender: Engine | Peer, work: string): Promise<Contender | string> => {
  try {
    return work === 'cold-start' ? coldStart(contender) : await start(contender, work)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Milliseconds before each measurement: threads wait for more work, busily, for some time after the last one. */
const rest = 400

const measured = async (
  contenders: readonly (Contender | string)[],
  rounds: number,
): Promise<readonly (number | null)[]> => {
  const times: number[][] = contenders.map(() => [])
  for (let round = 0; round < rounds; round++)
    for (const [i, contender] of contenders.entries())
      if (typeof contender !== 'string') {
        await later(rest)
        times[i]?.push(await contender.time())
      }
  return times.map(own => (own.length > 0 ? median(own) : null))
}

const inUnit = ({ unit, samples = 1 }: Work, time: number | null): number | null => {
  if (time === null) return null
  return unit === 'ms' ? time : (1000 * samples) / time
}

const rowsOf = async (work: Work, engine: Engine, rounds: number): Promise<readonly Row[]> => {
  const peers = work.engines[engine] ?? []
  const names = [engine, ...peers.map(([peer]) => peer)]
  const contenders: (Contender | string)[] = []
  for (const name of names) contenders.push(await attempt(name, work.name))
  for (const [i, contender] of contenders.entries())
    if (typeof contender === 'string') console.log(`  ${work.name}, ${names[i]}: ${contender.slice(0, 160)}`)
  const [own = null, ...others] = await measured(contenders, rounds)
  const [first] = contenders
  const memory = typeof first === 'object' ? first.peakMemory() : null
  if (work.memory !== undefined && memory !== null && engine === work.memory.engine)
    console.log(
      `${work.name.padEnd(16)} ${engine.padEnd(11)} ${memory.toFixed(2)} GB at most, goal ${work.memory.gigabytes} GB ${memory <= work.memory.gigabytes ? 'reached' : 'missed'}`,
    )
  for (const contender of contenders)
    if (typeof contender !== 'string') {
      const kernels = contender.kernels()
      if (kernels !== null) console.log(`${work.name.padEnd(16)} PyTorch on OpenBLAS's kernels for ${kernels}`)
      contender.stop()
    }
  return peers.map(([peer], i) => {
    const time = others[i] ?? null
    return {
      work: work.name,
      engine,
      peer,
      value: inUnit(work, own),
      peerValue: inUnit(work, time),
      unit: work.unit,
      speedup: own === null || time === null ? null : time / own,
    }
  })
}

const shown = (value: number | null): string =>
  value === null ? '-' : value >= 100 ? value.toFixed(0) : value.toPrecision(3)

const print = (work: Work, rows: readonly Row[]): void => {
  for (const { engine, peer, value, peerValue, unit, speedup } of rows) {
    const goal = work.engines[engine]?.find(([name]) => name === peer)?.[1]
    const reached = goal === undefined || speedup === null ? '' : speedup >= goal ? 'reached' : 'missed'
    const bar = goal === undefined ? '' : `goal ${goal.toFixed(2)}x ${reached}`
    const own = [work.name.padEnd(16), engine.padEnd(11), `${shown(value)} ${unit}`.padStart(16)]
    const other = [(peer ?? '').padEnd(16), shown(peerValue).padStart(8), `${shown(speedup)}x`.padStart(8), bar]
    console.log([...own, ' | ', ...other].join(' ').trimEnd())
  }
  const value = rows[0]?.value
  if (work.limit !== undefined && typeof value === 'number')
    console.log(`${''.padEnd(16)} at most ${work.limit} ms: ${value <= work.limit ? 'kept' : 'exceeded'}`)
}

/** Each work on each engine, in a process of its own, in which both contenders take turns. */
const measureOverhead = async ({ name, says, works, engines, limit }: Overhead, rounds: string): Promise<void> => {
  console.log(`${name}: ${says}, at most ${limit.toFixed(2)}x`)
  const file = bundled('overheads/main.ts')
  for (const work of works)
    for (const engine of engines) {
      const program = [file, name, work, engine, rounds]
      try {
        const { stdout } = await promisify(execFile)(process.execPath, program)
        const { own, peer, ratio } = JSON.parse(stdout) as Readonly<Record<'own' | 'peer' | 'ratio', number>>
        const times = `${shown(own)} ms beside ${shown(peer)} ms`.padStart(32)
        const verdict = ratio <= limit ? 'kept' : 'exceeded'
        console.log([work.padEnd(16), engine.padEnd(11), times, `${ratio.toFixed(3)}x ${verdict}`].join(' '))
      } catch (error) {
        console.log(`  ${work}, ${engine}: ${error instanceof Error ? error.message : error}`)
      }
    }
}

/** What batches of many sizes add to a process in which one has run, each work on each engine in a process of its own. */
const measureMemory = async (): Promise<void> => {
  console.log(`${manySizes.name}: ${manySizes.says}, at most ${manySizes.limit} MB`)
  const file = bundled('memory/main.ts')
  for (const work of manySizes.works)
    for (const engine of manySizes.engines) {
      const program = ['--expose-gc', file, work, engine, String(manySizes.sizes)]
      const { stdout } = await promisify(execFile)(process.execPath, program)
      const { added, before } = JSON.parse(stdout) as Readonly<Record<'added' | 'before', number>>
      const verdict = added <= manySizes.limit ? 'kept' : 'exceeded'
      console.log(`${work.padEnd(16)} ${engine.padEnd(11)} ${shown(added)} MB beside ${shown(before)} MB ${verdict}`)
    }
}

const { values } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string' }, rounds: { type: 'string', default: '7' } },
})
const only = values.only?.split(',')
const names = [...works, ...overheads, manySizes].map(({ name }) => name)
const unknown = only?.filter(name => !names.includes(name)) ?? []
if (unknown.length > 0) {
  console.error(`No such work: ${unknown.join(', ')}. There are ${names.join(', ')}.`)
  process.exit(2)
}

console.log(
  `${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}`,
)
const all: Row[] = []
for (const work of works.filter(({ name }) => only?.includes(name) ?? true))
  for (const engine of Object.keys(work.engines) as Engine[]) {
    const rows = await rowsOf(work, engine, Number(values.rounds))
    print(work, rows)
    all.push(...rows)
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`)
  }
for (const overhead of overheads.filter(({ name }) => only?.includes(name) ?? true))
  await measureOverhead(overhead, String(4 * Number(values.rounds)))
if (only?.includes(manySizes.name) ?? true) await measureMemory()
