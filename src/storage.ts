export * from './documents/index.ts'
export * from './onnx/index.ts'
export * from './saving/index.ts'
export * from './storage/index.ts'
