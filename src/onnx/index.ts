export type { ExampleShape, Examples as OnnxExamples } from './examples.ts'
export { type ToOnnxOptions, toOnnx } from './to-onnx.ts'
export type { OnnxTraining } from './training.ts'
