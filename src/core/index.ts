export type { DecodeOption } from './decoding.ts'
export {
  defineLayer,
  defineMerge,
  defineWrapper,
  type LayerDefinition,
  type Leaf,
  type MergeDefinition,
  type NameOption,
  type Plain,
  type WrapperDefinition,
} from './define.ts'
export { innerRules } from './inner.ts'
export type {
  Decoded,
  DecodeRule,
  Decoding,
  DecodingPlace,
  Fits,
  Layer,
  LayerFrom,
  Mode,
  Out,
  Result,
  Rules,
} from './layer.ts'
export type { VariableRule, VariableRules, Weight, WeightAndBias } from './variables.ts'
