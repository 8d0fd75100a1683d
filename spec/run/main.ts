import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir, totalmem } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beyondDeno } from './beyond-deno.ts'

// The tests, in processes of a few files each, as many at once as there are cores. In one process, what files leave in
// memory makes each garbage collection of the files after them slower, and tests of leaks ask for thousands.
//
// `npm test -- spec/graph spec/laws.spec.ts --grep law`: paths choose files, everything else goes to mocha.
// `deno task test` does the same under Deno, but for what `beyond-deno.ts` lists.
// The last line says how many tests passed and failed; the exit code is 1 where any failed.

const root = fileURLToPath(new URL('../..', import.meta.url))
const reporter = fileURLToPath(new URL('reporter.cjs', import.meta.url))
const isDeno = 'Deno' in globalThis
/** What runs files. */
const program: readonly string[] = isDeno
  ? ['run', '--allow-all', '--no-check', '--v8-flags=--expose-gc', fileURLToPath(new URL('deno.ts', import.meta.url))]
  : [join(root, 'node_modules/mocha/bin/mocha.js')]

/** About how many files a process runs: fewer load the library more often, more have more to collect. */
const filesEach = 8
/** How many of the slowest files are told: what makes a run long is in few of them. */
const told = 20
/** What a process may take, with a compiler in it. */
const memoryEach = 2 ** 31

interface Report {
  readonly passes: number
  readonly failures: number
  /** By file. */
  readonly seconds: Readonly<Record<string, number>>
  /** What mocha says of tests that failed. */
  readonly faults: string
}

const given = process.argv.slice(2)
const paths = given.filter(existsSync)
const options = given.filter(text => !paths.includes(text))

const specsIn = (path: string): readonly string[] =>
  statSync(path).isFile()
    ? [path]
    : readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter(name => name.endsWith('.spec.ts'))
        .map(name => join(path, name))

/** Files that stand beside each other are alike, so each process gets some of everything. */
const dealt = (files: readonly string[]): readonly (readonly string[])[] => {
  const count = Math.ceil(files.length / filesEach)
  return Array.from({ length: count }, (_, i) => files.filter((_, j) => j % count === i))
}

const folder = mkdtempSync(join(tmpdir(), 'joinery-tests-'))

/** Runs files in a process, and prints what it says when it has ended. */
const run = async (files: readonly string[], index: number): Promise<Report> => {
  const path = join(folder, `${index}.json`)
  const colors = process.stdout.isTTY ? ['--colors'] : []
  const child = spawn(process.execPath, [...program, ...colors, '--reporter', reporter, ...options, ...files], {
    cwd: root,
    env: { ...process.env, TEST_REPORT: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', text => {
      output += text
    })
  const code = await new Promise(resolve => child.once('close', resolve))
  process.stdout.write(output)
  // Without a report it ended early; with one, a wrong code tells of what happened after the last test.
  const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { passes: 0, failures: 0, seconds: {} }
  if (code === 0) return { ...report, faults: '' }
  const failing = /^.*\d+ failing.*/ms.exec(output)?.[0]
  const faults = failing ?? `A process ended with ${code}: ${files.join(' ')}\n${output.slice(-2000)}\n`
  return { ...report, failures: Math.max(report.failures, 1), faults }
}

const files = (paths.length === 0 ? [join(root, 'spec')] : paths).flatMap(specsIn).sort()
/** What of these files does not run here. */
const beyond = isDeno ? beyondDeno.filter(({ file }) => files.some(own => relative(root, resolve(own)) === file)) : []
const groups = dealt(
  files.filter(own => !beyond.some(({ file, test }) => test === undefined && file === relative(root, resolve(own)))),
)
const waiting = groups.entries()
const reports: Report[] = []
const worker = async (): Promise<void> => {
  // All workers take from one iterator.
  for (const [index, files] of waiting) reports.push(await run(files, index))
}
const workers = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / memoryEach)))
try {
  await Promise.all(Array.from({ length: workers }, worker))
} finally {
  rmSync(folder, { recursive: true })
}

const slowest = reports.flatMap(({ seconds }) => Object.entries(seconds)).sort(([, a], [, b]) => b - a)
console.log('\nslowest files, in seconds')
for (const [file, time] of slowest.slice(0, told))
  console.log(`${time.toFixed(0).padStart(6)}  ${relative(root, file)}`)
for (const { faults } of reports) if (faults !== '') console.log(`\n${faults}`)
if (beyond.length > 0) console.log('\nleft out under Deno')
for (const { file, test, reason } of beyond) console.log(`  ${file}${test === undefined ? '' : `, ${test}`}: ${reason}`)
const sum = (of: 'passes' | 'failures'): number => reports.reduce((total, report) => total + report[of], 0)
console.log(`\n${sum('passes')} passed, ${sum('failures')} failed`)
process.exitCode = sum('failures') === 0 ? 0 : 1
