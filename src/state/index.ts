export { type Applied, type ApplyOptions, apply, type Gradients, gradients } from './apply.ts'
export { type FlatData, type TensorInput, tensor } from './data.ts'
export { countParameters, init } from './init.ts'
export { checkShape, outputShape, type Shapes } from './shapes.ts'
