import * as tf from '@tensorflow/tfjs-core'
import { BackendError } from '../../base/errors.ts'
import { importOptional, isServer } from '../../base/optional.ts'
import type { Backend } from '../backend.ts'
import { tfjs } from '../tfjs/index.ts'
import type { Native } from '../tfjs/native.ts'
import { moduleOf } from './module.ts'
import { nativeIn } from './native.ts'

/** The options of {@link wasm}. */
export interface WasmOptions {
  /**
   * Where the `.wasm` files are: a folder (ending with `/`), or a file for each name. Default: beside the installed
   * package in Node and Deno, beside the script in browsers.
   */
  readonly paths?: string | Readonly<Record<string, string>>
}

/** What is used of the package. */
export interface Package {
  setWasmPaths(paths: string | Readonly<Record<string, string>>): void
}

/** Imports `@tensorflow/tfjs-backend-wasm`. */
export type Load = () => Promise<Package>

/** Named apart from where it is looked up, which bundlers would do as well. */
export const packageName: string = '@tensorflow/tfjs-backend-wasm'

/** In Node and Deno the files lie in the package's folder, which its own look-up misses when it is bundled or an ES module. */
const installedPath = async (): Promise<string | undefined> => {
  if (typeof import.meta.resolve !== 'function') return undefined
  const entry = import.meta.resolve(packageName)
  if (!entry.startsWith('file:')) return undefined
  // A browser's bundle has no such module, and never gets here.
  const { fileURLToPath } = (await importOptional('node:url')) as { fileURLToPath: (url: URL) => string }
  return fileURLToPath(new URL('.', entry))
}

const load = async ({ paths }: WasmOptions, importPackage: Load): Promise<void> => {
  const { setWasmPaths } = await importPackage()
  const where = paths ?? (await installedPath())
  if (where !== undefined) setWasmPaths(where)
}

/** What tfjs makes its backend by: once that was removed, importing the package does not bring it back. */
let factory: ReturnType<typeof tf.findBackendFactory> | undefined

const register = async (options: WasmOptions, importPackage: Load): Promise<void> => {
  if (tf.findBackendFactory('wasm') === null) await load(options, importPackage)
  if (tf.findBackendFactory('wasm') === null && factory) tf.registerBackend('wasm', factory, 2)
  factory = tf.findBackendFactory('wasm')
}

/** What is used of Node's process. */
interface Emitter {
  readonly listeners: (event: string) => readonly ((...args: never) => unknown)[]
  readonly removeListener: (event: string, listener: (...args: never) => unknown) => unknown
}

/** Events of the process at which the module throws anew what it is told, which ends applications that handle it. */
const rethrown = ['uncaughtException', 'unhandledRejection'] as const

/** Some work, after which the module listens to none of the events that it began to listen to meanwhile. */
const withoutListeners = async (work: () => Promise<void>): Promise<void> => {
  const { process } = globalThis as unknown as { process?: Partial<Emitter> }
  const { listeners, removeListener } = process ?? {}
  if (!listeners || !removeListener) return work()
  const before = rethrown.map(event => new Set(listeners.call(process, event)))
  try {
    await work()
  } finally {
    // Others may have begun to listen too; the module's do nothing but throw.
    for (const [i, event] of rethrown.entries())
      for (const listener of listeners.call(process, event))
        if (!before[i]?.has(listener) && /^function\s*\((\w+)\)\s*\{[\s\S]*throw \1;?\s*\}?\s*\}$/.test(`${listener}`))
          removeListener.call(process, event, listener)
  }
}

/** Kernels get their functions of the WebAssembly module, which tfjs does only for the backend in use. */
const prepareKernels = (): void => {
  const backend = tf.findBackend('wasm')
  for (const { setupFunc } of tf.getKernelsForBackend('wasm')) setupFunc?.(backend)
}

let loading: Promise<void> | undefined

/**
 * Loads the backend, once however many ask for it. By its factory, not by tfjs: while tfjs loads a backend, it lets nothing
 * else compute.
 */
const loaded = async (): Promise<void> => {
  const { registry } = tf.engine()
  if (tf.getBackend() === 'wasm') await tf.ready()
  if (registry.wasm !== undefined) return
  loading ??= withoutListeners(async () => {
    const backend = await tf.findBackendFactory('wasm')()
    registry.wasm ??= backend
    prepareKernels()
  }).finally(() => {
    loading = undefined
  })
  await loading
}

const natives = new WeakMap<tf.KernelBackend, Promise<Native | undefined>>()

/** Our kernels in the memory of the backend, instantiated once. */
const nativeOn = (backend: tf.KernelBackend): Promise<Native | undefined> => {
  const native = natives.get(backend) ?? moduleOf(backend).then(module => module && nativeIn(module))
  natives.set(backend, native)
  return native
}

/**
 * The WebAssembly backend, of a package that is imported when it is first needed.
 *
 * @throws BackendError when the package is not installed, or its files cannot be loaded
 */
export const wasmOf = async (importPackage: Load, options: WasmOptions = {}): Promise<Backend> => {
  try {
    // The backend of eager operations is settled before another one, of higher rank, is there to be chosen.
    await tf.ready()
    await register(options, importPackage)
    await loaded()
    return tfjs('wasm', await nativeOn(tf.findBackend('wasm')))
  } catch (error) {
    throw new BackendError({
      backend: 'wasm',
      expected: 'the package @tensorflow/tfjs-backend-wasm and its .wasm files',
      got: error instanceof Error ? error.message : String((error as { message?: unknown })?.message ?? error),
      remedy: isServer()
        ? 'Install it with npm install @tensorflow/tfjs-backend-wasm, or give the paths of its files.'
        : "Install it, import { wasm } from 'joinery/wasm', and give backend: await wasm({ paths }), where its files are.",
    })
  }
}
