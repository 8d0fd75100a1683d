import {
  addLosses,
  compileTraining,
  evaluate,
  fit,
  gradientCheck,
  Input,
  init,
  join,
  key,
  Linear,
  lossGradients,
  mse,
  trainStep,
} from '../../../src/index.ts'

// Losses and metrics by name: editors offer all of them, and a text that is none is refused. What is no literal may be any.

const network = join(Input(2), Linear(2))
const variables = init(network, key(1))
const both = { x: [[0, 1]], y: [[0, 1]] }
const named = { loss: 'mse' as string, metrics: ['accuracy' as string] }
const ours: `m${string}` = 'mae'
export const right = [
  trainStep(network, named),
  trainStep(network, { loss: ours, metrics: [ours, 'mse', mse] }),
  trainStep(network, { loss: [named.loss] }),
  trainStep(network, { loss: { 'linear-1': named.loss }, metrics: { 'linear-1': ['accuracy', ours] } }),
]

fit(network, variables, both, { loss: 'mse' })
//                                     ^| mse, rmse, mae, mape, msle, rmsle, logCosh, huber, quantile, poisson, cosineSimilarity, binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy, focal, kullbackLeibler, binaryHinge, squaredHinge, categoricalHinge, dice, tversky, ctc, triplet, contrastive
fit(network, variables, both, { loss: 'mse', metrics: ['accuracy'] })
//                                                      ^| mse, rmse, mae, mape, msle, rmsle, logCosh, huber, quantile, poisson, cosineSimilarity, binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy, focal, kullbackLeibler, binaryHinge, squaredHinge, categoricalHinge, dice, tversky, ctc, triplet, contrastive, accuracy, binaryAccuracy, topK, sparseTopK, precision, recall, f1, fBeta, specificity, auc, averagePrecision, sensitivityAtSpecificity, specificityAtSensitivity, precisionAtRecall, recallAtPrecision, confusionMatrix, meanIoU, matthews, cohenKappa, meanAbsoluteError, meanSquaredError, rootMeanSquaredError, meanAbsolutePercentageError, r2, explainedVariance, pearson, concordanceCorrelation, perplexity, bitsPerByte, calibrationError
trainStep(network, { loss: ['mae'], metrics: [['accuracy', 'mse']] })
//                           ^| mse, rmse, mae, mape, msle, rmsle, logCosh, huber, quantile, poisson, cosineSimilarity, binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy, focal, kullbackLeibler, binaryHinge, squaredHinge, categoricalHinge, dice, tversky, ctc, triplet, contrastive
//                                              ^| mse, rmse, mae, mape, msle, rmsle, logCosh, huber, quantile, poisson, cosineSimilarity, binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy, focal, kullbackLeibler, binaryHinge, squaredHinge, categoricalHinge, dice, tversky, ctc, triplet, contrastive, accuracy, binaryAccuracy, topK, sparseTopK, precision, recall, f1, fBeta, specificity, auc, averagePrecision, sensitivityAtSpecificity, specificityAtSensitivity, precisionAtRecall, recallAtPrecision, confusionMatrix, meanIoU, matthews, cohenKappa, meanAbsoluteError, meanSquaredError, rootMeanSquaredError, meanAbsolutePercentageError, r2, explainedVariance, pearson, concordanceCorrelation, perplexity, bitsPerByte, calibrationError
compileTraining(network, { metrics: ['accuracy', 'auc'] })
//                                                ^| mse, rmse, mae, mape, msle, rmsle, logCosh, huber, quantile, poisson, cosineSimilarity, binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy, focal, kullbackLeibler, binaryHinge, squaredHinge, categoricalHinge, dice, tversky, ctc, triplet, contrastive, accuracy, binaryAccuracy, topK, sparseTopK, precision, recall, f1, fBeta, specificity, auc, averagePrecision, sensitivityAtSpecificity, specificityAtSensitivity, precisionAtRecall, recallAtPrecision, confusionMatrix, meanIoU, matthews, cohenKappa, meanAbsoluteError, meanSquaredError, rootMeanSquaredError, meanAbsolutePercentageError, r2, explainedVariance, pearson, concordanceCorrelation, perplexity, bitsPerByte, calibrationError
evaluate(network, variables, both, { loss: 'huber' })
//                                          ^| mse, rmse, mae, mape, msle, rmsle, logCosh, huber, quantile, poisson, cosineSimilarity, binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy, focal, kullbackLeibler, binaryHinge, squaredHinge, categoricalHinge, dice, tversky, ctc, triplet, contrastive
lossGradients(network, variables, both, { loss: 'huber' })
//                                               ^| mse, rmse, mae, mape, msle, rmsle, logCosh, huber, quantile, poisson, cosineSimilarity, binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy, focal, kullbackLeibler, binaryHinge, squaredHinge, categoricalHinge, dice, tversky, ctc, triplet, contrastive
gradientCheck(network, variables, both, { loss: 'huber' })
//                                               ^| mse, rmse, mae, mape, msle, rmsle, logCosh, huber, quantile, poisson, cosineSimilarity, binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy, focal, kullbackLeibler, binaryHinge, squaredHinge, categoricalHinge, dice, tversky, ctc, triplet, contrastive
addLosses('mse', ['mae', 0.5])
//         ^| mse, rmse, mae, mape, msle, rmsle, logCosh, huber, quantile, poisson, cosineSimilarity, binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy, focal, kullbackLeibler, binaryHinge, squaredHinge, categoricalHinge, dice, tversky, ctc, triplet, contrastive
//                 ^| mse, rmse, mae, mape, msle, rmsle, logCosh, huber, quantile, poisson, cosineSimilarity, binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy, focal, kullbackLeibler, binaryHinge, squaredHinge, categoricalHinge, dice, tversky, ctc, triplet, contrastive

fit(network, variables, both, { loss: 'msee' })
//                              ~~~~ Type '"msee"' is not assignable to type 'NameFor<"loss">
trainStep(network, { loss: 'accuracy' })
//                   ~~~~ '"accuracy"' is not assignable to type 'NameFor<"loss">
compileTraining(network, { loss: ['mse', 'categorical'] })
//                                       ~~~~~~~~~~~~~ '"categorical"' is not assignable to type
evaluate(network, variables, both, { metrics: ['mse', 'acuracy'] })
//                                                    ~~~~~~~~~ Type '"acuracy"' is not assignable to type 'NameFor<"metrics">'. Did you mean '"accuracy"'?
lossGradients(network, variables, both, { loss: { 'linear-1': 'msee' } })
//                                                ~~~~~~~~~~ Type '"msee"' is not assignable
