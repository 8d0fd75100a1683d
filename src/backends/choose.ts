import * as tf from '@tensorflow/tfjs-core'
import type * as t from 'io-ts/lib/index.js'
import { InvalidOption, JoineryError, show } from '../base/errors.ts'
import { importOptional } from '../base/optional.ts'
import { codec } from '../base/options.ts'
import { isRecord } from '../base/trees.ts'
import { traceOnly } from '../graph/build.ts'
import type { GraphNode } from '../graph/graph.ts'
import type { Backend } from './backend.ts'
import { tfjs } from './tfjs/index.ts'
import type { Package } from './wasm/backend.ts'

/** A backend, or the name of one. */
export type BackendOption = Backend | 'tfjs' | 'wasm' | 'onnxruntime'

/** Backends that were chosen by name, so that what is kept for one is found again: one for each engine. */
const choosing = () => {
  const chosen = new WeakMap<object, Backend>()
  return (engine: object, make: () => Backend): Backend => {
    const backend = chosen.get(engine) ?? make()
    chosen.set(engine, backend)
    return backend
  }
}
const [onTfjs, onWasm, onRuntime] = [choosing(), choosing(), choosing()]

/** Backends by name. Optional packages are loaded on first use. */
const byName: Readonly<Record<BackendOption & string, () => Backend | Promise<Backend>>> = {
  tfjs: async () => {
    await tf.ready()
    return onTfjs(tf.backend(), () => tfjs())
  },
  wasm: async () => {
    const { packageName, wasmOf } = await import('./wasm/backend.ts')
    const made = await wasmOf(async () => (await importOptional(packageName)) as Package)
    return onWasm(tf.findBackend('wasm'), () => made)
  },
  onnxruntime: async () => {
    const { onnxRuntimeOf } = await import('./onnxruntime/backend.ts')
    return onRuntime(onnxRuntimeOf, () => onnxRuntimeOf(() => importOptional('onnxruntime-web')))
  },
}

const names = Object.keys(byName)
const isBackend = (value: unknown): boolean => {
  if (!isRecord(value)) return false
  try {
    const works = ['upload', 'download', 'release', 'compile'].every(name => typeof value[name] === 'function')
    return works && value.kind === 'Backend' && typeof value.name === 'string'
  } catch {
    // The user's object may be a proxy or have a getter that throws.
    return false
  }
}

/** The codec of the option. */
export const backendOption: t.Type<BackendOption, unknown, unknown> = codec<BackendOption>(
  `a backend, or the name of one (${names.map(name => `'${name}'`).join(', ')})`,
  value =>
    isBackend(value) || (typeof value === 'string' && names.includes(value)) ? (value as BackendOption) : undefined,
)

/**
 * Finds a backend by its name; a backend is returned as it is.
 *
 * @throws InvalidOption if it is neither a backend nor the name of one
 * @throws BackendError if it is not installed, or not ready
 */
export const chooseBackend = async (option: BackendOption): Promise<Backend> => {
  if (!backendOption.is(option))
    throw new InvalidOption({
      layer: 'chooseBackend',
      option: 'backend',
      expected: backendOption.name,
      got: show(option),
      remedy: "For example: chooseBackend('wasm').",
    })
  return typeof option === 'string' ? byName[option]() : option
}

/** The fastest first. */
const byRank = ['onnxruntime', 'wasm'] as const

/**
 * The fastest backend that is installed: ONNX Runtime, else WebAssembly, else plain JavaScript.
 *
 * @example
 * ```ts
 * const backend = await fastestBackend()
 * backend.kind // 'Backend'
 * ```
 */
export const fastestBackend = async (): Promise<Backend> => {
  const nothing = traceOnly((ops, x) => [ops.negative(x as GraphNode)], [[1]])
  for (const name of byRank)
    try {
      const backend = await chooseBackend(name)
      // A missing package is noticed when a graph is compiled.
      ;(await backend.compile(nothing)).dispose()
      return backend
    } catch (error) {
      if (!(error instanceof JoineryError)) throw error
    }
  return chooseBackend('tfjs')
}
