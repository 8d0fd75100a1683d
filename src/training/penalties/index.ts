export { type Constraint, defineConstraint } from './constraint.ts'
export { type AxisOption, type LimitNormOptions, limitNorm, nonNegative, unitNorm } from './constraints.ts'
export { defineRegularizer, type Regularizer } from './regularizer.ts'
export {
  type ElasticOptions,
  type ExcludeOption,
  elastic,
  l1,
  l2,
  maxNorm,
  type OrthogonalPenaltyOptions,
  orthogonalPenalty,
  type PenaltyOptions,
} from './regularizers.ts'
export type { ParameterName } from './roles.ts'
