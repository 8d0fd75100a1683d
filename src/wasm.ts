import * as tf from '@tensorflow/tfjs-core'
import type { Backend } from './backends/backend.ts'
import { tfjs } from './backends/tfjs/index.ts'
import { type Module, moduleOf } from './backends/wasm/module.ts'
import { BackendError } from './core/errors.ts'

/** The options of {@link wasm}. */
export interface WasmOptions {
  /**
   * Where the `.wasm` files are: a folder (ending with `/`), or a file for each name. Default: beside the installed
   * package in Node and Deno, beside the script in browsers.
   */
  readonly paths?: string | Readonly<Record<string, string>>
}

/** In Node and Deno the files lie in the package's folder, which its own look-up misses when it is bundled or an ES module. */
const installedPath = async (): Promise<string | undefined> => {
  if (typeof import.meta.resolve !== 'function') return undefined
  const entry = import.meta.resolve('@tensorflow/tfjs-backend-wasm')
  if (!entry.startsWith('file:')) return undefined
  const [{ dirname }, { fileURLToPath }] = await Promise.all([import('node:path'), import('node:url')])
  return `${dirname(fileURLToPath(entry))}/`
}

const load = async ({ paths }: WasmOptions): Promise<void> => {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  const where = paths ?? (await installedPath())
  if (where !== undefined) setWasmPaths(where as string)
}

/** Kernels get their functions of the WebAssembly module, which tfjs does only for the backend in use. */
const prepareKernels = (): void => {
  const backend = tf.findBackend('wasm')
  for (const { setupFunc } of tf.getKernelsForBackend('wasm')) setupFunc?.(backend)
}

const modules = new WeakMap<tf.KernelBackend, Promise<Module | undefined>>()

/** Our kernels in the memory of the backend, instantiated once. */
const moduleIn = (backend: tf.KernelBackend): Promise<Module | undefined> => {
  const module = modules.get(backend) ?? moduleOf(backend)
  modules.set(backend, module)
  return module
}

/**
 * The WebAssembly backend of tfjs, for compiled networks: its fast kernels, and kernels of our own in the same memory for
 * what it lacks or does slowly: products and convolutions with all gradients, the gradient of max pooling, sums, copies.
 * Where a page is isolated across origins, tfjs computes in several threads, whose memory only its own kernels share.
 * It needs the package `@tensorflow/tfjs-backend-wasm`.
 * The backend that eager operations use stays what it is.
 *
 * @throws BackendError when the package is not installed, or its files cannot be loaded
 */
export const wasm = async (options: WasmOptions = {}): Promise<Backend> => {
  try {
    // The backend of eager operations is settled before another one, of higher rank, is there to be chosen.
    await tf.ready()
    if (tf.findBackendFactory('wasm') === null) await load(options)
    // Looking it up begins to load it; tfjs is ready when that has ended. The backend in use stays what it is.
    if (tf.findBackend('wasm') === null) {
      await tf.ready()
      prepareKernels()
    }
    return tfjs('wasm', await moduleIn(tf.findBackend('wasm')))
  } catch (error) {
    throw new BackendError({
      backend: 'wasm',
      expected: 'the package @tensorflow/tfjs-backend-wasm and its .wasm files',
      got: error instanceof Error ? error.message : String((error as { message?: unknown })?.message ?? error),
      remedy: 'Install it with npm install @tensorflow/tfjs-backend-wasm, or give the paths of its files.',
    })
  }
}
