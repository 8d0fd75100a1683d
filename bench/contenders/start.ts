import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { bundled } from '../bundled.ts'
import type { Engine, Peer } from '../works.ts'

// Contenders in processes of their own, which answer each line with the milliseconds of a step.

export interface Contender {
  /** Which processor's kernels OpenBLAS chose, where it is used. */
  readonly kernels: () => string | null
  /** The milliseconds of one more round. */
  readonly time: () => Promise<number>
  /** The largest resident memory so far, in gigabytes, where the system tells. */
  readonly peakMemory: () => number | null
  readonly stop: () => void
}

const here = fileURLToPath(new URL('.', import.meta.url))
const file = (name: string): string => join(here, name)
const script = (name: string, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  bundled(`contenders/${name}`),
  ...args,
]
const openBlas = '/usr/lib/x86_64-linux-gnu/openblas-pthread'
const python = (...args: readonly string[]): readonly string[] => [
  '/usr/bin/python3',
  join(here, '../peers/pytorch.py'),
  ...args,
]

const commands: Readonly<Record<Engine | Peer, (work: string) => readonly string[]>> = {
  'tfjs-cpu': work => script('joinery.ts', 'tfjs-cpu', work),
  wasm: work => script('joinery.ts', 'wasm', work),
  onnxruntime: work => script('joinery.ts', 'onnxruntime', work),
  'tfjs-layers-cpu': work => script('tfjs-layers.ts', 'cpu', work),
  'tfjs-layers-wasm': work => script('tfjs-layers.ts', 'wasm', work),
  'tfjs-core-raw': work => script('tfjs-core.ts', work),
  'jax-js': work => script('jax-js.ts', work),
  'onnxruntime-raw': work => script('onnxruntime-raw.ts', work, exported()),
  'onnxruntime-composed': work => script('onnxruntime-composed.ts', work),
  pytorch: work => python(work),
}

let folder: string | undefined
/** Where PyTorch writes the networks that raw ONNX Runtime runs. */
const exported = (): string => {
  folder ??= mkdtempSync(join(tmpdir(), 'joinery-bench-'))
  return folder
}

/** Set where older builds of OpenBLAS need kernels of older processors: PyTorch's products run at half their speed then. */
const { OPENBLAS_CORETYPE, OPENBLAS_L2_SIZE, ...environment } = process.env

/** It says on the standard error which processor's kernels it uses. */
const verbose = { OPENBLAS_VERBOSE: '2' }

const run = (command: readonly string[]): ChildProcess => {
  const [program = '', ...args] = command
  return spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...environment, ...verbose, LD_LIBRARY_PATH: openBlas, OMP_NUM_THREADS: '2' },
  })
}

/** Exports what a contender reads, once. */
const prepared = new Map<string, Promise<void>>()
const prepare = (contender: Engine | Peer, work: string): Promise<void> => {
  if (contender !== 'onnxruntime-raw') return Promise.resolve()
  const name = work
    .replace('compile-resnet50', 'resnet50')
    .replace('compile-', 'train-')
    .replace(/-b\d+$/, '')
  const known =
    prepared.get(name) ??
    new Promise<void>((resolve, reject) => {
      const child = run(python('export', name, join(exported(), `${name}.onnx`)))
      let text = ''
      child.stderr?.on('data', chunk => {
        text += chunk
      })
      child.on('error', reject)
      child.on('exit', code => (code === 0 ? resolve() : reject(new Error(lastLine(text)))))
    })
  prepared.set(name, known)
  return known
}

/** What a program that failed said: the error itself, or its last words. */
const lastLine = (text: string): string => {
  const lines = text.trim().split('\n')
  return (lines.find(line => /^\w*(Error|Exception)\b/.test(line)) ?? lines.at(-1) ?? '').trim()
}

/**
 * Starts a program that serves a work (`protocol.ts`), and waits until it has warmed up.
 *
 * @throws Error with the last line of what it said, when it cannot run
 */
export const startProgram = async (command: readonly string[]): Promise<Contender> => {
  const child = run(command)
  let fault = ''
  let kernels: string | null = null
  child.stderr?.on('data', chunk => {
    fault = `${fault}${chunk}`.slice(-2000)
    kernels ??= /^Core: (\w+)/m.exec(fault)?.[1] ?? null
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  const failed = new Promise<never>((_, reject) => {
    child.on('error', reject)
    child.on('exit', () => reject(new Error(lastLine(fault.split('\nNode.js')[0] ?? '') || 'it ended')))
  })
  failed.catch(() => {})
  const next = async (): Promise<string> => {
    const { value, done } = await Promise.race([lines.next(), failed])
    return done ? failed : value
  }
  const ready = await next()
  if (ready !== 'ready') throw new Error(ready)
  return {
    kernels: () => kernels,
    time: async () => {
      child.stdin?.write('\n')
      return Number(await next())
    },
    peakMemory: () => {
      const status = `/proc/${child.pid}/status`
      const [, kilobytes] = existsSync(status) ? (/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8')) ?? []) : []
      return kilobytes === undefined ? null : Number(kilobytes) / 1e6
    },
    stop: () => {
      child.kill()
    },
  }
}

/** Starts a contender at a work, as {@link startProgram} does. */
export const start = async (contender: Engine | Peer, work: string): Promise<Contender> => {
  await prepare(contender, work)
  return startProgram(commands[contender](work))
}

/** Milliseconds from the start of a program to its end. */
export const wholeTime = async (program: string): Promise<number> => {
  const began = performance.now()
  const child = spawn(process.execPath, [file(program)], { stdio: 'ignore' })
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', code => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`))))
  })
  return performance.now() - began
}
