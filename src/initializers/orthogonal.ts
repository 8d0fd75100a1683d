import { WeightInitializationError } from '../base/errors.ts'
import { finite } from '../base/options.ts'
import type { Initializer } from '../base/parameters.ts'
import { normals } from '../base/random.ts'
import { showShape } from '../base/shape.ts'
import { initializer } from './initializer.ts'

/** `n` orthonormal rows of `length` from random ones, by Gram-Schmidt, each row twice for accuracy. */
const orthonormalRows = (random: Float32Array, n: number, length: number): Float64Array[] => {
  const rows: Float64Array[] = []
  for (let i = 0; i < n; i++) {
    const row = Float64Array.from(random.subarray(i * length, (i + 1) * length))
    for (let pass = 0; pass < 2; pass++)
      for (const other of rows) {
        const along = other.reduce((sum, value, j) => sum + value * (row[j] as number), 0)
        for (let j = 0; j < length; j++) row[j] = (row[j] as number) - along * (other[j] as number)
      }
    // Not Math.hypot(...row): a long row exceeds the maximum number of arguments.
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
    rows.push(row.map(value => value / norm))
  }
  return rows
}

/**
 * A random matrix with orthogonal rows (or columns, if there are more rows) of length `scale` (Saxe et al. 2013).
 * Vectors are drawn from the normal distribution with standard deviation 0.01.
 *
 * @throws InvalidOption if the scale is not a finite number
 * @throws WeightInitializationError, when used, for a shape without one or two dimensions
 * @example
 * ```ts
 * String(orthogonal()) // orthogonal({ scale: 1 })
 * ```
 */
export const orthogonal = (options: { readonly scale?: number } = {}): Initializer =>
  initializer('orthogonal', { scale: { codec: finite, default: 1 } }, options, ({ scale }, key, shape) => {
    const [rows, cols] = shape
    if (rows === undefined || shape.length > 2)
      throw new WeightInitializationError({
        layer: 'orthogonal',
        expected: 'a shape of one or two dimensions',
        got: showShape(shape),
        remedy: 'Use heNormal(...) or xavierNormal(...) here.',
      })
    if (cols === undefined) return normals(key, rows, 0, 0.01)
    const [short, long] = [Math.min(rows, cols), Math.max(rows, cols)]
    const basis = orthonormalRows(normals(key, short * long), short, long)
    return Float32Array.from({ length: rows * cols }, (_, k) => {
      const [i, j] = [Math.floor(k / cols), k % cols]
      return scale * ((rows <= cols ? basis[i]?.[j] : basis[j]?.[i]) ?? 0)
    })
  })
