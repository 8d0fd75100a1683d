export {
  defineLayer,
  defineMerge,
  type LayerDefinition,
  type Leaf,
  type MergeDefinition,
  type NameOption,
  type Plain,
} from './define.ts'
export type { AnyLayer as Layer, Fits, Mode, Out, Result, Rules } from './layer.ts'
export type { VariableRule, VariableRules, Weight, WeightAndBias } from './variables.ts'
