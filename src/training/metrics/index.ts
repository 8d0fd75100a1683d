export { type AccuracyOptions, accuracy } from './accuracy.ts'
export {
  type AtPrecisionOptions,
  type AtRecallOptions,
  type AtSensitivityOptions,
  type AtSpecificityOptions,
  precisionAtRecall,
  recallAtPrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
} from './at.ts'
export { type AucOptions, auc, averagePrecision } from './auc.ts'
export { binaryAccuracy } from './binary-accuracy.ts'
export { type CalibrationOptions, calibrationError } from './calibration.ts'
export {
  type CohenKappaOptions,
  type ConfusionMatrixOptions,
  type ConfusionOptions,
  cohenKappa,
  confusionMatrix,
  type MeanIoU,
  type MeanIoUOptions,
  matthews,
  meanIoU,
} from './confusion.ts'
export { type CorrelationOptions, concordanceCorrelation, pearson } from './correlation.ts'
export type { CountMetric, CountOptions } from './counts.ts'
export {
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  rootMeanSquaredError,
} from './errors.ts'
export { type BitsPerByteOptions, bitsPerByte, type PerplexityOptions, perplexity } from './likelihood.ts'
export { metricOf } from './of-loss.ts'
export type { Average } from './options.ts'
export { type FBetaOptions, f1, fBeta, precision, recall, specificity } from './precision.ts'
export type { ThresholdsOptions } from './thresholds.ts'
export { sparseTopK, type TopKOptions, topK } from './top-k.ts'
export { explainedVariance, type R2Options, r2, type VarianceOptions } from './variance.ts'
