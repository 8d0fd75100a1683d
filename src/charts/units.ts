import { asTitle } from './views.ts'

// What the values of metrics are measured in, by the names that they have in histories: axes say it, and what is measured alike
// shares a panel.

const scores = [
  'accuracy',
  'binaryAccuracy',
  'topK',
  'sparseTopK',
  'precision',
  'recall',
  'f1',
  'fBeta',
  'specificity',
  'auc',
  'averagePrecision',
  'sensitivityAtSpecificity',
  'specificityAtSensitivity',
  'precisionAtRecall',
  'recallAtPrecision',
  'meanIoU',
  'calibrationError',
]
const units: ReadonlyMap<string, string> = new Map([
  ...scores.map(name => [name, '0 to 1'] as const),
  ...['matthews', 'cohenKappa', 'pearson', 'concordanceCorrelation'].map(name => [name, '−1 to 1'] as const),
  ...['r2', 'explainedVariance'].map(name => [name, 'at most 1'] as const),
  ['meanAbsoluteError', 'units of the target'],
  ['rootMeanSquaredError', 'units of the target'],
  ['meanSquaredError', 'squared units of the target'],
  ['meanAbsolutePercentageError', '%'],
  ['bitsPerByte', 'bits'],
])

/** What a metric is measured in; of one output, its name follows a point. `undefined` where nothing says it. */
export const unitOf = (metric: string): string | undefined => units.get(metric.slice(metric.lastIndexOf('.') + 1))

/** What metrics have in common that share a panel: their unit, or being a loss. */
export const kindOf = (metric: string): string =>
  unitOf(metric) ?? (metric === 'loss' || metric.endsWith('.loss') ? 'loss' : `of its own: ${metric}`)

/** The title of an axis for some metrics of one kind. */
export const axisTitleOf = (metrics: readonly string[]): string => {
  const [first = ''] = metrics
  const unit = unitOf(first)
  const name = metrics.length === 1 ? first : unit === undefined ? 'loss' : 'value'
  if (unit !== undefined) return `${name} (${unit})`
  return asTitle(name)
}
