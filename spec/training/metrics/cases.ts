import fc from 'fast-check'
import type { Metric } from '../../../src/index.ts'
import * as joinery from '../../../src/index.ts'
import * as r from './reference.ts'

// Metrics with options, the examples that they are of, and what they are, for the laws and the engines.

/** What examples are made of. */
export interface Kind {
  readonly row: fc.Arbitrary<Omit<r.Row, 'w'>>
  /** The shape of one example in `expected` and `predicted`. */
  readonly shapes: readonly [expected: readonly number[], predicted: readonly number[]]
}

/** Numbers that floats hold as they are, none of which is a threshold. */
const scores = (count: number): fc.Arbitrary<number[]> =>
  fc.array(
    fc.integer({ min: 0, max: 63 }).map(n => (n + 0.5) / 64),
    { minLength: count, maxLength: count },
  )
const flags = (count: number): fc.Arbitrary<number[]> =>
  fc.array(fc.constantFrom(0, 1), { minLength: count, maxLength: count })
const values = (count: number): fc.Arbitrary<number[]> =>
  fc.array(
    fc.integer({ min: -40, max: 40 }).map(n => n / 8),
    { minLength: count, maxLength: count },
  )
const classNumber = (classes: number): fc.Arbitrary<number[]> => fc.integer({ min: 0, max: classes - 1 }).map(n => [n])
const oneHot = (classes: number): fc.Arbitrary<number[]> =>
  classNumber(classes).map(([n]) => Array.from({ length: classes }, (_, i) => Number(i === n)))

export type KindName = 'probability' | 'classes' | 'oneHot' | 'labels' | 'numbers' | 'values'
export const kinds: Readonly<Record<KindName, Kind>> = {
  /** One probability, in a column. */
  probability: { row: fc.record({ t: flags(1), p: scores(1) }), shapes: [[1], [1]] },
  /** Class numbers, and scores of three classes. */
  classes: { row: fc.record({ t: classNumber(3), p: scores(3) }), shapes: [[], [3]] },
  oneHot: { row: fc.record({ t: oneHot(3), p: scores(3) }), shapes: [[3], [3]] },
  /** Three answers by themselves. */
  labels: { row: fc.record({ t: flags(3), p: scores(3) }), shapes: [[3], [3]] },
  /** Class numbers that were predicted as such. */
  numbers: { row: fc.record({ t: classNumber(3), p: classNumber(3) }), shapes: [[], []] },
  /** Three numbers. */
  values: { row: fc.record({ t: values(3), p: values(3) }), shapes: [[3], [3]] },
}

/** A metric, its examples, and what it is. */
export interface Case {
  readonly metric: Metric
  readonly kind: KindName
  readonly is: r.Reference
  readonly least?: number
  readonly most?: number
}

const share = { least: 0, most: 1 }
const signed = { least: -1, most: 1 }
const [half, at7] = [r.byThreshold(0.5), r.byThreshold(0.7)]
const single = r.answersOf(3, r.byScores)
const positive: r.Answers = {
  labels: 1,
  expected: ({ t }) => t[0] === 1,
  predicted: ({ p }) => (p[0] as number) > 0.5,
}
const { precision, recall, specificity } = r.measures

export const cases: readonly Case[] = [
  { metric: joinery.accuracy, kind: 'classes', is: r.accuracyOf(r.byScores), ...share },
  { metric: joinery.accuracy, kind: 'oneHot', is: r.accuracyOf(r.byOneHot), ...share },
  { metric: joinery.accuracy, kind: 'probability', is: r.accuracyOf(half), ...share },
  { metric: joinery.accuracy({ threshold: 0.7 }), kind: 'probability', is: r.accuracyOf(at7), ...share },
  { metric: joinery.accuracy({ classes: 5 }), kind: 'numbers', is: r.accuracyOf(r.byNumber), ...share },
  {
    metric: joinery.binaryAccuracy({ threshold: 0.3 }),
    kind: 'labels',
    is: r.errorOf(3, (t, p) => Number(p > 0.3 === (t === 1))),
    ...share,
  },
  { metric: joinery.topK({ k: 2 }), kind: 'classes', is: r.topKOf(2), ...share },
  { metric: joinery.sparseTopK({ k: 1 }), kind: 'classes', is: r.topKOf(1), ...share },
  { metric: joinery.precision, kind: 'probability', is: r.averaged(positive, 'macro', precision), ...share },
  { metric: joinery.precision, kind: 'classes', is: r.averaged(single, 'macro', precision), ...share },
  {
    metric: joinery.precision({ average: null, threshold: 0.4 }),
    kind: 'labels',
    is: r.averaged(r.labelsOver(3, 0.4), null, precision),
    ...share,
  },
  {
    metric: joinery.recall({ average: 'weighted', k: 2 }),
    kind: 'labels',
    is: r.averaged(r.largestOf(3, 2), 'weighted', recall),
    ...share,
  },
  { metric: joinery.recall({ average: 'micro' }), kind: 'classes', is: r.averaged(single, 'micro', recall), ...share },
  { metric: joinery.specificity, kind: 'classes', is: r.averaged(single, 'macro', specificity), ...share },
  { metric: joinery.f1, kind: 'classes', is: r.averaged(single, 'macro', r.measures.f(1)), ...share },
  {
    metric: joinery.f1({ average: 'weighted' }),
    kind: 'oneHot',
    is: r.averaged(r.answersOf(3, r.byOneHot), 'weighted', r.measures.f(1)),
    ...share,
  },
  {
    metric: joinery.fBeta({ beta: 2, average: 'micro', threshold: 0.6 }),
    kind: 'labels',
    is: r.averaged(r.labelsOver(3, 0.6), 'micro', r.measures.f(2)),
    ...share,
  },
  { metric: joinery.auc, kind: 'probability', is: r.rocOf(1, r.evenly(200)), ...share },
  { metric: joinery.auc({ thresholds: 65 }), kind: 'probability', is: r.rankOf, ...share },
  { metric: joinery.auc({ thresholds: [0.9, 0.25] }), kind: 'labels', is: r.rocOf(3, [0.25, 0.9]), ...share },
  { metric: joinery.averagePrecision, kind: 'labels', is: r.averagePrecisionOf(3, r.evenly(200)), ...share },
  {
    metric: joinery.sensitivityAtSpecificity({ specificity: 0.6 }),
    kind: 'probability',
    is: r.bestAt('recall', 'specificity', 0.6, r.evenly(200)),
    ...share,
  },
  {
    metric: joinery.precisionAtRecall({ recall: 0.4, thresholds: 20 }),
    kind: 'probability',
    is: r.bestAt('precision', 'recall', 0.4, r.evenly(20)),
    ...share,
  },
  { metric: joinery.confusionMatrix, kind: 'classes', is: r.confusionOf(3, r.byScores), least: 0 },
  { metric: joinery.confusionMatrix, kind: 'probability', is: r.confusionOf(2, half), least: 0 },
  {
    metric: joinery.confusionMatrix({ normalize: 'expected', classes: 4 }),
    kind: 'numbers',
    is: r.confusionOf(4, r.byNumber, true),
    ...share,
  },
  { metric: joinery.meanIoU, kind: 'oneHot', is: r.meanIoUOf(3, r.byOneHot), ...share },
  { metric: joinery.meanIoU({ classes: 3 }), kind: 'numbers', is: r.meanIoUOf(3, r.byNumber), ...share },
  { metric: joinery.matthews, kind: 'classes', is: r.matthewsOf(3, r.byScores), ...signed },
  { metric: joinery.matthews, kind: 'probability', is: r.matthewsOf(2, half), ...signed },
  { metric: joinery.cohenKappa, kind: 'classes', is: r.kappaOf(3, r.byScores, 0), ...signed },
  { metric: joinery.cohenKappa({ weights: 'linear' }), kind: 'classes', is: r.kappaOf(3, r.byScores, 1), ...signed },
  {
    metric: joinery.cohenKappa({ weights: 'quadratic', classes: 4 }),
    kind: 'numbers',
    is: r.kappaOf(4, r.byNumber, 2),
    ...signed,
  },
  { metric: joinery.meanAbsoluteError, kind: 'values', is: r.errorOf(3, (t, p) => Math.abs(t - p)), least: 0 },
  { metric: joinery.meanSquaredError, kind: 'values', is: r.errorOf(3, (t, p) => (t - p) ** 2), least: 0 },
  {
    metric: joinery.rootMeanSquaredError,
    kind: 'values',
    is: r.errorOf(3, (t, p) => (t - p) ** 2, Math.sqrt),
    least: 0,
  },
  {
    metric: joinery.meanAbsolutePercentageError,
    kind: 'values',
    is: r.errorOf(3, (t, p) => (100 * Math.abs(t - p)) / Math.max(Math.abs(t), 1e-7)),
    least: 0,
  },
  { metric: joinery.r2, kind: 'values', is: r.r2Of(3, 'macro'), most: 1 },
  { metric: joinery.r2({ average: 'weighted' }), kind: 'values', is: r.r2Of(3, 'weighted'), most: 1 },
  {
    metric: joinery.explainedVariance({ average: null }),
    kind: 'values',
    is: r.explainedVarianceOf(3, null),
    most: 1,
  },
  { metric: joinery.pearson, kind: 'values', is: r.pearsonOf(3), ...signed },
  { metric: joinery.pearson({ over: 'features' }), kind: 'values', is: r.pearsonAlong, ...signed },
  { metric: joinery.concordanceCorrelation, kind: 'values', is: r.concordanceOf(3), ...signed },
  { metric: joinery.perplexity, kind: 'classes', is: r.perplexityOf, least: 1 },
  { metric: joinery.bitsPerByte({ bytes: [1, 2, 4] }), kind: 'classes', is: r.bitsPerByteOf([1, 2, 4]), least: 0 },
  {
    metric: joinery.calibrationError,
    kind: 'probability',
    is: r.calibrationOf(
      15,
      'l1',
      ({ p }) => p[0] as number,
      ({ t }) => t[0] === 1,
    ),
    ...share,
  },
  {
    metric: joinery.calibrationError({ bins: 4, norm: 'l2' }),
    kind: 'classes',
    is: r.calibrationOf(
      4,
      'l2',
      ({ p }) => Math.max(...p),
      ({ t, p }) => t[0] === r.largest(p),
    ),
    ...share,
  },
  {
    metric: joinery.calibrationError({ bins: 4, norm: 'max' }),
    kind: 'oneHot',
    is: r.calibrationOf(
      4,
      'max',
      ({ p }) => Math.max(...p),
      ({ t, p }) => r.largest(t) === r.largest(p),
    ),
    ...share,
  },
]

/** Numbers with their shape. */
export interface Flat {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** Examples as a metric takes them. */
export const tensorsOf = (
  { kind }: Pick<Case, 'kind'>,
  rows: r.Rows,
): { readonly expected: Flat; readonly predicted: Flat; readonly weights: Flat } => {
  const [t, p] = kinds[kind].shapes
  const flat = (numbers: readonly number[], shape: readonly number[]): Flat => ({
    data: Float32Array.from(numbers),
    shape: [rows.length, ...shape],
  })
  return {
    expected: flat(
      rows.flatMap(row => row.t),
      t,
    ),
    predicted: flat(
      rows.flatMap(row => row.p),
      p,
    ),
    weights: flat(
      rows.map(row => row.w),
      [],
    ),
  }
}

/** Weights that floats hold as they are. */
const weight = fc.constantFrom(0, 0.5, 1, 1, 2, 3)
/** Some examples. */
export const rowsOf = ({ kind }: Pick<Case, 'kind'>, most = 12): fc.Arbitrary<r.Rows> =>
  fc.array(
    fc.record({ example: kinds[kind].row, w: weight }).map(({ example, w }) => ({ ...example, w })),
    { minLength: 1, maxLength: most },
  )
