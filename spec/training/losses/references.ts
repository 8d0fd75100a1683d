// What losses are by their formulas, in 64-bit floats, one row [features] of what was expected and predicted at a time.

export type Row = readonly number[]
/** The loss of one example. */
export type RowLoss = (expected: Row, predicted: Row) => number

const sum = (values: Row): number => values.reduce((a, b) => a + b, 0)
const mean = (values: Row): number => sum(values) / values.length
/** The mean of a function of each element. */
const each =
  (f: (y: number, p: number) => number): RowLoss =>
  (expected, predicted) =>
    mean(predicted.map((p, i) => f(expected[i] as number, p)))
/** The sum of a function of each element. */
const total =
  (f: (y: number, p: number, i: number) => number): RowLoss =>
  (expected, predicted) =>
    sum(predicted.map((p, i) => f(expected[i] as number, p, i)))

export const softmax = (x: Row): Row => {
  const largest = Math.max(...x)
  const powers = x.map(value => Math.exp(value - largest))
  return powers.map(power => power / sum(powers))
}
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

export const mse: RowLoss = each((y, p) => (p - y) ** 2)
export const mae: RowLoss = each((y, p) => Math.abs(p - y))
export const mape: RowLoss = each((y, p) => (100 * Math.abs(p - y)) / Math.max(Math.abs(y), 1e-7))
export const msle: RowLoss = each((y, p) => (Math.log1p(Math.max(p, 0)) - Math.log1p(Math.max(y, 0))) ** 2)
export const logCosh: RowLoss = each((y, p) => Math.log(Math.cosh(p - y)))
export const huber = (delta = 1): RowLoss =>
  each((y, p) => {
    const e = Math.abs(p - y)
    return e <= delta ? e ** 2 / 2 : delta * (e - delta / 2)
  })
export const quantile = (q: number | Row): RowLoss => {
  const of = (i: number) => (typeof q === 'number' ? q : (q[i] as number))
  return (y, p) =>
    mean(
      p.map((value, i) => {
        const e = (y.length === 1 ? (y[0] as number) : (y[i] as number)) - value
        return Math.max(of(i) * e, (of(i) - 1) * e)
      }),
    )
}

const clip = (p: number): number => Math.min(Math.max(p, 1e-7), 1 - 1e-7)
export interface Crossentropy {
  readonly smoothing?: number
  readonly link?: (x: Row) => Row
}
const smoothed = (y: number, smoothing: number, classes: number): number => y * (1 - smoothing) + smoothing / classes
const binary = (y: number, p: number): number => -(y * Math.log(clip(p)) + (1 - y) * Math.log(clip(1 - p)))
const sigmoids = (x: Row): Row => x.map(sigmoid)

export const binaryCrossentropy =
  ({ smoothing = 0, link = x => x }: Crossentropy = {}): RowLoss =>
  (y, x) =>
    each((t, p) => binary(smoothed(t, smoothing, 2), p))(y, link(x))
export const categoricalCrossentropy =
  ({ smoothing = 0, link = x => x }: Crossentropy = {}): RowLoss =>
  (y, x) =>
    total((t, p) => -smoothed(t, smoothing, y.length) * Math.log(clip(p)))(y, link(x))
export const oneHot = (y: number, classes: number): Row => Array.from({ length: classes }, (_, i) => Number(i === y))
export const sparseCategoricalCrossentropy =
  (options: Crossentropy = {}): RowLoss =>
  (y, x) =>
    categoricalCrossentropy(options)(oneHot(y[0] as number, x.length), x)
export const links: { readonly sigmoid: (x: Row) => Row; readonly softmax: (x: Row) => Row } = {
  sigmoid: sigmoids,
  softmax,
}

export interface Focal extends Crossentropy {
  readonly gamma?: number
  readonly alpha?: number | Row | null
}
export const binaryFocal =
  ({ gamma = 2, alpha = null, smoothing = 0, link = x => x }: Focal = {}): RowLoss =>
  (y, x) =>
    each((given, p) => {
      const t = smoothed(given, smoothing, 2)
      const weight = alpha === null ? 1 : t * (alpha as number) + (1 - t) * (1 - (alpha as number))
      return weight * (1 - (t * p + (1 - t) * (1 - p))) ** gamma * binary(t, p)
    })(y, link(x))
export const categoricalFocal =
  ({ gamma = 2, alpha = null, smoothing = 0, link = x => x }: Focal = {}): RowLoss =>
  (y, x) =>
    total((given, p, i) => {
      const weight = alpha === null ? 1 : typeof alpha === 'number' ? alpha : (alpha[i] as number)
      return -weight * (1 - p) ** gamma * smoothed(given, smoothing, y.length) * Math.log(clip(p))
    })(y, link(x))

const sign = (y: number): number => (y === 0 ? -1 : y)
export const binaryHinge = (delta = 1): RowLoss => each((y, p) => Math.max(delta - sign(y) * p, 0))
export const squaredHinge = (delta = 1): RowLoss => each((y, p) => Math.max(delta - sign(y) * p, 0) ** 2)
export const categoricalHinge =
  (delta = 1): RowLoss =>
  (y, p) => {
    const others = p.filter((_, i) => y[i] === 0)
    return Math.max(Math.max(...others) - sum(p.map((value, i) => value * (y[i] as number))) + delta, 0)
  }

export interface Poisson {
  readonly logInput?: boolean
  readonly full?: boolean
  readonly epsilon?: number
}
export const poisson = ({ logInput = false, full = false, epsilon = 1e-7 }: Poisson = {}): RowLoss =>
  each((y, p) => {
    const loss = logInput ? Math.exp(p) - y * p : p - y * Math.log(p + epsilon)
    return loss + (full && y > 1 ? y * Math.log(y) - y + Math.log(2 * Math.PI * y) / 2 : 0)
  })
export const kullbackLeibler: RowLoss = total((y, p) => (y === 0 ? 0 : y * Math.log(y / clip(p))))

const norm = (x: Row): number => Math.hypot(...x)
export const cosineSimilarity: RowLoss = (y, p) =>
  -sum(p.map((value, i) => value * (y[i] as number))) / norm(y) / norm(p)

export interface Overlap {
  readonly alpha?: number
  readonly beta?: number
  readonly smooth?: number
}
export const tversky =
  ({ alpha = 0.5, beta = 0.5, smooth = 1e-7 }: Overlap = {}): RowLoss =>
  (y, p) => {
    const both = sum(p.map((value, i) => value * (y[i] as number)))
    const inVain = sum(p.map((value, i) => value * (1 - (y[i] as number))))
    const missed = sum(p.map((value, i) => (1 - value) * (y[i] as number)))
    return 1 - (both + smooth) / (both + alpha * inVain + beta * missed + smooth)
  }
export const dice =
  ({ smooth = 1e-7 }: Overlap = {}): RowLoss =>
  (y, p) => {
    const both = sum(p.map((value, i) => value * (y[i] as number)))
    return 1 - (2 * both + smooth) / (sum(y) + sum(p) + smooth)
  }

/** How far two vectors lie apart. */
export const distances: Readonly<Record<string, (a: Row, b: Row) => number>> = {
  euclidean: (a, b) => norm(a.map((value, i) => value - (b[i] as number))),
  squaredEuclidean: (a, b) => norm(a.map((value, i) => value - (b[i] as number))) ** 2,
  manhattan: (a, b) => sum(a.map((value, i) => Math.abs(value - (b[i] as number)))),
  cosine: (a, b) => 1 + cosineSimilarity(a, b),
}

/** Every way in which labels can stand in some steps: repetitions go, then blanks. */
const alignmentsOf = (labels: Row, steps: number, classes: number, blank: number): readonly Row[] => {
  const all: Row[] = []
  const walk = (path: Row): void => {
    if (path.length < steps) for (let c = 0; c < classes; c++) walk([...path, c])
    else {
      const read = path.filter((c, i) => c !== path[i - 1] && c !== blank)
      if (read.length === labels.length && read.every((c, i) => c === labels[i])) all.push(path)
    }
  }
  walk([])
  return all
}
/** The probabilities of all alignments, one by one: predicted are steps of probabilities. */
export const ctc = (labels: Row, predicted: readonly Row[], blank = 0): number => {
  const classes = predicted[0]?.length ?? 0
  const paths = alignmentsOf(labels, predicted.length, classes, blank)
  return -Math.log(sum(paths.map(path => path.reduce((p, c, t) => p * (predicted[t]?.[c] as number), 1))))
}

export interface Triplets {
  readonly mining?: string
  readonly margin?: number
  readonly distance?: string
}
/** Triplets [batch, features] of a batch by their classes: the loss of each anchor. */
export const triplet = (
  classes: Row,
  x: readonly Row[],
  { mining = 'semiHard', margin = 1, distance = 'euclidean' }: Triplets = {},
): Row => {
  const apart = (i: number, j: number) => (distances[distance] as (a: Row, b: Row) => number)(x[i] as Row, x[j] as Row)
  const all = x.map((_, i) => i)
  return all.map(a => {
    const positives = all.filter(i => i !== a && classes[i] === classes[a]).map(i => apart(a, i))
    const negatives = all.filter(i => classes[i] !== classes[a]).map(i => apart(a, i))
    if (positives.length === 0 || negatives.length === 0) return 0
    const hinge = (near: number, far: number) => Math.max(near - far + margin, 0)
    if (mining === 'hard') return hinge(Math.max(...positives), Math.min(...negatives))
    if (mining === 'all') return mean(positives.flatMap(near => negatives.map(far => hinge(near, far))))
    return mean(
      positives.map(near => {
        const outside = negatives.filter(far => far > near)
        return hinge(near, outside.length > 0 ? Math.min(...outside) : Math.max(...negatives))
      }),
    )
  })
}
