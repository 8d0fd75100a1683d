import type { Backend } from './backends/backend.ts'

export const onnxruntime = async (): Promise<Backend> => {
  throw new RangeError('not there')
}
