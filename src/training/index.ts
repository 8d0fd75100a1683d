export type { Tree } from '../base/tree.ts'
export { applyUpdates } from './apply-updates.ts'
export type { Examples } from './batches.ts'
export {
  type CompiledRules,
  type CompiledRulesOptions,
  type CompiledState,
  type CompiledTraining,
  type CompiledTrainingRule,
  compileTraining,
  type Recompiled,
} from './compile.ts'
export { type EvaluateOptions, evaluate, type Predicted, type PredictOptions, predict } from './evaluate.ts'
export * from './files/index.ts'
export {
  type FitOptions,
  type Fitted,
  type FittedByRules,
  fit,
  type History,
  type LoopOptions,
  type Progress,
  type RulesFitOptions,
  type RulesProgress,
  type RulesValidation,
} from './fit.ts'
export {
  constraintFromJson,
  lossFromJson,
  metricFromJson,
  optimizerFromJson,
  regularizerFromJson,
} from './json.ts'
export {
  type Callback,
  type EpochEnd,
  type EpochStart,
  stop,
  type TrainEnd,
  type TrainStart,
  type Updated,
} from './loops/callbacks.ts'
export type { EarlyStopping } from './loops/early-stopping.ts'
export {
  type CheckedGradient,
  type GradientCheck,
  type GradientCheckOptions,
  gradientCheck,
} from './loops/gradient-check.ts'
export {
  learningRateSweep,
  type RatePoint,
  type RateSweep,
  type RateSweepOptions,
} from './loops/learning-rate-sweep.ts'
export type { Validation } from './loops/lessons.ts'
export type { Culprit } from './loops/not-finite.ts'
export type { ReduceOnPlateau } from './loops/plateau.ts'
export { type ReportOptions, report, type TrainingReport, type ValueSummary } from './loops/report.ts'
export type { Stopped } from './loops/train.ts'
export {
  type ClassWeights,
  type ConfigurableLoss,
  defineLoss,
  type Loss,
  type LossContext,
  type LossForward,
  type LossOptions,
  type LossReduction,
  type LossRule,
  type Weighting,
} from './loss.ts'
export * from './losses/index.ts'
export {
  type Better,
  type Comparison,
  type ConfigurableMetric,
  defineMetric,
  type Metric,
  type MetricRule,
  type MetricWeighting,
  type Sum,
} from './metric.ts'
export * from './metrics/index.ts'
export {
  defineOptimizer,
  type Objective,
  type Objectives,
  type Optimizer,
  type OptimizerRule,
  type OptimizerState,
  type UpdateContext,
} from './optimizer.ts'
export * from './optimizers/index.ts'
export type { OwnParameter, ParameterRule } from './parameter-rule.ts'
export * from './penalties/index.ts'
export type { Step } from './rate.ts'
export type { MetricValue } from './report.ts'
export type { GradInContext, ObjectiveContext, RunNetwork, ValueAndGradInContext } from './rules/context.ts'
export type { BatchOf } from './rules/data.ts'
export type { ObjectiveRule, ObjectiveRules, RuleLoss, RulesReport, TrainedNames } from './rules/rule.ts'
export * from './schedules/index.ts'
export type { Batches } from './source.ts'
export {
  type ForOutputs,
  type Measured,
  type Metrics,
  type MetricsOption,
  type NoMetrics,
  type Report,
  type RulesState,
  type RulesStep,
  type RulesStepOptions,
  type TrainingRule,
  type TrainState,
  type TrainStep,
  trainStep,
} from './step.ts'
export * from './sweep/index.ts'
