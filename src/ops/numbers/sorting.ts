import type { Block } from './loops.ts'

/** The order of two elements: ascending, NaN last. */
const compared = (a: number, b: number): number =>
  a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))

/** The positions of elements in ascending order along the last axis; equal ones stay in order, NaN comes last. */
export const sorted = ({ values, shape }: Block): Block => {
  const n = shape.at(-1) as number
  const result = new Float32Array(values.length)
  for (let from = 0; from < values.length; from += n) {
    const order = Uint32Array.from({ length: n }, (_, i) => i)
    order.sort((i, j) => compared(values[from + i] as number, values[from + j] as number))
    result.set(order, from)
  }
  return { values: result, shape }
}
