import type { Metric } from '../metric.ts'
import { accuracy } from './accuracy.ts'
import { precisionAtRecall, recallAtPrecision, sensitivityAtSpecificity, specificityAtSensitivity } from './at.ts'
import { auc, averagePrecision } from './auc.ts'
import { binaryAccuracy } from './binary-accuracy.ts'
import { calibrationError } from './calibration.ts'
import { cohenKappa, confusionMatrix, matthews, meanIoU } from './confusion.ts'
import { concordanceCorrelation, pearson } from './correlation.ts'
import { meanAbsoluteError, meanAbsolutePercentageError, meanSquaredError, rootMeanSquaredError } from './errors.ts'
import { bitsPerByte, perplexity } from './likelihood.ts'
import { f1, fBeta, precision, recall, specificity } from './precision.ts'
import { sparseTopK, topK } from './top-k.ts'
import { explainedVariance, r2 } from './variance.ts'

/** The metrics that options may name. */
export interface MetricsByName {
  readonly accuracy: typeof accuracy
  readonly binaryAccuracy: typeof binaryAccuracy
  readonly topK: typeof topK
  readonly sparseTopK: typeof sparseTopK
  readonly precision: typeof precision
  readonly recall: typeof recall
  readonly f1: typeof f1
  readonly fBeta: typeof fBeta
  readonly specificity: typeof specificity
  readonly auc: typeof auc
  readonly averagePrecision: typeof averagePrecision
  readonly sensitivityAtSpecificity: typeof sensitivityAtSpecificity
  readonly specificityAtSensitivity: typeof specificityAtSensitivity
  readonly precisionAtRecall: typeof precisionAtRecall
  readonly recallAtPrecision: typeof recallAtPrecision
  readonly confusionMatrix: typeof confusionMatrix
  readonly meanIoU: typeof meanIoU
  readonly matthews: typeof matthews
  readonly cohenKappa: typeof cohenKappa
  readonly meanAbsoluteError: typeof meanAbsoluteError
  readonly meanSquaredError: typeof meanSquaredError
  readonly rootMeanSquaredError: typeof rootMeanSquaredError
  readonly meanAbsolutePercentageError: typeof meanAbsolutePercentageError
  readonly r2: typeof r2
  readonly explainedVariance: typeof explainedVariance
  readonly pearson: typeof pearson
  readonly concordanceCorrelation: typeof concordanceCorrelation
  readonly perplexity: typeof perplexity
  readonly bitsPerByte: typeof bitsPerByte
  readonly calibrationError: typeof calibrationError
}
/** The name of a metric. */
export type MetricName = keyof MetricsByName
const byName: MetricsByName = {
  accuracy,
  binaryAccuracy,
  topK,
  sparseTopK,
  precision,
  recall,
  f1,
  fBeta,
  specificity,
  auc,
  averagePrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
  precisionAtRecall,
  recallAtPrecision,
  confusionMatrix,
  meanIoU,
  matthews,
  cohenKappa,
  meanAbsoluteError,
  meanSquaredError,
  rootMeanSquaredError,
  meanAbsolutePercentageError,
  r2,
  explainedVariance,
  pearson,
  concordanceCorrelation,
  perplexity,
  bitsPerByte,
  calibrationError,
}

export const namedMetrics: readonly Metric[] = Object.freeze(Object.values(byName))
