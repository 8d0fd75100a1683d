import type { Ops } from '../../ops/ops.ts'

// First and second moments as sums that can be added. A plain sum of squares loses the variance of what is far from 0, as
// floats have 24 bits. So each batch sums distances from a shift near its mean, and gives what the shifts add up to beside,
// in parts of 12 bits whose products are exact (Dekker 1971, A floating-point technique for extending the available
// precision). Doubles add the parts up.

/** The upper 12 bits of numbers, and the rest. */
const halves = <T>(ops: Ops<T>, x: T): readonly [T, T] => {
  const scaled = ops.multiply(x, ops.constant(2 ** 12 + 1))
  const upper = ops.subtract(scaled, ops.subtract(scaled, x))
  return [upper, ops.subtract(x, upper)]
}

/** Pairs of indices below a number, each once. */
const pairsOf = (count: number): readonly (readonly [number, number])[] =>
  Array.from({ length: count }, (_, i) => Array.from({ length: count - i }, (_, j) => [i, i + j] as const)).flat()

/** How many parts a sum and a sum of products have. */
const [sumParts, productParts] = [3, 9]

/**
 * The moments of columns, in parts: `[parts, columns]`.
 *
 * @param variables each `[n, columns]`
 * @param weights `[n, 1]`, or `[n, columns]`; what has the weight 0 may be anything
 */
export const momentSums = <T>(ops: Ops<T>, variables: readonly T[], weights: T): T => {
  const count = ops.sum(weights, [0], true)
  const divisor = ops.where(count, count, ops.constant(1))
  const counts = halves(ops, count)
  const shifted = variables.map(variable => {
    const values = ops.where(weights, variable, ops.constant(0))
    const [shift] = halves(ops, ops.divide(ops.sum(ops.multiply(values, weights), [0], true), divisor))
    const distances = ops.where(weights, ops.subtract(values, shift), ops.constant(0))
    const weighed = ops.multiply(distances, weights)
    const distance = ops.sum(weighed, [0], true)
    return { shift, distances, weighed, distance, parts: halves(ops, distance) }
  })
  const products = (xs: readonly T[], ys: readonly T[]) => xs.flatMap(x => ys.map(y => ops.multiply(x, y)))
  const rows = [
    count,
    ...shifted.flatMap(({ shift, distance }) => [...products(counts, [shift]), distance]),
    ...pairsOf(variables.length).flatMap(([i, j]) => {
      const [a, b] = [shifted[i], shifted[j]] as [(typeof shifted)[number], (typeof shifted)[number]]
      return [
        ...products(counts, halves(ops, ops.multiply(a.shift, b.shift))),
        ...products([a.shift], b.parts),
        ...products([b.shift], a.parts),
        ops.sum(ops.multiply(a.weighed, b.distances), [0], true),
      ]
    }),
  ]
  const columns = ops.shape(variables[0] as T).at(-1) as number
  return ops.concatenate(
    rows.map(row => ops.broadcast(row, [1, columns])),
    0,
  )
}

/** The moments of some variables in one column. */
export interface Moments {
  /** The sum of the weights. */
  readonly count: number
  readonly mean: (variable: number) => number
  /** The sum of the products of distances from the means; of a variable with itself that of squares. */
  readonly spread: (a: number, b: number) => number
}

/** The moments of each column that sums say; of no examples NaN. */
export const momentsOf = (sums: Float64Array, variables: number): readonly Moments[] => {
  const firstProduct = 1 + variables * sumParts
  const pairs = pairsOf(variables)
  const columns = sums.length / (firstProduct + pairs.length * productParts)
  const starts = new Map(pairs.map(([i, j], k) => [i * variables + j, firstProduct + k * productParts]))
  const startOf = (a: number, b: number) => starts.get(Math.min(a, b) * variables + Math.max(a, b)) as number
  const added = (column: number, from: number, parts: number): number => {
    let all = 0
    for (let part = from; part < from + parts; part++) all += sums[part * columns + column] as number
    return all
  }
  return Array.from({ length: columns }, (_, column): Moments => {
    const count = added(column, 0, 1)
    const sum = (variable: number) => added(column, 1 + variable * sumParts, sumParts)
    return {
      count,
      mean: variable => sum(variable) / count,
      spread: (a, b) => {
        const start = startOf(a, b)
        const product = added(column, start, productParts)
        const spread = product - (sum(a) * sum(b)) / count
        // A variance that is less than the rounding of floats is none.
        const isRounding = a === b && spread <= 1e-14 * product
        return isRounding ? 0 : spread
      },
    }
  })
}
