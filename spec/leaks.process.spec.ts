import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { full, patience } from './full.ts'

// Law 7 as the system sees it: how much a process grows that drops what it gets. Each case has a process of its own.

const program = fileURLToPath(new URL('leaks/program.ts', import.meta.url))
const grown = async (...given: readonly string[]): Promise<number> => {
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', program, ...given], { timeout: patience })
  const { stdout } = await run
  return (JSON.parse(stdout.trim().split('\n').at(-1) as string) as { readonly grown: number }).grown
}
const engines = ['tfjs', 'wasm', 'onnxruntime'] as const

interface Row {
  readonly title: string
  readonly work: string
  readonly times: number
  /** How much it may grow, in MB. */
  readonly most: number
  readonly on: readonly string[]
}
const sizes = full ? 200 : 40
const rows: readonly Row[] = [
  { title: 'awaited outputs of 1 MB', work: 'outputs', times: full ? 1600 : 400, most: full ? 300 : 250, on: engines },
  { title: 'batch sizes of a network of 2 MB', work: 'shapes', times: sizes, most: 60, on: ['tfjs'] },
  // Copies of inputs that were dropped: V8 lets 64 MB of them wait where little else is made. It holds the weights once.
  { title: 'batch sizes of a network of 2 MB', work: 'shapes', times: sizes, most: full ? 110 : 60, on: ['wasm'] },
  { title: 'batch sizes of a network of 2 MB', work: 'shapes', times: sizes, most: 110, on: ['onnxruntime'] },
  { title: 'steps of training with a state of 1 MB', work: 'steps', times: full ? 3000 : 300, most: 200, on: engines },
  { title: 'times ten applications with outputs of 1 MB', work: 'eager', times: full ? 4000 : 60, most: 300, on: [''] },
  { title: 'times ten gradients', work: 'gradients', times: full ? 1000 : 100, most: 150, on: [''] },
  { title: 'times a hundred tensors', work: 'tensors', times: full ? 2000 : 500, most: 150, on: [''] },
]

describe('A process that drops what it gets does not grow', () => {
  for (const { title, work, times, most, on } of rows)
    for (const backend of on)
      it(`by more than ${most} MB over ${times} ${title}${backend && ` on ${backend}`}`, async () => {
        expect(await grown(work, backend, String(times))).to.be.below(most)
      }).timeout(patience)
})
