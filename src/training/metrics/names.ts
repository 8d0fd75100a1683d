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
export const namedMetrics: readonly Metric[] = Object.freeze([
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
])
