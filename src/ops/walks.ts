import { stridesOf } from '../base/shape.ts'

// Strided iteration over two tensors at once.

/** An axis: its size, and its stride in each tensor. */
export interface Walk {
  readonly size: number
  readonly a: number
  readonly b: number
}

/** A shape with leading axes of 1. */
export const aligned = (shape: readonly number[], rank: number): readonly number[] => [
  ...Array<number>(rank - shape.length).fill(1),
  ...shape,
]

/** The strides of a tensor; 0 for axes of one element, which broadcast. */
export const stepsOf = (shape: readonly number[]): readonly number[] =>
  stridesOf(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride))

/** Merges contiguous axes and drops axes of one element; innermost first. */
export const merged = (walks: readonly Walk[]): readonly Walk[] => {
  const found: Walk[] = []
  for (const { size, a, b } of walks.toReversed()) {
    const inner = found.at(-1)
    if (size === 1) continue
    if (inner !== undefined && a === inner.size * inner.a && b === inner.size * inner.b)
      found[found.length - 1] = { ...inner, size: size * inner.size }
    else found.push({ size, a, b })
  }
  return found
}

/** The axes of two operands broadcast to a shape: see {@link merged}. */
export const repeating = (a: readonly number[], b: readonly number[], shape: readonly number[]): readonly Walk[] => {
  const [ofA, ofB] = [a, b].map(own => stepsOf(aligned(own, shape.length))) as [readonly number[], readonly number[]]
  return merged(shape.map((size, axis) => ({ size, a: ofA[axis] as number, b: ofB[axis] as number })))
}
