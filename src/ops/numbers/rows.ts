import { InvalidOption } from '../../base/errors.ts'
import { sizeOf } from '../../base/shape.ts'
import type { Block } from './loops.ts'

/** The error for an index out of range. */
export const noRow = (rows: number, index: number): InvalidOption =>
  new InvalidOption({
    layer: 'gather',
    option: 'indices',
    expected: `whole numbers from 0 to ${rows - 1}`,
    got: String(index),
    remedy: 'Give a table of more rows, or indices of its rows.',
  })

/**
 * Rows of a table by index; indices are truncated.
 *
 * @throws InvalidOption if an index is out of range
 */
export const gathered = (table: Block, indices: Block): Block => {
  const [rows = 1, ...rest] = table.shape
  const width = sizeOf(rest)
  const result = new Float32Array(indices.values.length * width)
  for (const [i, index] of indices.values.entries()) {
    const row = Math.trunc(index)
    if (!(row >= 0 && row < rows)) throw noRow(rows, index)
    result.set(table.values.subarray(row * width, (row + 1) * width), i * width)
  }
  return { values: result, shape: [...indices.shape, ...rest] }
}

/** Sums values into rows by index; indices are truncated, those out of range ignored. */
export const scattered = (values: Block, indices: Block, rows: number): Block => {
  const rest = values.shape.slice(indices.shape.length)
  const width = sizeOf(rest)
  const sums = new Float64Array(rows * width)
  for (const [i, index] of indices.values.entries()) {
    const row = Math.trunc(index)
    if (!(row >= 0 && row < rows)) continue
    for (let k = 0; k < width; k++)
      sums[row * width + k] = (sums[row * width + k] as number) + (values.values[i * width + k] as number)
  }
  return { values: Float32Array.from(sums), shape: [rows, ...rest] }
}
