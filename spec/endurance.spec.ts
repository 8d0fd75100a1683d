import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { BatchNorm, Dropout, fit, Input, init, join, key, Softmax, Tanh } from '../src/index.ts'
import { full, patience } from './full.ts'
import { settled } from './settled.ts'

const network = join(Input(3), Tanh(4), BatchNorm(), Dropout(0.2), Softmax(2))
const examples = {
  x: [
    [1, 2, 3],
    [3, 2, 1],
  ],
  y: [
    [1, 0],
    [0, 1],
  ],
}

/** What a process of many specs grows by on its own, and by the reports: less than 2 kB for each of the updates below. */
const slack = 12 * 2 ** 20

const settle = async () => {
  const tensors = await settled()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { tensors, bytes: heapUsed + arrayBuffers }
}

describe('Long training', () => {
  it('holds the number of tensors and the memory over 5,000 epochs of one fit', async () => {
    const variables = init(network, key(1))
    const before = await settle()
    const counts: number[] = []
    await fit(network, variables, examples, {
      loss: 'categoricalCrossentropy',
      batchSize: 1,
      epochs: 5000,
      onProgress: ({ ended }) => {
        if (ended) counts.push(tf.memory().numTensors)
      },
    })
    expect(new Set(counts).size, 'different numbers of live tensors at the ends of epochs').to.equal(1)
    const after = await settle()
    expect(after.tensors).to.equal(before.tensors)
    expect(after.bytes).to.be.below(before.bytes + slack)
  }).timeout(180_000)
})

/** What a process of its own holds in each twentieth of so many steps of training, in bytes. */
interface Window {
  readonly tensors: number
  readonly rss: number
  /** The heap, and what it holds outside: the memory of typed arrays and of WebAssembly. */
  readonly held: number
}
const program = fileURLToPath(new URL('endurance/program.ts', import.meta.url))
const windowsOf = async (work: string, engine: string, steps: number): Promise<readonly Window[]> => {
  const args = ['--import', 'tsx', '--expose-gc', program, work, engine, String(steps)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: patience })
  return JSON.parse(stdout.trim().split('\n').at(-1) as string)
}
/** How much more the last quarter holds than the second one, in MiB. What waits to be reclaimed only adds: the least counts. */
const growth = (windows: readonly Window[], of: 'rss' | 'held'): number => {
  const least = (from: number, to: number): number => Math.min(...windows.slice(from, to).map(window => window[of]))
  return (least(15, 20) - least(5, 10)) / 2 ** 20
}

/** How many steps the tests of a change have time for; in the night it is 100,000 each. */
const rows = [
  ['trainStep', 'tfjs', 10_000],
  ['trainStep', 'wasm', 10_000],
  ['compileTraining', 'tfjs', 10_000],
  ['compileTraining', 'wasm', 40_000],
  ['compileTraining', 'onnxruntime', 100_000],
  ['fit', 'tfjs', 10_000],
  ['fit', 'wasm', 40_000],
  ['fit', 'onnxruntime', 40_000],
] as const

describe('A process that trains holds the same number of tensors and the same memory', () => {
  for (const [work, engine, quick] of rows) {
    const steps = full ? 100_000 : quick
    it(`over ${steps.toLocaleString('en')} steps of ${work} on ${engine}`, async () => {
      const windows = await windowsOf(work, engine, steps)
      expect(new Set(windows.map(({ tensors }) => tensors)).size, 'different numbers of live tensors').to.equal(1)
      // 1 KiB that each step leaves are 4.9 MiB or more between the two quarters, and 19.5 where an engine has memory of
      // its own, which only the system sees.
      expect(growth(windows, 'held'), 'MiB of heap and arrays').to.be.below(2)
      expect(growth(windows, 'rss'), 'MiB resident').to.be.below(16)
    }).timeout(patience)
  }
})
