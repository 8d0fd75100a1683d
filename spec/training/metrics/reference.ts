// What metrics are, written out in doubles, one example after the other.

/** An example: what was expected and predicted of it, and how much it counts. */
export interface Row {
  /** A class number alone, or a number for each output. */
  readonly t: readonly number[]
  readonly p: readonly number[]
  readonly w: number
}
export type Rows = readonly Row[]
export type Value = number | readonly number[] | readonly (readonly number[])[]
export type Reference = (rows: Rows) => Value

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i)
const over = (a: number, b: number): number => (b === 0 ? 0 : a / b)

/** The weighted mean of what each example says; of nothing, 0. */
export const mean =
  (of: (row: Row) => number): ((rows: Rows) => number) =>
  rows =>
    over(sum(rows.map(row => row.w * of(row))), sum(rows.map(({ w }) => w)))

export const largest = (p: readonly number[]): number => p.indexOf(Math.max(...p))

/** The class of an example, expected and predicted. */
export interface Read {
  readonly expected: (row: Row) => number
  readonly predicted: (row: Row) => number
}
export const byScores: Read = { expected: ({ t }) => t[0] as number, predicted: ({ p }) => largest(p) }
export const byOneHot: Read = { expected: ({ t }) => largest(t), predicted: ({ p }) => largest(p) }
export const byThreshold = (threshold: number): Read => ({
  expected: ({ t }) => t[0] as number,
  predicted: ({ p }) => Number((p[0] as number) > threshold),
})
export const byNumber: Read = { expected: ({ t }) => t[0] as number, predicted: ({ p }) => p[0] as number }

export const accuracyOf = ({ expected, predicted }: Read): Reference =>
  mean(row => Number(expected(row) === predicted(row)))

export const topKOf = (k: number): Reference =>
  mean(({ t, p }) => Number(p.filter(score => score > (p[t[0] as number] as number)).length < k))

/** What was expected and predicted of each label: yes or no. */
export interface Answers {
  readonly labels: number
  readonly expected: (row: Row, label: number) => boolean
  readonly predicted: (row: Row, label: number) => boolean
}
export const answersOf = (labels: number, read: Read): Answers => ({
  labels,
  expected: (row, label) => read.expected(row) === label,
  predicted: (row, label) => read.predicted(row) === label,
})
export const labelsOver = (labels: number, threshold: number): Answers => ({
  labels,
  expected: ({ t }, label) => t[label] === 1,
  predicted: ({ p }, label) => (p[label] as number) > threshold,
})
export const largestOf = (labels: number, k: number): Answers => ({
  labels,
  expected: ({ t }, label) => t[label] === 1,
  predicted: ({ p }, label) =>
    [...p.keys()]
      .sort((a, b) => (p[b] as number) - (p[a] as number) || a - b)
      .slice(0, k)
      .includes(label),
})

interface Counts {
  readonly tp: number
  readonly fp: number
  readonly fn: number
  readonly tn: number
}
const countsOf = (rows: Rows, { expected, predicted }: Answers, label: number): Counts => {
  const among = (isExpected: boolean, isPredicted: boolean) =>
    sum(
      rows
        .filter(row => expected(row, label) === isExpected && predicted(row, label) === isPredicted)
        .map(({ w }) => w),
    )
  return { tp: among(true, true), fp: among(false, true), fn: among(true, false), tn: among(false, false) }
}

type Measure = (counts: Counts) => number
interface Measures {
  readonly precision: Measure
  readonly recall: Measure
  readonly specificity: Measure
  readonly f: (beta: number) => Measure
}
export const measures: Measures = {
  precision: ({ tp, fp }: Counts) => over(tp, tp + fp),
  recall: ({ tp, fn }: Counts) => over(tp, tp + fn),
  specificity: ({ tn, fp }: Counts) => over(tn, tn + fp),
  f: (beta: number) => (counts: Counts) => {
    const [p, r] = [measures.precision(counts), measures.recall(counts)]
    return over((1 + beta ** 2) * p * r, beta ** 2 * p + r)
  },
}

type Average = 'micro' | 'macro' | 'weighted' | null
export const averaged =
  (answers: Answers, average: Average, measure: (counts: Counts) => number): Reference =>
  rows => {
    const counts = range(answers.labels).map(label => countsOf(rows, answers, label))
    const all = (of: keyof Counts) => sum(counts.map(({ [of]: n }) => n))
    if (average === 'micro') return measure({ tp: all('tp'), fp: all('fp'), fn: all('fn'), tn: all('tn') })
    const values = counts.map(measure)
    if (average === null) return values
    const shares = counts.map(({ tp, fn }) => (average === 'macro' ? 1 : tp + fn))
    return over(sum(values.map((value, i) => value * (shares[i] as number))), sum(shares))
  }

/** The counts of one label at thresholds, from beneath all scores to above all. */
const curveOf = (rows: Rows, label: number, thresholds: readonly number[]): readonly Counts[] =>
  [-1, ...thresholds, 2].map(threshold =>
    countsOf(
      rows,
      {
        labels: 1,
        expected: ({ t }) => t[label] === 1,
        predicted: ({ p }) => (p[label] as number) > threshold,
      },
      label,
    ),
  )
/** The thresholds between 0 and 1 of as many in all. */
export const evenly = (count: number): readonly number[] => range(count - 2).map(i => (i + 1) / (count - 1))

const trapezoids = (points: readonly (readonly [x: number, y: number])[]): number =>
  sum(
    points.slice(1).map(([x, y], i) => {
      const [before, other] = points[i] as readonly [number, number]
      return ((before - x) * (y + other)) / 2
    }),
  )

const perLabel =
  (labels: number, of: (rows: Rows, label: number) => number): Reference =>
  rows =>
    sum(range(labels).map(label => of(rows, label))) / labels

export const rocOf = (labels: number, thresholds: readonly number[]): Reference =>
  perLabel(labels, (rows, label) =>
    trapezoids(
      curveOf(rows, label, thresholds).map(
        counts => [over(counts.fp, counts.fp + counts.tn), measures.recall(counts)] as const,
      ),
    ),
  )

/** How likely an example that was expected has a larger score than one that was not: equal ones count half. */
export const rankOf: Reference = rows => {
  const [yes, no] = [rows.filter(({ t }) => t[0] === 1), rows.filter(({ t }) => t[0] !== 1)]
  const pairs = yes.flatMap(a => no.map(b => [a, b] as const))
  const wins = pairs.map(([a, b]) => {
    const [x, y] = [a.p[0] as number, b.p[0] as number]
    return a.w * b.w * (x > y ? 1 : x === y ? 0.5 : 0)
  })
  return over(sum(wins), sum(pairs.map(([a, b]) => a.w * b.w)))
}

export const averagePrecisionOf = (labels: number, thresholds: readonly number[]): Reference =>
  perLabel(labels, (rows, label) => {
    const curve = curveOf(rows, label, thresholds)
    return sum(
      curve.slice(1).map((upper, i) => {
        const lower = curve[i] as Counts
        return (measures.recall(lower) - measures.recall(upper)) * measures.precision(lower)
      }),
    )
  })

export const bestAt = (
  best: 'precision' | 'recall' | 'specificity',
  least: 'precision' | 'recall' | 'specificity',
  share: number,
  thresholds: readonly number[],
): Reference =>
  perLabel(1, (rows, label) =>
    Math.max(
      0,
      ...curveOf(rows, label, thresholds)
        .filter(counts => measures[least](counts) >= share)
        .map(measures[best]),
    ),
  )

const matrixOf = (rows: Rows, classes: number, { expected, predicted }: Read): readonly (readonly number[])[] =>
  range(classes).map(i =>
    range(classes).map(j => sum(rows.filter(row => expected(row) === i && predicted(row) === j).map(({ w }) => w))),
  )
const marginsOf = (matrix: readonly (readonly number[])[]) => ({
  rows: matrix.map(sum),
  columns: matrix.map((_, j) => sum(matrix.map(row => row[j] as number))),
  all: sum(matrix.map(sum)),
})

export const confusionOf =
  (classes: number, read: Read, isNormal = false): Reference =>
  rows => {
    const matrix = matrixOf(rows, classes, read)
    const margins = marginsOf(matrix)
    return isNormal ? matrix.map((row, i) => row.map(n => over(n, margins.rows[i] as number))) : matrix
  }

export const meanIoUOf =
  (classes: number, read: Read): Reference =>
  rows => {
    const met = range(classes)
      .map(label => countsOf(rows, answersOf(classes, read), label))
      .filter(({ tp, fp, fn }) => tp + fp + fn > 0)
    return over(sum(met.map(({ tp, fp, fn }) => tp / (tp + fp + fn))), met.length)
  }

/** Pearson's correlation of one-hot vectors, which is Matthews'. */
export const matthewsOf =
  (classes: number, { expected, predicted }: Read): Reference =>
  rows => {
    const all = sum(rows.map(({ w }) => w))
    const share = (of: (row: Row) => number, label: number) =>
      over(sum(rows.filter(row => of(row) === label).map(({ w }) => w)), all)
    const covariance = (a: (row: Row) => number, b: (row: Row) => number) =>
      sum(
        range(classes).map(label =>
          sum(
            rows.map(
              row =>
                row.w * (Number(a(row) === label) - share(a, label)) * (Number(b(row) === label) - share(b, label)),
            ),
          ),
        ),
      )
    const product = covariance(expected, expected) * covariance(predicted, predicted)
    return product < 1e-9 ? 0 : covariance(expected, predicted) / Math.sqrt(product)
  }

export const kappaOf =
  (classes: number, read: Read, power: number): Reference =>
  rows => {
    const matrix = matrixOf(rows, classes, read)
    const { rows: expected, columns, all } = marginsOf(matrix)
    const pairs = range(classes).flatMap(i =>
      range(classes).map(j => [i, j, i === j ? 0 : Math.abs(i - j) ** power] as const),
    )
    const observed = sum(pairs.map(([i, j, cost]) => cost * (matrix[i]?.[j] as number)))
    const chance = sum(pairs.map(([i, j, cost]) => (cost * (expected[i] as number) * (columns[j] as number)) / all))
    return 1 - observed / chance
  }

/** Of all numbers of all examples. */
export const errorOf = (
  columns: number,
  of: (t: number, p: number) => number,
  finish: (mean: number) => number = x => x,
): Reference => {
  const each = mean(({ t, p }) => sum(p.map((own, i) => of(t[i] as number, own))) / columns)
  return rows => finish(each(rows))
}

const momentsOf = (rows: Rows, of: (row: Row) => number, other = of): number => {
  const [a, b] = [mean(of)(rows), mean(other)(rows)]
  return sum(rows.map(row => row.w * (of(row) - a) * (other(row) - b)))
}
const expectedAt = (column: number) => (row: Row) => row.t[column] as number
const predictedAt = (column: number) => (row: Row) => row.p[column] as number
const errorAt = (column: number) => (row: Row) => (row.t[column] as number) - (row.p[column] as number)

type Share = (rows: Rows, column: number) => readonly [unexplained: number, all: number]
const explained =
  (columns: number, average: 'macro' | 'weighted' | null, of: Share): Reference =>
  rows => {
    const shares = range(columns).map(column => of(rows, column))
    const values = shares.map(([rest, all]) => (all < 1e-12 ? Number(rest < 1e-12) : 1 - rest / all))
    if (average === null) return values
    const weights =
      average === 'weighted' && shares.some(([, all]) => all >= 1e-12)
        ? shares.map(([, all]) => all)
        : values.map(() => 1)
    return sum(values.map((value, i) => value * (weights[i] as number))) / sum(weights)
  }
export const r2Of = (columns: number, average: 'macro' | 'weighted' | null): Reference =>
  explained(columns, average, (rows, column) => [
    sum(rows.map(row => row.w * errorAt(column)(row) ** 2)),
    momentsOf(rows, expectedAt(column)),
  ])
export const explainedVarianceOf = (columns: number, average: 'macro' | 'weighted' | null): Reference =>
  explained(columns, average, (rows, column) => [momentsOf(rows, errorAt(column)), momentsOf(rows, expectedAt(column))])

const correlation =
  (columns: number, of: (rows: Rows, column: number) => readonly [above: number, beneath: number]): Reference =>
  rows =>
    sum(
      range(columns).map(column => {
        const [above, beneath] = of(rows, column)
        return beneath < 1e-12 ? 0 : above / beneath
      }),
    ) / columns
export const pearsonOf = (columns: number): Reference =>
  correlation(columns, (rows, column) => [
    momentsOf(rows, expectedAt(column), predictedAt(column)),
    Math.sqrt(momentsOf(rows, expectedAt(column)) * momentsOf(rows, predictedAt(column))),
  ])
export const concordanceOf = (columns: number): Reference =>
  correlation(columns, (rows, column) => {
    const [t, p] = [expectedAt(column), predictedAt(column)]
    const apart = sum(rows.map(({ w }) => w)) * (mean(t)(rows) - mean(p)(rows)) ** 2
    return [2 * momentsOf(rows, t, p), momentsOf(rows, t) + momentsOf(rows, p) + apart]
  })
/** Of each example along its numbers. */
export const pearsonAlong: Reference = mean(({ t, p }) => {
  const rows = p.map((own, i) => ({ t: [t[i] as number], p: [own], w: 1 }))
  return pearsonOf(1)(rows) as number
})

const nats = ({ t, p }: Row): number => -Math.log(p[t[0] as number] as number)
export const perplexityOf: Reference = rows => Math.exp(mean(nats)(rows))
export const bitsPerByteOf =
  (bytes: readonly number[]): Reference =>
  rows =>
    over(sum(rows.map(row => row.w * nats(row))), sum(rows.map(({ t, w }) => w * (bytes[t[0] as number] as number)))) /
    Math.LN2

export const calibrationOf =
  (bins: number, norm: 'l1' | 'l2' | 'max', sure: (row: Row) => number, right: (row: Row) => boolean): Reference =>
  rows => {
    const all = sum(rows.map(({ w }) => w))
    const parts = range(bins).map(bin => {
      const own = rows.filter(row => Math.min(bins - 1, Math.floor(sure(row) * bins)) === bin)
      const count = sum(own.map(({ w }) => w))
      const gap = over(Math.abs(sum(own.map(row => row.w * (sure(row) - Number(right(row)))))), count)
      return { share: over(count, all), gap }
    })
    if (norm === 'max') return Math.max(...parts.map(({ gap }) => gap))
    if (norm === 'l1') return sum(parts.map(({ share, gap }) => share * gap))
    return Math.sqrt(sum(parts.map(({ share, gap }) => share * gap ** 2)))
  }
