import { stridesOf } from '../base/shape.ts'

// Walks through two tensors at once, axis by axis.

/** An axis: how many elements, and how far apart they lie in each tensor. */
export interface Walk {
  readonly size: number
  readonly a: number
  readonly b: number
}

/** A shape of as many axes as another, the first of them of one element. */
export const aligned = (shape: readonly number[], rank: number): readonly number[] => [
  ...Array<number>(rank - shape.length).fill(1),
  ...shape,
]

/** How far apart the elements of a tensor lie along each axis: 0 where there is one, which is read as often as it takes. */
export const stepsOf = (shape: readonly number[]): readonly number[] =>
  stridesOf(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride))

/** Axes that are walked as one are made one, those of one element left out; the innermost comes first. */
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

/** Two operands that are repeated to a shape: see {@link merged}. */
export const repeating = (a: readonly number[], b: readonly number[], shape: readonly number[]): readonly Walk[] => {
  const [ofA, ofB] = [a, b].map(own => stepsOf(aligned(own, shape.length))) as [readonly number[], readonly number[]]
  return merged(shape.map((size, axis) => ({ size, a: ofA[axis] as number, b: ofB[axis] as number })))
}
