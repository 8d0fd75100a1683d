import { sizeOf } from '../../../base/shape.ts'
import type { Emitter } from '../emitter.ts'
import { reshapeTo } from '../moving.ts'
import { margins } from './moves.ts'

// ONNX Runtime adds up in 32-bit floats, one element after another: a long sum stops growing where an element is less than
// half a unit of its last place. Parts are summed first, then their sums.

/** From how many elements on a sum is one of parts. */
const long = 2 ** 13
/** How many elements a part has at most, and at least. */
const [most, least] = [1024, 16] as const

/** How many elements the parts of so many have, where they come out even. */
const partOf = (count: number): number | undefined => {
  for (let size = most; size >= least; size--) if (count % size === 0) return size
  return undefined
}

type Flat = readonly [before: number, count: number, after: number]

/** Sums the middle axis of three; those of one element are left out, as ONNX Runtime is slower where they stand. */
const summed = (emit: Emitter, name: string, [before, count, after]: Flat): string => {
  const outer = before === 1 ? [] : [before]
  const dims = [...outer, count, ...(after === 1 ? [] : [after])]
  return emit.node('ReduceSum', [reshapeTo(emit, name, dims), emit.integers([outer.length])], { keepdims: { int: 0 } })
}

/** The same of many elements. */
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

/** Whether a sum over so many elements is one of parts. */
export const isLong = (count: number): boolean => count >= long

/** The sum over some axes in ascending order, which have one element each afterwards. */
export const longSum = (emit: Emitter, name: string, dims: readonly number[], axes: readonly number[]): string => {
  const left = [...dims]
  let result = name
  // From the last axes on, those side by side at once.
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
