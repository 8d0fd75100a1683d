export { type Held, type OnnxRuntimeOptions, onnxruntime, type Runtime } from './backends/onnxruntime/index.ts'
