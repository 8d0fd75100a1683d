export type { Block, Fan, Perhaps } from './blocks.ts'
export type { Network, Parallel, Repeat, Sequence, Shared } from './compose.ts'
export {
  defineLayer,
  defineMerge,
  type LayerDefinition,
  type Leaf,
  type MergeDefinition,
  type NameOption,
  type Plain,
} from './define.ts'
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
  WeightInitializationError,
} from './errors.ts'
export type { AnyLayer as Layer, Fits, Mode, Out, Result, Rules } from './layer.ts'
export type { InputOf, OutputOf, ParamsOf, StateOf, TensorsOf, Variables } from './named.ts'
export type { LayerValue, Node, Wiring } from './network.ts'
export type { Margin, Ops, Pair, Sliding, Window } from './ops.ts'
export { boolean, codec, integer, number, type Option, oneOf, optionalParameter, parameter } from './options.ts'
export { foldIn, type Key, key, normals, permutation, split, uniforms } from './random.ts'
export { type Flow, type Mismatch, type Shape, type Show, showShape } from './shape.ts'
export type { VariableTree } from './trees.ts'
export type {
  Fans,
  Initializer,
  Parameter,
  ParameterSource,
  Tensor,
  VariableRule,
  VariableRules,
  Weight,
  WeightAndBias,
} from './variables.ts'
