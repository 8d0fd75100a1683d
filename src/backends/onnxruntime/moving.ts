import { sizeOf } from '../../base/shape.ts'
import type { Emitter } from './emitter.ts'

// Transposes. ONNX Runtime is fast if a single axis moves, and takes ten times as long for other permutations, which are
// rewritten as moves of single axes if possible.

export const axesOf = (shape: readonly number[]): readonly number[] => shape.map((_, axis) => axis)
export const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i])

export const reshapeTo = (emit: Emitter, name: string, dims: readonly number[]): string =>
  emit.node('Reshape', [name, emit.integers(dims)])

const isAscending = (axes: readonly number[]): boolean =>
  axes.every((axis, i) => i === 0 || axis > (axes[i - 1] as number))
const isSingleMove = (permutation: readonly number[]): boolean =>
  permutation.some((_, i) => isAscending(permutation.toSpliced(i, 1)))

/** A permutation without axes of one element, in which axes that stay neighbours are one axis. */
const coalesced = (
  dims: readonly number[],
  permutation: readonly number[],
): { readonly dims: readonly number[]; readonly permutation: readonly number[] } => {
  const wide = permutation.filter(axis => dims[axis] !== 1)
  const order = axesOf(dims).filter(axis => dims[axis] !== 1)
  const runs: number[][] = []
  for (const axis of wide) {
    const run = runs.at(-1)
    const follows = run !== undefined && order.indexOf(axis) === order.indexOf(run.at(-1) as number) + 1
    if (follows) run.push(axis)
    else runs.push([axis])
  }
  const inPlace = runs.toSorted((a, b) => (a[0] as number) - (b[0] as number))
  return {
    dims: inPlace.map(run => sizeOf(run.map(axis => dims[axis] as number))),
    permutation: runs.map(run => inPlace.indexOf(run)),
  }
}

const transpose = (emit: Emitter, name: string, permutation: readonly number[]): string =>
  emit.node('Transpose', [name], { perm: { ints: permutation } })

/** From how many elements on the form of a transpose matters. */
const many = 2 ** 15

/** A matrix transposed by Einsum, which ONNX Runtime does not fuse into another, slower transpose. */
const exchanged = (emit: Emitter, name: string): string => emit.node('Einsum', [name], { equation: { text: 'ij->ji' } })

/** A permutation of many elements in which several axes move: of two axes, or three in reverse order. */
const inSteps = (
  emit: Emitter,
  name: string,
  [a, b, c]: readonly number[],
  permutation: readonly number[],
): string | undefined => {
  if (a === undefined || b === undefined) return undefined
  if (same(permutation, [1, 0])) return exchanged(emit, reshapeTo(emit, name, [a, b]))
  if (!same(permutation, [2, 1, 0]) || c === undefined) return undefined
  const outermost = exchanged(emit, reshapeTo(emit, name, [a * b, c]))
  return transpose(emit, reshapeTo(emit, outermost, [c, a, b]), [0, 2, 1])
}

/** Transposes a tensor; a reshape if only axes of one element move. */
export const moved = (emit: Emitter, name: string, dims: readonly number[], permutation: readonly number[]): string => {
  if (same(permutation, axesOf(dims))) return name
  const result = permutation.map(axis => dims[axis] as number)
  const fewer = coalesced(dims, permutation)
  if (fewer.dims.length < 2) return same(result, dims) ? name : reshapeTo(emit, name, result)
  const isFast = isSingleMove(permutation) && !dims.includes(1)
  const steps =
    isFast || emit.aim.isPortable || sizeOf(dims) < many
      ? undefined
      : inSteps(emit, name, fewer.dims, fewer.permutation)
  if (steps !== undefined) return reshapeTo(emit, steps, result)
  if (isFast || fewer.dims.length === dims.length) return transpose(emit, name, permutation)
  return reshapeTo(emit, transpose(emit, reshapeTo(emit, name, fewer.dims), fewer.permutation), result)
}
