import { ready } from '@tensorflow/tfjs-core'
import type * as t from 'io-ts/lib/index.js'
import { codec } from '../core/options.ts'
import type { Backend } from './backend.ts'
import { tfjs } from './tfjs/index.ts'

/** A backend, or the name of one. */
export type BackendOption = Backend | 'tfjs' | 'wasm' | 'onnxruntime'

/** Backends by name. Those that are optional are loaded when they are asked for. */
const byName: Readonly<Record<BackendOption & string, () => Backend | Promise<Backend>>> = {
  tfjs: async () => {
    await ready()
    return tfjs()
  },
  wasm: async () => (await import('../wasm.ts')).wasm(),
  onnxruntime: async () => (await import('../onnxruntime.ts')).onnxruntime(),
}

const names = Object.keys(byName)
const isBackend = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (value as Partial<Backend>).kind === 'Backend'

/** How a backend is read. */
export const backendOption: t.Type<BackendOption, unknown, unknown> = codec<BackendOption>(
  `a backend, or the name of one (${names.map(name => `'${name}'`).join(', ')})`,
  value =>
    isBackend(value) || (typeof value === 'string' && names.includes(value)) ? (value as BackendOption) : undefined,
)

/**
 * The backend that an option names.
 *
 * @throws BackendError when it is not installed, or not ready
 */
export const chooseBackend = async (option: BackendOption): Promise<Backend> =>
  typeof option === 'string' ? byName[option]() : option
