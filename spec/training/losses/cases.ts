import type { CtcOptions, Distance, Loss } from '../../../src/index.ts'
import * as joinery from '../../../src/index.ts'
import { type Numbers, sizeOf } from '../../ops/reference.ts'
import * as reference from './references.ts'

// Losses beside their formulas: with every option, on data that have no ties.

/** A loss of [batch, …], with what it is of each example. */
export interface LossCase {
  readonly title: string
  readonly loss: Loss
  readonly expected: Numbers
  readonly predicted: Numbers
  /** The losses of the examples, from predictions of the same shape. */
  readonly reference: (predicted: readonly number[]) => readonly number[]
}

const { key, uniforms, normals } = joinery
const drawn = (seed: number, shape: readonly number[], least: number, most: number): Numbers => ({
  shape,
  data: Array.from(uniforms(key(seed), sizeOf(shape), least, most)),
})
const normal = (seed: number, shape: readonly number[]): Numbers => ({
  shape,
  data: Array.from(normals(key(seed), sizeOf(shape))),
})
const numbers = (shape: readonly number[], ...data: readonly number[]): Numbers => ({ shape, data })
const rowsOf = (data: readonly number[], width: number): readonly (readonly number[])[] =>
  Array.from({ length: data.length / width }, (_, i) => data.slice(i * width, (i + 1) * width))
const mapRows = ({ shape, data }: Numbers, f: (row: readonly number[]) => readonly number[]): Numbers => ({
  shape,
  data: rowsOf(data, shape.at(-1) as number).flatMap(f),
})

/** A loss of rows, whatever axes come before. */
const ofRows = (
  title: string,
  loss: Loss,
  expected: Numbers,
  predicted: Numbers,
  rule: reference.RowLoss,
): LossCase => {
  const width = predicted.shape.at(-1) as number
  const wide = rowsOf(expected.data, expected.data.length / (predicted.data.length / width))
  return {
    title,
    loss,
    expected,
    predicted,
    reference: data => rowsOf(data, width).map((row, i) => rule(wide[i] as readonly number[], row)),
  }
}

const j = joinery
const [y, p] = [normal(1, [3, 4]), normal(2, [3, 4])]
const [y3, p3] = [normal(3, [2, 3, 2]), normal(4, [2, 3, 2])]
const [counts, rates] = [numbers([2, 3], 0, 1, 2, 5, 3, 0), drawn(5, [2, 3], 0.5, 4)]
const yesNo = numbers([3, 4], 1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0)
const shares = mapRows(normal(6, [3, 4]), reference.softmax)
const probabilities = mapRows(normal(7, [3, 4]), reference.softmax)
const logarithms = { shape: probabilities.shape, data: probabilities.data.map(Math.log) }
const onehot = numbers([3, 4], 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1)
const classes = numbers([3], 2, 0, 3)
const { links } = reference

const regressions: readonly LossCase[] = [
  ofRows('mse', j.mse, y, p, reference.mse),
  ofRows('mse of sequences', j.mse, y3, p3, reference.mse),
  ofRows('mae', j.mae, y, p, reference.mae),
  ofRows('mape', j.mape, y, p, reference.mape),
  ofRows('msle', j.msle, counts, rates, reference.msle),
  ofRows('logCosh', j.logCosh, y, p, reference.logCosh),
  ofRows('huber', j.huber, y, p, reference.huber()),
  ofRows('huber, delta 0.4', j.huber({ delta: 0.4 }), y3, p3, reference.huber(0.4)),
  ofRows('quantile', j.quantile, y, p, reference.quantile(0.5)),
  ofRows('quantile 0.9', j.quantile({ quantile: 0.9 }), y, p, reference.quantile(0.9)),
  ofRows('quantiles', j.quantile({ quantile: [0.1, 0.4, 0.5, 0.8] }), y, p, reference.quantile([0.1, 0.4, 0.5, 0.8])),
  ofRows(
    'quantiles of one',
    j.quantile({ quantile: [0.1, 0.9] }),
    normal(8, [2, 3, 1]),
    p3,
    reference.quantile([0.1, 0.9]),
  ),
  ofRows('poisson', j.poisson, counts, rates, reference.poisson()),
  ofRows(
    'poisson, full',
    j.poisson({ full: true, epsilon: 0.1 }),
    counts,
    rates,
    reference.poisson({ full: true, epsilon: 0.1 }),
  ),
  ofRows(
    'poisson, logInput',
    j.poisson({ logInput: true, full: true }),
    counts,
    normal(9, [2, 3]),
    reference.poisson({ logInput: true, full: true }),
  ),
  ofRows('cosineSimilarity', j.cosineSimilarity, y, p, reference.cosineSimilarity),
  ofRows('cosineSimilarity of sequences', j.cosineSimilarity, y3, p3, reference.cosineSimilarity),
]

const classifications: readonly LossCase[] = [
  ofRows('binaryCrossentropy', j.binaryCrossentropy, yesNo, probabilities, reference.binaryCrossentropy()),
  ofRows(
    'binaryCrossentropy of shares',
    j.binaryCrossentropy({ labelSmoothing: 0.2 }),
    shares,
    probabilities,
    reference.binaryCrossentropy({ smoothing: 0.2 }),
  ),
  ofRows(
    'binaryCrossentropy, fromLogits',
    j.binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
    yesNo,
    p,
    reference.binaryCrossentropy({ smoothing: 0.1, link: links.sigmoid }),
  ),
  ofRows(
    'categoricalCrossentropy',
    j.categoricalCrossentropy,
    onehot,
    probabilities,
    reference.categoricalCrossentropy(),
  ),
  ofRows(
    'categoricalCrossentropy of shares',
    j.categoricalCrossentropy({ labelSmoothing: 0.2 }),
    shares,
    probabilities,
    reference.categoricalCrossentropy({ smoothing: 0.2 }),
  ),
  ofRows(
    'categoricalCrossentropy, fromLogits',
    j.categoricalCrossentropy({ fromLogits: true }),
    shares,
    p,
    reference.categoricalCrossentropy({ link: links.softmax }),
  ),
  ofRows(
    'categoricalCrossentropy, logInput',
    j.categoricalCrossentropy({ logInput: true }),
    onehot,
    logarithms,
    reference.categoricalCrossentropy({ link: x => x.map(Math.exp) }),
  ),
  ofRows(
    'sparseCategoricalCrossentropy',
    j.sparseCategoricalCrossentropy,
    classes,
    probabilities,
    reference.sparseCategoricalCrossentropy(),
  ),
  ofRows(
    'sparseCategoricalCrossentropy of columns',
    j.sparseCategoricalCrossentropy({ labelSmoothing: 0.1 }),
    numbers([3, 1], 2, 0, 3),
    probabilities,
    reference.sparseCategoricalCrossentropy({ smoothing: 0.1 }),
  ),
  ofRows(
    'sparseCategoricalCrossentropy of sequences',
    j.sparseCategoricalCrossentropy({ fromLogits: true }),
    numbers([2, 3], 0, 1, 1, 0, 0, 1),
    p3,
    reference.sparseCategoricalCrossentropy({ link: links.softmax }),
  ),
  ofRows(
    'sparseCategoricalCrossentropy, logInput',
    j.sparseCategoricalCrossentropy({ logInput: true }),
    classes,
    logarithms,
    reference.sparseCategoricalCrossentropy({ link: x => x.map(Math.exp) }),
  ),
  ofRows('kullbackLeibler', j.kullbackLeibler, shares, probabilities, reference.kullbackLeibler),
  ofRows('kullbackLeibler of what has zeros', j.kullbackLeibler, onehot, probabilities, reference.kullbackLeibler),
  ofRows('kullbackLeibler, fromLogits', j.kullbackLeibler({ fromLogits: true }), shares, p, (t, x) =>
    reference.kullbackLeibler(t, reference.softmax(x)),
  ),
  ofRows(
    'kullbackLeibler of logarithms',
    j.kullbackLeibler({ logInput: true, logTarget: true }),
    { shape: shares.shape, data: shares.data.map(Math.log) },
    logarithms,
    (t, x) => reference.kullbackLeibler(t.map(Math.exp), x.map(Math.exp)),
  ),
  ofRows('focal', j.focal, yesNo, probabilities, reference.binaryFocal()),
  ofRows(
    'focal, gamma 0.5',
    j.focal({ gamma: 0.5, alpha: 0.25, labelSmoothing: 0.1 }),
    yesNo,
    probabilities,
    reference.binaryFocal({ gamma: 0.5, alpha: 0.25, smoothing: 0.1 }),
  ),
  ofRows(
    'focal, fromLogits',
    j.focal({ fromLogits: true, gamma: 3 }),
    yesNo,
    p,
    reference.binaryFocal({ gamma: 3, link: links.sigmoid }),
  ),
  ofRows('focal, gamma 0', j.focal({ gamma: 0 }), yesNo, probabilities, reference.binaryCrossentropy()),
  ofRows('focal, categorical', j.focal({ form: 'categorical' }), onehot, probabilities, reference.categoricalFocal()),
  ofRows(
    'focal, categorical, alpha',
    j.focal({ form: 'categorical', gamma: 1, alpha: [1, 2, 3, 4], labelSmoothing: 0.1 }),
    onehot,
    probabilities,
    reference.categoricalFocal({ gamma: 1, alpha: [1, 2, 3, 4], smoothing: 0.1 }),
  ),
  ofRows(
    'focal, categorical, fromLogits',
    j.focal({ form: 'categorical', gamma: 1.5, alpha: 0.25, fromLogits: true }),
    shares,
    p,
    reference.categoricalFocal({ gamma: 1.5, alpha: 0.25, link: links.softmax }),
  ),
  ofRows(
    'binaryHinge',
    j.binaryHinge,
    { shape: [3, 4], data: yesNo.data.map(t => 2 * t - 1) },
    p,
    reference.binaryHinge(),
  ),
  ofRows('binaryHinge of 0 and 1', j.binaryHinge({ delta: 0.5 }), yesNo, p, reference.binaryHinge(0.5)),
  ofRows('squaredHinge', j.squaredHinge, yesNo, p, reference.squaredHinge()),
  ofRows('squaredHinge, delta 2', j.squaredHinge({ delta: 2 }), yesNo, p, reference.squaredHinge(2)),
  ofRows('categoricalHinge', j.categoricalHinge, onehot, probabilities, reference.categoricalHinge()),
  ofRows(
    'categoricalHinge of negative outputs',
    j.categoricalHinge({ delta: 0.5 }),
    onehot,
    { shape: [3, 4], data: probabilities.data.map(value => -value) },
    reference.categoricalHinge(0.5),
  ),
  ofRows('dice', j.dice, yesNo, probabilities, reference.dice()),
  ofRows('dice, smooth', j.dice({ smooth: 1 }), yesNo, probabilities, reference.dice({ smooth: 1 })),
  ofRows(
    'tversky',
    j.tversky({ alpha: 0.3, beta: 0.7, smooth: 0.1 }),
    yesNo,
    probabilities,
    reference.tversky({ alpha: 0.3, beta: 0.7, smooth: 0.1 }),
  ),
]

const pairs = normal(10, [4, 2, 3])
const same = numbers([4], 1, 0, 1, 0)
const contrastive = (distance: string, margin: number): LossCase => ({
  title: `contrastive, ${distance}`,
  loss: j.contrastive({ distance: distance as Distance, margin }),
  expected: same,
  predicted: pairs,
  reference: data =>
    rowsOf(data, 6).map((row, i) => {
      const d = reference.distances[distance]?.(row.slice(0, 3), row.slice(3)) as number
      return same.data[i] === 1 ? d ** 2 : Math.max(margin - d, 0) ** 2
    }),
})
const embeddings = normal(11, [6, 3])
const ofClasses = numbers([6], 0, 1, 0, 1, 0, 2)
const mined = (mining: 'hard' | 'semiHard' | 'all', distance: Distance, margin: number): LossCase => ({
  title: `triplet, ${mining}, ${distance}`,
  loss: j.triplet({ mining, distance, margin }),
  expected: ofClasses,
  predicted: embeddings,
  reference: data => reference.triplet(ofClasses.data, rowsOf(data, 3), { mining, distance, margin }),
})
const given = (swap: boolean): LossCase => ({
  title: `triplet of triplets${swap ? ', swap' : ''}`,
  loss: j.triplet({ mining: 'none', margin: 2, swap }),
  expected: numbers([4], 0, 0, 0, 0),
  predicted: normal(12, [4, 3, 2]),
  reference: data =>
    rowsOf(data, 6).map(row => {
      const apart = reference.distances.euclidean as (a: readonly number[], b: readonly number[]) => number
      const [a, b, c] = [row.slice(0, 2), row.slice(2, 4), row.slice(4)]
      return Math.max(apart(a, b) - (swap ? Math.min(apart(a, c), apart(b, c)) : apart(a, c)) + 2, 0)
    }),
})

const labels = numbers([3, 2], 1, 2, 1, 1, 2, 0)
const alignments = (title: string, options: CtcOptions, steps: readonly number[], blank = 0): LossCase => ({
  title,
  loss: j.ctc({ fromLogits: true, blank, ...options }),
  expected: { shape: labels.shape, data: labels.data.map(c => (blank === 0 ? c : c - 1)) },
  predicted: normal(13, [3, 4, 3]),
  reference: data =>
    rowsOf(data, 12).map((row, i) => {
      const own = labels.data.slice(2 * i, 2 * i + 2).filter(c => c !== 0)
      const outputs = rowsOf(row, 3).slice(0, steps[i]).map(reference.softmax)
      return reference.ctc(
        own.map(c => (blank === 0 ? c : c - 1)),
        outputs,
        blank === 0 ? 0 : 2,
      )
    }),
})

/** All of them. */
export const lossCases: readonly LossCase[] = [
  ...regressions,
  ...classifications,
  ...['euclidean', 'squaredEuclidean', 'manhattan', 'cosine'].map(distance => contrastive(distance, 3)),
  mined('hard', 'euclidean', 0.5),
  mined('semiHard', 'euclidean', 1),
  mined('semiHard', 'cosine', 0.5),
  mined('all', 'squaredEuclidean', 1),
  mined('all', 'manhattan', 1),
  given(false),
  given(true),
  alignments('ctc', {}, [4, 4, 4]),
  alignments('ctc, inputLengths', { inputLengths: [2, 3, 4] }, [2, 3, 4]),
  alignments('ctc, the last class blank', {}, [4, 4, 4], -1),
]
