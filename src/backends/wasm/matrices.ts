import { sizeOf } from '../../base/shape.ts'

// Reductions along any axes, as reductions of the rows of matrices.

type Dimensions = readonly number[]

/** Reduced axes in runs of neighbours, the last run first. Axes of one element count as neither. */
const runsOf = (shape: Dimensions, axes: readonly number[]): readonly (readonly number[])[] => {
  const runs: number[][] = []
  let isOpen = false
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue
    if (!axes.includes(axis)) isOpen = false
    else if (isOpen) runs.at(-1)?.push(axis)
    else {
      runs.push([axis])
      isOpen = true
    }
  }
  return runs
}

/** A tensor as matrices, whose rows are reduced. */
export interface Matrices {
  readonly count: number
  readonly rows: number
  readonly columns: number
}

/** The matrices of each step: a run of axes is reduced at once and has one element afterwards. */
export const matricesOf = (shape: Dimensions, axes: readonly number[]): readonly Matrices[] => {
  let before = shape
  return runsOf(shape, axes).map(run => {
    const [first, last] = [Math.min(...run), Math.max(...run)]
    const count = sizeOf(before.slice(0, first))
    const matrices = { count, rows: sizeOf(before.slice(first, last + 1)), columns: sizeOf(before.slice(last + 1)) }
    before = before.map((d, axis) => (run.includes(axis) ? 1 : d))
    return matrices
  })
}
