export { type Dim, dim } from './dimensions.ts'
export {
  BackendError,
  DataError,
  type DataFault,
  DocumentError,
  type Fault,
  FileError,
  InvalidOption,
  JoineryError,
  LayerConnectionError,
  type LayerFault,
  NotationError,
  PackageError,
  WeightInitializationError,
} from './errors.ts'
export { boolean, codec, integer, number, type Option, oneOf, optionalParameter, parameter } from './options.ts'
export type { Fans, Initializer, Parameter, ParameterSource } from './parameters.ts'
export { foldIn, type Key, key, normals, permutation, split, uniforms } from './random.ts'
export { type Flow, type Mismatch, type Shape, type Show, showShape } from './shape.ts'
export type { DType, Tensor } from './tensor.ts'
export type { Json, VariableTree } from './trees.ts'
