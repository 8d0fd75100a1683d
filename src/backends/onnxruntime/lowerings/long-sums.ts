import { sizeOf } from '../../../base/shape.ts'
import type { Emitter } from '../emitter.ts'
import { reshapeTo } from '../moving.ts'
import { margins } from './moves.ts'

// ONNX Runtime sums 32-bit floats one after another, so a long sum stops growing once elements are less than half a unit in
// its last place. Long sums are made of partial sums.

/** Sums of at least so many elements are made of partial sums. */
const long = 2 ** 13
/** The sizes of partial sums. */
const [most, least] = [1024, 16] as const

/** The largest size of partial sums that divides the count. */
const partOf = (count: number): number | undefined => {
  for (let size = most; size >= least; size--) if (count % size === 0) return size
  return undefined
}

type Flat = readonly [before: number, count: number, after: number]

/** Sums the middle one of three axes. Axes of one element are dropped, as they make ONNX Runtime slower. */
const summed = (emit: Emitter, name: string, [before, count, after]: Flat): string => {
  const outer = before === 1 ? [] : [before]
  const dims = [...outer, count, ...(after === 1 ? [] : [after])]
  return emit.node('ReduceSum', [reshapeTo(emit, name, dims), emit.integers([outer.length])], { keepdims: { int: 0 } })
}

/** The same for many elements. */
const middle = (emit: Emitter, name: string, [before, count, after]: Flat): string => {
  if (count <= most) return summed(emit, name, [before, count, after])
  const size = partOf(count)
  if (size === undefined) {
    const missing = most - (count % most)
    const even = margins(emit, reshapeTo(emit, name, [before, count, after]), [
      [0, 0],
      [0, missing],
      [0, 0],
    ])
    return middle(emit, even, [before, count + missing, after])
  }
  const sums = summed(emit, name, [before * (count / size), size, after])
  return middle(emit, sums, [before, count / size, after])
}

/** Whether a sum of so many elements is made of partial sums. */
export const isLong = (count: number): boolean => count >= long

/** The sum over some axes, in ascending order, which are kept with one element. */
export const longSum = (emit: Emitter, name: string, dims: readonly number[], axes: readonly number[]): string => {
  const left = [...dims]
  let result = name
  // From the last axis on, neighbouring axes at once.
  for (let end = axes.length; end > 0; ) {
    let start = end - 1
    while (start > 0 && axes[start - 1] === (axes[start] as number) - 1) start--
    const [first, last] = [axes[start] as number, axes[end - 1] as number]
    const sizes = [left.slice(0, first), left.slice(first, last + 1), left.slice(last + 1)].map(own => sizeOf(own))
    result = middle(emit, result, sizes as unknown as Flat)
    left.fill(1, first, last + 1)
    end = start
  }
  return reshapeTo(emit, result, left)
}
