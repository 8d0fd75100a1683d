import type * as Threads from 'node:worker_threads'
import { InvalidOption } from '../../base/errors.ts'
import { importOptional } from '../../base/optional.ts'
import type { Key } from '../../base/random.ts'
import type { Tried } from './sweep.ts'

// Trials on threads of their own. A thread imports the module of the user's once, and runs its default export.

/** What a thread is asked. */
interface Asked {
  readonly id: number
  readonly config: Readonly<Record<string, unknown>>
  readonly words: Key['words']
  readonly budget: number
  readonly trial: number
  readonly previous: unknown
}

/** What it answers. */
interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly name: string; readonly message: string; readonly stack?: string }
}

/** The least of node:worker_threads that is used. */
interface Thread {
  postMessage(message: Asked | { readonly ends: true }): void
  on(event: 'message', listener: (answer: Answer) => void): void
  on(event: 'error', listener: (error: unknown) => void): void
  on(event: 'exit', listener: (code: number) => void): void
  terminate(): Promise<unknown>
}

/** The program of a thread. It has no import of ours, so that it runs from source, bundles and packages alike. */
const program = (url: string): string => `
const { parentPort } = require('node:worker_threads')
const loaded = import(${JSON.stringify(url)})
loaded.catch(() => undefined)
const ending = new AbortController()
const { signal } = ending
parentPort.on('message', async ({ ends, id, config, words, budget, trial, previous }) => {
  if (ends) return ending.abort()
  try {
    const { default: train } = await loaded
    if (typeof train !== 'function') throw new TypeError('the module has no function as its default export')
    const key = Object.freeze({ kind: 'Key', words: Object.freeze(words) })
    parentPort.postMessage({ id, result: await train(config, { key, budget, trial, previous, signal }) })
  } catch (error) {
    const { name = 'Error', message: text = String(error), stack, code } = error ?? {}
    const hint = code === 'ERR_UNKNOWN_FILE_EXTENSION' ? '. Threads of this Node read JavaScript only: give a .js module' : ''
    const message = text + hint
    parentPort.postMessage({ id, error: { name, message, stack } })
  }
})`

/** Who waits for an answer. */
interface Settling {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Threads that run trials, each one at a time. */
export interface Workers {
  readonly run: (tried: Tried) => Promise<unknown>
  readonly close: () => Promise<void>
}

/**
 * Starts threads.
 *
 * @param signal is told to the trials on them
 * @throws InvalidOption where there are none, as in browsers
 */
export const workersOf = async (url: URL, count: number, signal: AbortSignal | null): Promise<Workers> => {
  let threads: readonly Thread[]
  try {
    const { Worker } = (await importOptional('node:worker_threads')) as typeof Threads
    threads = Array.from({ length: count }, () => new Worker(program(url.href), { eval: true }) as unknown as Thread)
  } catch (error) {
    throw new InvalidOption(
      {
        layer: 'sweep',
        option: 'train',
        expected: 'a function, as there are no worker threads here',
        got: url.href,
        remedy: 'Give the function itself, or run the sweep in Node or Deno.',
      },
      { cause: error },
    )
  }
  const waiting = new Map<Thread, Settling>()
  const idle = [...threads]
  const queue: (Settling & { readonly take: (thread: Thread) => void })[] = []
  const alive = new Set(threads)
  const free = (thread: Thread): void => {
    const next = queue.shift()
    if (next === undefined) idle.push(thread)
    else next.take(thread)
  }
  const settle = (thread: Thread, { result, error }: Answer): void => {
    const own = waiting.get(thread)
    waiting.delete(thread)
    free(thread)
    if (error === undefined) own?.resolve(result)
    else own?.reject(Object.assign(new Error(error.message), { name: error.name, stack: error.stack }))
  }
  /** A thread that has ended runs nothing more: its trial fails, and the others where it was the last. */
  const fail = (thread: Thread, error: unknown): void => {
    alive.delete(thread)
    if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1)
    waiting.get(thread)?.reject(error)
    waiting.delete(thread)
    if (alive.size === 0) for (const { reject } of queue.splice(0)) reject(error)
  }
  for (const thread of threads) {
    thread.on('message', answer => settle(thread, answer))
    thread.on('error', error => fail(thread, error))
    thread.on('exit', code => fail(thread, new Error(`a worker thread ended with code ${code}`)))
  }
  const end = (): void => {
    for (const thread of alive) thread.postMessage({ ends: true })
  }
  signal?.addEventListener('abort', end)
  let id = 0
  return Object.freeze<Workers>({
    run: async ({ config, key, budget, trial, previous }) => {
      if (alive.size === 0) throw new Error('all worker threads have ended')
      const thread =
        idle.shift() ??
        (await new Promise<Thread>((resolve, reject) => {
          queue.push({ take: resolve, resolve: () => undefined, reject })
        }))
      return new Promise((resolve, reject) => {
        waiting.set(thread, { resolve, reject })
        thread.postMessage({ id: id++, config: { ...config }, words: key.words, budget, trial, previous })
      })
    },
    close: async () => {
      signal?.removeEventListener('abort', end)
      await Promise.all(threads.map(thread => thread.terminate()))
    },
  })
}
