import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Outcome, runPart } from './part.ts'
import { parts } from './parts.ts'

// Runs the parts in turn, each for a while in a process of its own, as a case may end the process or never end:
// `npm run fuzz -- --minutes 60 --seed 1 --only networks,texts`. Ends with a line of counts, and with 1 where a case failed.

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
    only: { type: 'string', default: parts.map(({ name }) => name).join() },
    /** One part, in this process, for so many milliseconds. */
    part: { type: 'string' },
    time: { type: 'string', default: '0' },
    last: { type: 'string', default: '' },
  },
})
/** How long a process goes on with one part, and how much longer it may take for its last case, in milliseconds. */
const turn = 60_000
const grace = 240_000

const runHere = async (name: string): Promise<void> => {
  const part = parts.find(own => own.name === name)
  if (part === undefined)
    throw new Error(`no part is called ${name}: there are ${parts.map(own => own.name).join(', ')}`)
  const limits = { seed: Number(values.seed), runs: 1e9, time: Number(values.time) }
  const outcome = await runPart(part as never, limits, text => writeFileSync(values.last, text))
  console.log(JSON.stringify(outcome))
  // What a case has left running is not waited for.
  process.exit()
}

const runApart = (name: string, seed: number, time: number, last: string): Promise<Outcome> =>
  new Promise(done => {
    const own = ['--import', 'tsx', '--expose-gc', '--max-old-space-size=3000', fileURLToPath(import.meta.url)]
    const given = ['--part', name, '--seed', String(seed), '--time', String(time), '--last', last]
    const child = spawn(process.execPath, [...own, ...given], { stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (out += chunk))
    child.stderr.on('data', (chunk: Buffer) => (err = (err + chunk).slice(-4000)))
    const timer = setTimeout(() => child.kill('SIGKILL'), time + grace)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const line = out.split('\n').findLast(own => own.startsWith('{"runs"'))
      if (line !== undefined) return done(JSON.parse(line) as Outcome)
      const why = signal === 'SIGKILL' ? 'does not end, or was ended' : `ends the process with ${code ?? signal}`
      const text = readFileSync(last, 'utf8')
      done({ runs: 0, failure: `${why}\n${text}\n${err.split('\n').slice(-20).join('\n').slice(-1500)}` })
    })
  })

const main = async (): Promise<void> => {
  const until = Date.now() + Number(values.minutes) * 60_000
  const only = values.only.split(',')
  const chosen = parts.filter(({ name }) => only.includes(name))
  const folder = mkdtempSync(join(tmpdir(), 'joinery-fuzz-'))
  const last = join(folder, 'last')
  const counts = new Map(chosen.map(({ name }) => [name, 0]))
  const failures = new Map<string, number>()
  try {
    for (let seed = Number(values.seed); Date.now() < until; seed++)
      for (const { name } of chosen) {
        const left = until - Date.now()
        if (left <= 0) break
        writeFileSync(last, 'before the first case')
        const { runs, failure } = await runApart(name, seed, Math.min(turn, Math.max(left, 1000)), last)
        counts.set(name, (counts.get(name) ?? 0) + runs)
        console.log(`${name}, seed ${seed}: ${runs} cases${failure === null ? '' : ', of which one fails'}`)
        if (failure === null) continue
        failures.set(name, (failures.get(name) ?? 0) + 1)
        console.log(failure)
      }
  } finally {
    rmSync(folder, { recursive: true })
  }
  const total = [...failures.values()].reduce((n, count) => n + count, 0)
  console.log(`fuzz: ${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}; ${total} failed`)
  process.exitCode = total > 0 ? 1 : 0
}

await (values.part === undefined ? main() : runHere(values.part))
