import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

// What takes longer than the tests of a change may: `npm run nightly -- --minutes 60`, of which all but the rest goes to
// the fuzz tests. The last line says how many tests and cases passed and failed; the exit code is 1 where any failed.

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } })

interface Work {
  readonly name: string
  readonly command: readonly string[]
  /** What its output counts: passed and failed. */
  readonly counts: (output: string) => readonly [passed: number, failed: number]
}
const numberIn = (output: string, pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0)
const ofMocha = (output: string): readonly [number, number] => [
  numberIn(output, /(\d+) passing/),
  numberIn(output, /(\d+) failing/),
]
/** The sums, which stand in lines of their own, one for each backend. */
const ofConformance = (output: string): readonly [number, number] =>
  [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)].reduce<readonly [number, number]>(
    ([all, wrong], match) => [all + Number(match[1]), wrong + Number(match[2])],
    [0, 0],
  )
const peers = fileURLToPath(new URL('../../../shared/conformance/peers', import.meta.url))
const works: readonly Work[] = [
  {
    name: 'leaks and endurance, in full',
    command: ['npx', 'mocha', 'spec/leaks.process.spec.ts', 'spec/endurance.spec.ts', 'spec/leaks.spec.ts'],
    counts: ofMocha,
  },
  {
    name: 'runs that are killed',
    command: ['npx', 'mocha', 'spec/training/files/killed.spec.ts'],
    counts: ofMocha,
  },
  {
    name: 'cost of the types',
    command: ['npm', 'run', '--silent', 'bench:types'],
    counts: () => [1, 0],
  },
  {
    name: 'the specs under Deno',
    command: ['node_modules/.bin/deno', 'task', 'test'],
    counts: output => [
      numberIn(output, /^(\d+) passed, \d+ failed$/m),
      numberIn(output, /^\d+ passed, (\d+) failed$/m),
    ],
  },
  ...(existsSync(peers)
    ? ([['--backends', 'tfjs,wasm,onnxruntime'], ['--mutate']] as const).map(
        (options): Work => ({
          name: `what the tests of the peers expect, ${options.join(' ')}`,
          command: ['npm', 'run', '--silent', 'conformance', '--', peers, ...options],
          counts: ofConformance,
        }),
      )
    : []),
  {
    name: 'fuzz',
    command: ['npm', 'run', '--silent', 'fuzz', '--', '--minutes', values.minutes],
    counts: output => {
      const line = output.split('\n').findLast(own => own.startsWith('fuzz: ')) ?? ''
      const [cases = '', failures = ''] = line.split(';')
      const total = [...cases.matchAll(/(\d+) [a-z]+/g)].reduce((n, [, count]) => n + Number(count), 0)
      const failed = numberIn(failures, /(\d+) failed/)
      return [total - failed, failed]
    },
  },
]

const run = ({ name, command, counts }: Work): Promise<readonly [number, number]> =>
  new Promise(done => {
    console.log(`== ${name}`)
    const [program = '', ...given] = command
    const child = spawn(program, given, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, FULL: '1' } })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk
      process.stdout.write(chunk)
    })
    child.on('close', code => {
      const [passed, failed] = counts(output)
      // A program may fail without counting.
      done(code === 0 || failed > 0 ? [passed, failed] : [0, 1])
    })
  })

let [passed, failed] = [0, 0]
for (const work of works) {
  const [own, wrong] = await run(work)
  passed += own
  failed += wrong
}
console.log(`nightly: ${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
