import * as tf from '@tensorflow/tfjs-core'
import type { Backend } from '../src/backends/backend.ts'
import { chooseBackend } from '../src/backends/choose.ts'
import { tfjs } from '../src/backends/tfjs/index.ts'
import { onnxruntime } from '../src/onnxruntime.ts'

/** Every backend, as specs compile graphs for it. */
export const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  tfjs: () => chooseBackend('tfjs'),
  wasm: () => chooseBackend('wasm'),
  'wasm with the kernels of tfjs alone': async () => {
    await chooseBackend('wasm')
    return tfjs('wasm')
  },
  onnxruntime: async () => onnxruntime({ threads: 2 }),
  'onnxruntime-web': async () => onnxruntime({ runtime: await import('onnxruntime-web') }),
}

/** Checks something with each of tfjs's own backends in use, one after the other. */
export const onEachOfTfjs = async (check: () => void): Promise<void> => {
  await tf.ready()
  const before = tf.getBackend()
  await chooseBackend('wasm')
  try {
    for (const name of ['cpu', 'wasm']) {
      await tf.setBackend(name)
      check()
    }
  } finally {
    await tf.setBackend(before)
  }
}
