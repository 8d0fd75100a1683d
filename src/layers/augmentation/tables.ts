import type { Ops } from '../../ops/ops.ts'

// Functions of a uniform draw that are no operations, by lookup tables.

/** The number of pieces from 0 to 1: a power of two, so products with it are exact. */
const pieces = 2 ** 11

/** A row for each piece: its index, then the value and slope of each function. */
export const tableOf = (values: (part: number) => readonly number[]): Float32Array => {
  const ends = Array.from({ length: pieces + 1 }, (_, i) => values(i / pieces))
  const rows = ends.slice(0, -1).map((own, i) => {
    const next = ends[i + 1] as readonly number[]
    return [i, ...own.flatMap((value, k) => [value, (next[k] as number) - value])]
  })
  return Float32Array.from(rows.flat())
}

/**
 * The values of some functions at draws from [0, 1), linearly interpolated between the ends of pieces.
 *
 * @param functions of a number from 0 to 1, or the table of them
 * @returns a tensor of the draws' shape for each function
 */
export const interpolated = <T>(
  ops: Ops<T>,
  draws: T,
  functions: Float32Array | ((part: number) => readonly number[]),
): readonly T[] => {
  const table = typeof functions === 'function' ? tableOf(functions) : functions
  const width = table.length / pieces
  const place = ops.multiply(draws, ops.constant(pieces))
  const found = ops.gather(ops.constant(table, [pieces, width]), place)
  const shape = ops.shape(draws)
  const column = (k: number): T =>
    ops.reshape(ops.slice(found, [...shape.map(() => 0), k], [...shape.map(() => null), 1]), shape)
  const within = ops.subtract(place, column(0))
  return Array.from({ length: (width - 1) / 2 }, (_, i) =>
    ops.add(column(1 + 2 * i), ops.multiply(within, column(2 + 2 * i))),
  )
}
