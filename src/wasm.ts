export { type WasmOptions, wasm } from './backends/wasm/index.ts'
