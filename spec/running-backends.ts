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
