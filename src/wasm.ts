import type { Backend } from './backends/backend.ts'
import { tfjs } from './backends/tfjs/index.ts'

export const wasm = async (): Promise<Backend> => tfjs('wasm')
