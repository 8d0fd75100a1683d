export type { Examples } from './batches.ts'
export {
  type CompiledState,
  type CompiledTraining,
  type CompiledTrainingRule,
  compileTraining,
  type Recompiled,
} from './compile.ts'
export { type EvaluateOptions, evaluate, type Predicted, type PredictOptions, predict } from './evaluate.ts'
export { type FitOptions, type Fitted, fit, type History, type Progress } from './fit.ts'
export { type Comparison, defineLoss, defineMetric, type Loss, type Metric } from './loss.ts'
export { binaryCrossentropy, categoricalCrossentropy, mse } from './losses.ts'
export { accuracy } from './metrics.ts'
export { defineOptimizer, type Optimizer, type OptimizerRule, type OptimizerState, type Step } from './optimizer.ts'
export { type AdamOptions, adam, gradientDescent, type MomentumOptions, momentum } from './optimizers.ts'
export * from './penalties/index.ts'
export * from './schedules/index.ts'
export { type Metrics, type Report, type TrainingRule, type TrainState, type TrainStep, trainStep } from './step.ts'
