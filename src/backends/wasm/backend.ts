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

/** A constant, as bundlers resolve names that stand in `import` or `import.meta.resolve`. */
export const packageName: string = '@tensorflow/tfjs-backend-wasm'

/** The package's folder in Node and Deno. The package itself does not find its files if it is bundled or an ES module. */
const installedPath = async (): Promise<string | undefined> => {
  if (typeof import.meta.resolve !== 'function') return undefined
  const entry = import.meta.resolve(packageName)
  if (!entry.startsWith('file:')) return undefined
  // Bundles for browsers lack this module; browsers return above.
  const { fileURLToPath } = (await importOptional('node:url')) as { fileURLToPath: (url: URL) => string }
  return fileURLToPath(new URL('.', entry))
}

const load = async ({ paths }: WasmOptions, importPackage: Load): Promise<void> => {
  const { setWasmPaths } = await importPackage()
  const where = paths ?? (await installedPath())
  if (where !== undefined) setWasmPaths(where)
}

/** Creates the backend of tfjs. Kept because after `removeBackend`, importing the package again does not register it. */
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

/** Events whose errors the module rethrows, which ends applications that handle them. */
const rethrown = ['uncaughtException', 'unhandledRejection'] as const

/** Does some work, then removes the listeners that the module added meanwhile. */
const withoutListeners = async (work: () => Promise<void>): Promise<void> => {
  const { process } = globalThis as unknown as { process?: Partial<Emitter> }
  const { listeners, removeListener } = process ?? {}
  if (!listeners || !removeListener) return work()
  const before = rethrown.map(event => new Set(listeners.call(process, event)))
  try {
    await work()
  } finally {
    // The module's listeners do nothing but throw; others stay.
    for (const [i, event] of rethrown.entries())
      for (const listener of listeners.call(process, event))
        if (!before[i]?.has(listener) && /^function\s*\((\w+)\)\s*\{[\s\S]*throw \1;?\s*\}?\s*\}$/.test(`${listener}`))
          removeListener.call(process, event, listener)
  }
}

/** Sets up the kernels of tfjs, which does so only for the backend in use. */
const prepareKernels = (): void => {
  const backend = tf.findBackend('wasm')
  for (const { setupFunc } of tf.getKernelsForBackend('wasm')) setupFunc?.(backend)
}

let loading: Promise<void> | undefined

/**
 * Loads the backend once, for all callers. By its factory, because tfjs blocks other computations while it loads a
 * backend.
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

/** Our kernels in the memory of the backend, one instance for each backend. */
const nativeOn = (backend: tf.KernelBackend): Promise<Native | undefined> => {
  const native = natives.get(backend) ?? moduleOf(backend).then(module => module && nativeIn(module))
  natives.set(backend, native)
  return native
}

/**
 * The WebAssembly backend. Its package is imported on first use.
 *
 * @throws BackendError if the package is not installed, or its files cannot be loaded
 */
export const wasmOf = async (importPackage: Load, options: WasmOptions = {}): Promise<Backend> => {
  try {
    // tfjs chooses the backend of eager operations first: afterwards it would choose this one, which ranks higher.
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
