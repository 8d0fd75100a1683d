import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as tf from '@tensorflow/tfjs-core'

/** The backend that computes was asked for and cannot. */
export class EngineError extends Error {}

/**
 * Has tfjs compute with plain JavaScript, or with WebAssembly.
 *
 * @throws EngineError when that backend is not installed
 */
export const start = async (wasm: boolean): Promise<void> => {
  if (!wasm) return tf.ready()
  try {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
    const entry = fileURLToPath(import.meta.resolve('@tensorflow/tfjs-backend-wasm'))
    setWasmPaths(`${dirname(entry)}/`)
    await tf.setBackend('wasm')
  } catch (error) {
    const remedy = 'Install it with npm install @tensorflow/tfjs-backend-wasm, or leave --wasm out.'
    throw new EngineError(`--wasm: the wasm backend of tfjs cannot be loaded (${(error as Error).message}). ${remedy}`)
  }
}

/** The backend that computes. */
export const engine = (): string => `tfjs ${tf.getBackend()}`
