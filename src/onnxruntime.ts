import type { Backend } from './backends/backend.ts'
import { BackendError } from './core/errors.ts'

/** Graphs on ONNX Runtime. */
export const onnxruntime = async (): Promise<Backend> => {
  throw new BackendError({
    backend: 'onnxruntime',
    expected: 'onnxruntime-node or onnxruntime-web',
    got: 'neither',
    remedy: 'npm install onnxruntime-node --ignore-scripts',
  })
}
