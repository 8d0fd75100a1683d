import { expect } from 'chai'
import type { Ops } from '../../src/index.ts'
import { tape } from '../../src/ops/tape.ts'
import { build, type Numbers, reference } from './reference.ts'

// Derivatives beside finite differences.

/** A function of some tensors, in any interpretation, with one result. */
export type Apply = <T>(ops: Ops<T>, inputs: readonly T[]) => T

/** Compares numbers, relative to their size. */
export const close = (actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void => {
  expect(actual.length).to.equal(expected.length)
  for (const [i, value] of expected.entries())
    expect(actual[i], `element ${i} of ${expected.length}`).to.be.closeTo(value, tolerance * (1 + Math.abs(value)))
}

/** Cotangents that no symmetry hides anything from. */
export const weights = ({ shape }: { readonly shape: readonly (number | null)[] }): Numbers => {
  let i = 0
  return build(shape as readonly number[], () => {
    i += 1
    return Math.sin(7 * i) + 0.2
  })
}
const dot = (a: Numbers, b: Numbers): number => a.data.reduce((sum, value, i) => sum + value * (b.data[i] as number), 0)

/** The gradients of the weighted sum of a result, where they exist. */
export const gradientsOf = <T>(
  ops: Ops<T>,
  apply: Apply,
  differentiable: readonly boolean[],
  inputs: readonly T[],
  cotangent: T,
): readonly T[] => {
  const { ops: traced, variable, fixed, gradients } = tape(ops)
  const given = inputs.map((input, i) => (differentiable[i] ? variable(input) : fixed(input)))
  const result = apply(traced, given)
  return gradients(
    [[result, cotangent]],
    given.filter((_, i) => differentiable[i]),
  )
}

/** The slope of a function of one input, along a direction, from its values on both sides. */
const slope = (f: (x: Numbers) => number, x: Numbers, direction: Numbers): number => {
  const step = 1e-5
  const moved = (sign: number): Numbers => ({
    shape: x.shape,
    data: x.data.map((value, i) => value + sign * step * (direction.data[i] as number)),
  })
  return (f(moved(1)) - f(moved(-1))) / (2 * step)
}
const replaced = (inputs: readonly Numbers[], at: number, x: Numbers): readonly Numbers[] =>
  inputs.map((input, i) => (i === at ? x : input))

/**
 * Compares gradients with finite differences.
 *
 * @returns the gradients, and the cotangent that they are of
 */
export const checkGradients = (
  apply: Apply,
  differentiable: readonly boolean[],
  inputs: readonly Numbers[],
): { readonly found: readonly Numbers[]; readonly cotangent: Numbers } => {
  const cotangent = weights(apply(reference, inputs))
  const found = gradientsOf(reference, apply, differentiable, inputs, cotangent)
  const places = inputs.flatMap((_, i) => (differentiable[i] ? [i] : []))
  for (const [k, at] of places.entries()) {
    const x = inputs[at] as Numbers
    const direction = weights(x)
    const f = (moved: Numbers) => dot(apply(reference, replaced(inputs, at, moved)), cotangent)
    const expected = slope(f, x, direction)
    expect(dot(found[k] as Numbers, direction)).to.be.closeTo(expected, 1e-5 * (1 + Math.abs(expected)))
  }
  return { found, cotangent }
}

/** Compares gradients of gradients with finite differences. */
export const checkSecondGradients = (
  apply: Apply,
  differentiable: readonly boolean[],
  inputs: readonly Numbers[],
): void => {
  const cotangent = weights(apply(reference, inputs))
  const places = inputs.flatMap((_, i) => (differentiable[i] ? [i] : []))
  for (const [k, at] of places.entries()) {
    const x = inputs[at] as Numbers
    const direction = weights(x)
    // The gradient times a fixed direction, as a function of the input and on a tape of its own.
    const outer = tape(reference)
    const traced = inputs.map((input, i) => (i === at ? outer.variable(input) : outer.fixed(input)))
    const inner = gradientsOf(outer.ops, apply, differentiable, traced, outer.fixed(cotangent))[k]
    if (inner === undefined) continue
    const [found] = outer.gradients([[inner, direction]], [traced[at] as (typeof traced)[number]])
    const f = (moved: Numbers) =>
      dot(
        gradientsOf(reference, apply, differentiable, replaced(inputs, at, moved), cotangent)[k] as Numbers,
        direction,
      )
    const expected = slope(f, x, direction)
    expect(dot(found as Numbers, direction)).to.be.closeTo(expected, 1e-4 * (1 + Math.abs(expected)))
  }
}
